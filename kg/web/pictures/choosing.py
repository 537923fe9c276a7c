"""What every picture shares: the search that it shows, the kinds to choose from, its formats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kg.search.index import KIND, Wanted
from kg.terms import RECORDS, path_of
from kg.web import facets
from kg.web.asked import address, parameters
from kg.web.names import names
from kg.web.negotiation import CSV
from kg.web.site import base, links
from kg.web.tongues import _, language, ngettext, pair
from kg.words import small


def facet_of(role: str) -> str:
    """Return the slug of the facet that plays a role, such as `place`."""
    return next(facet.slug for facet in base().model.facets if facet.role == role)


def place_facet() -> str:
    """Return the slug of the facet that says where."""
    return facet_of("place")


def page(iri: str) -> str | None:
    """Return the address of a thing's own page."""
    return path_of(iri, base().settings.base) or path_of(iri, RECORDS)


def kinds(wanted: Wanted, path: str) -> list[dict[str, Any]]:
    """Return a link for each kind that the search finds, and one for all of them."""
    counts = base().index.tally(wanted, KIND)
    every = {**wanted.facets, KIND: ()}
    chosen = tuple(wanted.facets.get(KIND, ()))
    shown = [{"label": _("Everything"), "url": address(replace(wanted, facets=every), path), "current": not chosen}]
    for kind in base().model.kinds:
        if counts.get(kind.name or ""):
            url = address(replace(wanted, facets={**wanted.facets, KIND: [kind.name or ""]}), path)
            shown.append({"label": kind.plural_in(language()), "url": url, "current": chosen == (kind.name,)})
    return shown


def chosen(wanted: Wanted) -> dict[str, Any]:
    """Say in words which search a picture shows, with its address."""
    titles = facets.titles()
    named = names(value for slug, values in wanted.facets.items() if slug != KIND for value in values)
    words: list[str] = [_("“%(text)s”", text=wanted.text)] if wanted.text.strip() else []
    words += [
        pair(small(titles[slug]), named[value].label)
        for slug, values in wanted.facets.items()
        if slug != KIND
        for value in values
    ]
    words += [_("since %(year)s", year=wanted.since)] if wanted.since is not None else []
    words += [_("until %(year)s", year=wanted.until)] if wanted.until is not None else []
    words += [ngettext("among %(num)s of a list", "among %(num)s of a list", len(wanted.only))] if wanted.only else []
    return {"words": ", ".join(words), "url": address(wanted), "total": base().index.count(wanted)}


def formats(path: str, wanted: Wanted) -> list[dict[str, str]]:
    """Return the address of a picture's table as CSV."""
    return links(path, [CSV], parameters(wanted))
