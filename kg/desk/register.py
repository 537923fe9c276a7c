"""The register: each record's last change and the sets it stands in, derived from the journal, in the order that harvesters walk.

It is a SQLite file of its own that can be thrown away: `catch_up` reads on from the last row of the journal that it knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from kg.desk.journal import Change, Journal
from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY,
    graph TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    at TEXT NOT NULL,
    gone INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS record_changed ON record (at, revision);
CREATE TABLE IF NOT EXISTS member (
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (name, at, revision)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS member_number ON member (number);
CREATE TABLE IF NOT EXISTS state (revision INTEGER NOT NULL, shape TEXT NOT NULL);
"""
_COLUMNS = "record.graph, record.revision, record.at, record.gone"
_BATCH = 5000

Sets = Callable[[str, bytes], Iterable[str]]
"""A record's IRI and its sorted N-Triples to the names of the sets it stands in."""


@dataclass(frozen=True)
class Entered:
    """One record in the register; `at` is UTC as `YYYY-MM-DDThh:mm:ssZ`."""

    graph: str
    revision: int
    at: str
    gone: bool


class Register:
    """The register of one base; `shape` says what the sets are made of, and another shape begins it anew."""

    def __init__(self, path: Path, journal: Journal, sets: Sets, shape: str) -> None:
        self._file = TableFile(path, _SCHEMA)
        self._journal, self._sets, self._shape = journal, sets, shape

    # -- writing ----------------------------------------------------------------------------------------------------

    def catch_up(self, batches: int | None = None) -> bool:
        """Read on in the journal, a batch of 5,000 changes in each transaction; tell whether its last row is reached."""
        last = self._journal.revision
        while batches is None or batches > 0:
            with self._file.open() as connection:
                known = connection.execute("SELECT revision, shape FROM state").fetchone()
                if known == (last, self._shape):
                    return True
                connection.execute("BEGIN IMMEDIATE")
                if self._enter_batch(connection) < _BATCH:
                    return True
            batches = None if batches is None else batches - 1
        return False

    def _enter_batch(self, connection: sqlite3.Connection) -> int:
        revision, shape = connection.execute("SELECT revision, shape FROM state").fetchone() or (0, self._shape)
        if shape != self._shape or revision > self._journal.revision:
            connection.execute("DELETE FROM member")
            connection.execute("DELETE FROM record")
            revision = 0
        entered = 0
        for change in islice(self._journal.since(revision), _BATCH):
            self._enter(connection, change)
            revision, entered = change.revision, entered + 1
        connection.execute("DELETE FROM state")
        connection.execute("INSERT INTO state VALUES (?, ?)", (revision, self._shape))
        return entered

    def _enter(self, connection: sqlite3.Connection, change: Change) -> None:
        """Note a change; what stands in no set is no record; a record that is taken out stays in the sets where it stood last."""
        names = set(self._sets(change.graph, change.after or change.before or b""))
        if not names:
            return
        at = _utc(change.at)
        (number,) = connection.execute(
            "INSERT INTO record (graph, revision, at, gone) VALUES (?, ?, ?, ?) ON CONFLICT (graph) DO UPDATE"
            " SET revision = excluded.revision, at = excluded.at, gone = excluded.gone RETURNING number",
            (change.graph, change.revision, at, change.after is None),
        ).fetchone()
        connection.execute("DELETE FROM member WHERE number = ?", (number,))
        connection.executemany(
            "INSERT INTO member VALUES (?, ?, ?, ?)", [(name, at, change.revision, number) for name in names]
        )

    # -- reading ----------------------------------------------------------------------------------------------------

    def get(self, graphs: Iterable[str]) -> dict[str, Entered]:
        """Return what the register holds of these records, by IRI."""
        found = {}
        with self._file.open() as connection:
            for graph in graphs:
                row = connection.execute(f"SELECT {_COLUMNS} FROM record WHERE graph = ?", (graph,)).fetchone()
                if row is not None:
                    found[graph] = _entered(row)
        return found

    def sets_of(self, graphs: Iterable[str]) -> dict[str, list[str]]:
        """Return the names of the sets that records stand in, by IRI."""
        query = "SELECT name FROM member WHERE number = (SELECT number FROM record WHERE graph = ?) ORDER BY name"
        with self._file.open() as connection:
            return {graph: [name for (name,) in connection.execute(query, (graph,))] for graph in graphs}

    def sets(self) -> list[str]:
        """Return the names of every set with a record in it; each costs one look into the index."""
        query = (
            "WITH RECURSIVE step(name) AS (SELECT min(name) FROM member UNION ALL"
            " SELECT (SELECT min(name) FROM member WHERE name > step.name) FROM step WHERE step.name IS NOT NULL)"
            " SELECT name FROM step WHERE name IS NOT NULL"
        )
        with self._file.open() as connection:
            return [name for (name,) in connection.execute(query)]

    def walk(
        self, limit: int, name: str | None = None, since: str = "", until: str = "9999", after: int = 0
    ) -> list[Entered]:
        """Return records, oldest change first, of one set or all, from `since` to `until`, after the one at revision `after`.

        The order is that of (time, revision): what changes during a walk moves to its end, so nothing is passed over.
        """
        table = "record" if name is None else "member JOIN record USING (number)"
        key = "record" if name is None else "member"
        start = max((since, 0), (self._time_of(after), after)) if after else (since, 0)
        parameters: list[object] = [*start, until]
        query = f"SELECT {_COLUMNS} FROM {table} WHERE ({key}.at, {key}.revision) > (?, ?) AND {key}.at <= ?"
        if name is not None:
            query += " AND member.name = ?"
            parameters.append(name)
        with self._file.open() as connection:
            rows = connection.execute(query + f" ORDER BY {key}.at, {key}.revision LIMIT ?", [*parameters, limit])
            return [_entered(row) for row in rows]

    def _time_of(self, revision: int) -> str:
        """Return when a revision was written, which says where a walk that stood there goes on."""
        change = next(self._journal.since(revision - 1), None)
        if change is None or change.revision != revision:
            raise KeyError(revision)
        return _utc(change.at)

    def newest(self, limit: int, offset: int = 0) -> list[Entered]:
        """Return the records that changed last, the last one first."""
        query = f"SELECT {_COLUMNS} FROM record ORDER BY at DESC, revision DESC LIMIT ? OFFSET ?"
        with self._file.open() as connection:
            return [_entered(row) for row in connection.execute(query, (limit, offset))]

    def earliest(self) -> str | None:
        """Return the time of the oldest change that is a record's last."""
        with self._file.open() as connection:
            at: str | None = connection.execute("SELECT min(at) FROM record").fetchone()[0]
        return at

    def blocks(self, size: int) -> int:
        """Return how many blocks of `size` numbers the records fill; a record keeps its number for ever."""
        with self._file.open() as connection:
            return -(-int(connection.execute("SELECT coalesce(max(number), 0) FROM record").fetchone()[0]) // size)

    def block(self, number: int, size: int) -> list[Entered]:
        """Return the records of one block (from 1) that are there."""
        query = f"SELECT {_COLUMNS} FROM record WHERE number > ? AND number <= ? AND NOT gone ORDER BY number"
        with self._file.open() as connection:
            return [_entered(row) for row in connection.execute(query, ((number - 1) * size, number * size))]


def _entered(row: tuple[str, int, str, int]) -> Entered:
    return Entered(row[0], row[1], row[2], bool(row[3]))


def _utc(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
