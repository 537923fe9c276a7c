"""RIS in: what EndNote, RefWorks, Mendeley, Zotero and publishers write, as entries; tags as in the RIS specification of 2011."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import rispy

from kg.citations import keys
from kg.citations.entry import Broken, Entry, Reading
from kg.citations.names import Name, inverted
from kg.citations.properties import TAGS
from kg.citations.tags import PEOPLE_READ, SUBTYPES_READ, TEXTS_READ, TYPES_READ
from kg.citations.variables import PUBLISHED_BY

_READ = {*TEXTS_READ, *PEOPLE_READ, "TY", "ID", "TI", "T1", "CT", "T2", "T3", "BT", "JO", "JF", "JA", "J1", "J2", "PB", "PY",
         "Y1", "DA", "Y2", "SP", "EP", "SN", "DO", "UR", "KW", "C3"}  # fmt: skip
_IN_BOOKS = frozenset(("incollection", "inproceedings", "inreference"))
_TAG = re.compile(r"[A-Z][A-Z0-9]  -")
_BROKEN_LINE = re.compile(r"\n(?![A-Z][A-Z0-9]  -)")
_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2})?(?:[/-](\d{1,2})?)?)?(?:/(.*))?$")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]\b")


def read(text: str) -> Reading:
    """Read RIS text; a record that cannot be read does not cost the others."""
    reading = Reading()
    for line, raw in _records(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")):
        reason = _fault(raw)
        if reason:
            reading.broken.append(Broken(line, "", reason, raw))
        else:
            reading.entries.append(_entry(_tags(raw)))
    return reading


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Yield each record with the line it begins in: from `TY`, or from the first tag after an `ER`, to `ER`."""
    start, held = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("TY  -") and held:
            yield start, "\n".join(held)
            held = []
        if line.strip() and not held:
            start = number
        if line.strip() or held:
            held.append(line)
        if line.startswith("ER  -"):
            yield start, "\n".join(held)
            held = []
    if held:
        yield start, "\n".join(held)


def _fault(raw: str) -> str:
    lines = raw.rstrip().split("\n")
    if not lines[0].startswith("TY  -"):
        return "it does not begin with the tag TY"
    if not lines[-1].startswith("ER  -"):
        return "the tag ER, which ends a record, is missing"
    return "" if any(_TAG.match(line) for line in lines[1:-1]) else "it holds no tag but its type"


def _tags(raw: str) -> dict[str, list[str]]:
    """Return the values of every tag, in the order of the file."""
    raw = _BROKEN_LINE.sub(" ", raw)
    tags = {line[:2] for line in raw.split("\n") if _TAG.match(line)}
    found = rispy.loads(raw, mapping={tag: tag for tag in tags}, list_tags=sorted(tags), delimiter_tags_mapping={})
    values = {
        tag: [text for value in ([given] if isinstance(given, str) else given) if (text := " ".join(value.split()))]
        for tag, given in (found[0] if found else {}).items()
    }
    return {tag: texts for tag, texts in values.items() if texts}


def _entry(tags: Mapping[str, list[str]]) -> Entry:
    written = tags.get("TY", ["GEN"])[0].upper()
    kind = TYPES_READ.get(written, "misc")
    if written == "CONF" and not any(tag in tags for tag in ("T2", "BT", "C3", "JO", "JF")):
        kind = "proceedings"
    fields: dict[str, str] = {}
    for name, text in _fields(kind, tags):
        fields.setdefault(name, text)
    if written in SUBTYPES_READ:
        fields["entrysubtype"] = SUBTYPES_READ[written]
    people: dict[str, tuple[Name, ...]] = {}
    for tag, name in PEOPLE_READ.items():
        if tag in tags:
            people[name] = people.get(name, ()) + tuple(inverted(text) for text in tags[tag])
    return Entry(keys.usable(" ".join(tags.get("ID", []))), kind, fields, people)


def _fields(kind: str, tags: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    yield from _titles(kind, tags)
    for tag, name in TEXTS_READ.items():
        if tag in tags:
            text = " ".join(tags[tag])
            yield name, TAGS.get(text, text) if name == "langid" else text
    if "PB" in tags:
        yield PUBLISHED_BY.get(kind, "publisher"), tags["PB"][0]
    yield from _dates(tags)
    pages = "–".join(dict.fromkeys(tags[tag][0].replace("--", "–") for tag in ("SP", "EP") if tag in tags))
    if pages:
        yield "pages", pages
    for number in tags.get("SN", ()):
        yield "issn" if _ISSN.match(number) and len(number) <= 9 else "isbn", number
    for doi in tags.get("DO", ()):
        yield "doi", keys.bare_doi(doi)
    if "UR" in tags:
        yield "url", tags["UR"][0]
    if "KW" in tags:
        yield "keywords", ", ".join(dict.fromkeys(word.strip() for text in tags["KW"] for word in text.split(",")))
    yield from ((f"ris-{tag.lower()}", "; ".join(texts)) for tag, texts in tags.items() if tag not in _READ)


def _titles(kind: str, tags: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the title and what the work stands in: a journal, a book or a series, by type."""
    own = ("TI", "T1", "CT") if kind in _IN_BOOKS else ("TI", "T1", "CT", "BT")
    yield from (("title", tags[tag][0]) for tag in own if tag in tags)
    short = [tags[tag][0] for tag in ("JA", "J2", "J1") if tag in tags]
    if kind in ("article", "periodical"):
        around, whole = "journaltitle", [tags[tag][0] for tag in ("T2", "JF", "JO", "BT") if tag in tags]
    elif kind in _IN_BOOKS:
        around, whole = "booktitle", [tags[tag][0] for tag in ("BT", "T2", "C3", "JF", "JO") if tag in tags]
    else:
        around, whole = "series", [tags[tag][0] for tag in ("T2", "JF", "JO") if tag in tags]
    if whole or short:
        yield around, (whole or short)[0]
    if whole and short and short[0] != whole[0]:
        yield "shortjournal", short[0]
    if "T3" in tags:
        yield "series", tags["T3"][0]


def _dates(tags: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the longest of the dates of publication that share a year, and the day the address was seen."""
    told = [date for tag in ("DA", "PY", "Y1") if tag in tags for date in _date(tags[tag][0])]
    years = [date for tag in ("PY", "Y1") if tag in tags for date in _date(tags[tag][0])]
    if told:
        year = (years or told)[0][:4]
        yield "date", max((date for date in told if date[:4] == year), key=len)
    else:
        yield from (("year", tags[tag][0]) for tag in ("PY", "Y1", "DA") if tag in tags)
    if "Y2" in tags:
        yield from (("urldate", date) for date in _date(tags["Y2"][0]))


def _date(text: str) -> list[str]:
    """Return `2010/05/12/` as an ISO date, in a list; nothing for another form."""
    found = _DATE.match(text)
    if found is None:
        return []
    year, month, day = found[1], int(found[2] or 0), int(found[3] or 0)
    if not 1 <= month <= 12:
        return [year]
    return [f"{year}-{month:02d}-{day:02d}" if 1 <= day <= 31 else f"{year}-{month:02d}"]
