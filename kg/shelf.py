"""Entries of references, kept beside the base: a derived file that saves exports the reading of what has not changed.

An entry is kept with the state of its record (the journal's last row of it), and only counts for that state. The file can be
deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kg import __version__
from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.tables import TableFile

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry (iri TEXT PRIMARY KEY, state TEXT NOT NULL, said TEXT NOT NULL) WITHOUT ROWID"
)
_FORM = f"{__version__} 1"
"""Changes with the way in which entries are made, so that those of an older service do not count."""


class Shelf:
    """The entries of one base."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def get(self, states: Mapping[str, str]) -> dict[str, Entry]:
        """Return the entries that are kept for records in these states."""
        marks = ",".join("?" * len(states))
        with self._file.open() as connection:
            rows = connection.execute(
                f"SELECT iri, state, said FROM entry WHERE iri IN ({marks})", list(states)
            ).fetchall()
        return {iri: _read(said) for iri, state, said in rows if state == f"{_FORM} {states[iri]}"}

    def put(self, entries: Mapping[str, Entry], states: Mapping[str, str]) -> None:
        """Keep entries for the states of their records."""
        rows = [(iri, f"{_FORM} {states[iri]}", _written(entry)) for iri, entry in entries.items()]
        with self._file.open() as connection:
            connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)


def _written(entry: Entry) -> str:
    people = {
        field: [[name.family, name.given, name.prefix, name.suffix, name.body] for name in names]
        for field, names in entry.names.items()
    }
    return json.dumps([entry.key, entry.type, dict(entry.fields), people, dict(entry.raw)])


def _read(said: str) -> Entry:
    key, kind, fields, people, raw = json.loads(said)
    return Entry(
        key, kind, fields, {field: tuple(Name(*parts) for parts in names) for field, names in people.items()}, raw
    )
