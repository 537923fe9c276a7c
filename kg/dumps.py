"""The whole base as one packed file, N-Quads or TriG: made once a revision, the same bytes each time, whole or not at all."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from kg.desk.journal import Journal

_BLOCK = 1_048_576
_LEVEL = 6


@dataclass(frozen=True)
class Dump:
    """A dump on disk, with the revision that it holds and the SHA-256 of the packed file."""

    path: Path
    revision: int
    sha256: str


def quads(iri: str, content: bytes) -> bytes:
    """Return a graph's N-Triples as N-Quads."""
    end = f"{NamedNode(iri)} .\n".encode()
    return b"".join(line.removesuffix(b".") + end for line in content.splitlines())


def block(iri: str, content: bytes) -> bytes:
    """Return a graph's N-Triples as a block of TriG."""
    return f"{NamedNode(iri)} {{\n".encode() + content + b"\n}\n"


WRITERS: dict[str, Callable[[str, bytes], bytes]] = {"nq": quads, "trig": block}
"""Extension of a dump (without .gz) and how a graph is written in it."""


def fresh(journal: Journal, folder: Path, ext: str) -> Dump:
    """Return the dump of this moment, making it where the last one is of an earlier revision; one process makes it, others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / f"{ext}.lock"):
        found = existing(journal, folder, ext)
        if found is not None:
            return found
        new = folder / f"{ext}.new"
        with journal.snapshot() as (revision, graphs):
            sha256 = write(new, graphs, WRITERS[ext])
        for old in folder.glob(f"*.{ext}.gz"):
            old.unlink()
        new.replace(path := folder / f"{revision}-{sha256}.{ext}.gz")
        return Dump(path, revision, sha256)


def existing(journal: Journal, folder: Path, ext: str) -> Dump | None:
    """Return the dump of the present revision if there is one."""
    revision = journal.revision
    for path in folder.glob(f"{revision}-*.{ext}.gz"):
        return Dump(path, revision, path.name.partition("-")[2].partition(".")[0])
    return None


def write(path: Path, graphs: Iterable[tuple[str, bytes]], writer: Callable[[str, bytes], bytes]) -> str:
    """Write graphs to a packed file, in constant memory; return its SHA-256. The time stays out, so that bytes repeat."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
        for iri, content in graphs:
            packed.write(writer(iri, content))
    return sha256(path)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes; it stays readable to its end even when a newer dump takes its place."""
    with path.open("rb") as file:
        while part := file.read(_BLOCK):
            yield part


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
