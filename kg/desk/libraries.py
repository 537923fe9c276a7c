"""The libraries that were imported: each `.bib` file as it was sent, whole, and the record that each of its keys became."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS library (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    revision INTEGER NOT NULL,
    file BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS library_name ON library (name, number);
CREATE TABLE IF NOT EXISTS entry (
    library INTEGER NOT NULL,
    key TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (library, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS proposal (number INTEGER PRIMARY KEY, library INTEGER NOT NULL);
"""
_COLUMNS = "number, name, at, who, revision"


@dataclass(frozen=True)
class Library:
    """One file: its number and name, when and by whom it was sent, and the revision of the base once it was in."""

    number: int
    name: str
    at: str
    who: str
    revision: int


class Libraries:
    """The table of libraries; it is private: a file may name its owner, and folders of a disk."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def keep(
        self, name: str, file: bytes, records: Mapping[str, str], who: str, revision: int, proposals: Iterable[int] = ()
    ) -> int:
        """Keep a file with key to record of its entries; the same file under the same name once more takes its place.

        `proposals` are those that it was handed in with, whose sender may have it back.
        """
        at, packed = datetime.now(UTC).isoformat(timespec="seconds"), zlib.compress(file)
        with self._file.open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            same = None if proposals else connection.execute(
                "SELECT number FROM library WHERE name = ? AND file = ?", (name, packed)
            ).fetchone()  # fmt: skip
            if same:
                connection.execute("DELETE FROM library WHERE number = ?", same)
                connection.execute("DELETE FROM entry WHERE library = ?", same)
            number = connection.execute(
                "INSERT INTO library (number, name, at, who, revision, file) VALUES (?, ?, ?, ?, ?, ?)",
                (same[0] if same else None, name, at, who, revision, packed),
            ).lastrowid
            connection.executemany("INSERT INTO entry VALUES (?, ?, ?)", [(number, *pair) for pair in records.items()])
            connection.executemany("INSERT INTO proposal VALUES (?, ?)", [(one, number) for one in proposals])
        return int(number or 0)

    def named(self, name: str) -> Library | None:
        """Return the last library of this name, or the one of this number."""
        asked = (
            f"SELECT {_COLUMNS} FROM library WHERE name = ? OR CAST(number AS TEXT) = ?"
            " ORDER BY name = ? DESC, number DESC LIMIT 1"
        )
        return next((Library(*row) for row in self._file.ask(asked, (name, name, name))), None)

    def sent_with(self, proposal: int) -> Library | None:
        """Return the library that a proposal came out of."""
        asked = f"SELECT {_COLUMNS} FROM library WHERE number = (SELECT library FROM proposal WHERE number = ?)"
        return next((Library(*row) for row in self._file.ask(asked, (proposal,))), None)

    def all(self) -> list[Library]:
        """Return every library, the last one first."""
        return [Library(*row) for row in self._file.ask(f"SELECT {_COLUMNS} FROM library ORDER BY number DESC")]

    def forget(self, library: Library) -> None:
        """Delete a file and what was noted of it, with no trace of its bytes left in the table."""
        with self._file.open() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            for table, column in (("library", "number"), ("entry", "library"), ("proposal", "library")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (library.number,))
        with self._file.open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def file(self, library: Library) -> bytes:
        """Return a file as it was sent."""
        [(packed,)] = self._file.ask("SELECT file FROM library WHERE number = ?", (library.number,))
        return zlib.decompress(packed)

    def records(self, library: Library) -> dict[str, str]:
        """Return key to record of a library's entries."""
        return dict(self._file.ask("SELECT key, record FROM entry WHERE library = ?", (library.number,)))
