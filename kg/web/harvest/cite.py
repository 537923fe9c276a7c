"""What reference managers and Google Scholar read in a page: Highwire and Dublin Core tags, COinS (Z39.88-2004) for each work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import csl
from kg.citations.properties import LANGUAGES

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

_ZOTERO = {
    "article-journal": "journalArticle", "article-magazine": "magazineArticle", "article-newspaper": "newspaperArticle",
    "book": "book", "chapter": "bookSection", "dataset": "dataset", "entry-encyclopedia": "encyclopediaArticle",
    "event": "presentation", "graphic": "artwork", "interview": "interview", "legal_case": "case", "legislation": "statute",
    "manuscript": "manuscript", "motion_picture": "film", "paper-conference": "conferencePaper", "patent": "patent",
    "performance": "presentation", "periodical": "book", "personal_communication": "letter", "report": "report",
    "review": "journalArticle", "software": "computerProgram", "song": "audioRecording", "standard": "standard",
    "thesis": "thesis", "treaty": "statute", "webpage": "webpage",
}  # fmt: skip
"""CSL type to what Zotero calls it; its translator takes an event for a presentation too."""

_PREPRINTS = frozenset(("arxiv", "ssrn", "osf", "socarxiv", "preprints.org", "research square", "techrxiv", "zenodo"))
"""Servers on which works stand before, or without, a journal."""

Tags = Iterator[tuple[str, str]]


def item_type(entry: Entry) -> str:
    """Return what Zotero calls a work: a preprint and what is only an address are told apart from other documents."""
    if is_preprint(entry):
        return "preprint"
    return _ZOTERO.get(csl.kind(entry)) or ("webpage" if entry.fields.get("url") else "document")


def people(entry: Entry) -> tuple[Name, ...]:
    """Return who made a work: its authors, else its editors, without the word that stands for the rest."""
    return tuple(name for name in entry.names.get("author") or entry.names.get("editor") or () if name != OTHERS)


def inverted(name: Name) -> str:
    """Write a name with the family's first."""
    family = " ".join(part for part in (name.prefix, name.family) if part)
    return ", ".join(part for part in (family, name.given, name.suffix) if part)


def publisher(entry: Entry) -> str:
    """Return the body that published a work; of a preprint the server on which it stands."""
    named = ("publisher", "institution", "organization", *(("howpublished",) if is_preprint(entry) else ()))
    return next((entry.fields[key] for key in named if key in entry.fields), "")


def language(entry: Entry) -> str:
    """Return the tag of the language of a work (BCP 47), for BibLaTeX's name of it."""
    name = entry.fields.get("langid", "")
    return LANGUAGES.get(name, name)


def pages(entry: Entry) -> tuple[str, str]:
    """Return the first and the last page; nothing where they are not told."""
    found = _PAGES.match(entry.fields.get("pages", ""))
    return (found[1], found[2] or "") if found else ("", "")


def page_range(entry: Entry) -> str:
    """Return the pages with hyphens, as reference managers keep them."""
    return entry.fields.get("pages", "").replace("--", "-").replace("–", "-")


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
    told += [("publisher", publisher(entry)), ("language", language(entry))]
    told += [("keywords", word.strip()) for word in fields.get("keywords", "").split(",")]
    address = fields.get("url", "")
    told += [("public_url", address), ("pdf_url", address if address.lower().endswith(".pdf") else "")]
    told.append(("abstract_html_url", page))
    yield from ((f"citation_{key}", text) for key, text in told if key and text)


def dublin_core(entry: Entry, iri: str) -> Tags:
    """Yield what Zotero calls a work, and the `DC.*` tags (DCMI, DC-HTML) of one for which Highwire has no words.

    Zotero's translator of pages takes its own name of a type before all it would guess, and an address from a Highwire tag only.
    """
    yield "z:itemType", item_type(entry)
    if entry.type in _HIGHWIRE:
        return
    fields = entry.fields
    told = [("type", fields.get("type", "")), *((key, text) for key, text in _dublin(entry) if key != "type")]
    told += [("identifier", fields.get("doi", "")), ("identifier", iri)]
    yield from ((f"DC.{key}", text) for key, text in told if text)
    if address := fields.get("url"):
        yield "citation_public_url", address


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
    yield "type", item_type(entry)
    yield "title", fields.get("title", "")
    yield from (("creator", _whole(name)) for name in people(entry))
    yield "publisher", publisher(entry)
    yield "date", fields.get("date", fields.get("year", ""))
    yield "language", language(entry)


def _whole(name: Name) -> str:
    """Write a name so that nobody takes it apart at the wrong place: a comma after a body says that no given name follows."""
    return inverted(name) if name.given or name.suffix else f"{inverted(name)},"


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
    yield from (("au", _whole(name)) for name in makers)
    yield "date", fields.get("date", fields.get("year", ""))
    first, last = pages(entry)
    yield from (("spage", first), ("epage", last), ("pages", page_range(entry)))
    yield from ((key, fields.get(key, "")) for key in ("volume", "issn", "isbn", "series"))
    yield "issue", fields.get("number", "") if form == "journal" else ""
    yield {"dissertation": "inst"}.get(form, "pub"), "" if form == "journal" else publisher(entry)
    yield "place", fields.get("location", "")
