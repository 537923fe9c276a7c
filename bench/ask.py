"""Asks SPARQL servers the same queries in turns, with one client and with many, and counts what comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from bench.engines import DIRECT, OURS, Target, held, settle

QUERIES = ("point", "join", "aggregate", "path", "text", "many", "construct", "kept")
KEPT, MANY, CONSTRUCT = "kept", "many", "construct"
CUT = ("join", "many")
"""Queries that stop at a number of rows: which ones these are may change from answer to answer."""
CLIENTS = (1, 4, 16)
SLOW = "not asked: with fewer clients it failed, or took longer for an answer than a measurement lasts"
ROUNDS = 3
"""How often each server is measured, in turns; the median counts."""
_MOST_ANSWERS = 1500
"""A measurement ends when its clients have so many: each one leaves a thread asleep in Oxigraph (see `settle`)."""
_FOLDER = Path(__file__).parent / "queries"
_CHUNK = 65_536
_WAIT_SECONDS = 600
_LOOK_SECONDS = 0.02
_MEGABYTE = 1_000_000


class Failed(Exception):
    """A server did not answer a query, or not whole."""


@dataclass(frozen=True)
class Speed:
    """What one server did with one query and so many clients: answers and megabytes a second, and the bytes of one answer."""

    query: str
    clients: int
    server: str
    answers: float
    megabytes: float
    size: int
    failed: str = ""
    """Why there are no figures."""


@dataclass(frozen=True)
class Memory:
    """What the processes of one server held before, at most during, and after the answer of many rows, in bytes."""

    server: str
    size: int
    before: int
    most: int
    after: int


def text(name: str) -> str:
    """Return the text of a query of ours."""
    return (_FOLDER / f"{name}.rq").read_text("utf-8")


def speeds(targets: Sequence[Target], seconds: float, tell: Callable[[str], None]) -> Iterator[Speed]:
    """Measure every query with each number of clients.

    Another server whose answer takes longer than a measurement is not asked by more clients, or the run would have no end.
    """
    for query in QUERIES:
        slow: set[str] = set()
        for clients in CLIENTS:
            tell(f"{query}, {clients} clients")
            yield from (Speed(query, clients, name, 0, 0, 0, SLOW) for name in sorted(slow))
            for speed in _in_turns(query, clients, [target for target in targets if target.name not in slow], seconds):
                yield speed
                if speed.server not in (OURS, DIRECT) and speed.answers * seconds < clients:
                    slow.add(speed.server)


def _in_turns(query: str, clients: int, targets: Sequence[Target], seconds: float) -> Iterator[Speed]:
    """Measure servers one after the other, several times, and give the median of each; one that fails is not asked again."""
    found: dict[str, list[tuple[float, int]]] = {target.name: [] for target in targets}
    failed: dict[str, str] = {}
    for _ in range(ROUNDS):
        for target in targets:
            if target.name in failed:
                continue
            try:
                found[target.name].append(measure(target, query, clients, seconds))
            except Failed as error:
                failed[target.name] = str(error)
    for name, measured in found.items():
        if name in failed:
            yield Speed(query, clients, name, 0, 0, 0, failed[name])
        else:
            answers, size = median(rate for rate, _ in measured), measured[-1][1]
            yield Speed(query, clients, name, answers, answers * size / _MEGABYTE, size)


def measure(target: Target, query: str, clients: int, seconds: float) -> tuple[float, int]:
    """Let clients ask for so many seconds, each at least once and to the end; return answers a second, and bytes of one."""
    settle(target)
    with urllib3.PoolManager(maxsize=clients, retries=False) as pool:
        size = once(pool, target, query)  # opens the line and warms both sides
        began = time.perf_counter()

        def client() -> int:
            asked = 0
            while not asked or (time.perf_counter() - began < seconds and asked * clients < _MOST_ANSWERS):
                if (got := once(pool, target, query)) != size and query not in CUT:
                    raise Failed(f"answers of {size} and of {got} bytes")
                asked += 1
            return asked

        with ThreadPoolExecutor(clients) as threads:
            answers = sum(done.result() for done in [threads.submit(client) for _ in range(clients)])
        took = time.perf_counter() - began
    return answers / took, size


def once(pool: urllib3.PoolManager, target: Target, query: str) -> int:
    """Ask once and read the answer to its end; return its bytes."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/n-triples" if query == CONSTRUCT else "application/sparql-results+json",
    }
    if target.name == OURS and query != KEPT:
        headers["Cache-Control"] = "no-cache"  # the engine is to be asked, not our memory
    body = urlencode({"query": text(query)})
    try:
        answer = pool.request(
            "POST", target.url, body=body, headers=headers, timeout=_WAIT_SECONDS, preload_content=False
        )
        try:
            if answer.status != 200:
                raise Failed(f"answered {answer.status}: {answer.read(200).decode('utf-8', 'replace')}")
            size = sum(map(len, answer.stream(_CHUNK)))
        finally:
            answer.release_conn()
    except HTTPError as error:
        raise Failed(f"broke off: {error}") from error
    return size


def memories(targets: Sequence[Target]) -> Iterator[Memory]:
    """Look at the memory of each server around and during one answer of many rows."""
    for target in targets:
        before = held(target.processes)
        with urllib3.PoolManager(retries=False) as pool, _watched(target) as seen:
            try:
                size = once(pool, target, MANY)
            except Failed:
                continue
        after = held(target.processes)
        yield Memory(target.name, size, before, max([*seen, before, after]), after)


@contextmanager
def _watched(target: Target) -> Iterator[list[int]]:
    """Note again and again what a server's processes hold."""
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            seen.append(held(target.processes))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
