"""The evidence map: sectors against regions of the world, where an empty cell is an invitation."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode

from kg import queries
from kg.search.index import KIND, Wanted
from kg.web import facets
from kg.web.asked import address, wanted_from
from kg.web.names import names
from kg.web.pictures import choosing
from kg.web.pictures.tables import Cell, Table, table
from kg.web.pictures.world import shade
from kg.web.site import base
from kg.web.tongues import ENGLISH, _, use
from kg.words import alphabetic

blueprint = Blueprint("evidence", __name__)

_ROWS = "sector"
_COLUMNS = 12


@blueprint.get("/evidence")
@blueprint.get("/evidence.<any(csv):ext>")
def evidence(ext: str | None = None) -> Response | str:
    """Show how many records of a search each sector has in each region, or the same as CSV."""
    wanted = wanted_from(request.args)
    if ext:
        use(ENGLISH)
    numbers = _numbers(wanted)
    if ext:
        return numbers.csv("evidence")
    return render_template(
        "pictures/evidence.html",
        table=numbers,
        shade=shade,
        chosen=choosing.chosen(wanted),
        kinds=choosing.kinds(wanted, "/evidence"),
        formats=choosing.formats("/evidence", wanted),
    )


def _numbers(wanted: Wanted) -> Table:
    where = choosing.place_facet()
    crossed = base().index.cross(wanted, _ROWS, where)
    totals = base().index.tally(replace(wanted, facets={**wanted.facets, _ROWS: ()}), _ROWS)
    totals = {sector: totals.get(sector, 0) for sector in {*totals, *_sectors()}}
    regions = _regions(wanted)
    named = names({*regions, *totals})
    adding = _kind_to_add(wanted)
    rows = []
    for sector in sorted(totals, key=lambda sector: alphabetic(named[sector].label)):
        here = {**wanted.facets, _ROWS: [sector]}
        cells = [
            Cell(
                crossed.get((sector, region), 0),
                address(replace(wanted, facets={**here, where: [region]})),
                f"{named[sector].label}, {named[region].label}",
                f"/contribute/{adding}?" + urlencode({_ROWS: sector, where: region}),
            )
            for region in regions
        ]
        rows.append([Cell(named[sector].label, address(replace(wanted, facets=here))), Cell(totals[sector]), *cells])
    heads = [
        (_ROWS, facets.titles()[_ROWS]),
        ("all", _("All")),
        *((iri.rpartition("/")[2], named[iri].label) for iri in regions),
    ]
    return table(_("Records by sector and region; a record with two sectors counts in both"), heads, rows)


def _kind_to_add(wanted: Wanted) -> str:
    """Return the kind of record that an empty cell invites to add: the one that is searched for, else the first there is."""
    chosen = wanted.facets.get(KIND, ())
    return chosen[0] if len(chosen) == 1 else next(kind.name for kind in base().model.kinds if kind.name)


def _sectors() -> list[str]:
    """Return every sector there is, also those that no record names."""
    facet = next(facet for facet in base().model.facets if facet.slug == _ROWS)
    rows = base().engine.select(queries.fill("scheme", scheme=NamedNode(facet.scheme))) if facet.scheme else []
    return [row["concept"].value for row in rows]


def _regions(wanted: Wanted) -> list[str]:
    """Return the places right below the widest one; where places are not sorted into regions, those with most records."""
    where = choosing.place_facet()
    counts = base().index.tally(replace(wanted, text="", facets={}), where)
    named = names(counts)
    tops = {iri for iri in counts if not named[iri].wider}
    regions = [
        iri
        for iri in counts
        if tops.intersection(named[iri].wider) and any(iri in named[other].wider for other in counts)
    ]
    return sorted(regions or list(counts)[:_COLUMNS], key=lambda iri: alphabetic(named[iri].label))
