"""The journal: every change of a record, before and after, who and why, in SQLite, written before the engine is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS change (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    graph TEXT NOT NULL,
    before BLOB,
    after BLOB
);
CREATE INDEX IF NOT EXISTS change_graph ON change (graph, revision);
CREATE TABLE IF NOT EXISTS loaded (digest TEXT PRIMARY KEY, at TEXT NOT NULL);
"""

_AT_ONCE = 500


@dataclass(frozen=True)
class Change:
    """One record's change; `before` and `after` are sorted N-Triples, None where there was or is nothing."""

    revision: int
    at: str
    who: str
    why: str
    graph: str
    before: bytes | None
    after: bytes | None


class Journal:
    """An append-only table of changes; the last row's number is the revision of the base."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    @property
    def revision(self) -> int:
        """Number of the last change; 0 for an empty base."""
        return int(self._file.ask("SELECT coalesce(max(revision), 0) FROM change")[0][0])

    @property
    def changed_at(self) -> str | None:
        """ISO 8601 time of the last change, in UTC."""
        rows = self._file.ask("SELECT at FROM change ORDER BY revision DESC LIMIT 1")
        return rows[0][0] if rows else None

    def append(self, who: str, why: str, changes: Iterable[tuple[str, bytes | None, bytes | None]]) -> list[Change]:
        """Write changes (graph, before, after) in one transaction and return them with their revisions."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        written = []
        with self._file.open() as connection:
            for graph, before, after in changes:
                cursor = connection.execute(
                    "INSERT INTO change (at, who, why, graph, before, after) VALUES (?, ?, ?, ?, ?, ?)",
                    (at, who, why, graph, before, after),
                )
                written.append(Change(int(cursor.lastrowid or 0), at, who, why, graph, before, after))
        return written

    def since(self, revision: int) -> Iterator[Change]:
        """Yield the changes after a revision, oldest first."""
        with self._file.open() as connection:
            for row in connection.execute("SELECT * FROM change WHERE revision > ? ORDER BY revision", (revision,)):
                yield Change(*row)

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, Iterator[tuple[str, bytes]]]]:
        """Give the revision and, in the order of their IRIs, all graphs with their statements as they stand at it."""
        with self._file.open() as connection:
            connection.execute("BEGIN")
            revision = connection.execute("SELECT coalesce(max(revision), 0) FROM change").fetchone()[0]
            graphs = connection.execute(
                "SELECT graph, after FROM change JOIN (SELECT max(revision) AS revision FROM change GROUP BY graph)"
                " USING (revision) WHERE after IS NOT NULL ORDER BY graph"
            )
            yield int(revision), ((graph, bytes(after)) for graph, after in graphs)

    def now(self, graph: str) -> bytes | None:
        """Return what a graph says since its last change, None when it says nothing."""
        return self._state("SELECT after FROM change WHERE graph = ? ORDER BY revision DESC LIMIT 1", graph)

    def texts(self, graphs: Iterable[str]) -> dict[str, bytes]:
        """Return what several graphs say since their last changes, without those that say nothing."""
        found = {}
        with self._file.open() as connection:
            for graph in graphs:
                row = connection.execute(
                    "SELECT after FROM change WHERE graph = ? ORDER BY revision DESC LIMIT 1", (graph,)
                ).fetchone()
                if row and row[0] is not None:
                    found[graph] = bytes(row[0])
        return found

    def history(self, graph: str) -> list[Change]:
        """Return the changes of one record, newest first."""
        rows = self._file.ask("SELECT * FROM change WHERE graph = ? ORDER BY revision DESC", (graph,))
        return [Change(*row) for row in rows]

    def known(self, graphs: Iterable[str]) -> set[str]:
        """Return those of these records that exist or ever existed: an address is never given twice."""
        asked = list(graphs)
        found: set[str] = set()
        with self._file.open() as connection:
            for start in range(0, len(asked), _AT_ONCE):
                some = asked[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = connection.execute(f"SELECT DISTINCT graph FROM change WHERE graph IN ({marks})", some)
                found.update(graph for (graph,) in rows)
        return found

    def at(self, graph: str, revision: int) -> bytes | None:
        """Return the statements of one record as they stood at a revision, as sorted N-Triples; None for nothing."""
        asked = "SELECT after FROM change WHERE graph = ? AND revision <= ? ORDER BY revision DESC LIMIT 1"
        return self._state(asked, graph, revision)

    def _state(self, asked: str, *values: str | int) -> bytes | None:
        rows = self._file.ask(asked, values)
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def states(self, graphs: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Return revision and time of the last change of these records, of those that were ever written."""
        marks = ",".join("?" * len(graphs))
        asked = f"SELECT graph, max(revision), at FROM change WHERE graph IN ({marks}) GROUP BY graph"
        return {graph: (int(revision), at) for graph, revision, at in self._file.ask(asked, list(graphs))}

    def spans(self, graphs: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return the times of the first and the last change of these records, of those that were ever written."""
        marks = ",".join("?" * len(graphs))
        asked = f"SELECT graph, min(at), max(at) FROM change WHERE graph IN ({marks}) GROUP BY graph"
        return {graph: (first, last) for graph, first, last in self._file.ask(asked, list(graphs))}

    def last_authors(self) -> dict[str, str]:
        """Return who changed each record last."""
        with self._file.open() as connection:
            rows = connection.execute("SELECT graph, who, max(revision) FROM change GROUP BY graph")
            return {graph: who for graph, who, _ in rows}

    def knows(self, digest: str) -> bool:
        """Tell whether a corpus with this digest was loaded whole before."""
        return bool(self._file.ask("SELECT 1 FROM loaded WHERE digest = ?", (digest,)))

    def remember(self, digest: str) -> None:
        """Note that a corpus with this digest has been loaded whole."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.open() as connection:
            connection.execute("INSERT OR REPLACE INTO loaded VALUES (?, ?)", (digest, at))
