"""Comparison: records side by side, field by field, as their shapes have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.analysis.tables import Table

LEAST, MOST = 2, 6


@dataclass(frozen=True)
class Line:
    """One field of all records: its group, its name, and the words of each record, empty where it says nothing."""

    group: str
    label: str
    cells: tuple[tuple[str, ...], ...]

    @property
    def differs(self) -> bool:
        """Tell whether the records do not all say the same."""
        return len(set(self.cells)) > 1


Said = dict[tuple[str, str], tuple[str, ...]]
"""What one record says: (group, field) to its words, in the order of its shape."""


def align(records: Sequence[Said], *, differences: bool = False) -> list[Line]:
    """Put the fields of records side by side, in the order in which the first that has them does."""
    keys: dict[tuple[str, str], None] = {}
    for said in records:
        keys |= dict.fromkeys(said)
    groups = list(dict.fromkeys(group for group, _ in keys))
    ordered = sorted(keys, key=lambda key: groups.index(key[0]))
    lines = [Line(group, label, tuple(said.get((group, label), ()) for said in records)) for group, label in ordered]
    return [line for line in lines if line.differs or not differences]


def as_table(lines: Sequence[Line], names: Sequence[str], revision: int) -> Table:
    """Write a comparison as a table: a field a row, a record a column."""
    rows = [[line.group, line.label, *("; ".join(cell) for cell in line.cells)] for line in lines]
    note = "An empty field means that it was not seen, not that there is nothing."
    return Table("Comparison", ["group", "field", *names], rows, note, revision)
