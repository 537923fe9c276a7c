"""Entries as RIS, which EndNote, RefWorks, Mendeley and Zotero read; tags as in the RIS specification of 2011."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import csl
from kg.citations.properties import LANGUAGES

TYPES = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-encyclopedia": "ENCYC",
    "graphic": "ART",
    "interview": "PCOMM",
    "legal_case": "CASE",
    "legislation": "STAT",
    "manuscript": "UNPB",
    "motion_picture": "MPCT",
    "pamphlet": "PAMP",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "periodical": "SER",
    "personal_communication": "PCOMM",
    "report": "RPRT",
    "software": "COMP",
    "song": "SOUND",
    "standard": "STAND",
    "thesis": "THES",
    "treaty": "LEGAL",
    "webpage": "ELEC",
}
OTHER = "GEN"
"""What a work is that none of these types fits."""

_BY_TYPE = {"proceedings": "CONF", "collection": "EDBOOK"}

_TEXTS = (
    ("TI", "title"), ("T2", "journaltitle"), ("T2", "booktitle"), ("T3", "series"), ("ST", "shorttitle"),
    ("JA", "shortjournal"), ("VL", "volume"), ("ET", "edition"), ("PB", "publisher"), ("PB", "institution"),
    ("PB", "organization"), ("PB", "howpublished"), ("CY", "location"), ("M3", "type"), ("SN", "isbn"), ("SN", "issn"),
    ("DO", "doi"), ("UR", "url"), ("LA", "langid"), ("AB", "abstract"), ("N1", "annotation"), ("RN", "usage"),
)  # fmt: skip
_PEOPLE = (("AU", "author"), ("A2", "editor"), ("A4", "translator"))
_END = "\r\n"


def write(entries: Iterable[Entry], other: Callable[[Entry], str] = lambda entry: OTHER) -> Iterator[str]:
    """Yield each entry as a RIS record; `other` says what a work is that no type of ours fits."""
    for entry in entries:
        told = lines(entry, other(entry))
        yield _END.join(f"{tag}  - {text}".rstrip() + (" " if not text else "") for tag, text in told) + _END * 2


def lines(entry: Entry, other: str = OTHER) -> Iterator[tuple[str, str]]:
    """Yield the tags of one entry with their values, from `TY` to `ER`."""
    fields = entry.fields
    yield "TY", _BY_TYPE.get(entry.type) or TYPES.get(csl.kind(entry), other)
    yield "ID", entry.key
    for tag, name in _PEOPLE:
        for one in entry.names.get(name, ()):
            yield tag, _person(one)
    said = set()
    for tag, name in _TEXTS:
        text = " ".join(
            (csl.item(entry)["title"] if name == "title" and name in fields else fields.get(name, "")).split()
        )
        if text and (tag, text) not in said:
            said.add((tag, text))
            yield tag, text
    yield from _dates(fields.get("date", fields.get("year", "")), fields.get("urldate", ""))
    yield from _places(entry)
    for word in fields.get("keywords", "").split(","):
        if word.strip():
            yield "KW", " ".join(word.split())
    yield "ER", ""


def _text(entry: Entry, name: str) -> str:
    match name:
        case "title":
            return csl.title(entry)
        case "langid":
            return LANGUAGES.get(entry.fields.get(name, ""), entry.fields.get(name, ""))
    return entry.fields.get(name, "")


def _person(name: Name) -> str:
    """Write `Last, First, Suffix`; a name without a comma is a body's."""
    if name.body:
        return name.family
    if name == OTHERS:
        return "et al."
    family = " ".join(part for part in (name.prefix, name.family) if part)
    return ", ".join([family, name.given, *([name.suffix] if name.suffix else [])])


def _dates(issued: str, seen: str) -> Iterator[tuple[str, str]]:
    """Yield the year, and the date with its empty parts, as the specification has them."""
    for year_tag, tag, text in (("PY", "DA", issued), ("", "Y2", seen)):
        first = csl.date(text.partition("/")[0]).get("date-parts", [[]])[0] if text else []
        if not first:
            continue
        parts = [f"{first[0]:04d}", *(f"{part:02d}" for part in first[1:])]
        if year_tag:
            yield year_tag, parts[0]
        if len(parts) > 1 or not year_tag:
            yield tag, "/".join([*parts, "", "", ""][:3]) + "/"


def _places(entry: Entry) -> Iterator[tuple[str, str]]:
    if number := entry.fields.get("number", ""):
        yield "IS", number
    first, _, last = entry.fields.get("pages", "").replace("--", "–").partition("–")
    if first.strip():
        yield "SP", first.strip()
    if last.strip():
        yield "EP", last.strip()
