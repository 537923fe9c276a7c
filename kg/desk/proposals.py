"""Proposals: what somebody would like to see in the base, kept apart until a curator decides; who asks stays private here."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.errors import BadInput, NotFound
from kg.tables import TableFile
from kg.words import phrase

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
CREATE INDEX IF NOT EXISTS proposal_state ON proposal (state, number);
CREATE TABLE IF NOT EXISTS proposed (
    number INTEGER NOT NULL REFERENCES proposal (number),
    record TEXT NOT NULL,
    before BLOB,
    after BLOB,
    PRIMARY KEY (number, record)
);
CREATE TABLE IF NOT EXISTS sender (
    number INTEGER PRIMARY KEY REFERENCES proposal (number),
    kind TEXT NOT NULL,
    digest TEXT UNIQUE,
    name TEXT NOT NULL,
    orcid TEXT NOT NULL,
    affiliation TEXT NOT NULL,
    email TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS word (
    number INTEGER NOT NULL REFERENCES proposal (number),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS word_number ON word (number);
"""

OPEN, ACCEPTED, DECLINED = phrase("open"), phrase("accepted"), phrase("declined")
ASKED, ANSWERED, EDITED, UNDONE = phrase("asked"), phrase("answered"), phrase("edited"), phrase("undone")
"""What may happen to a proposal beside the decision."""

_COLUMNS = (
    "p.number, p.at, p.who, p.why, p.state, p.decided_at, p.decided_by, p.note,"
    " (SELECT count(*) FROM proposed q WHERE q.number = p.number), coalesce(s.kind, ''), coalesce(s.text, '')"
)
_FROM = " FROM proposal p LEFT JOIN sender s USING (number)"


@dataclass(frozen=True)
class Sender:
    """Who sends a proposal: what they may be credited as, what stays private (`email`), and what they say in words."""

    kind: str = ""
    name: str = ""
    orcid: str = ""
    affiliation: str = ""
    email: str = field(default="", repr=False)
    text: str = ""
    source: str = ""


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
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class Word:
    """Something that happened to a proposal, by whom and when, and what was said."""

    at: str
    who: str
    act: str
    text: str


Records = Mapping[str, tuple[bytes | None, bytes | None]]
"""Record to its statements before and after, as N-Triples."""
Wanted = tuple[str, Records]
"""What a proposal is about, in words, and its records."""


