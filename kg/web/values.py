"""What a page shows of a record: values, rows of them, tables of nested things, and the sections that they stand in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_STATUS_ORDER = ("stated", "partly", "opposite", "absent", "not-seen")


@dataclass(frozen=True)
class Value:
    """One value on a page: words, their language, a link where it is safe to follow, and a status mark where it is one."""

    text: str
    lang: str = ""
    url: str | None = None
    external: bool = False
    iri: str = ""
    status: str = ""


@dataclass
class Row:
    """One field of a record with its values, or with a table of nested things, of which the last columns may be folded.

    `people` tells that the nested things are those who made the record.
    """

    label: str
    help: str
    values: list[Value] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[list[Value]]] = field(default_factory=list)
    folded: int = 0
    people: bool = False

    @property
    def kind(self) -> str:
        """`table` for nested things, else `values`."""
        return "table" if self.columns else "values"

    @property
    def tally(self) -> list[tuple[Value, int]]:
        """Each status in a table with how often it stands there, in the order of the scale."""
        firsts = [next(value for cell in row for value in cell if value.status) for row in self.rows if _status(row)]
        counts = Counter(value.status for value in firsts)
        words = {value.status: value for value in firsts}
        return [(words[status], counts[status]) for status in _STATUS_ORDER if status in counts]


@dataclass
class Section:
    """A group of the shape with the fields that this record fills."""

    name: str
    label: str
    fields: list[Row]


def said_once(rows: list[Row]) -> list[Row]:
    """Leave out plain rows that say again what stands beside them: the words of a link, the people of a table by name."""
    links = {value.text.casefold() for row in rows for value in row.values if value.iri and value.url}
    people = {value.iri for row in rows if row.people for cells in row.rows for cell in cells for value in cell}
    return [
        row
        for row in rows
        if row.kind == "table"
        or not all(value.iri in people if value.iri else value.text.casefold() in links for value in row.values)
    ]


def reading_order(row: list[list[Value]]) -> tuple[object, ...]:
    """Order nested rows by status, then by position where they have one, else by their first words."""
    numbers = [int(value.text) for cell in row for value in cell if value.text.isdigit()]
    words = [value.text for cell in row for value in cell]
    status = _status(row)
    return (_STATUS_ORDER.index(status) if status in _STATUS_ORDER else -1, numbers[:1] or [0], words)


def _status(row: list[list[Value]]) -> str:
    return next((value.status for cell in row for value in cell if value.status), "")
