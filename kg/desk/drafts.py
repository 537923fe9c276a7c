"""Drafts: forms that somebody has not sent yet, opened by a secret link and forgotten after a month."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg.tables import TableFile

DAYS = 30
_SCHEMA = """
CREATE TABLE IF NOT EXISTS draft (digest TEXT PRIMARY KEY, place TEXT NOT NULL, said TEXT NOT NULL, until TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS draft_until ON draft (until);
"""


@dataclass(frozen=True)
class Draft:
    """A form as it was left: the address of the form, its fields, and the day (ISO 8601) until which it is kept."""

    place: str
    form: Mapping[str, list[str]]
    until: str


class Drafts:
    """The table of drafts; the secret itself is kept nowhere."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def keep(self, place: str, form: Mapping[str, list[str]], secret: str = "") -> str:
        """Keep a form, in the place of the one that the secret opens or under a new secret; return the secret."""
        now = datetime.now(UTC)
        secret = secret if self.get(secret) else secrets.token_urlsafe(24)
        until = (now + timedelta(days=DAYS)).date().isoformat()
        with self._file.open() as connection:
            connection.execute("DELETE FROM draft WHERE until < ?", (now.date().isoformat(),))
            row = (_digest(secret), place, json.dumps(dict(form)), until)
            connection.execute("INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?)", row)
        return secret

    def get(self, secret: str) -> Draft | None:
        """Return the form that a secret opens; None when there is none, or not any more."""
        today = datetime.now(UTC).date().isoformat()
        with self._file.open() as connection:
            row = connection.execute(
                "SELECT place, said, until FROM draft WHERE digest = ? AND until >= ?", (_digest(secret), today)
            ).fetchone()
        return Draft(row[0], json.loads(row[1]), row[2]) if row else None

    def forget(self, secret: str) -> None:
        """Take a draft away: it was sent, or is not wanted any more."""
        with self._file.open() as connection:
            connection.execute("DELETE FROM draft WHERE digest = ?", (_digest(secret),))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
