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

TYPES = {
    "article": "online", "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "bill": "legislation", "book": "book", "broadcast": "video", "chapter": "incollection",
    "classic": "book", "collection": "collection", "dataset": "dataset", "entry": "inreference",
    "entry-dictionary": "inreference", "entry-encyclopedia": "inreference", "figure": "image", "graphic": "artwork",
    "hearing": "jurisdiction", "interview": "misc", "event": "misc", "legal_case": "jurisdiction",
    "legislation": "legislation", "manuscript": "unpublished", "motion_picture": "movie", "musical_score": "music",
    "pamphlet": "booklet", "paper-conference": "inproceedings", "patent": "patent", "performance": "performance",
    "periodical": "periodical", "personal_communication": "letter", "post": "online", "post-weblog": "online",
    "regulation": "legislation", "report": "report", "review": "review", "review-book": "review",
    "software": "software", "song": "audio", "speech": "unpublished", "standard": "standard", "thesis": "thesis",
    "treaty": "legal", "webpage": "online",
    # what Crossref and DataCite send in the place of a CSL type
    "journal-article": "article", "book-chapter": "incollection", "proceedings-article": "inproceedings",
    "monograph": "book", "edited-book": "collection", "reference-book": "reference", "proceedings": "proceedings",
    "report-component": "report", "dissertation": "thesis", "posted-content": "online", "journal": "periodical",
}  # fmt: skip
"""CSL type to entry type; any other is `misc`."""

SUBTYPES = {
    "article-magazine": "magazine",
    "article-newspaper": "newspaper",
    "interview": "interview",
    "event": "event",
}

TEXTS = {
    "title": "title", "title-short": "shorttitle", "shortTitle": "shorttitle", "volume-title": "maintitle",
    "event-title": "eventtitle", "event": "eventtitle", "event-place": "venue", "publisher-place": "location",
    "volume": "volume", "number-of-volumes": "volumes", "number-of-pages": "pagetotal", "chapter-number": "chapter",
    "edition": "edition", "version": "version", "genre": "type", "DOI": "doi", "ISBN": "isbn", "ISSN": "issn",
    "URL": "url", "PMID": "pmid", "PMCID": "pmcid", "call-number": "library", "abstract": "abstract",
    "keyword": "keywords", "annote": "annotation", "note": "note", "status": "pubstate",
    "container-title-short": "shortjournal", "journalAbbreviation": "shortjournal", "collection-title": "series",
    "collection-number": "number", "issue": "number", "number": "number", "page": "pages",
}  # fmt: skip
"""Variables whose text is one field, whatever the type; the first of two for one field wins."""

PEOPLE = {
    "author": "author", "editor": "editor", "translator": "translator", "container-author": "bookauthor",
    "collection-editor": "editora",
}  # fmt: skip
DATES = {"issued": "date", "accessed": "urldate", "event-date": "eventdate", "original-date": "origdate"}
CONTAINERS = {"article": "journaltitle", "periodical": "journaltitle", "review": "journaltitle"} | dict.fromkeys(
    ("incollection", "inproceedings", "inreference"), "booktitle"
)
PUBLISHERS = {"report": "institution", "thesis": "institution"} | dict.fromkeys(
    ("online", "misc", "standard", "software", "dataset", "legislation", "legal"), "organization"
)
_LEFT = frozenset(("id", "type", "container-title", "publisher", "language", "citation-key", *TEXTS, *PEOPLE, *DATES))
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
    kind = TYPES.get(written, "misc")
    fields: dict[str, str] = {}
    raw: dict[str, str] = {}
    for name, text in _fields(kind, item):
        plain, marked = _plain(text) if name in ("title", "booktitle", "journaltitle", "abstract") else (text, "")
        if plain and name not in fields:
            fields[name] = plain
            if marked:
                raw[name] = marked
    if written in SUBTYPES:
        fields["entrysubtype"] = SUBTYPES[written]
    people = {
        name: found
        for variable, name in PEOPLE.items()
        if isinstance(item.get(variable), list) and (found := tuple(_people(item[variable])))
    }
    return Entry(keys.usable(str(item.get("citation-key") or item.get("id") or "")), kind, fields, people, raw)


def _fields(kind: str, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for variable, name in TEXTS.items():
        text = _text(item.get(variable))
        if name == "doi":
            text = keys.bare_doi(text)
        elif name == "pages":
            text = re.sub(r"(?<=\w)\s*[-–]\s*(?=\w)", "–", text)
        yield name, text
    yield CONTAINERS.get(kind, "howpublished" if kind == "misc" else "booktitle"), _text(item.get("container-title"))
    yield PUBLISHERS.get(kind, "publisher"), _text(item.get("publisher"))
    if language := _text(item.get("language")):
        yield "langid", TAGS.get(language, language)
    yield from ((name, _date(item[variable])) for variable, name in DATES.items() if variable in item)
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
