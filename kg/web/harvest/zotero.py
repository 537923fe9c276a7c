"""Zotero's own RDF, the one form in which it takes over the type of every work, as its RDF translator reads it since 2015."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from lxml import etree

from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.citations.out import csl
from kg.web.harvest import cite
from kg.web.harvest.writing import add

MEDIA_TYPE = "application/rdf+xml"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES = {
    "rdf": _RDF,
    "z": "http://www.zotero.org/namespaces/export#",
    "bib": "http://purl.org/net/biblio#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
}
TYPES = {
    "article-journal": "journalArticle", "article-magazine": "magazineArticle", "article-newspaper": "newspaperArticle",
    "book": "book", "chapter": "bookSection", "dataset": "dataset", "entry-encyclopedia": "encyclopediaArticle",
    "event": "presentation", "graphic": "artwork", "interview": "interview", "legal_case": "case", "legislation": "statute",
    "manuscript": "manuscript", "motion_picture": "film", "paper-conference": "conferencePaper", "patent": "patent",
    "performance": "presentation", "periodical": "book", "personal_communication": "letter", "report": "report",
    "review": "journalArticle", "software": "computerProgram", "song": "audioRecording", "standard": "standard",
    "thesis": "thesis", "treaty": "statute", "webpage": "webpage",
}  # fmt: skip
"""CSL type to what Zotero calls it; its translator takes an event for a presentation too."""
_CLASSES = {
    "journalArticle": "Article", "magazineArticle": "Article", "newspaperArticle": "Article", "book": "Book",
    "bookSection": "BookSection", "report": "Report", "standard": "Report", "thesis": "Thesis", "interview": "Interview",
    "statute": "Legislation", "patent": "Patent", "letter": "Letter", "manuscript": "Manuscript", "preprint": "Manuscript",
}  # fmt: skip
"""What a Zotero that does not know a type yet goes by; a document where there is nothing nearer."""
_MAKERS = {"interview": "z:interviewees", "presentation": "z:presenters", "computerProgram": "z:programmers"}
_STANDS_IN = {
    "journalArticle": "bib:Journal", "magazineArticle": "bib:Periodical", "newspaperArticle": "bib:Newspaper",
    "bookSection": "bib:Book", "encyclopediaArticle": "bib:Book", "conferencePaper": "bib:Journal",
}  # fmt: skip


def item_type(entry: Entry) -> str:
    """Return what Zotero calls a work: a preprint and what is only an address are told apart from other documents."""
    found = TYPES.get(csl.kind(entry))
    if cite.is_preprint(entry):
        return "preprint"
    return found or ("webpage" if entry.fields.get("url") else "document")


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the document that holds the entries."""
    document = etree.Element(_name("rdf:RDF"), nsmap=_NAMESPACES)
    for entry in entries:
        _item(document, entry)
    yield etree.tostring(document, encoding="unicode")


def _item(document: Any, entry: Entry) -> None:
    fields, kind = entry.fields, item_type(entry)
    item = _add(document, "bib:" + _CLASSES.get(kind, "Document"))
    item.set(_name("rdf:about"), "#" + quote(entry.key))
    _add(item, "z:itemType", kind)
    _add(item, "dc:title", csl.title(entry))
    _people(item, _MAKERS.get(kind, "bib:authors"), entry.names.get("author", ()))
    _people(item, "bib:editors", entry.names.get("editor", ()))
    place = _container(item, kind, entry)
    for name, text in (("prism:volume", fields.get("volume")), ("prism:number", fields.get("number"))):
        _add(place, name, text)
    if body := cite.publisher(entry):
        _add(_add(_add(item, "dc:publisher"), "foaf:Organization"), "foaf:name", body)
    for name, key in (("dc:date", "date"), ("bib:pages", "pages"), ("dcterms:abstract", "abstract"), ("dc:language", "langid"),
                      ("prism:edition", "edition"), ("dc:type", "type")):  # fmt: skip
        _add(item, name, fields.get(key))
    for word, key in (("DOI", "doi"), ("ISBN", "isbn"), ("ISSN", "issn")):
        _add(item, "dc:identifier", f"{word} {fields[key]}" if fields.get(key) else None)
    if fields.get("url"):
        _add(_add(_add(item, "dc:identifier"), "dcterms:URI"), "rdf:value", fields["url"])
    for word in fields.get("keywords", "").split(","):
        _add(item, "dc:subject", word.strip() or None)


def _container(item: Any, kind: str, entry: Entry) -> Any:
    """Say in what a work stands; return where its volume and number are told."""
    title = entry.fields.get("journaltitle") or entry.fields.get("booktitle")
    if series := entry.fields.get("series"):
        _add(_add(_add(item, "dcterms:isPartOf"), "bib:Series"), "dc:title", series)
    if kind not in _STANDS_IN or not title:
        return item
    container = _add(_add(item, "dcterms:isPartOf"), _STANDS_IN[kind])
    _add(container, "dc:title", title)
    return container


def _people(item: Any, name: str, people: Iterable[Name]) -> None:
    """List who made a work, in order; a body has a surname only, by which Zotero knows it."""
    named = [one for one in people if one.spoken != "others"]
    if not named:
        return
    row = _add(_add(item, name), "rdf:Seq")
    for one in named:
        person = _add(_add(row, "rdf:li"), "foaf:Person")
        _add(
            person,
            "foaf:surname",
            one.family if one.body else " ".join(filter(None, (one.prefix, one.family, one.suffix))),
        )
        _add(person, "foaf:givenName", None if one.body else one.given or None)


def _add(parent: Any, name: str, text: str | None = "") -> Any:
    """Add an element with a text, or an empty one to be filled; where there is no text to say (None), nothing."""
    if text is None:
        return parent
    return add(parent, _name(name), text or None)


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
