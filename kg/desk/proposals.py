"""Proposals: records that someone would like to see in the base, kept apart from it until a curator decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import BadInput, NotFound
from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS proposal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined')),
    decided_at TEXT,
    decided_by TEXT,
    note TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS proposed (
    number INTEGER NOT NULL REFERENCES proposal (number),
    record TEXT NOT NULL,
    before BLOB,
    after BLOB,
    PRIMARY KEY (number, record)
);
"""

OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"


@dataclass(frozen=True)
class Proposal:
    """One proposal: who asked for what and why, and what became of it."""

    number: int
    at: str
    who: str
    why: str
    state: str
    decided_at: str | None
    decided_by: str | None
    note: str
    records: int


class Proposals:
    """The table of proposals, in a file of its own beside the journal."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def make(self, who: str, why: str, records: Mapping[str, tuple[bytes | None, bytes | None]]) -> int:
        """Keep a proposal (record to its statements before and after, as N-Triples) and return its number."""
        if not records:
            raise BadInput("There is nothing to propose.", "The base holds all of it already.")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.open() as connection:
            cursor = connection.execute("INSERT INTO proposal (at, who, why) VALUES (?, ?, ?)", (at, who, why))
            number = int(cursor.lastrowid or 0)
            connection.executemany(
                "INSERT INTO proposed VALUES (?, ?, ?, ?)",
                ((number, iri, before, after) for iri, (before, after) in records.items()),
            )
        return number

    def all(self, state: str | None = OPEN) -> list[Proposal]:
        """Return the proposals in a state, or all, oldest first."""
        with self._file.open() as connection:
            rows = connection.execute(
                "SELECT p.*, (SELECT count(*) FROM proposed q WHERE q.number = p.number) FROM proposal p "
                "WHERE ? IS NULL OR state = ? ORDER BY number",
                (state, state),
            )
            return [Proposal(*row) for row in rows]

    def get(self, number: int) -> Proposal:
        """Return one proposal."""
        found = next((proposal for proposal in self.all(None) if proposal.number == number), None)
        if found is None:
            raise NotFound(f"There is no proposal {number}.", "`kg proposals` lists them.")
        return found

    def records(self, number: int) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Return what a proposal would change: record to its statements before and after."""
        with self._file.open() as connection:
            rows = connection.execute("SELECT record, before, after FROM proposed WHERE number = ?", (number,))
            return {iri: (before, after) for iri, before, after in rows}

    def decide(self, number: int, state: str, who: str, note: str = "") -> None:
        """Close an open proposal as accepted or declined; a closed one stays as it is."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.open() as connection:
            done = connection.execute(
                "UPDATE proposal SET state = ?, decided_at = ?, decided_by = ?, note = ? WHERE number = ? AND state = 'open'",
                (state, at, who, note, number),
            )
        if done.rowcount == 0:
            raise BadInput(
                f"Proposal {number} is {self.get(number).state} already.",
                "A decision is not taken twice: make a new proposal.",
            )