class Proposals:
    """The table of proposals, in a file of its own beside the journal."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    # -- making -------------------------------------------------------------------------------------------------------

    def make(self, who: str, why: str, records: Records) -> int:
        """Keep a proposal and return its number."""
        if not records:
            raise BadInput("There is nothing to propose.", "The base holds all of it already.")
        kinds = {iri.rpartition("/")[0].rpartition("/")[2] for iri in records}
        number, _ = self.send(who, why, records, Sender(kind=kinds.pop() if len(kinds) == 1 else ""))
        return number

    def send(self, who: str, why: str, records: Records, sender: Sender) -> tuple[int, str]:
        """Keep a proposal of somebody whom we do not know; return its number and the secret that opens its page."""
        return self.send_all(who, [(why, records)], sender)[0]

    def send_all(self, who: str, wanted: Iterable[Wanted], sender: Sender) -> list[tuple[int, str]]:
        """Keep several proposals of somebody, all of them or none; return the number and the secret of each."""
        with self._file.open() as connection:
            return [self._kept(connection, who, why, records, sender) for why, records in wanted]

    def _kept(
        self, connection: sqlite3.Connection, who: str, why: str, records: Records, sender: Sender
    ) -> tuple[int, str]:
        secret = secrets.token_urlsafe(24)
        cursor = connection.execute("INSERT INTO proposal (at, who, why) VALUES (?, ?, ?)", (_now(), who, why))
        number = int(cursor.lastrowid or 0)
        _hold(connection, number, records)
        connection.execute(
            "INSERT INTO sender VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, sender.kind, _digest(secret), sender.name, sender.orcid, sender.affiliation, sender.email,
             sender.text, sender.source),
        )  # fmt: skip
        return number, secret

    def replace(self, number: int, records: Records, who: str) -> None:
        """Put other statements in the place of those of an open proposal, and say that this curator has edited it."""
        with self._file.open() as connection:
            self._must_be_open(
                connection.execute("SELECT state FROM proposal WHERE number = ?", (number,)).fetchone(), number
            )
            connection.execute("DELETE FROM proposed WHERE number = ?", (number,))
            _hold(connection, number, records)
            connection.execute("INSERT INTO word VALUES (?, ?, ?, ?, ?)", (number, _now(), who, EDITED, ""))

    # -- reading ------------------------------------------------------------------------------------------------------

    def all(
        self, state: str | None = OPEN, kind: str | None = None, limit: int = -1, offset: int = 0
    ) -> list[Proposal]:
        """Return the proposals in a state, or all, oldest first; of one kind or of any."""
        return self._read(
            "WHERE (? IS NULL OR p.state = ?) AND (? IS NULL OR coalesce(s.kind, '') = ?) ORDER BY p.number LIMIT ? OFFSET ?",
            (state, state, kind, kind, limit, offset),
        )

    def decided(self, limit: int = 20) -> list[Proposal]:
        """Return the proposals that were decided last, the last one first."""
        return self._read("WHERE p.state <> 'open' ORDER BY p.decided_at DESC, p.number DESC LIMIT ?", (limit,))

    def counts(self) -> dict[str, int]:
        """Return how many open proposals there are of each kind, most first."""
        counted = f"SELECT coalesce(s.kind, ''), count(*){_FROM} WHERE p.state = 'open' GROUP BY 1 ORDER BY 2 DESC, 1"
        return dict(self._file.ask(counted))

    def get(self, number: int) -> Proposal:
        """Return one proposal."""
        found = self._read("WHERE p.number = ?", (number,))
        if not found:
            raise NotFound(f"There is no proposal {number}.", "`kg proposals` lists them, and so does the desk.")
        return found[0]

    def _read(self, which: str, values: Sequence[Any] = ()) -> list[Proposal]:
        return [Proposal(*row) for row in self._file.ask(f"SELECT {_COLUMNS}{_FROM} {which}", values)]

    def opened_by(self, number: int, secret: str) -> bool:
        """Tell whether a secret opens the page of a proposal."""
        rows = self._file.ask("SELECT digest FROM sender WHERE number = ? AND digest IS NOT NULL", (number,))
        return bool(rows) and secrets.compare_digest(rows[0][0], _digest(secret))

    def sender(self, number: int) -> Sender:
        """Return who sent a proposal; one that came by the command line says nothing here."""
        columns = "kind, name, orcid, affiliation, email, text, source"
        rows = self._file.ask(f"SELECT {columns} FROM sender WHERE number = ?", (number,))
        return Sender(*rows[0]) if rows else Sender()

    def records(self, number: int) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Return what a proposal would change: record to its statements before and after."""
        rows = self._file.ask("SELECT record, before, after FROM proposed WHERE number = ?", (number,))
        return {iri: (before, after) for iri, before, after in rows}

    def words(self, number: int) -> list[Word]:
        """Return what was said of a proposal, oldest first."""
        rows = self._file.ask("SELECT at, who, act, text FROM word WHERE number = ? ORDER BY rowid", (number,))
        return [Word(*row) for row in rows]

    # -- deciding -----------------------------------------------------------------------------------------------------

    def say(self, number: int, who: str, act: str, text: str = "") -> None:
        """Add a word to a proposal: a question of a curator, the answer of who sent it, what was done."""
        with self._file.open() as connection:
            connection.execute("INSERT INTO word VALUES (?, ?, ?, ?, ?)", (number, _now(), who, act, text))

    def intend(self, number: int, who: str, note: str) -> None:
        """Note who is about to accept an open proposal, so that a crash before `decide` leaves a trace to follow."""
        with self._file.open() as connection:
            connection.execute(
                "UPDATE proposal SET decided_by = ?, note = ? WHERE number = ? AND state = 'open'", (who, note, number)
            )

    def forget_intention(self, number: int) -> None:
        """Note that an open proposal is about to be accepted by nobody."""
        with self._file.open() as connection:
            connection.execute(
                "UPDATE proposal SET decided_by = NULL, note = '' WHERE number = ? AND state = 'open'", (number,)
            )

    def intended(self) -> list[Proposal]:
        """Return the open proposals that somebody was about to accept."""
        return self._read("WHERE p.state = 'open' AND p.decided_by IS NOT NULL")

    def decide(self, number: int, state: str, who: str, note: str = "") -> None:
        """Close an open proposal as accepted or declined, and forget the address of who sent it; a closed one stays as it is."""
        with self._file.open() as connection:
            done = connection.execute(
                "UPDATE proposal SET state = ?, decided_at = ?, decided_by = ?, note = ? WHERE number = ? AND state = 'open'",
                (state, _now(), who, note, number),
            )
            if done.rowcount:
                connection.execute("UPDATE sender SET email = '' WHERE number = ?", (number,))
        if done.rowcount == 0:
            self._must_be_open((self.get(number).state,), number)

    def _must_be_open(self, row: tuple[str] | None, number: int) -> None:
        if row is None or row[0] != OPEN:
            raise BadInput(
                f"Proposal {number} is {row[0] if row else 'not there'} already.",
                "A decision is not taken twice: make a new proposal.",
            )


def _hold(connection: sqlite3.Connection, number: int, records: Records) -> None:
    connection.executemany(
        "INSERT INTO proposed VALUES (?, ?, ?, ?)",
        ((number, iri, before, after) for iri, (before, after) in records.items()),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
