"""Times the work of librarians and of those who run a service: import, export, second start, check of one change and of all."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pypandoc
import urllib3

from bench import engines, generate, pages
from kg import entries
from kg.base import open_base
from kg.settings import Settings

_CHANGES = 60
_EXPORT = "/bibliography.bib"
_CHUNK = 65_536
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Task:
    """A command that was run: seconds, and the most bytes that it held at once, as /proc tells."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Done:
    """One kind of work and its figure."""

    name: str
    figure: float


def run(words: list[str], environment: dict[str, str] | None, log: Path) -> Task:
    """Run a command to its end; a failure is raised with its last words."""
    with log.open("wb") as written:
        began = time.perf_counter()
        process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
        most = 0
        while process.poll() is None:
            most = max(most, _most_held(process.pid))
            time.sleep(_LOOK_SECONDS)
        took = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{words} ended with {process.returncode}:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    return Task(took, most)


def _most_held(process: int) -> int:
    """Return the most bytes that a process has held since it began its program; what a kernel counts for waiters begins before."""
    with suppress(OSError):
        told = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
        return next((int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("VmHWM:")), 0)
    return 0


def library(folder: Path, number: int) -> Iterator[Done]:
    """Import so many entries of BibTeX into a new base, let pandoc parse the same file, and export them all over HTTP."""
    data, bib = folder / "library", folder / "made.bib"
    generate.write_bib(bib, number)
    with open_base(Settings(data=data)) as base:
        entries.write_ontology(base)
    engines.rest(data)
    done = run(engines.command("import", "--accept", bib), engines.environment(data), folder / "import.log")
    engines.rest(data)
    pandoc = run([pypandoc.get_pandoc_path(), "-f", "biblatex", "-t", "csljson", str(bib)], None, folder / "pandoc.log")
    yield Done("import", done.seconds)
    yield Done("import memory", done.memory / 2**20)
    yield Done("import against pandoc", pandoc.seconds / done.seconds)
    with engines.service(data) as service:
        first, whole, held = exported(service.address + _EXPORT)
    if held != number:
        raise RuntimeError(f"{number:,} entries were imported, {held:,} exported.")
    yield Done("export, first byte", first * 1000)
    yield Done("export", whole)


def exported(url: str) -> tuple[float, float, int]:
    """Return the seconds until the first byte and the last one of a .bib, and how many entries it holds; the second of two."""
    with urllib3.PoolManager(retries=False) as pool:
        for _ in range(2):
            began = time.perf_counter()
            answer = pool.request("GET", url, preload_content=False)
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}.")
            parts = answer.stream(_CHUNK)
            start = next(parts, b"")
            first = time.perf_counter() - began
            text = b"".join(itertools.chain([start], parts))
            whole = time.perf_counter() - began
    return first, whole, (b"\n" + text).count(b"\n@")


def keeping(data: Path, number: int) -> Iterator[Done]:
    """Time a start on a base that is there, the check of single changes, and the check of everything."""
    with engines.service(data) as service:
        yield Done("second start", service.started_seconds)
    yield Done("check of one change, p95", one_change(data, number))
    engines.rest(data)
    done = run(engines.command("check"), engines.environment(data), data.parent / "check.log")
    engines.rest(data)
    yield Done("check of the whole base", number / done.seconds)
    yield Done("check of the whole base, memory", done.memory / 2**20)


def one_change(data: Path, number: int) -> float:
    """Return the milliseconds that all but one of twenty checks of one changed record take at most."""
    took = []
    with open_base(Settings(data=data)) as base:
        for iri, triples in itertools.islice(generate.records(number), max(0, number - _CHANGES), None):
            began = time.perf_counter()
            base.check({iri: triples})
            took.append((time.perf_counter() - began) * 1000)
    return pages.percentiles("check", took).p95
