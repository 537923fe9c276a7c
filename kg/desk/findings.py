"""The last lint: its remarks in SQLite, numbered, so that a page shows them at once and a repair is accepted by its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.tables import TableFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (revision INTEGER NOT NULL, entries INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS finding (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    key TEXT NOT NULL,
    rule TEXT NOT NULL,
    field TEXT NOT NULL,
    message TEXT NOT NULL,
    before TEXT NOT NULL,
    repair TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS finding_rule ON finding (rule, number);
CREATE INDEX IF NOT EXISTS finding_repair ON finding (number) WHERE repair <> '';
"""


@dataclass(frozen=True)
class Finding:
    """One remark with its number; `before` is the field as it was, `repair` as it should be, both as BibLaTeX writes them."""

    number: int
    record: str
    key: str
    rule: str
    field: str
    message: str
    before: str
    repair: str


class Findings:
    """The table of the last lint."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)

    def replace(self, revision: int, entries: int, rows: Iterable[tuple[str, str, str, str, str, str, str]]) -> None:
        """Put a new lint in the place of the last one; a remark that is made again keeps its number, and none is given twice."""
        with self._file.open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            numbers = {tuple(row[1:]): row[0] for row in connection.execute("SELECT * FROM finding")}
            connection.execute("DELETE FROM finding")
            connection.execute("DELETE FROM run")
            connection.execute("INSERT INTO run VALUES (?, ?)", (revision, entries))
            connection.executemany(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ((numbers.pop(row, None), *row) for row in rows)
            )

    @property
    def run(self) -> tuple[int, int] | None:
        """Revision and number of entries of the last lint; None where there was none."""
        rows = self._file.ask("SELECT revision, entries FROM run")
        return (rows[0][0], rows[0][1]) if rows else None

    def counts(self) -> dict[str, int]:
        """Return how many remarks each rule made, most first."""
        rows = self._file.ask("SELECT rule, count(*) FROM finding GROUP BY rule ORDER BY 2 DESC, 1")
        return dict(rows)

    def page(self, rule: str = "", offset: int = 0, limit: int = 100) -> list[Finding]:
        """Return some remarks, of one rule or of all."""
        return self._read("WHERE ? = '' OR rule = ? ORDER BY number LIMIT ? OFFSET ?", (rule, rule, limit, offset))

    def repairs(self, offset: int = 0, limit: int = 100) -> list[Finding]:
        """Return some of the remarks that propose a repair."""
        return self._read("WHERE repair <> '' ORDER BY number LIMIT ? OFFSET ?", (limit, offset))

    def repairable(self) -> int:
        """Return how many remarks propose a repair."""
        return int(self._file.ask("SELECT count(*) FROM finding WHERE repair <> ''")[0][0])

    def get(self, number: int) -> Finding | None:
        """Return one remark; None when there is none of that number any more."""
        return next(iter(self._read("WHERE number = ?", (number,))), None)

    def _read(self, which: str, values: Sequence[str | int]) -> list[Finding]:
        return [Finding(*row) for row in self._file.ask(f"SELECT * FROM finding {which}", values)]

    def done(self, number: int) -> None:
        """Take out a remark that has been dealt with."""
        with self._file.open() as connection:
            connection.execute("DELETE FROM finding WHERE number = ?", (number,))
