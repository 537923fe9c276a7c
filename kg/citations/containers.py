"""In what a work appeared: the journal, proceedings or book whose record its title leads to, or that is still to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode
from stdnum import issn

from kg.citations.entry import Entry
from kg.citations.likeness import flat, isbns
from kg.terms import BIBO

_PERIODICALS = {"magazine": BIBO.Magazine, "newspaper": BIBO.Newspaper}
_STANDS_IN = {
    "article": ("journaltitle", BIBO.Journal),
    "inproceedings": ("booktitle", BIBO.Proceedings),
    "incollection": ("booktitle", BIBO.Book),
    "inbook": ("booktitle", BIBO.Book),
}
"""By type of entry, the field that names the container, and the class that it has."""

_PARTS = re.compile(r"[,;/\s]+")


@dataclass(frozen=True)
class Container:
    """What tells one journal, proceedings or book from another: of the last two, the year too."""

    title: str
    kind: NamedNode
    year: str = ""
    issns: frozenset[str] = frozenset()
    isbns: frozenset[str] = frozenset()

    @property
    def is_periodical(self) -> bool:
        """Whether volumes of it go on appearing."""
        return self.kind in (BIBO.Journal, *_PERIODICALS.values())


def sound(title: str) -> str:
    """Return what two spellings of one title have in common."""
    return " ".join(word for word in flat(title.replace("&", " and ")).split() if word != "the")


def issns(text: str) -> frozenset[str]:
    """Return every valid ISSN in a field, with its hyphen."""
    return frozenset(issn.format(part) for part in _PARTS.split(text) if part and issn.is_valid(part))


def of(entry: Entry) -> Container | None:
    """Return in what a work appeared; None where its entry does not say."""
    name, kind = _STANDS_IN.get(entry.type, ("", BIBO.Journal))
    title = entry.fields.get(name, "")
    if not sound(title):
        return None
    if entry.type == "article":
        kind = _PERIODICALS.get(entry.fields.get("entrysubtype", ""), kind)
        return Container(title, kind, issns=issns(entry.fields.get("issn", "")))
    year = re.search(r"\d{4}", entry.fields.get("date", "") or entry.fields.get("year", ""))
    return Container(title, kind, year[0] if year else "", isbns=isbns(entry.fields.get("isbn", "")))


def headings(one: Container) -> Iterator[str]:
    """Yield under what a container is looked up: its ISSNs, and its title (with the year where that tells it apart)."""
    yield from (f"issn {number}" for number in sorted(one.issns))
    title, year, periodical = _name(one)
    if periodical or year:
        yield f"{'journal' if periodical else 'book'} {year} {title}"


@dataclass
class Library:
    """The journals, proceedings and books that have records."""

    _titles: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)

    def put(self, iri: str, one: Container) -> None:
        """Add a record."""
        self._titles.setdefault(_name(one), iri)
        for number in one.issns:
            self._numbers.setdefault(number, iri)

    def find(self, one: Container) -> str:
        """Return the record of a container; nothing where it has none."""
        if one.is_periodical:
            known = next((self._numbers[number] for number in sorted(one.issns) if number in self._numbers), "")
            return known or self._titles.get(_name(one), "")
        return self._titles.get(_name(one), "") if one.year else ""


def _name(one: Container) -> tuple[str, str, bool]:
    return sound(one.title), "" if one.is_periodical else one.year, one.is_periodical
