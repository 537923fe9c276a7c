"""The managed server: shared by all who use it, back when it dies, gone with its last user, however that one ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest

from kg import keeper, oxigraph
from kg.engine import Engine
from kg.errors import BaseBusy, EngineDown, QueryTimeout

MEMORY = 2048
TIMEOUT = 5


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose engine is gone afterwards."""
    yield tmp_path
    until(lambda: not (tmp_path / "engine.json").exists())


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def note(data: Path) -> dict[str, int]:
    """Return what the keeper says of itself."""
    found: dict[str, int] = json.loads((data / "engine.json").read_text())
    return found


def engine(share: oxigraph.Attachment) -> Engine:
    """A client of the shared engine."""
    return Engine(f"{share.url}/query", f"{share.url}/update", f"{share.url}/store", TIMEOUT, share.renew)


def user(data: Path) -> subprocess.Popen[str]:
    """Another process that uses the engine until it is ended; it has it when it has written a line."""
    code = (
        f"import sys, time; from pathlib import Path; from kg import oxigraph; "
        f"share = oxigraph.attach(Path({str(data)!r}), {MEMORY}, {TIMEOUT}); print(share.url, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    return process


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process without a word, and clean up after it."""
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_all_users_of_a_folder_share_one_engine_and_it_ends_with_the_last(data: Path) -> None:
    first = oxigraph.attach(data, MEMORY, TIMEOUT)
    second = oxigraph.attach(data, MEMORY, TIMEOUT)
    server = note(data)["server"]
    assert first.url == second.url
    first.close()
    time.sleep(1)
    assert engine(second).ask("ASK {}")
    second.close()
    until(lambda: not runs(server))


def test_many_who_start_together_share_one_engine(data: Path) -> None:
    shares: list[oxigraph.Attachment] = []
    threads = [threading.Thread(target=lambda: shares.append(oxigraph.attach(data, MEMORY, TIMEOUT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({share.url for share in shares}) == 1
    for share in shares:
        share.close()


def test_a_user_killed_without_a_word_leaves_no_orphan(data: Path) -> None:
    process = user(data)
    found = note(data)
    end(process)
    until(lambda: not runs(found["server"]) and not runs(found["keeper"]))


def test_another_server_that_came_first_to_the_port_is_not_taken_for_ours(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:  # answers everything with 501
        threading.Thread(target=other.serve_forever, daemon=True).start()
        kept = keeper._Keeper(tmp_path, MEMORY, TIMEOUT)
        kept.port = other.server_port
        try:
            kept.start()
            assert kept.port != other.server_port
            with urlopen(f"{kept.url}/query?query=ASK%7B%7D") as answer:
                assert answer.headers["Server"].startswith("Oxigraph")
        finally:
            kept.stop()
            other.shutdown()


def test_a_killed_keeper_takes_the_server_with_it_and_the_next_question_brings_both_back(data: Path) -> None:
    share = oxigraph.attach(data, MEMORY, TIMEOUT)
    found = note(data)
    asker = engine(share)
    asker.update("INSERT DATA { GRAPH <http://x/g> { <http://x/s> <http://x/p> 1 } }")
    os.kill(found["keeper"], signal.SIGKILL)
    until(lambda: not runs(found["server"]))
    assert asker.ask("ASK { <http://x/s> <http://x/p> 1 }")
    share.close()


def test_a_server_killed_while_people_read_comes_back_and_nobody_notices(data: Path) -> None:
    share = oxigraph.attach(data, MEMORY, TIMEOUT)
    asker = engine(share)
    asker.update("INSERT DATA { GRAPH <http://x/g> { <http://x/s> <http://x/p> 1, 2, 3 } }")
    answers: list[int] = []

    def read() -> None:
        for _ in range(60):
            answers.append(len(asker.select("SELECT ?o { ?s <http://x/p> ?o }")))
            time.sleep(0.01)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(2):
        server = note(data)["server"]
        os.kill(server, signal.SIGKILL)
        until(lambda old=server: note(data)["server"] != old)  # type: ignore[misc]
        time.sleep(0.2)
    for reader in readers:
        reader.join()
    assert answers == [3] * 240
    share.close()


def test_a_memory_bomb_kills_only_the_engine_and_it_comes_back(data: Path) -> None:
    rows = " ".join(
        f"<http://x/{number}> <http://x/p> 'a value that takes some room, number {number}' ." for number in range(2000)
    )
    with closing(
        oxigraph.attach(data, 256, 60)
    ) as share:  # little room is full soon, also on a machine with other work
        asker = Engine(f"{share.url}/query", f"{share.url}/update", f"{share.url}/store", 60, share.renew)
        asker.update(f"INSERT DATA {{ GRAPH <http://x/g> {{ {rows} }} }}")
        with pytest.raises(EngineDown, match="died of this request, twice"):
            asker.select("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i")
        assert asker.ask("ASK { <http://x/1> ?p ?o }")


def test_thousands_of_queries_within_the_time_limit_are_all_answered(data: Path) -> None:
    """Oxigraph keeps a waiting thread for each query until its time limit has passed."""
    share = oxigraph.attach(data, MEMORY, 600)
    asker = engine(share)
    for _ in range(3000):
        assert asker.ask("ASK {}")
    share.close()


def test_a_server_that_is_deaf_past_its_time_limit_is_ended_and_another_comes(data: Path) -> None:
    share = oxigraph.attach(data, MEMORY, 1)
    asker = Engine(f"{share.url}/query", f"{share.url}/update", f"{share.url}/store", 1, share.renew, share.stop)
    server = note(data)["server"]
    os.kill(server, signal.SIGSTOP)
    with pytest.raises(QueryTimeout):
        asker.ask("ASK {}")
    assert asker.ask("ASK {}")
    assert not runs(server)
    share.close()


def test_an_engine_that_cannot_start_says_why(data: Path) -> None:
    (data / "triples").write_text("not a folder")
    with pytest.raises(EngineDown, match="did not start"):
        oxigraph.attach(data, MEMORY, TIMEOUT)


def test_a_second_service_on_a_folder_is_refused_in_one_sentence(data: Path) -> None:
    with (
        oxigraph.service_lock(data, "http://127.0.0.1:8000"),
        pytest.raises(
            BaseBusy, match=rf"Another service \(process {os.getpid()}, http://127.0.0.1:8000\) already runs on"
        ),
        oxigraph.service_lock(data, "http://127.0.0.1:9000"),
    ):
        pass
    with oxigraph.service_lock(data, "http://127.0.0.1:9000"):
        assert "9000" in (data / "service.lock").read_text()
