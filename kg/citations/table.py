"""References in a table: what `kg export --format csv` writes, and any table with some of its headings, as entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.citations import keys, latex, names, rows
from kg.citations.entry import Broken, Entry, Reading
from kg.citations.names import OTHERS, Name
from kg.citations.out.table import COLUMNS, GENRE, PEOPLE, harmful

_NEEDED = {"key", "type", "title"}
_BETWEEN = re.compile(r";\s*(?![^{}]*\})")


def is_table(heading: str) -> bool:
    """Tell whether a line is the headings of a table of references."""
    found, _ = rows.read(heading)
    return bool(found) and {cell.strip().lower() for cell in found[0].cells} >= _NEEDED


def read(text: str) -> Reading:
    """Read a table of references; a row that is broken does not cost the others."""
    told, broken = rows.read(text)
    headings = [cell.strip().lower() for cell in told[0].cells] if told else []
    reading = Reading(broken=broken, holds=frozenset("type" if name == GENRE else name for name in headings))
    for row in told[1:]:
        if len(row.cells) > len(headings):
            reason = f"it has {len(row.cells)} cells under {len(headings)} headings"
            reading.broken.append(Broken(row.line, row.cells[0], reason, row.raw))
            continue
        cells = {name: text for name, cell in zip(headings, row.cells, strict=False) if (text := harmful(cell).strip())}
        reading.entries.append(_entry(cells))
    return reading


def _entry(cells: dict[str, str]) -> Entry:
    people = {role: tuple(_people(cells[role])) for role in PEOPLE if role in cells}
    fields = {name: text for name, text in cells.items() if name in COLUMNS and name not in ("key", "type", *PEOPLE)}
    if GENRE in cells:
        fields["type"] = cells[GENRE]
    return Entry(keys.usable(cells.get("key", "")), cells.get("type", "misc"), fields, people)


def _people(cell: str) -> Iterator[Name]:
    """Yield names as `van den Berg, Jr, Anna`; without a comma, or in braces, they are bodies'."""
    for text in filter(None, map(str.strip, _BETWEEN.split(cell))):
        if text == OTHERS.family:
            yield OTHERS
        elif text.startswith("{") and text.endswith("}"):
            yield Name(text[1:-1], body=True)
        elif "," not in text:
            yield Name(text, body=True)
        elif text.endswith(","):
            yield Name(text.rstrip(", "))
        elif text.count(",") == 1:
            yield names.inverted(text)
        else:
            yield from names.read(latex.encode(text, ascii_only=False))
