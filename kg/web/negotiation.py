"""Formats: one table of extension, media type and label, and who gets which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from flask import Response, request, stream_with_context
from pyoxigraph import RdfFormat
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from kg.errors import NotAcceptable
from kg.web import tongues
from kg.web.tongues import _

_UTF_8 = ("bib", "ris")


@dataclass(frozen=True)
class Format:
    """One form of an answer: extension in addresses, media type, label for people; `spoken` is what people read, no data."""

    ext: str
    mimetype: str
    label: str
    rdf: RdfFormat | None = None
    spoken: bool = False

    @property
    def content_type(self) -> str:
        """Media type with the charset where text needs one."""
        return self.mimetype + ("; charset=utf-8" if self.mimetype.startswith("text/") or self.ext in _UTF_8 else "")


HTML = Format("html", "text/html", "Page", spoken=True)
TURTLE = Format("ttl", "text/turtle", "Turtle", RdfFormat.TURTLE)
JSON_LD = Format("jsonld", "application/ld+json", "JSON-LD", RdfFormat.JSON_LD)
N_TRIPLES = Format("nt", "application/n-triples", "N-Triples", RdfFormat.N_TRIPLES)
RDF_XML = Format("rdf", "application/rdf+xml", "RDF/XML", RdfFormat.RDF_XML)
JSON = Format("json", "application/json", "JSON")
BIBTEX = Format("bib", "application/x-bibtex", "BibTeX")
CSV = Format("csv", "text/csv", "CSV")
RIS = Format("ris", "application/x-research-info-systems", "RIS")
CSL_JSON = Format("csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON")
DOCX = Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", spoken=True)
ODT = Format("odt", "application/vnd.oasis.opendocument.text", "OpenDocument", spoken=True)
TEX = Format("tex", "application/x-tex", "LaTeX", spoken=True)
MARKDOWN = Format("md", "text/markdown", "Markdown", spoken=True)

RDF_TYPES = {form.mimetype: form.rdf for form in (TURTLE, N_TRIPLES, RDF_XML, JSON_LD) if form.rdf is not None}
"""What is read as a graph, and by which parser."""

RECORD = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, JSON)
CITATION = (BIBTEX, RIS, CSL_JSON)
DOCUMENT = (DOCX, ODT, TEX, MARKDOWN)
CITABLE = (*RECORD, *CITATION, CSV)
LIST = (HTML, JSON, CSV, *CITATION, JSON_LD, TURTLE, N_TRIPLES)


def split(name: str, formats: Iterable[Format]) -> tuple[str, Format | None]:
    """Take a known extension off the end of a name: `x.ttl` is `x` and Turtle, `v1.2` is itself; `x.csl.json` is no JSON."""
    fits = [form for form in formats if name.endswith("." + form.ext) and len(name) > len(form.ext) + 1]
    if not fits:
        return name, None
    form = max(fits, key=lambda form: len(form.ext))
    return name[: -len(form.ext) - 1], form


def chosen(formats: tuple[Format, ...], by_extension: Format | None = None) -> Format:
    """Return the format that the address names, else the one that the caller's Accept header likes best.

    Pages and papers speak the reader's language: data is the same for everybody.
    """
    form = by_extension or _liked(formats)
    if not form.spoken:
        tongues.use(tongues.ENGLISH)
    return form


def _liked(formats: tuple[Format, ...]) -> Format:
    accept = request.accept_mimetypes
    if not accept:
        return formats[0]
    best = accept.best_match([form.mimetype for form in formats])
    for form in formats:
        if form.mimetype == best:
            return form
    raise NotAcceptable(
        _("You asked for %(accept)s, which this address is not written in.", accept=accept),
        _("It is written in %(formats)s.", formats=", ".join(form.mimetype for form in formats)),
    )


def prefers_page() -> bool:
    """Tell whether the caller is a person's browser rather than a program."""
    return _is_browsers(request.headers.get("Accept", ""))


@lru_cache(maxsize=256)
def _is_browsers(header: str) -> bool:
    accept = accepted(header)
    return (
        bool(accept)
        and accept.best_match(["application/problem+json", "application/json", "text/html"]) == "text/html"
        and (accept["text/html"] > accept["application/json"])
    )


def accepted(header: str) -> MIMEAccept:
    """Read an Accept header."""
    return parse_accept_header(header, MIMEAccept)


def streamed(parts: Iterator[str], form: Format, name: str) -> Response:
    """Send text as it is made; `name` is what a browser calls the file."""
    headers = {"Vary": "Accept", "Content-Disposition": f'inline; filename="{name}.{form.ext}"'}
    return Response(stream_with_context(parts), content_type=form.content_type, headers=headers)
