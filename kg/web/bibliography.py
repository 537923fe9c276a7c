"""The bibliography as a page and as `.bib`, of everything, of a search, or of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg.base import batched
from kg.citations import bibtex
from kg.citations.bibtex import Entry
from kg.citations.records import entry_of
from kg.errors import BadInput, NotFound
from kg.search.index import KIND, Wanted
from kg.web import negotiation
from kg.web.negotiation import BIBTEX, HTML
from kg.web.site import base, links

blueprint = Blueprint("bibliography", __name__)

_CHUNK = 100
_FORMATS = (HTML, BIBTEX)
_DIALECTS = ("bibtex", "biblatex")


def dialect() -> str:
    """Return the dialect that the caller asks for: `bibtex` (ASCII, classic types; what every TeX reads) or `biblatex`."""
    asked = request.args.get("dialect", _DIALECTS[0])
    if asked not in _DIALECTS:
        raise BadInput(f"There is no dialect {asked!r}.", "Ask for dialect=bibtex or dialect=biblatex.")
    return asked


def entries(iris: Iterable[str]) -> Iterator[Entry]:
    """Yield the citable records among these as entries, fetched in small batches so that the first is written at once."""
    for batch in batched(iris, _CHUNK):
        found = base().graphs(batch)
        labels = base().labels_in(triple for triples in found.values() for triple in triples)
        for iri in batch:
            if iri in found and (entry := entry_of(base().model, iri, found[iri], labels)) is not None:
                yield entry


def answer(iris: Iterable[str], name: str) -> Response:
    """Stream records as a `.bib` file."""
    return negotiation.streamed(bibtex.write(entries(iris), dialect=dialect()), BIBTEX, name)


@blueprint.get("/bibliography")
@blueprint.get("/bibliography.<ext>")
def bibliography(ext: str | None = None) -> Response | str:
    """Show the references with their annotations, or write them all as `.bib`."""
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(f"The bibliography is not written as .{ext}.", "It is written as .html and .bib.")
    iris = [card.iri for card in base().index.cards(Wanted(facets={KIND: ["reference"]}))]
    if negotiation.chosen(_FORMATS, by_extension) is BIBTEX:
        return answer(iris, "bibliography")
    shown = sorted((_line(entry) for entry in entries(iris)), key=lambda line: (line["sort"], line["year"]))
    return render_template(
        "bibliography.html",
        entries=shown,
        exports=links("/bibliography", _FORMATS),
        formats=links("/bibliography", _FORMATS),
    )


def _line(entry: Entry) -> dict[str, Any]:
    return {}
