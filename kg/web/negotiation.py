"""Formats: one table of extension, media type and label, and who gets which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Response, request, stream_with_context
from pyoxigraph import RdfFormat

from kg.errors import NotAcceptable


@dataclass(frozen=True)
class Format:
    """One form of an answer: extension in addresses, media type, label for people."""

    ext: str
    mimetype: str
    label: str
    rdf: RdfFormat | None = None

    @property
    def content_type(self) -> str:
        """Media type with the charset where text needs one."""
        return self.mimetype + ("; charset=utf-8" if self.mimetype.startswith("text/") or self.ext == "bib" else "")


HTML = Format("html", "text/html", "Page")
TURTLE = Format("ttl", "text/turtle", "Turtle", RdfFormat.TURTLE)
JSON_LD = Format("jsonld", "application/ld+json", "JSON-LD", RdfFormat.JSON_LD)
N_TRIPLES = Format("nt", "application/n-triples", "N-Triples", RdfFormat.N_TRIPLES)
RDF_XML = Format("rdf", "application/rdf+xml", "RDF/XML", RdfFormat.RDF_XML)
JSON = Format("json", "application/json", "JSON")
BIBTEX = Format("bib", "application/x-bibtex", "BibTeX")
CSV = Format("csv", "text/csv", "CSV")

RDF_TYPES = {form.mimetype: form.rdf for form in (TURTLE, N_TRIPLES, RDF_XML, JSON_LD) if form.rdf is not None}
"""What is read as a graph, and by which parser."""

RECORD = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, JSON)
CITABLE = (*RECORD, BIBTEX)
LIST = (HTML, JSON, CSV, BIBTEX, JSON_LD, TURTLE, N_TRIPLES)


def split(name: str, formats: Iterable[Format]) -> tuple[str, Format | None]:
    """Take a known extension off the end of a name: `x.ttl` is `x` and Turtle, `v1.2` is itself."""
    stem, dot, ext = name.rpartition(".")
    for form in formats:
        if dot and stem and ext == form.ext:
            return stem, form
    return name, None


def chosen(formats: tuple[Format, ...], by_extension: Format | None = None) -> Format:
    """Return the format that the address names, else the one that the caller's Accept header likes best."""
    if by_extension is not None:
        return by_extension
    accept = request.accept_mimetypes
    if not accept:
        return formats[0]
    best = accept.best_match([form.mimetype for form in formats])
    for form in formats:
        if form.mimetype == best:
            return form
    raise NotAcceptable(
        f"You asked for {accept}, which this address is not written in.",
        "It is written in " + ", ".join(form.mimetype for form in formats) + ".",
    )


def prefers_page() -> bool:
    """Tell whether the caller is a person's browser rather than a program."""
    accept = request.accept_mimetypes
    return (
        bool(accept)
        and accept.best_match(["application/problem+json", "application/json", "text/html"]) == "text/html"
        and (accept["text/html"] > accept["application/json"])
    )


def streamed(parts: Iterator[str], form: Format, name: str) -> Response:
    """Send text as it is made; `name` is what a browser calls the file."""
    headers = {"Vary": "Accept", "Content-Disposition": f'inline; filename="{name}.{form.ext}"'}
    return Response(stream_with_context(parts), content_type=form.content_type, headers=headers)
