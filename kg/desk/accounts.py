"""The accounts: who may contribute, curate or administer; tokens are kept only as hashes, and shown once."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import BadInput, NotFound
from kg.tables import TableFile
from kg.words import phrase

ROLES = (phrase("contributor"), phrase("curator"), phrase("admin"))
"""Each may do what the ones before it may."""

_NAME = re.compile(r"[\w.@+-]{1,100}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (name TEXT PRIMARY KEY, at TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Account:
    """Somebody with a token: name, role, since when, and when last at the desk (ISO 8601, UTC; empty for never)."""

    name: str
    role: str
    at: str
    seen: str = ""

    def may(self, role: str) -> bool:
        """Tell whether this account may do what that role may."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Accounts:
    """A table of accounts. A token has 256 random bits, so its SHA-256 needs no salt and no slow hash."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def add(self, name: str, role: str) -> str:
        """Make an account, or give an old one a new role and token; return the token, which is kept nowhere."""
        if role not in ROLES:
            raise BadInput(f"There is no role {role!r}.", f"Roles: {', '.join(ROLES)}.")
        if not _NAME.fullmatch(name):
            raise BadInput(f"{name!r} cannot be a name.", "Use letters, digits and . @ + - _, at most 100 of them.")
        token = "ou_" + secrets.token_urlsafe(32)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.open() as connection:
            connection.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", (name, role, _digest(token), at))
        return token

    def remove(self, name: str) -> None:
        """Take an account away; its token opens nothing from now on."""
        with self._file.open() as connection:
            if not connection.execute("DELETE FROM account WHERE name = ?", (name,)).rowcount:
                raise NotFound(f"There is no account {name!r}.", "`kg user list` shows all.")

    def all(self) -> list[Account]:
        """Return every account, by name."""
        with self._file.open() as connection:
            rows = connection.execute(
                "SELECT a.name, a.role, a.at, coalesce(s.at, '') FROM account a LEFT JOIN seen s USING (name) ORDER BY a.name"
            )
            return [Account(*row) for row in rows]

    def of(self, token: str) -> Account | None:
        """Return the account that a token belongs to; what is compared is the hash, so time tells nothing of the token."""
        with self._file.open() as connection:
            row = connection.execute(
                "SELECT name, role, at FROM account WHERE digest = ?", (_digest(token),)
            ).fetchone()
        return Account(*row) if row else None

    def proof(self, name: str) -> str:
        """Return what a session keeps of an account's token, so that it ends with the token; empty for no account."""
        with self._file.open() as connection:
            row = connection.execute("SELECT digest FROM account WHERE name = ?", (name,)).fetchone()
        return _digest(row[0])[:32] if row else ""

    def get(self, name: str) -> Account | None:
        """Return the account of that name."""
        return next((account for account in self.all() if account.name == name), None)

    def touch(self, name: str) -> None:
        """Note that somebody is at the desk, to the day."""
        today = datetime.now(UTC).date().isoformat()
        with self._file.open() as connection:
            connection.execute(
                "INSERT INTO seen VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE at <> excluded.at",
                (name, today),
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
