"""Zotero's own RDF, the one form in which it takes over the type of every work, as its RDF translator reads it since 2015."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from lxml import etree
from markupsafe import escape

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
    "so": "http://schema.org/",
}
_CLASSES = {
    "journalArticle": "Article", "magazineArticle": "Article", "newspaperArticle": "Article", "book": "Book",
    "bookSection": "BookSection", "report": "Report", "standard": "Report", "thesis": "Thesis", "interview": "Interview",
    "statute": "Legislation", "patent": "Patent", "letter": "Letter", "manuscript": "Manuscript", "preprint": "Manuscript",
}  # fmt: skip
"""What a Zotero that does not know a type yet goes by; a document where there is nothing nearer."""
_MAKERS = {
    "interview": ("z:interviewees",),
    "presentation": ("z:presenters",),
    "computerProgram": ("z:programmers", "so:author"),
}
"""Who made what is not written; from 2018 to 2019 Zotero read who made a program nowhere but in schema.org's words."""
_STANDS_IN = {
    "journalArticle": "bib:Journal", "magazineArticle": "bib:Periodical", "newspaperArticle": "bib:Newspaper",
    "bookSection": "bib:Book", "encyclopediaArticle": "bib:Book", "conferencePaper": "bib:Journal",
}  # fmt: skip


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the document that holds the entries."""
    document = etree.Element(_name("rdf:RDF"), nsmap=_NAMESPACES)
    for entry in entries:
        _item(document, entry)
    yield etree.tostring(document, encoding="unicode")


def _item(document: Any, entry: Entry) -> None:
    fields, kind = entry.fields, cite.item_type(entry)
    item = _add(document, "bib:" + _CLASSES.get(kind, "Document"))
    item.set(_name("rdf:about"), "#" + quote(entry.key))
    _add(item, "z:itemType", kind)
    _add(item, "dc:title", csl.title(entry))
    for name in _MAKERS.get(kind, ("bib:authors",)):
        _people(item, name, entry.names.get("author", ()))
    _people(item, "bib:editors", entry.names.get("editor", ()))
    _place(item, kind, entry)
    if body := cite.publisher(entry):
        _add(_add(_add(item, "dc:publisher"), "foaf:Organization"), "foaf:name", body)
    for name, text in (
        ("dc:date", fields.get("date")), ("bib:pages", cite.page_range(entry) or None),
        ("dcterms:abstract", fields.get("abstract")), ("dc:language", cite.language(entry) or None),
        ("dc:type", fields.get("type")), ("prism:edition", fields.get("edition") or fields.get("version")),
        ("z:place", fields.get("location")), ("z:shortTitle", fields.get("shorttitle")),
        ("dc:description", f"Citation Key: {entry.key}"),
    ):  # fmt: skip
        _add(item, name, text)
    for word, key in (("DOI", "doi"), ("ISBN", "isbn"), ("ISSN", "issn")):
        _add(item, "dc:identifier", f"{word} {fields[key]}" if fields.get(key) else None)
    if fields.get("url"):
        _add(_add(_add(item, "dc:identifier"), "dcterms:URI"), "rdf:value", fields["url"])
    for word in fields.get("keywords", "").split(","):
        _add(item, "dc:subject", word.strip() or None)
    _note(document, item, entry)


def _note(document: Any, item: Any, entry: Entry) -> None:
    """Say as a note, which Zotero reads as HTML, why a work matters."""
    said = [entry.fields[name] for name in ("annotation", "usage") if entry.fields.get(name)]
    if not said:
        return
    about = f"#note-{quote(entry.key)}"
    etree.SubElement(item, _name("dcterms:isReferencedBy")).set(_name("rdf:resource"), about)
    memo = _add(document, "bib:Memo")
    memo.set(_name("rdf:about"), about)
    _add(memo, "rdf:value", "".join(f"<p>{escape(text)}</p>" for text in said))


def _place(item: Any, kind: str, entry: Entry) -> None:
    """Say in what a work stands, and its volume and number there; without a container Zotero reads a number as its own."""
    place = _container(item, kind, entry)
    _add(place, "prism:volume", entry.fields.get("volume"))
    _add(place, "z:number" if place is item else "prism:number", entry.fields.get("number"))


def _container(item: Any, kind: str, entry: Entry) -> Any:
    """Say in what a work stands; return where its volume and number are told, the work itself where it stands alone."""
    title = entry.fields.get("journaltitle") or entry.fields.get("booktitle")
    if series := entry.fields.get("series"):
        _add(_add(_add(item, "dcterms:isPartOf"), "bib:Series"), "dc:title", series)
    if kind not in _STANDS_IN or not title:
        return item
    container = _add(_add(item, "dcterms:isPartOf"), _STANDS_IN[kind])
    _add(container, "dc:title", title)
    return container


def _people(item: Any, name: str, people: Iterable[Name]) -> None:
    """List who made a work, in order; a body has a surname only, and a suffix follows the given name, as Zotero wants them."""
    named = [one for one in people if one.spoken != "others"]
    if not named:
        return
    row = _add(_add(item, name), "rdf:Seq")
    for one in named:
        person = _add(_add(row, "rdf:li"), "foaf:Person")
        family = one.family if one.body else " ".join(filter(None, (one.prefix, one.family)))
        _add(person, "foaf:surname", family)
        _add(person, "foaf:givenName", ", ".join(filter(None, (one.given, one.suffix))) or None)


def _add(parent: Any, name: str, text: str | None = "") -> Any:
    """Add an element with a text, or an empty one to be filled; where there is no text to say (None), nothing."""
    if text is None:
        return parent
    return add(parent, _name(name), text or None)


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
