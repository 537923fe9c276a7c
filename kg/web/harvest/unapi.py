"""unAPI (unapi.info, version 1): a reference manager names a record and a format, and gets the record in that format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from flask import Response, request
from lxml import etree

from kg import cited
from kg.citations import bibtex
from kg.citations.entry import Entry
from kg.citations.out import ris
from kg.errors import NotAcceptable, NotFound
from kg.web.harvest import cite, zotero
from kg.web.harvest.writing import add, answer
from kg.web.negotiation import BIBTEX, RIS
from kg.web.site import base


@dataclass(frozen=True)
class Written:
    """One format: its name for reference managers, media type, writer."""

    name: str
    mimetype: str
    docs: str
    write: Callable[[Iterable[Entry]], Iterator[str]]


def _ris(entries: Iterable[Entry]) -> Iterator[str]:
    """Write RIS for a reference manager that saves from a page: Zotero makes a journal article of `GEN`, of which we hold none."""
    return ris.write(entries, _other)


def _other(entry: Entry) -> str:
    """Return the type of a work that RIS has no name for: a preprint, what can be read at an address, or something else."""
    if cite.is_preprint(entry):
        return "UNPB"
    return "ELEC" if entry.fields.get("url") else ris.OTHER


FORMATS = (
    Written("rdf_zotero", zotero.MEDIA_TYPE, "https://www.zotero.org/support/kb/rdf", zotero.write),
    Written("ris", RIS.mimetype, "https://en.wikipedia.org/wiki/RIS_(file_format)", _ris),
    Written("bibtex", BIBTEX.mimetype, "http://www.bibtex.org/Format/", partial(bibtex.write, dialect="bibtex")),
)
"""Zotero takes its own RDF before RIS, and RIS before BibTeX: RIS has no type for an interview, an event or a preprint.

BibTeX stays classic: what reads the door of BibTeX throws away entries of types that only BibLaTeX has, Zotero among them.
"""


def unapi() -> Response:
    """Answer with the formats, those of a record (status 300), or the record in one (unAPI 1, 3)."""
    iri, name = request.args.get("id"), request.args.get("format")
    if iri is None:
        return _formats(None)
    entry = next(cited.entries(base(), base().index.get([iri])), None)
    if entry is None:
        raise NotFound(f"There is nothing to cite under {iri or 'no id'}.", "The id of a record is its IRI.")
    if name is None:
        response = _formats(iri)
        response.status_code = 300
        return response
    for form in FORMATS:
        if form.name == name:
            return Response("".join(form.write([entry])), content_type=f"{form.mimetype}; charset=utf-8")
    raise NotAcceptable(
        f"Records are not written as {name}.", "Formats: " + ", ".join(form.name for form in FORMATS) + "."
    )


def _formats(iri: str | None) -> Response:
    document = etree.Element("formats")
    if iri is not None:
        document.set("id", iri)
    for form in FORMATS:
        add(document, "format", name=form.name, type=form.mimetype, docs=form.docs)
    return answer(document, "application/xml")
