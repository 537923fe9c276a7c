"""A hostile client meets limits that tell: it cannot make the endpoint lie, hang, fall, or serve it alone."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from kg import entries
from kg.base import Base, open_base
from kg.errors import KgError, TooMuch
from kg.quirks import RowCounter
from kg.settings import Settings
from kg.web import create_app

ALL = "SELECT * { ?a ?b ?c }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GRAPH = "CONSTRUCT { ?a ?b ?c } { ?a ?b ?c }"


def asking(text: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": text} | more)


@pytest.fixture
def limited(base: Base) -> Callable[..., FlaskClient]:
    """Someone who asks the shared base under limits of one's own."""

    def made(**settings: Any) -> FlaskClient:
        return create_app(base=replace(base, settings=Settings(data=base.settings.data, **settings))).test_client()

    return made


# -- rate and places -----------------------------------------------------------------------------------------------------


def test_one_query_too_many_is_told_when_to_come_back(limited: Callable[..., FlaskClient]) -> None:
    client = limited(query_rate=3)
    assert [client.get(asking("ASK {}")).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get(asking("ASK {}"))
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert json.loads(answer.text)["title"] == "Too many requests"
    other = client.get(asking("ASK {}"), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200


def test_a_token_has_a_rate_of_its_own(limited: Callable[..., FlaskClient]) -> None:
    client = limited(query_rate=1, query_rate_token=3)
    token = client.application.extensions["accounts"].add("ada", "contributor")
    headers = {"Authorization": f"Bearer {token}"}
    statuses = [client.get(asking("ASK {}"), headers=headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("role", "rows", "megabytes"),
    [("", 10, 1), ("contributor", 100, 3), ("curator", 200, 6), ("admin", 1000, 30)],
    ids=["nobody", "contributor", "curator", "admin"],
)
def test_a_role_has_limits_of_its_own_and_is_told_them(
    limited: Callable[..., FlaskClient], role: str, rows: int, megabytes: int
) -> None:
    client = limited(query_rows=10, query_rows_token=100, query_megabytes=1, query_megabytes_token=3,
                     query_times_curator=2, query_times_admin=10)  # fmt: skip
    token = client.application.extensions["accounts"].add("grace", role) if role else ""
    headers = {"Authorization": f"Bearer {token}"} if role else {}
    told = client.get(asking("ASK {}"), headers=headers).headers["Query-Limits"]
    assert told.startswith(f"rows={rows}, bytes={megabytes * 1_000_000},")
    many = client.get(asking(f"{ALL} LIMIT {rows + 1}", format="csv"), headers=headers)
    assert many.status_code == 400
    assert client.get(asking(f"{ALL} LIMIT {rows}", format="csv"), headers=headers).status_code == 200


def test_an_address_told_by_the_caller_counts_only_behind_a_proxy(limited: Callable[..., FlaskClient]) -> None:
    def ask(client: FlaskClient) -> list[int]:
        return [client.get(asking("ASK {}"), headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(2)]

    assert ask(limited(query_rate=1)) == [200, 429]
    assert ask(limited(query_rate=1, proxies=1)) == [200, 200]


def test_one_caller_does_not_take_every_place(limited: Callable[..., FlaskClient]) -> None:
    client = limited(queries_at_once=2)
    held = client.get(asking(ENDLESS))
    assert held.status_code == 200
    refused = client.get(asking(ENDLESS))
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    other = client.get(asking("ASK {}"), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200
    held.close()
    assert client.get(asking("ASK {}")).status_code == 200


LABOURED = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 4000 } { SELECT * { ?d ?e ?f } LIMIT 4000 } }"


def test_a_token_brings_more_time(limited: Callable[..., FlaskClient]) -> None:
    client = limited(query_timeout=1, query_timeout_token=20)
    token = client.application.extensions["accounts"].add("hypatia", "contributor")
    assert client.get(asking("ASK {}")).headers["Query-Limits"].endswith("seconds=1")
    answer = client.get(asking(LABOURED, format="csv"), headers={"Authorization": f"Bearer {token}"})
    assert answer.text.split() == ["n", "16000000"]
    assert answer.headers["Query-Limits"].endswith("seconds=20")


def test_a_query_that_is_stopped_before_the_engine_ends_it_keeps_its_place(limited: Callable[..., FlaskClient]) -> None:
    client = limited(query_timeout=1, queries_at_once=2)
    stopped = client.get(asking(LABOURED + " # stop"))
    assert (stopped.status_code, stopped.json["detail"]) == (503, "The query was stopped after 1 seconds.")
    refused = client.get(asking("ASK {}"))
    assert (refused.status_code, refused.json["title"]) == (503, "Too many queries at once")
    assert client.get(asking("ASK {}"), environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


# -- rows and bytes ------------------------------------------------------------------------------------------------------

READERS: dict[str, Callable[[bytes], object]] = {
    "json": lambda text: list(parse_query_results(text, format=QueryResultsFormat.JSON)),  # type: ignore[arg-type]
    "xml": lambda text: list(parse_query_results(text, format=QueryResultsFormat.XML)),  # type: ignore[arg-type]
    "tsv": lambda text: list(parse_query_results(text, format=QueryResultsFormat.TSV)),  # type: ignore[arg-type]
    "nt": lambda text: list(parse(text, format=RdfFormat.N_TRIPLES)),
    "ttl": lambda text: list(parse(text, format=RdfFormat.TURTLE)),
    "rdf": lambda text: list(parse(text, format=RdfFormat.RDF_XML)),
    "jsonld": lambda text: list(parse(text, format=RdfFormat.JSON_LD)),
}


def read(answer: Any) -> tuple[bytes, KgError | None]:
    """Read an answer to its end or its break."""
    parts: list[bytes] = []
    try:
        for part in answer.response:
            parts.append(part)
    except KgError as error:
        return b"".join(parts), error
    finally:
        answer.close()
    return b"".join(parts), None


@pytest.mark.parametrize("ext", [*READERS, "csv"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_answer_cut_on_its_way_can_be_read_by_nobody(
    limited: Callable[..., FlaskClient], ext: str, packed: bool
) -> None:
    client = limited(query_megabytes=1)
    query = GRAPH if ext in ("nt", "ttl", "rdf", "jsonld") else ALL
    headers = {"Accept-Encoding": "gzip"} if packed else {}
    answer = client.get(asking(query, format=ext), headers=headers, buffered=False)
    assert answer.status_code == 200
    assert "bytes=1000000" in answer.headers["Query-Limits"]
    text, error = read(answer)
    assert isinstance(error, TooMuch)
    if packed:
        with pytest.raises(EOFError):
            gzip.decompress(text)
        text = zlib.decompressobj(31).decompress(text)
    assert b"THIS ANSWER IS NOT WHOLE" in text[-2000:]
    if ext in READERS:
        with pytest.raises((SyntaxError, ValueError)):
            READERS[ext](text)
    else:
        heading, *_, last = text.decode().splitlines()
        assert last.count(",") > heading.count(",")


@pytest.mark.parametrize(("query", "ext"), [(ALL, "json"), (ALL, "xml"), (ALL, "csv"), (ALL, "tsv"), (GRAPH, "nt")])
def test_too_many_rows_are_told_by_the_status_while_that_can_be(
    limited: Callable[..., FlaskClient], query: str, ext: str
) -> None:
    client = limited(query_rows=100)
    assert client.get(asking(f"{query} LIMIT 100", format=ext)).status_code == 200
    answer = client.get(asking(f"{query} LIMIT 101", format=ext))
    assert answer.status_code == 400
    assert "100 rows" in json.loads(answer.text)["detail"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
@pytest.mark.parametrize(
    ("media", "text", "rows"),
    [
        ("application/sparql-results+json", b'{"bindings":[{"a":{"v":"1"}},{"a":{"v":"2"} } , {"a":{}},{},{}]}', 5),
        ("application/sparql-results+xml", b"<results><result></result><result/><result></result></results>", 2),
        ("text/csv", b"a\r\n1\r\n2\r\n", 2),
        ("text/csv", b'a\r\n"one\nand ""two"""\r\n2\r\n', 2),
        ("text/turtle", b"<a> <b> <c> .\n", 0),
    ],
)
def test_rows_are_counted_wherever_the_bytes_are_parted(media: str, text: bytes, rows: int, size: int) -> None:
    counter = RowCounter(media)
    for start in range(0, len(text), size):
        counter.add(text[start : start + size])
    assert counter.rows == rows


# -- what is kept --------------------------------------------------------------------------------------------------------


def test_the_same_question_is_answered_from_memory_until_something_changes(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    first = client.get(asking("SELECT * { ?s a ?c } ORDER BY ?s LIMIT 5"))
    tag = first.headers["ETag"]
    again = client.get(asking("SELECT * { ?s a ?c } ORDER BY ?s LIMIT 5"), headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    fresh = {"If-None-Match": tag, "Cache-Control": "no-cache"}
    assert client.get(asking("SELECT * { ?s a ?c } ORDER BY ?s LIMIT 5"), headers=fresh).status_code == 200
    other = client.get(asking("SELECT * { ?s a ?c } ORDER BY ?s LIMIT 5", format="csv"), headers={"If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize("call", ["RAND()", "NOW()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_differs_each_time_is_not_kept(limited: Callable[..., FlaskClient], call: str) -> None:
    client = limited()
    answers = [client.get(asking(f"SELECT ({call} AS ?x) {{}}")) for _ in range(2)]
    assert "ETag" not in answers[0].headers
    assert answers[0].headers["Cache-Control"] == "no-store"
    if call in ("RAND()", "UUID()", "STRUUID()"):
        assert answers[0].data != answers[1].data


def test_a_large_answer_has_a_tag_too(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    answer = client.get(asking(ALL, format="tsv"), buffered=False)
    tag = answer.headers["ETag"]
    answer.close()
    assert client.get(asking(ALL, format="tsv"), headers={"If-None-Match": tag}).status_code == 304


# -- a served base -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, running: Any) -> Iterator[Any]:
    """A service of one's own, with short limits of time."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with open_base(Settings(data=folder / "data")) as base:
        entries.load(base, [])  # the ontology is enough
        base.journal.remember(entries.digest(entries.shipped_paths()))
    with running([sys.executable, "-m", "kg"], folder, query_timeout=3, answer_timeout=4) as service:
        yield service


def line_to(service: Any, path: str) -> socket.socket:
    """Send a request and read its head, no more."""
    parts = urlsplit(service.address)
    line = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return line


def engine_pid(service: Any) -> int:
    return int(json.loads((service.data / "engine.json").read_text())["server"])


def cpu(pid: int) -> int:
    """Return the ticks of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def rest(line: socket.socket) -> bytes:
    """Read what comes until the end of a chunked body or of the connection; return the last of it."""
    tail = b""
    while not tail.endswith(b"\r\n0\r\n\r\n"):
        part = line.recv(1 << 20)
        if not part:
            break
        tail = (tail + part)[-4000:]
    return tail


def idle(pid: int) -> bool:
    before = cpu(pid)
    time.sleep(0.3)
    return cpu(pid) - before <= 2


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="reads processor time from /proc")
def test_closing_the_connection_stops_the_engine(served: Any) -> None:
    pid = engine_pid(served)
    assert eventually(lambda: idle(pid))
    line = line_to(served, asking(ENDLESS))
    while line.recv(1 << 20).find(b"bindings") < 0:
        pass
    line.close()
    assert eventually(lambda: idle(pid), 2.5)  # well before the time limit would end it


def test_a_reader_who_takes_too_long_is_cut_and_told(served: Any) -> None:
    line = line_to(served, asking(ENDLESS, format="csv"))
    line.recv(100)
    time.sleep(5)
    assert b"THIS ANSWER IS NOT WHOLE" in rest(line)
    line.close()


def test_an_answer_that_the_engine_leaves_unfinished_says_so(served: Any) -> None:
    line = line_to(served, asking(ENDLESS, format="tsv"))
    line.recv(100)
    os.kill(engine_pid(served), signal.SIGKILL)
    assert b"THIS ANSWER IS NOT WHOLE" in rest(line)
    line.close()
    assert eventually(lambda: _answers(served))


def test_pages_are_served_while_a_hostile_client_holds_every_place(served: Any) -> None:
    lines = [line_to(served, asking(ENDLESS)) for _ in range(12)]
    heavy = [line_to(served, asking("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")) for _ in range(6)]
    try:
        with urlopen(f"{served.address}/search?q=privacy", timeout=30) as page:
            assert page.status == 200
    finally:
        for line in lines + heavy:
            line.close()
    assert eventually(lambda: _answers(served))


def _answers(service: Any) -> bool:
    try:
        with urlopen(service.address + asking("ASK {}"), timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="reads memory from /proc")
def test_a_long_answer_takes_no_memory(service: Any) -> None:
    def memory() -> int:
        keeper = json.loads((service.data / "engine.json").read_text())
        ours = [path for path in Path("/proc").glob("[0-9]*") if _serves(path, service.data)]
        assert ours
        return max(_resident(path) for path in ours if path.name not in map(str, keeper.values()))

    before = memory()
    request = Request(service.address + asking("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 200000", format="tsv"))
    rows, most = 0, 0
    with urlopen(request, timeout=120) as answer:
        while part := answer.read(1 << 20):
            rows += part.count(b"\n")
            most = max(most, memory())
    assert rows >= 200_001
    assert most - before < 40_000, "kilobytes more while it streamed"


def _serves(process: Path, data: Path) -> bool:
    try:
        return f"KG_DATA={data}".encode() in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _resident(process: Path) -> int:
    lines = (process / "status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
