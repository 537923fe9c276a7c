"""What reference managers and Google Scholar read in a page: Highwire tags, and COinS (Z39.88-2004) for each work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name

_HIGHWIRE = frozenset(
    (
        "article",
        "book",
        "collection",
        "inbook",
        "incollection",
        "inproceedings",
        "proceedings",
        "report",
        "thesis",
        "manual",
    )
)
"""Types for which the tags have words; of any other work Zotero would make a journal article."""

_STANDS_IN = {
    "article": "journal_title",
    "inproceedings": "conference_title",
    "incollection": "inbook_title",
    "inbook": "inbook_title",
}
_BODY = {"thesis": "dissertation_institution", "report": "technical_report_institution"}
_PAGES = re.compile(r"([^-–,\s]+)(?:[-–]+([^-–,\s]+))?")

_KEV = {
    "article": ("journal", "article"),
    "book": ("book", "book"),
    "collection": ("book", "book"),
    "manual": ("book", "document"),
    "inbook": ("book", "bookitem"),
    "incollection": ("book", "bookitem"),
    "inproceedings": ("book", "proceeding"),
    "proceedings": ("book", "conference"),
    "report": ("book", "report"),
    "thesis": ("dissertation", ""),
}
"""Type of entry to the metadata format of a context object and its genre; the others are told in Dublin Core."""

_DC_TYPES = {
    "legislation": "statute",
    "online": "webpage",
    "dataset": "dataset",
    "software": "computerProgram",
    "standard": "standard",
    "patent": "patent",
    "unpublished": "manuscript",
}
"""Type of entry to what Zotero calls it; it takes its own words in `rft.type` of Dublin Core."""

_PREPRINTS = frozenset(("arxiv", "ssrn", "osf", "socarxiv", "preprints.org", "research square", "techrxiv", "zenodo"))
"""Servers on which works stand before, or without, a journal."""

Tags = Iterator[tuple[str, str]]


def people(entry: Entry) -> tuple[Name, ...]:
    """Return who made a work: its authors, else its editors, without the word that stands for the rest."""
    return tuple(name for name in entry.names.get("author") or entry.names.get("editor") or () if name != OTHERS)


def inverted(name: Name) -> str:
    """Write a name with the family's first."""
    family = " ".join(part for part in (name.prefix, name.family) if part)
    return ", ".join(part for part in (family, name.given, name.suffix) if part)


def publisher(entry: Entry) -> str:
    """Return the body that published a work."""
    return next((entry.fields[key] for key in ("publisher", "institution", "organization") if key in entry.fields), "")


def pages(entry: Entry) -> tuple[str, str]:
    """Return the first and the last page; nothing where they are not told."""
    found = _PAGES.match(entry.fields.get("pages", ""))
    return (found[1], found[2] or "") if found else ("", "")


def highwire(entry: Entry, page: str) -> Tags:
    """Yield the `citation_*` tags of a work as Google Scholar's guidelines have them; `page` is the address of its record."""
    if entry.type not in _HIGHWIRE:
        return
    fields = entry.fields
    first, last = pages(entry)
    told = [("title", fields.get("title", "")), *(("author", inverted(name)) for name in people(entry))]
    told.append(("publication_date", fields.get("date", fields.get("year", "")).replace("-", "/")))
    told.append((_STANDS_IN.get(entry.type, ""), fields.get("journaltitle") or fields.get("booktitle", "")))
    told.append((_BODY.get(entry.type, ""), fields.get("institution") or publisher(entry)))
    if entry.type == "report":
        told.append(("technical_report_number", fields.get("number", "")))
    elif entry.type == "article":
        told.append(("issue", fields.get("number", "")))
    told += [("volume", fields.get("volume", "")), ("firstpage", first), ("lastpage", last)]
    told += [(key, fields.get(key, "")) for key in ("doi", "isbn", "issn", "series_title")]
    told += [("publisher", publisher(entry)), ("language", fields.get("langid", ""))]
    told += [("keywords", word.strip()) for word in fields.get("keywords", "").split(",")]
    address = fields.get("url", "")
    told += [("public_url", address), ("pdf_url", address if address.lower().endswith(".pdf") else "")]
    told.append(("abstract_html_url", page))
    yield from ((f"citation_{key}", text) for key, text in told if key and text)


def coins(entry: Entry) -> str:
    """Return a work as the title of a `span.Z3988`: keys and values of its context object, for HTML still to be escaped."""
    form, genre = _KEV.get(entry.type, ("dc", ""))
    told = [("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{form}"), ("rft.genre", genre)]
    told += [(f"rft.{key}", text) for key, text in (_dublin(entry) if form == "dc" else _keyed(entry, form))]
    if doi := entry.fields.get("doi"):
        told.append(("rft_id", f"info:doi/{doi}"))
    told.append(("rft_id", entry.fields.get("url", "")))
    return urlencode([(key, text) for key, text in told if text])


def is_preprint(entry: Entry) -> bool:
    """Tell whether a work stands on a server of preprints and nowhere else."""
    said = (entry.fields.get(name, "").casefold() for name in ("howpublished", "eprinttype", "organization"))
    return entry.type in ("misc", "online", "unpublished") and any(name in _PREPRINTS for name in said)


def _dublin(entry: Entry) -> Tags:
    fields = entry.fields
    yield "type", "preprint" if is_preprint(entry) else _DC_TYPES.get(entry.type, "document")
    yield "title", fields.get("title", "")
    yield from (("creator", inverted(name)) for name in people(entry))
    yield "publisher", publisher(entry)
    yield "date", fields.get("date", fields.get("year", ""))
    yield "language", fields.get("langid", "")


def _keyed(entry: Entry, form: str) -> Tags:
    fields = entry.fields
    container = fields.get("journaltitle") or fields.get("booktitle", "")
    title = {"journal": "atitle", "dissertation": "title"}.get(form, "atitle" if container else "btitle")
    yield title, fields.get("title", "")
    yield {"journal": "jtitle"}.get(form, "btitle"), container
    makers = people(entry)
    if makers and not makers[0].body:
        yield "aulast", " ".join(part for part in (makers[0].prefix, makers[0].family) if part)
        yield "aufirst", makers[0].given
    yield from (("au", name.spoken) for name in makers)
    yield "date", fields.get("date", fields.get("year", ""))
    first, last = pages(entry)
    yield from (("spage", first), ("epage", last), ("pages", fields.get("pages", "").replace("--", "-")))
    yield from ((key, fields.get(key, "")) for key in ("volume", "issn", "isbn", "series"))
    yield "issue", fields.get("number", "") if form == "journal" else ""
    yield {"dissertation": "inst"}.get(form, "pub"), "" if form == "journal" else publisher(entry)
    yield "place", fields.get("location", "")
