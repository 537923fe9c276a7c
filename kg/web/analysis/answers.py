"""How analysis pages answer as data: one table of formats, and the file that a table becomes in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Response, request

from kg.analysis import documents, tables
from kg.analysis.tables import Table
from kg.analysis.words import Hand
from kg.errors import BadInput, NotFound
from kg.terms import path_of
from kg.web import negotiation, tongues
from kg.web.negotiation import CSV, HTML, JSON, Format
from kg.web.site import base, query_link
from kg.web.tongues import _, day, language, leftwards

MARKDOWN = Format("md", "text/markdown", "Markdown")
LATEX = Format("tex", "text/x-tex", "LaTeX")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX")
DOCX = Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX", spoken=True)
SVG = Format("svg", "image/svg+xml", "SVG", spoken=True)
PAPER = Format("md", "text/markdown", "Markdown", spoken=True)
"""Markdown that is no table but a paper."""

TABLE = (HTML, CSV, MARKDOWN, LATEX, XLSX, JSON)

_WRITERS: dict[str, Callable[[Table], str | bytes]] = {
    "csv": tables.as_csv,
    "md": tables.as_markdown,
    "tex": tables.as_latex,
    "xlsx": tables.as_xlsx,
    "json": tables.as_json,
}


def wanted(ext: str | None, formats: tuple[Format, ...] = TABLE) -> Format:
    """Return the format that an address or an Accept header names."""
    by_extension = next((form for form in formats if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(
            _("This page is not written as .%(ext)s.", ext=ext),
            _("It is written as %(formats)s.", formats=", ".join(f".{f.ext}" for f in formats)),
        )
    return negotiation.chosen(formats, by_extension)


def need_subject(form: Format, what: str, example: str) -> None:
    """Raise BadInput where a file is asked for and not of what; a page asks instead."""
    if form is not HTML:
        raise BadInput(f"Say {what}.", f"For example {example}.")


def sent(body: str | bytes, form: Format, name: str) -> Response:
    """Send a file that a browser calls `name`."""
    return Response(
        body,
        content_type=form.content_type,
        headers={"Vary": "Accept", "Content-Disposition": f'inline; filename="{name}.{form.ext}"'},
    )


def spoken(body: str | bytes, form: Format, name: str) -> Response:
    """Send a file that is written in the reader's language."""
    return tongues.told(sent(body, form, name))


def paper(text: str, form: Format, name: str) -> Response:
    """Send a paper that was written as Markdown in the reader's language: as it is, or as a document."""
    body = text if form is PAPER else documents.convert(text, form.ext, language=language(), leftwards=leftwards())
    return spoken(body, form, name)


def hand(names: Mapping[str, str] | None = None) -> Hand:
    """Return how papers are written here: records open on this site, in the reader's language."""
    return Hand(address_of, _, names or {})


def table(made: Table, form: Format, name: str) -> Response:
    """Send a table in a format."""
    return sent(_WRITERS[form.ext](made), form, name)


def stamp(question: str) -> str:
    """Return in Markdown from which state of the base a paper comes, with its page and the query behind it."""
    site, path = request.url_root.rstrip("/"), request.path.rpartition(".")[0] or request.path
    page = f"{site}{path}?{request.query_string.decode('ascii', 'ignore')}"
    return _(
        "From revision %(revision)s of Open Urban, %(date)s: [the page, where every number opens](%(page)s), "
        "[the query](%(query)s).",
        revision=base().index.revision, date=day(date.today()), page=_in_link(page),
        query=_in_link(site + query_link(question)),
    )  # fmt: skip


def _in_link(address: str) -> str:
    """Write an address so that Markdown does not end the link within it."""
    return address.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def address_of(iri: str) -> str:
    """Return the full address of a record on this site."""
    return request.url_root.rstrip("/") + path(iri)


def path(iri: str) -> str:
    """Return the address of a record on this site; of another thing its IRI."""
    return path_of(iri, base().settings.base) or iri
