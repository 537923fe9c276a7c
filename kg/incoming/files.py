"""Files of records: which form one is in, read over a base, and what could not be read as a file that can be mended."""

from __future__ import annotations

from pathlib import Path

from kg.base import Base
from kg.citations import bibtex, formats
from kg.citations import table as citations
from kg.citations.formats import READERS
from kg.errors import BadInput
from kg.incoming import dcat, pieces, rdf, table
from kg.incoming.pieces import Found
from kg.intake import in_file
from kg.terms import RECORDS

FORMS = ("turtle", "jsonld", "csv", "dcat")
_ENDINGS = {".ttl": "turtle", ".jsonld": "jsonld", ".csv": "csv", ".tsv": "csv", ".rdf": "dcat", ".xml": "dcat"}
_CITATIONS = "csv"


def form_of(path: Path, form: str) -> str:
    """Return the form of a file, one of FORMS or of the readers of references: as it is named, by its ending, or by its content."""
    if form and form != _CITATIONS:
        return form
    ending = form or _ENDINGS.get(path.suffix.lower(), "")
    if ending == _CITATIONS:
        head = bibtex.decoded(path.read_bytes()[:4096]).splitlines()
        return formats.TABLE if head and citations.is_table(head[0]) else _CITATIONS
    if path.suffix.lower() == ".json" and any(mark in path.read_bytes() for mark in (b'"@context"', b'"@id"')):
        return "jsonld"
    return ending


def read(base: Base, path: Path, form: str) -> Found:
    """Read a file of records in one of FORMS."""
    text, root = bibtex.decoded(path.read_bytes()), base.settings.base
    note = in_file(path).evidence
    match form:
        case "turtle" | "jsonld":
            found = rdf.turtle(text, root) if form == "turtle" else rdf.jsonld(text, root)
            found.records = pieces.moved(found.records, RECORDS, root)
            if found.records and not any(iri.startswith(root) for iri in found.records):
                raise BadInput(
                    f"{path} holds no record of {root}.",
                    "If it is a catalogue of datasets, read it with --format dcat.",
                )
            return found
        case "csv":
            return table.read(base, text, note)
        case "dcat":
            return dcat.read(base, text, note)
    raise BadInput(f"{path} is no file that we know.", f"Name its form: --format {'|'.join([*READERS, *FORMS])}.")


def rejected(found: Found, form: str) -> str:
    """Return what could not be read, whole; with lines and reasons where the form has room for remarks."""
    return rdf.rejected_json(found.broken) if form == "jsonld" else found.rejected()
