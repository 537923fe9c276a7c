"""Entries as CSL-JSON, the language of Zotero, of citation styles and of pandoc."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.properties import LANGUAGES
from kg.citations.variables import DATES, PEOPLE, SUBTYPES, TEXTS, TYPES

Item = dict[str, Any]

_CONTAINERS = ("journaltitle", "booktitle")
_PUBLISHERS = ("publisher", "institution", "organization", "howpublished")
_CUSTOM = ("usage", "confidence")
_SERIAL = frozenset(("article", "suppperiodical", "periodical"))
_BOOKISH = frozenset(
    (
        "book",
        "collection",
        "proceedings",
        "inbook",
        "incollection",
        "inproceedings",
        "mvbook",
        "mvcollection",
        "booklet",
    )
)
_GENRES = {  # what BibLaTeX's localised types are called
    "phdthesis": "PhD thesis",
    "mathesis": "Master’s thesis",
    "mastersthesis": "Master’s thesis",
    "techreport": "Technical report",
}
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a CSL-JSON file, an item a line."""
    yield "["
    for number, entry in enumerate(entries):
        yield (",\n" if number else "\n") + json.dumps(item(entry), ensure_ascii=False)
    yield "\n]\n"


def kind(entry: Entry) -> str:
    """Return the CSL type of an entry."""
    return SUBTYPES.get(entry.fields.get("entrysubtype", "")) or TYPES.get(entry.type, "document")


def item(entry: Entry) -> Item:
    """Return an entry as one CSL-JSON item."""
    fields = entry.fields
    made: Item = {"id": entry.key, "type": kind(entry)}
    made |= {variable: fields[name] for name, variable in TEXTS.items() if name in fields}
    made["title"] = title(entry)
    if "genre" in made:
        made["genre"] = _GENRES.get(made["genre"], made["genre"])
    if "pages" in fields:
        made["page"] = fields["pages"].replace("--", "–").replace("–", "-")
    for name, variable in PEOPLE.items():
        if people := entry.names.get(name):
            made[variable] = [person(one) for one in people]
    for name, variable in DATES.items():
        if name in fields:
            made[variable] = date(fields[name])
    made |= _number(entry) | _stands(entry)
    if "langid" in fields:
        made["language"] = LANGUAGES.get(fields["langid"], fields["langid"])
    if "eprint" in fields and "url" not in fields and fields.get("eprinttype", "").lower() == "arxiv":
        made["URL"] = "https://arxiv.org/abs/" + fields["eprint"]
    made["custom"] = {name: fields[name] for name in _CUSTOM if name in fields}
    return {variable: value for variable, value in made.items() if value}


def title(entry: Entry) -> str:
    """Return the title with what stands after it."""
    fields = entry.fields
    whole = ": ".join(part for part in (fields.get("title", ""), fields.get("subtitle", "")) if part)
    return ". ".join(part for part in (whole, fields.get("titleaddon", "")) if part)


def _number(entry: Entry) -> Item:
    """Return `number` as what it counts: issues of a journal, volumes of a series, or the works of an issuer."""
    number = entry.fields.get("number", "")
    if entry.type in _SERIAL:
        return {"issue": number or entry.fields.get("issue", "")}
    return {"collection-number": number} if entry.type in _BOOKISH else {"number": number}


def _stands(entry: Entry) -> Item:
    """Return where a work stands and who brought it out."""
    fields = entry.fields
    publishers = dict.fromkeys(fields[name] for name in _PUBLISHERS if name in fields)
    return {
        "container-title": next((fields[name] for name in _CONTAINERS if name in fields), ""),
        "collection-title": fields.get("series", ""),
        "publisher": "; ".join(publishers),
    }


def person(name: Name) -> dict[str, str]:
    """Return a name in CSL's parts; a body, and the `others` of a cut list, are literal."""
    if name.body or name == OTHERS:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.prefix,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}


def date(text: str) -> dict[str, Any]:
    """Return an ISO date or a range of two as `date-parts`; what is neither is told in its own words."""
    about, ends = text.rstrip("~?%"), text.rstrip("~?%").split("/")
    parts = [_parts(end) for end in ends]
    if len(ends) > 2 or not all(parts):
        return {"literal": text}
    return {"date-parts": parts} | ({"circa": True} if about != text else {})


def _parts(text: str) -> list[int]:
    found = _DAY.fullmatch(text)
    if found is None:
        return []
    year, month, day = (int(part) for part in (found[1], found[2] or 1, found[3] or 1))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return []
    return [year, month, day][: len(text) // 3]
