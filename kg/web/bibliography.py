"""The bibliography as a page and as `.bib`, of everything, of a search, or of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg.base import batched
from kg.citations import bibtex
from kg.citations.dialects import DIALECTS
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.records import entry_of
from kg.errors import BadInput, NotFound
from kg.search.index import KIND, Wanted
from kg.terms import path_of
from kg.web import negotiation
from kg.web.negotiation import BIBTEX, HTML
from kg.web.site import base, links

blueprint = Blueprint("bibliography", __name__)

_CHUNK = 100
_PAGE = 50
_PEOPLE = 8
_CONTAINERS = ("journaltitle", "booktitle", "series", "howpublished", "type")
_PUBLISHERS = ("institution", "publisher", "organization")
_BIBLATEX = {"label": "BibLaTeX", "url": "/bibliography.bib?dialect=biblatex"}
_FORMATS = (HTML, BIBTEX)


def dialect() -> str:
    """Return the dialect that the caller asks for: `bibtex` (ASCII, classic types; what every TeX reads) or `biblatex`."""
    asked = request.args.get("dialect", DIALECTS[0])
    if asked not in DIALECTS:
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
    """Show the references with their annotations, a page at a time in the order of their keys, or write them all as `.bib`."""
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(f"The bibliography is not written as .{ext}.", "It is written as .html and .bib.")
    iris = sorted(card.iri for card in base().index.cards(Wanted(facets={KIND: ["reference"]})))
    if negotiation.chosen(_FORMATS, by_extension) is BIBTEX:
        return answer(iris, "bibliography")
    pages = max(1, -(-len(iris) // _PAGE))
    page = request.args.get("page", default=1, type=int)
    if not 1 <= page <= pages:
        raise NotFound(f"The bibliography has no page {page}.", f"It has pages 1 to {pages}.")
    shown = iris[(page - 1) * _PAGE : page * _PAGE]
    return render_template(
        "bibliography.html",
        total=len(iris),
        lines=[_line(iri, entry) for iri, entry in zip(shown, entries(shown), strict=True)],
        letters=_letters(iris),
        page=page,
        pages=pages,
        exports=[*links("/bibliography", _FORMATS), _BIBLATEX],
        formats=links("/bibliography", _FORMATS),
    )


def _letters(iris: list[str]) -> list[dict[str, str]]:
    """Return where each first letter begins."""
    first: dict[str, str] = {}
    for place, iri in enumerate(iris):
        slug = iri.rpartition("/")[2]
        first.setdefault(slug[:1].upper(), f"/bibliography?page={place // _PAGE + 1}#{slug}")
    return [{"label": letter, "url": url} for letter, url in first.items()]


def _line(iri: str, entry: Entry) -> dict[str, Any]:
    """Return one entry as a bibliography shows it: who, when, what, where, and what it is good for."""
    fields = entry.fields
    container = next((fields[name] for name in _CONTAINERS if name in fields), "")
    issue = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    publishers = dict.fromkeys(fields[name] for name in _PUBLISHERS if name in fields)
    return {
        "slug": iri.rpartition("/")[2],
        "url": path_of(iri, base().settings.base),
        "key": entry.key,
        "people": _people(entry.names.get("author") or entry.names.get("editor") or ()),
        "edited": "author" not in entry.names and "editor" in entry.names,
        "year": fields.get("date", fields.get("year", ""))[:4],
        "title": fields.get("title", entry.key),
        "container": container,
        "where": ", ".join(part for part in (issue, fields.get("pages", "").replace("--", "–")) if part),
        "publisher": ", ".join(name for name in publishers if name != container),
        "address": fields.get("url", ""),
        "annotation": fields.get("annotation", ""),
        "use": fields.get("usage", ""),
    }


def _people(people: tuple[Name, ...]) -> str:
    """Return names in the order of a bibliography; a long list is cut, and says so."""
    cut = len(people) > _PEOPLE or OTHERS in people
    shown = [name for name in people if name != OTHERS][: _PEOPLE - 2 if len(people) > _PEOPLE else None]
    told = "; ".join(
        ", ".join(part for part in (f"{name.prefix} {name.family}".strip(), name.suffix, name.given) if part)
        for name in shown
    )
    return told + (" and others" if cut else "")
