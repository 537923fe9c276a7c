"""The world map: how many records of a search each country has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from kg.search.index import KIND, Wanted
from kg.web import facets
from kg.web.asked import address, wanted_from
from kg.web.names import names
from kg.web.pictures import choosing
from kg.web.pictures.tables import Cell, Table, table
from kg.web.site import base
from kg.web.tongues import ENGLISH, _, language, use
from kg.words import alphabetic

blueprint = Blueprint("map", __name__)

Crossed = dict[tuple[str, str], int]
"""How many records there are of a kind at a place."""

STEPS = (1, 2, 4, 8, 16)
_SHAPE = re.compile(r'<g id="([a-z]{2})">(?:<circle cx="([\d.]+)" cy="([\d.]+)")?')


@dataclass(frozen=True)
class Country:
    """A country on the map: its shape's name, what to say of it, its shade, and where it is when it is a dot."""

    code: str
    label: str
    count: int
    url: str
    shade: int
    dot: tuple[str, str] | None


@cache
def shapes() -> dict[str, tuple[str, str] | None]:
    """Return the code of every country that `world.svg` draws; the middle of those that are too small for a shape."""
    text = (Path(__file__).parent.parent / "static" / "world.svg").read_text("utf-8")
    return {code: (x, y) if x else None for code, x, y in _SHAPE.findall(text)}


@blueprint.get("/map")
@blueprint.get("/map.<any(csv):ext>")
def world(ext: str | None = None) -> Response | str:
    """Show the records of a search by country, as a map and a table, or the table as CSV."""
    wanted = wanted_from(request.args)
    if ext:
        use(ENGLISH)
    crossed = _crossed(wanted)
    numbers = _numbers(wanted, crossed)
    if ext:
        return numbers.csv("map")
    return render_template(
        "pictures/map.html",
        countries=_drawn(wanted, crossed),
        wider=_elsewhere(wanted, crossed),
        steps=STEPS,
        table=numbers,
        chosen=choosing.chosen(wanted),
        kinds=choosing.kinds(wanted, "/map"),
        formats=choosing.formats("/map", wanted),
    )


def countries(wanted: Wanted) -> list[Country]:
    """Return the countries that a search finds records for, each with a link to them."""
    return _drawn(wanted, _crossed(wanted))


def _crossed(wanted: Wanted) -> Crossed:
    return base().index.cross(wanted, KIND, choosing.place_facet())


def _drawn(wanted: Wanted, crossed: Crossed) -> list[Country]:
    slug = choosing.place_facet()
    counts = {iri: count for iri, count in _counts(crossed).items() if _code(iri) in shapes()}
    named = names(counts)
    return [
        Country(
            _code(iri),
            named[iri].label,
            count,
            address(replace(wanted, facets={**wanted.facets, slug: [iri]})),
            shade(count),
            shapes()[_code(iri)],
        )
        for iri, count in counts.items()
    ]


def shade(count: int) -> int:
    """Return the step of the scale that a count reaches, from 1."""
    return sum(count >= step for step in STEPS)


def _counts(crossed: Crossed) -> Counter[str]:
    """Return how many records every place has that a search finds."""
    counts: Counter[str] = Counter()
    for (_kind, iri), count in crossed.items():
        counts[iri] += count
    return counts


def _code(iri: str) -> str:
    """Return what a place's address ends in: of a country its ISO 3166 code."""
    return iri.rpartition("/")[2]


def _elsewhere(wanted: Wanted, crossed: Crossed) -> list[tuple[str, int, str]]:
    """Return the places that are not a country and lie in none: groups of states, regions, the world."""
    slug = choosing.place_facet()
    counts = _counts(crossed)
    named = names(counts)
    on_map = {iri for iri in counts if _code(iri) in shapes()}
    found = [
        (named[iri].label, count, address(replace(wanted, facets={**wanted.facets, slug: [iri]})))
        for iri, count in counts.items()
        if iri not in on_map and not on_map.intersection(named[iri].wider)
    ]
    return sorted(found, key=lambda place: -place[1])


def _numbers(wanted: Wanted, crossed: Crossed) -> Table:
    slug = choosing.place_facet()
    kinds = [kind for kind in base().model.kinds if any(row == kind.name for row, _place in crossed)]
    named = names({place for _kind, place in crossed if _code(place) in shapes()})
    rows = []
    for iri in sorted(named, key=lambda iri: alphabetic(named[iri].label)):
        counts = [crossed.get((kind.name or "", iri), 0) for kind in kinds]
        here = {**wanted.facets, slug: [iri]}
        cells = [
            Cell(count, address(replace(wanted, facets={**here, KIND: [kind.name or ""]})) if count else None)
            for kind, count in zip(kinds, counts, strict=True)
        ]
        all_kinds = Cell(sum(counts), address(replace(wanted, facets=here)))
        rows.append([Cell(named[iri].label, choosing.page(iri)), all_kinds, *cells])
    titles = [("place", facets.titles()[slug]), ("all", _("All"))]
    titles += [(kind.name or "", kind.plural_in(language())) for kind in kinds]
    return table(_("Records by country; a city counts in its country"), titles, rows)
