"""Comparison of two to six records of any kind, drawn from their shapes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode, Triple

from kg import queries
from kg.analysis import compare
from kg.analysis.compare import LEAST, MOST, Said
from kg.errors import BadInput, NotFound
from kg.search.cards import classes_of, statements
from kg.terms import path_of
from kg.web import citing, names
from kg.web.analysis import answers, asking
from kg.web.analysis.held import remembered
from kg.web.negotiation import BIBTEX, HTML
from kg.web.portrait import Painter, Portrait
from kg.web.site import base, links, query_link
from kg.web.tongues import _
from kg.web.values import Row

blueprint = Blueprint("compare", __name__)

_PARAMETERS = {"ids", "differences", "lang"}
_EXAMPLE = "/compare?ids=de-dng-2021,fr-crpa-open-data"
_FORMATS = (*answers.TABLE, BIBTEX)


@dataclass(frozen=True)
class Compared:
    """One record as a comparison needs it."""

    title: str
    kind: str
    url: str
    said: Said
    cited: list[str]


@blueprint.get("/compare")
@blueprint.get("/compare.<ext>")
def show(ext: str | None = None) -> Response | str:
    """Show records side by side, all fields or only those that differ."""
    form = answers.wanted(ext, _FORMATS)
    asked = [part.strip() for part in asking.text("ids").split(",") if part.strip()]
    if not asked and form is HTML:
        return asking.page("compare_start.html")
    iris = list(dict.fromkeys(asking.record(part, "policy") for part in asked))
    if stray := sorted(request.args.keys() - _PARAMETERS):
        raise BadInput(
            _("/compare knows no %(name)s.", name=repr(stray[0])),
            _("Name the records in one list: %(example)s.", example=_EXAMPLE),
        )
    if not LEAST <= len(iris) <= MOST:
        told = (
            _("No record was named."),
            _("One record cannot be compared."),
            _("%(count)s records cannot be compared.", count=len(iris)),
        )
        raise BadInput(
            told[min(len(iris), 2)],
            _("Name %(least)s to %(most)s different records: %(example)s.", least=LEAST, most=MOST, example=_EXAMPLE),
        )
    records = [remembered(("compared", iri), partial(_read, iri)) for iri in iris]
    if form is BIBTEX:
        return citing.answer(BIBTEX, [*iris, *sorted({iri for record in records for iri in record.cited})], "compare")
    only = asking.one_of("differences", ["1", "0"], "0") == "1"
    lines = compare.align([record.said for record in records], differences=only)
    if form is not HTML:
        return answers.table(
            compare.as_table(lines, [record.title for record in records], base().index.revision), form, "compare"
        )
    return asking.page(
        "compare.html",
        records=records,
        lines=lines,
        only=only,
        formats=links("/compare", _FORMATS, asking.parameters()),
        query_url=query_link(queries.fill("graphs", graphs=[NamedNode(iri) for iri in iris])),
    )


def _read(iri: str) -> Compared:
    """Read one record through its shape."""
    triples = base().graphs([iri]).get(iri)
    if triples is None:
        raise NotFound(_("There is no <%(iri)s>.", iri=iri), _("Name records by kind and slug: policy/de-dng-2021."))
    pointed = {triple.object.value for triple in triples if isinstance(triple.object, NamedNode)}
    painter = Painter(base().model, base().settings.base, names.labels(pointed))
    portrait = painter.paint(base().model.kind_of(classes_of(statements(triples, iri))), iri, triples)
    url = path_of(iri, base().settings.base) or iri
    return Compared(portrait.title, portrait.kind_label, url, _said(portrait), _cited(triples))


def _cited(triples: list[Triple]) -> list[str]:
    """Return the references that records point at."""
    start = base().settings.base + "reference/"
    pointed = {triple.object.value for triple in triples if isinstance(triple.object, NamedNode)}
    return sorted(iri for iri in pointed if iri.startswith(start) and "#" not in iri)


def _said(portrait: Portrait) -> Said:
    """Return what a record says as words; of a table of statuses each row is a field of its own."""
    said: Said = {}
    if portrait.summary:
        said[_("In short"), _("summary")] = (portrait.summary,)
    if portrait.place:
        said[_("In short"), _("place")] = tuple(value.text for value in portrait.place)
    for row in filter(None, (portrait.by, portrait.use)):
        said[_("In short"), row.label] = tuple(value.text for value in row.values)
    for section in portrait.groups:
        for row in section.fields:
            for label, words in _words(row):
                said[section.label, label] = words
    return said


def _words(row: Row) -> list[tuple[str, tuple[str, ...]]]:
    if not row.columns:
        return [(row.label, tuple(value.text for value in row.values))]
    written = [[" ".join(value.text for value in cell) for cell in nested] for nested in row.rows]
    if row.tally:
        return [(cells[0], tuple(cell for cell in cells[1:] if cell)) for cells in written]
    return [(row.label, tuple(_(": ").join(filter(None, cells)) for cells in written))]
