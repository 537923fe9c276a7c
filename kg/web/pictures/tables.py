"""The numbers behind a picture: a table that its address sorts, and the same rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from kg.web import negotiation
from kg.web.lists import csv_lines
from kg.web.negotiation import CSV

_BY, _ORDER = "by", "order"
_DOWN = "down"


@dataclass(frozen=True)
class Cell:
    """What stands in a table: words or a number, and where it leads; `add` is where somebody can add what is not there."""

    value: str | int
    url: str | None = None
    note: str = ""
    add: str | None = None


@dataclass(frozen=True)
class Column:
    """One column: its name in addresses, its heading, how it is sorted now and where a click sorts it."""

    name: str
    label: str
    sorted: str = ""
    url: str = ""


@dataclass
class Table:
    """Rows under columns; the first cell of a row says what the row is about."""

    caption: str
    columns: list[Column]
    rows: list[list[Cell]] = field(default_factory=list)

    def csv(self, name: str) -> Response:
        """Write the rows as CSV, with the names of the columns on top."""
        rows: Iterable[Sequence[Any]] = ([cell.value for cell in row] for row in self.rows)
        return negotiation.streamed(csv_lines([[column.name for column in self.columns], *rows]), CSV, name)


def table(caption: str, columns: Sequence[tuple[str, str]], rows: list[list[Cell]]) -> Table:
    """Make a table, sorted as the address asks (`?by=<column>&order=down`); without a wish the rows stay as they come."""
    names = [name for name, _ in columns]
    by, down = request.args.get(_BY, ""), request.args.get(_ORDER) == _DOWN
    if by in names:
        place = names.index(by)
        rows = sorted(rows, key=lambda row: _rank(row[place].value), reverse=down)
    made = [
        Column(
            name,
            label,
            ("descending" if down else "ascending") if name == by else "",
            _sorting(name, not down if name == by else name != names[0]),
        )
        for name, label in columns
    ]
    return Table(caption, made, rows)


def _rank(value: str | int) -> tuple[bool, int, str]:
    return (isinstance(value, str), value if isinstance(value, int) else 0, str(value).casefold())


def _sorting(name: str, down: bool) -> str:
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in (_BY, _ORDER)]
    return "?" + urlencode([*kept, (_BY, name), *([(_ORDER, _DOWN)] if down else [])]) + "#table"
