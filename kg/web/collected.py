"""What the base holds under a thing that records are sorted by: a place, a sector, an organisation, any concept of a facet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg.model import Field
from kg.search.index import KIND, Wanted
from kg.web.asked import address, belongs
from kg.web.pictures import timeline
from kg.web.pictures.timeline import Picture
from kg.web.site import base
from kg.web.tongues import _, language, said
from kg.words import phrase

_FEWEST = 4
_ANALYSED = ("place", "sector")
"""Facets by whose values the analyses are asked."""
_ANALYSES = ((phrase("Gaps"), "/gaps"), (phrase("Roadmap"), "/roadmap"), (phrase("Provisions"), "/matrix"))


@dataclass(frozen=True)
class Collection:
    """The records under a thing: how many of each kind, when they were made, and where to see them all."""

    total: int
    url: str
    kinds: list[dict[str, Any]]
    years: Picture | None
    pictures: list[dict[str, str]]


def under(iri: str) -> Collection | None:
    """Return what is sorted under a thing, with what lies inside it; None where nothing is."""
    for facet in base().model.facets:
        if belongs(facet, iri):
            wanted = Wanted(facets={facet.slug: [iri]})
            if total := base().index.count(wanted):
                return _collection(wanted, total, base().index.tally(wanted, KIND), facet)
    return None


def _collection(wanted: Wanted, total: int, counts: dict[str, int], facet: Field) -> Collection:
    kinds = [
        {"name": kind.name, "count": counts[kind.name],
         "label": kind.plural_in(language()) if counts[kind.name] != 1 else kind.label_in(language()),
         "url": address(Wanted(facets={**wanted.facets, KIND: [kind.name]}))}
        for kind in base().model.kinds if kind.name and counts.get(kind.name)
    ]  # fmt: skip
    years = timeline.picture(wanted)
    pictures = [{"label": _("Timeline"), "url": address(wanted, "/timeline")}]
    if facet.role != "place":
        pictures.append({"label": _("Map"), "url": address(wanted, "/map")})
    if facet.slug in _ANALYSED:
        pictures += [{"label": said(label), "url": address(wanted, door)} for label, door in _ANALYSES]
    return Collection(total, address(wanted), kinds, years if years and years.dated >= _FEWEST else None, pictures)
