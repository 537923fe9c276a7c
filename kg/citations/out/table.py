"""Entries as a table for spreadsheets: CSV, one work a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kg.citations.entry import Entry
from kg.citations.names import Name

COLUMNS = (
    "key", "type", "author", "editor", "title", "journaltitle", "booktitle", "series", "date", "volume", "number", "pages",
    "publisher", "institution", "organization", "howpublished", "location", "doi", "isbn", "issn", "url", "langid",
    "keywords", "abstract", "annotation", "usage", "confidence", "note",
)  # fmt: skip
"""The columns, named as in BibLaTeX; `genre` holds the field `type`."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the heading, then a row for each entry; names are joined by semicolons."""
    yield _row([*COLUMNS, "genre"])
    for entry in entries:
        yield _row([*(_cell(entry, column) for column in COLUMNS), entry.fields.get("type", "")])


def _cell(entry: Entry, column: str) -> str:
    match column:
        case "key" | "type":
            return str(getattr(entry, column))
        case "author" | "editor":
            return "; ".join(_person(name) for name in entry.names.get(column, ()))
    return entry.fields.get(column, "")


def _person(name: Name) -> str:
    family = " ".join(part for part in (name.prefix, name.family) if part)
    return ", ".join(part for part in (family, name.suffix, name.given) if part)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(harmless(cell) for cell in cells)
    return line.getvalue()


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a text that looks like a formula (OWASP: CSV injection)."""
    return "'" + cell if cell.startswith(_FORMULA) else cell
