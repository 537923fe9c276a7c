"""CSL-JSON in: what Zotero, Crossref, DataCite and pandoc speak, as entries; variables as in CSL 1.0.2."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.citations import keys, latex
from kg.citations.entry import Broken, Entry, Reading
from kg.citations.names import OTHERS, Name
from kg.citations.properties import TAGS
from kg.citations.variables import DATES_READ, PEOPLE_READ, PUBLISHED_BY, SUBTYPES_READ, TEXTS_READ, TYPES_READ

CONTAINERS = {"article": "journaltitle", "periodical": "journaltitle", "review": "journaltitle"} | dict.fromkeys(
    ("incollection", "inproceedings", "inreference"), "booktitle"
)
_LEFT = frozenset(
    ("id", "type", "container-title", "publisher", "language", "citation-key", *TEXTS_READ, *PEOPLE_READ, *DATES_READ)
)
_MARKUP = {"i": r"\emph{", "b": r"\textbf{", "sup": r"\textsuperscript{", "sub": r"\textsubscript{", "span": "{"}
_TAG = re.compile(r"<(/?)(i|b|sup|sub|span)(?:\s[^<>]*)?>")


def read(text: str) -> Reading:
    """Read a list of items, one item, or Zotero's `{"items": […]}`; an item that is none does not cost the others."""
    try:
        given = json.loads(text.lstrip("\ufeff"))
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        return Reading(broken=[Broken(line, "", f"it is not JSON: {error}", text)])
    if isinstance(given, dict):
        given = given["items"] if isinstance(given.get("items"), list) else [given]
    reading = Reading()
    for number, item in enumerate(given if isinstance(given, list) else [given], 1):
        if isinstance(item, dict) and item:
            reading.entries.append(entry(item))
        else:
            reason = f"item {number} is no JSON object with variables of CSL"
            reading.broken.append(Broken(1, "", reason, json.dumps(item, ensure_ascii=False)))
    return reading


def entry(item: Mapping[str, Any]) -> Entry:
    """Return the entry of one item; variables that no field has are kept under `csl-…`."""
    written = str(item.get("type", ""))
    kind = TYPES_READ.get(written, "misc")
    fields: dict[str, str] = {}
    raw: dict[str, str] = {}
    for name, text in _fields(kind, item):
        plain, marked = _plain(text) if name in ("title", "booktitle", "journaltitle", "abstract") else (text, "")
        if plain and name not in fields:
            fields[name] = plain
            if marked:
                raw[name] = marked
    if written in SUBTYPES_READ:
        fields["entrysubtype"] = SUBTYPES_READ[written]
    people = {
        name: found
        for variable, name in PEOPLE_READ.items()
        if isinstance(item.get(variable), list) and (found := tuple(_people(item[variable])))
    }
    return Entry(keys.usable(str(item.get("citation-key") or item.get("id") or "")), kind, fields, people, raw)


def _fields(kind: str, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for variable, name in TEXTS_READ.items():
        text = _text(item.get(variable))
        if name == "doi":
            text = keys.bare_doi(text)
        elif name == "pages":
            text = re.sub(r"(?<=\w)\s*[-–]\s*(?=\w)", "–", text)
        yield name, text
    yield CONTAINERS.get(kind, "howpublished" if kind == "misc" else "booktitle"), _text(item.get("container-title"))
    yield PUBLISHED_BY.get(kind, "publisher"), _text(item.get("publisher"))
    if language := _text(item.get("language")):
        yield "langid", TAGS.get(language, language)
    yield from ((name, _date(item[variable])) for variable, name in DATES_READ.items() if variable in item)
    for variable, value in item.items():
        if variable not in _LEFT and isinstance(value, str | int | float) and not isinstance(value, bool):
            yield f"csl-{variable.lower()}", _text(value)


def _text(value: Any) -> str:
    """Return a variable as text: Crossref sends lists where CSL has one text."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and value != "" else ""


def _plain(text: str) -> tuple[str, str]:
    """Return text without CSL's markup, and the same in LaTeX where there was some."""
    if not _TAG.search(text):
        return text, ""
    parts, last = [], 0
    for found in _TAG.finditer(text):
        parts += [latex.encode(text[last : found.start()], ascii_only=False), "}" if found[1] else _MARKUP[found[2]]]
        last = found.end()
    marked = "".join([*parts, latex.encode(text[last:], ascii_only=False)])
    return _TAG.sub("", text), marked if marked.count("{") == marked.count("}") else ""


def _people(given: list[Any]) -> Iterator[Name]:
    for one in given:
        if not isinstance(one, dict):
            continue
        part = {name: _text(value) for name, value in one.items()}
        prefix = " ".join(part[name] for name in ("dropping-particle", "non-dropping-particle") if part.get(name, ""))
        whole = part.get("literal") or part.get("name", "")
        if part.get("family") and not whole:
            yield Name(part["family"], part.get("given", ""), prefix, part.get("suffix", ""))
        elif whole in ("others", "et al."):
            yield OTHERS
        elif whole or part.get("given"):
            yield Name(whole or part["given"], body=True)


def _date(value: Any) -> str:
    """Return `date-parts` as an ISO date or a range of two; words and EDTF as they are."""
    if not isinstance(value, dict):
        return _text(value)
    if literal := _text(value.get("raw")) or _text(value.get("literal")):
        return literal
    ends = [_iso(parts) for parts in value.get("date-parts") or [] if isinstance(parts, list)]
    text = "/".join(end for end in ends[:2] if end)
    season = str(value.get("season", ""))
    if season in ("1", "2", "3", "4") and re.fullmatch(r"\d{4}", text):
        text += f"-2{season}"
    return text + "~" if text and value.get("circa") else text


def _iso(parts: list[Any]) -> str:
    try:
        year, *rest = [int(part) for part in parts if part not in (None, "", 0, "0")]
    except (TypeError, ValueError):
        return ""
    return "-".join([f"{year:04d}", *(f"{part:02d}" for part in rest[:2])])
