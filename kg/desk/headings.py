"""Headings: what records can be looked up by (a number, a word of a name, of a title), derived from the journal.

It is a SQLite file of its own that can be thrown away: each look reads on from the last row of the journal that it knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from kg.desk.journal import Journal
from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS line (
    heading TEXT NOT NULL,
    record TEXT NOT NULL,
    said TEXT NOT NULL,
    PRIMARY KEY (heading, record, said)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_record ON line (record);
CREATE TABLE IF NOT EXISTS state (revision INTEGER NOT NULL, at TEXT NOT NULL, form TEXT NOT NULL);
"""
_BATCH = 5000

Lines = Callable[[str, bytes], Iterable[tuple[str, str]]]
"""A record's IRI and its sorted N-Triples to headings, each with what a reader of it needs to know."""


class Headings:
    """The headings of one base; `form` says how they are made, and another form begins the file anew."""

    def __init__(self, path: Path, journal: Journal, lines: Lines, form: str) -> None:
        self._file = TableFile(path, _SCHEMA)
        self._journal, self._lines, self._form = journal, lines, form

    def under(self, headings: Iterable[str], most: int) -> list[tuple[str, str]]:
        """Return what stands under headings, each line once: record and what is said of it, at most so many a heading."""
        while self._enter_batch() == _BATCH:
            pass
        asked = "SELECT record, said FROM line WHERE heading = ? LIMIT ?"
        with self._file.open() as connection:
            return list(dict.fromkeys(row for name in headings for row in connection.execute(asked, (name, most))))

    def _enter_batch(self) -> int:
        """Read on in the journal, so many changes in one transaction; return how many there were."""
        known = self._file.ask("SELECT revision, at, form FROM state")
        if known == [(self._journal.revision, self._journal.changed_at, self._form)]:
            return 0
        with self._file.open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            revision, at = self._known(connection)
            changes = list(islice(self._journal.since(revision), _BATCH))
            for change in changes:
                connection.execute("DELETE FROM line WHERE record = ?", (change.graph,))
                lines = self._lines(change.graph, change.after) if change.after is not None else ()
                connection.executemany(
                    "INSERT OR IGNORE INTO line VALUES (?, ?, ?)", ((name, change.graph, said) for name, said in lines)
                )
                revision, at = change.revision, change.at
            connection.execute("DELETE FROM state")
            connection.execute("INSERT INTO state VALUES (?, ?, ?)", (revision, at, self._form))
        return len(changes)

    def _known(self, connection: sqlite3.Connection) -> tuple[int, str]:
        """Return the last row of the journal that is known; a file of another journal or form is emptied."""
        revision, at, form = connection.execute("SELECT revision, at, form FROM state").fetchone() or (0, "", "")
        row = next(self._journal.since(revision - 1), None) if revision else None
        if form == self._form and row is not None and (row.revision, row.at) == (revision, at):
            return revision, at
        connection.execute("DELETE FROM line")
        return 0, ""
