"""Pages of one sector: which datasets first, and the page of arguments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from pyoxigraph import NamedNode

from kg import queries
from kg.analysis import gaps as measured
from kg.analysis import peers, priority
from kg.analysis.evidence import Evidence, concept, slug_of
from kg.analysis.tables import Table, Value
from kg.errors import BadInput, NotFound
from kg.search.index import KIND, Wanted
from kg.terms import path_of
from kg.web.analysis import answers, asking, subjects
from kg.web.analysis.held import evidence, kept, opened
from kg.web.analysis.matrix import form_fields, rate_shown
from kg.web.negotiation import HTML
from kg.web.site import base, item, links, query_link
from kg.web.tongues import _
from kg.words import phrase

blueprint = Blueprint("sectors", __name__)

_OFFERS = 40


@blueprint.get("/priority")
@blueprint.get("/priority.<ext>")
def datasets(ext: str | None = None) -> Response | str:
    """Show which datasets of a sector others publish and a place does not."""
    form, held = opened(ext)
    sector, place = asking.one_of("sector", held.scheme("sector")), asking.place(held)
    if not sector:
        answers.need_subject(form, "which sector", "/priority.csv?sector=transport&place=ke")
        return asking.page("start.html", action="/priority", title=_("Which datasets to open first"),
                               lede=_("Choose a sector, and a place where you have one."),
                               form=form_fields(held, asking.choice(held)))  # fmt: skip
    found = subjects.offers(held, place, sector)
    whose = ", ".join(filter(None, [held.scheme("sector")[sector], held.places.get(place)]))
    title = _("Datasets first: %(whose)s", whose=whose)
    if form is not HTML:
        return answers.table(priority.as_table(found, title, base().index.revision), form, "priority")
    return asking.page(
        "priority.html",
        title=title,
        found=found[:_OFFERS],
        more=max(0, len(found) - _OFFERS),
        place=held.places.get(place, ""),
        path=lambda iri: path_of(iri, base().settings.base),
        note=priority.NOTE,
        form=form_fields(held, asking.choice(held)),
        formats=links("/priority", answers.TABLE, asking.parameters()),
        query_url=query_link(queries.fill("analysis-datasets", sector=NamedNode(concept("sector", sector)))),
    )


@blueprint.get("/advocate/<sector>")
def advocate(sector: str) -> str:
    """Show one page of arguments for open data in a sector: numbers by query, practices, voices, references."""
    held = evidence()
    label = held.scheme("sector").get(sector)
    if label is None:
        raise NotFound(
            _("There is no sector %(name)s.", name=repr(sector)),
            _("Choose one of: %(known)s.", known=", ".join(held.scheme("sector"))),
        )
    term = NamedNode(concept("sector", sector))
    records = kept("sector-records", sector=term)
    counts: dict[str, int] = {}
    for row in records:
        counts[slug_of(row["class"].value)] = counts.get(slug_of(row["class"].value), 0) + 1
    every = measured.find(held, peers.Subject((), sector=sector), "all")
    rule = next(gap for gap in every.all if gap.provision.slug == "sector-rule")
    return asking.page(
        "advocate.html",
        sector=sector,
        label=label,
        counts=counts,
        rule=rate_shown(rule.rate),
        examples=[subjects.cell_shown(held, cell) for cell in rule.examples[:3]],
        practices=_of("practice", sector, 3),
        voices=_of("interview", sector, 2),
        references=_of("reference", sector, 5),
        standards=_of("standard", sector, 3),
        query_url=query_link(queries.fill("sector-records", sector=term)),
    )


def needed(held: Evidence) -> str:
    """Return the sector that the address asks for; without one, say how to name one."""
    sector = asking.one_of("sector", held.scheme("sector"))
    if not sector:
        raise BadInput(_("Say which sector."), _("For example %(example)s.", example="?sector=transport"))
    return sector


def records_table(held: Evidence) -> Table:
    """Return the records of a sector as a table."""
    sector = needed(held)
    rows: list[list[Value]] = [
        [row["title"].value, row["record"].value, slug_of(row["class"].value)]
        for row in kept("sector-records", sector=NamedNode(concept("sector", sector)))
    ]
    return Table(phrase("Records of the sector"), ("record", "record iri", "kind"), rows, "", base().index.revision)


def _of(kind: str, sector: str, most: int) -> list[dict[str, Any]]:
    """Return records of a kind for a sector, newest first, as lists show them."""
    facets = {KIND: [kind], "sector": [concept("sector", sector)]}
    return [item(hit) for hit in base().index.search(Wanted(facets=facets, sort="newest", limit=most)).hits]
