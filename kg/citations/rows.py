"""Tables as text, parted into rows: each with its line and its text as it was sent, a broken one told and kept."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from kg.citations.entry import Broken

REMARK = "#"
_MARKS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One row: the line it begins in (from 1), its text as it was sent, its cells."""

    line: int
    raw: str
    cells: Sequence[str]


def read(text: str) -> tuple[list[Row], list[Broken]]:
    """Part a table, whatever sign is between its cells, into rows without empty ones and remarks.

    Where a quotation mark is never closed, its line is broken and the next ones are read.
    """
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    mark = max(_MARKS, key=lambda sign: lines[0].count(sign)) if lines else ","
    rows, broken, start = [], list[Broken](), 0
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), delimiter=mark, strict=True)
        at = start
        try:
            for cells in reader:
                end = start + reader.line_num
                rows.append(Row(at + 1, "".join(lines[at:end]), cells))
                at = end
            break
        except csv.Error as error:
            broken.append(Broken(at + 1, "", f"it is no row of a table: {error}", lines[at]))
            start = at + 1
    return [row for row in rows if any(map(str.strip, row.cells)) and not row.cells[0].startswith(REMARK)], broken
