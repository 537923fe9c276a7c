"""Entries as a table for spreadsheets: CSV, one work a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name

COLUMNS = (
    "key", "type", "author", "editor", "title", "journaltitle", "booktitle", "series", "date", "volume", "number", "pages",
    "publisher", "institution", "organization", "howpublished", "location", "doi", "isbn", "issn", "url", "langid",
    "keywords", "abstract", "annotation", "usage", "confidence", "note",
)  # fmt: skip
"""The columns, named as in BibLaTeX; `genre` holds the field `type`."""

PEOPLE = ("author", "editor")
GENRE = "genre"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the heading, then a row for each entry; names are joined by semicolons."""
    yield _row([*COLUMNS, GENRE])
    for entry in entries:
        yield _row([*(_cell(entry, column) for column in COLUMNS), entry.fields.get("type", "")])


def _cell(entry: Entry, column: str) -> str:
    match column:
        case "key" | "type":
            return str(getattr(entry, column))
        case _ if column in PEOPLE:
            return "; ".join(_person(name) for name in entry.names.get(column, ()))
    return entry.fields.get(column, "")


def _person(name: Name) -> str:
    """Write `van den Berg, Jr, Anna`; a body in braces where a sign of it would part names, a person of one name with a comma."""
    if name.body:
        return (
            f"{{{name.family}}}"
            if any(sign in name.family for sign in ",;{") or name.family == "others"
            else name.family
        )
    if name != OTHERS and not (name.given or name.suffix):
        return " ".join(filter(None, (name.prefix, name.family))) + ","
    family = " ".join(part for part in (name.prefix, name.family) if part)
    return ", ".join(part for part in (family, name.suffix, name.given) if part)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(harmless(cell) for cell in cells)
    return line.getvalue()


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a text that looks like a formula (OWASP: CSV injection)."""
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA) else cell


def harmful(cell: str) -> str:
    """Return the text of a cell that `harmless` has written."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
