"""Which property says which field of an entry: the one table that both ways between entries and RDF walk."""

from __future__ import annotations

from pyoxigraph import NamedNode

from kg.terms import BIBO, DCT, OU, RECORDS

TEXT = {
    "title": DCT.title,
    "institution": OU.institution,
    "volume": BIBO.volume,
    "number": BIBO.issue,
    "pages": BIBO.pages,
    "doi": BIBO.doi,
    "isbn": BIBO.isbn,
    "issn": BIBO.issn,
    "annotation": OU.annotation,
    "abstract": DCT.abstract,
    "usage": OU.use,
}
"""Fields whose text is one literal, whatever the type of the entry."""

CONTAINERS = {
    "article": "journaltitle",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "inbook": "booktitle",
    "standard": "type",
    "misc": "howpublished",
}
"""The field that says in what a work stands, by type of entry; a series for the others."""

PUBLISHERS = dict.fromkeys(("online", "misc", "standard", "software", "manual"), "organization")
"""The field that says who published a work, by type of entry; the publisher for the others."""

SPOKEN = frozenset(("title", "annotation", "abstract", "usage"))
"""Fields in a language: that of the work, or ours."""

OURS = frozenset(("annotation", "usage"))
PEOPLE = {"author": DCT.creator, "editor": BIBO.editor}
CLASSES = {
    "article": BIBO.AcademicArticle,
    "book": BIBO.Book,
    "collection": BIBO.EditedBook,
    "incollection": BIBO.Chapter,
    "inbook": BIBO.Chapter,
    "inproceedings": BIBO.AcademicArticle,
    "proceedings": BIBO.Proceedings,
    "report": BIBO.Report,
    "thesis": BIBO.Thesis,
    "standard": BIBO.Standard,
    "online": BIBO.Webpage,
    "manual": BIBO.Manual,
}
LANGUAGES = {
    "english": "en",
    "american": "en-US",
    "british": "en-GB",
    "french": "fr",
    "german": "de",
    "ngerman": "de",
    "spanish": "es",
    "portuguese": "pt",
    "brazilian": "pt-BR",
    "italian": "it",
    "dutch": "nl",
    "norsk": "no",
    "swedish": "sv",
    "danish": "da",
    "finnish": "fi",
    "polish": "pl",
    "czech": "cs",
    "greek": "el",
    "hebrew": "he",
    "arabic": "ar",
    "russian": "ru",
    "ukrainian": "uk",
    "catalan": "ca",
    "turkish": "tr",
}
TAGS = {tag: name for name, tag in reversed(LANGUAGES.items())}
CONFIDENCE = RECORDS + "concept/confidence/"


def paths(kind: str) -> dict[str, NamedNode]:
    """Return field to property for the text fields of an entry of that type."""
    return TEXT | {
        CONTAINERS.get(kind, "series"): OU.container,
        PUBLISHERS.get(kind, "publisher"): OU.publisherName,
    }
