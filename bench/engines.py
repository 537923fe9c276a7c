"""The servers that are measured, each a process of its own: our service, its engine asked directly, Virtuoso, rdflib-endpoint."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import urllib3
from urllib3.exceptions import HTTPError

from bench import generate
from kg.base import open_base
from kg.keeper import NOTE, free_port
from kg.settings import Settings
from tests import servers

OURS, DIRECT, VIRTUOSO, RDFLIB = "ours", "direct", "virtuoso", "rdflib-endpoint"
IN_MEMORY_RECORDS = 1_000
"""Up to how many records rdflib-endpoint, which holds all in memory, is asked."""
MOST_ROWS = 1_000_000
_START_SECONDS = 900
_STOP_SECONDS = 60
_TICK_SECONDS = 0.01
_BUFFERS = 60_000
_MOST_THREADS = 15_000
"""Oxigraph begins a thread with each query that sleeps for the whole time limit: so many may sleep when a measurement begins."""

# No limit of the service may be met: what is measured is its speed, not its patience.
_WITHOUT_LIMITS: Mapping[str, object] = {
    "query_rate": 0,
    "queries_at_once": 64,
    "query_megabytes": 100_000,
    "query_rows": 10 * MOST_ROWS,
}


@dataclass(frozen=True)
class Target:
    """A server that answers queries at an address; `processes` are those whose memory counts."""

    name: str
    url: str
    processes: tuple[int, ...]


@dataclass(frozen=True)
class Service:
    """A running `kg serve`, and how many seconds it took until it answered."""

    address: str
    data: Path
    process: int
    started_seconds: float

    def targets(self) -> list[Target]:
        """Return the service and its own engine, to be asked directly."""
        note = json.loads((self.data / NOTE).read_text("utf-8"))
        return [
            Target(OURS, f"{self.address}/sparql", (self.process, note["server"])),
            Target(DIRECT, f"{note['url']}/query", (note["server"],)),
        ]


def environment(data: Path, **settings: object) -> dict[str, str]:
    """Return this environment with the data folder and no other `KG_*` than those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return kept | {f"KG_{name.upper()}": str(value) for name, value in ({"data": data} | settings).items()}


def command(*words: object) -> list[str]:
    """Return `kg` with these words, run by this Python."""
    return [sys.executable, "-m", "kg", *map(str, words)]


def patience(number: int) -> int:
    """Return the time limit of a query in seconds: longer for a larger base, and no longer than its slowest query may need."""
    return min(120, max(5, number // 300))


@contextmanager
def service(data: Path, seconds: int = 30) -> Iterator[Service]:
    """Run `kg serve` on a data folder that holds a base, without limits but the one on the seconds of a query."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    given = environment(data, host="127.0.0.1", port=port, query_timeout=seconds, **_WITHOUT_LIMITS)
    began = time.perf_counter()
    with _process(command("serve", "--no-load"), data.parent / "service.log", given) as process:
        _wait(f"{address}/health", process)
        yield Service(address, data, process.pid, time.perf_counter() - began)
    rest(data)


def rest(data: Path) -> None:
    """Wait until the embedded engine of a data folder has ended after its last user."""
    deadline = time.monotonic() + _STOP_SECONDS
    while (data / NOTE).exists() and time.monotonic() < deadline:
        time.sleep(_TICK_SECONDS)


@contextmanager
def virtuoso(folder: Path, number: int) -> Iterator[Target]:
    """Run a Virtuoso with the same made records; it gets them through our own client, as a service that uses it would."""
    folder.mkdir()
    with servers.virtuoso(folder, rows=MOST_ROWS + 1, buffers=_BUFFERS) as server:
        with open_base(Settings(data=folder / "data", query_timeout=600, **server.settings)) as base:
            generate.fill(base, number)
        yield Target(VIRTUOSO, server.address, (server.pid,))


@contextmanager
def rdflib_endpoint(folder: Path, number: int) -> Iterator[Target]:
    """Run an rdflib-endpoint with the same made records, which it reads into memory."""
    folder.mkdir()
    path, port = folder / "made.nt", free_port()
    generate.write_triples(path, generate.everything(number))
    words = [sys.executable, "-m", "rdflib_endpoint", "serve", "--host", "127.0.0.1", "--port", str(port), str(path)]
    with _process(words, folder / "log", None) as process:
        _wait(f"http://127.0.0.1:{port}/", process)
        yield Target(RDFLIB, f"http://127.0.0.1:{port}/", (process.pid,))


def others(number: int, say: Callable[[str], None]) -> list[str]:
    """Return which other servers can be asked; tell why the rest cannot."""
    found = []
    if servers.virtuoso_program():
        found.append(VIRTUOSO)
    else:
        say("Virtuoso was not measured: it is not installed (make programs).")
    if not all(importlib.util.find_spec(name) for name in ("rdflib_endpoint", "uvicorn")):
        say("rdflib-endpoint was not measured: it is not installed (pip install --editable '.[bench]').")
    elif number > IN_MEMORY_RECORDS:
        say(f"rdflib-endpoint was not measured: it is in memory, and asked up to {IN_MEMORY_RECORDS:,} records only.")
    else:
        found.append(RDFLIB)
    return found


@contextmanager
def _process(words: list[str], log: Path, given: dict[str, str] | None) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as written:
        process = subprocess.Popen(words, env=given, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
    try:
        yield process
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{log.read_text('utf-8', 'replace')[-2000:]}") from error
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with urllib3.PoolManager(retries=False) as pool:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} ended with {process.returncode}.")
            with suppress(HTTPError):
                if pool.request("GET", url, timeout=5).status < 500:
                    return
            time.sleep(_TICK_SECONDS)
    raise RuntimeError(f"{url} did not answer within {_START_SECONDS} s.")


def settle(target: Target) -> None:
    """Wait until the threads that a server's earlier queries left asleep are gone, but for so many as do not matter."""
    deadline = time.monotonic() + _START_SECONDS
    while _threads(target.processes[-1]) > _MOST_THREADS and time.monotonic() < deadline:
        time.sleep(10 * _TICK_SECONDS)


def _threads(process: int) -> int:
    with suppress(OSError):
        return len(os.listdir(f"/proc/{process}/task"))
    return 0


def held(processes: tuple[int, ...]) -> int:
    """Return the bytes that processes and all below them hold in memory (RSS), as /proc tells."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    todo, seen = list(processes), set[int]()
    while todo:
        if (one := todo.pop()) not in seen:
            seen.add(one)
            todo += parents.get(one, [])
    return sum(_resident(one) for one in seen)


def _resident(process: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
