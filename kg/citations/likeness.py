"""Which works are one work: by DOI, by ISBN, or by title, year and first author that are nearly the same."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from stdnum import isbn

from kg.citations.entry import Entry
from kg.citations.names import OTHERS

_WORDS = re.compile(r"\w+")
_BETWEEN_NUMBERS = re.compile(r"[,;/]|\s{2,}|\s(?=97[89])")
_NEAR_TITLE = 93
_SAME_BOOK = 80
_NEAR_NAME = 85
_OTHER_TITLE = 50
CROWD = 50
"""A block that more works share than this says nothing about any of them."""


@dataclass(frozen=True)
class Work:
    """What tells one work from another."""

    record: str
    key: str
    type: str = ""
    title: str = ""
    year: str = ""
    who: str = ""
    doi: str = ""
    isbns: frozenset[str] = frozenset()
    volume: str = ""
    number: str = ""
    page: str = ""

    @cached_property
    def flat(self) -> str:
        """The title in small letters, without accents and signs."""
        return flat(self.title)

    @cached_property
    def flat_who(self) -> str:
        """The first author's family name in the same form."""
        return flat(self.who)


def flat(text: str) -> str:
    """Return text in small letters, without accents and signs."""
    if text.isascii():
        return " ".join(_WORDS.findall(text.lower()))
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return " ".join(_WORDS.findall(bare))


def doi(text: str) -> str:
    """Return a DOI in the one form in which two are compared: they know no capitals."""
    return text.strip().casefold().removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")


def isbns(text: str) -> frozenset[str]:
    """Return every valid ISBN in a field as 13 digits."""
    parts = (part.strip() for part in _BETWEEN_NUMBERS.split(text)) if text else ()
    return frozenset(isbn.compact(isbn.to_isbn13(part)) for part in parts if isbn.is_valid(part))


def work(entry: Entry, record: str = "") -> Work:
    """Return what tells an entry from others."""
    fields = entry.fields
    people = [name for name in (*entry.names.get("author", ()), *entry.names.get("editor", ())) if name != OTHERS]
    return Work(
        record=record,
        key=entry.key,
        type=entry.type,
        title=fields.get("title", ""),
        year=(re.search(r"\d{4}", fields.get("date", "") or fields.get("year", "")) or [""])[0],
        who=people[0].family if people else "",
        doi=doi(fields.get("doi", "")),
        isbns=isbns(fields.get("isbn", "")),
        volume=fields.get("volume", ""),
        number=fields.get("number", ""),
        page=page(fields.get("pages", "")),
    )


def page(pages: str) -> str:
    """Return the first of some pages."""
    return (_WORDS.search(pages) or [""])[0]


def blocks(one: Work) -> Iterator[str]:
    """Yield the shelves on which a work may meet its double: its numbers, and three choices of three words of its title."""
    if one.doi:
        yield "doi " + one.doi
    yield from ("isbn " + number for number in one.isbns)
    words = sorted({word for word in one.flat.split() if len(word) > 2})
    if not words:
        return
    telling = sorted(words, key=lambda word: (-len(word), word))
    for number, chosen in enumerate((words[:3], words[-3:], sorted(telling[:3]))):
        yield f"title {number} {' '.join(chosen)}"


class Shelves:
    """Works by block, so that each is compared with the few it could be and not with all."""

    def __init__(self) -> None:
        self._shelves: dict[str, list[Work]] = defaultdict(list)

    def put(self, one: Work, among: Iterable[str] | None = None) -> None:
        """Shelve a work; only on shelves named in `among` where that is given."""
        for block in blocks(one):
            if (among is None or block in among) and len(self._shelves[block]) <= CROWD:
                self._shelves[block].append(one)

    def like(self, one: Work) -> tuple[Work, str] | None:
        """Return a work that is probably this one under another key, and why."""
        for block in blocks(one):
            shelf = self._shelves.get(block, ())
            if len(shelf) > CROWD:
                continue
            for other in shelf:
                if (other.record != one.record or other.key != one.key) and (why := alike(one, other)):
                    return other, why
        return None


def alike(one: Work, other: Work) -> str:
    """Say why two are probably one work; nothing where they are not.

    Two DOIs that differ are two works, however alike their titles are: editions, parts, preprints. So are two of one type that
    stand in different volumes, in different issues or on different pages: a column of every issue has the same title.
    """
    if one.doi and other.doi:
        return "the same DOI" if one.doi == other.doi else ""
    likeness = fuzz.token_sort_ratio(one.flat, other.flat)
    if one.isbns & other.isbns and one.type == other.type and likeness >= _SAME_BOOK:
        return "the same ISBN and nearly the same title"
    if one.type == other.type and any(
        mine and theirs and mine != theirs
        for mine, theirs in ((one.volume, other.volume), (one.number, other.number), (one.page, other.page))
    ):
        return ""
    near_year = not one.year or not other.year or abs(int(one.year) - int(other.year)) <= 1
    near_name = not one.who or not other.who or fuzz.ratio(one.flat_who, other.flat_who) >= _NEAR_NAME
    known = (one.year and other.year) or (one.who and other.who)
    if likeness >= _NEAR_TITLE and near_year and near_name and known:
        return "nearly the same title, year and author"
    return ""


def another(one: Work, other: Work) -> bool:
    """Tell whether two entries under one key are plainly two works."""
    if one.doi and other.doi and one.doi != other.doi:
        return fuzz.token_sort_ratio(one.flat, other.flat) < _SAME_BOOK
    near_name = fuzz.ratio(one.flat_who, other.flat_who) >= _NEAR_NAME
    return fuzz.token_sort_ratio(one.flat, other.flat) < _OTHER_TITLE and (one.year != other.year or not near_name)
