"""The reading list: records that somebody gathered, in an address that can be kept, shared and exported; nothing is stored here."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from kg.search.index import Wanted
from kg.web.asked import LONGEST_LIST, address, only_from
from kg.web.negotiation import LIST
from kg.web.site import base, item, links

blueprint = Blueprint("reading", __name__)


@blueprint.get("/list")
def reading_list() -> str:
    """Show the records that the address names, in its order, and the ways to take them along."""
    iris = only_from(request.args)
    cards = base().index.get(iris)
    names = [iri.removeprefix(base().settings.base) for iri in iris]
    kept = [name for name, iri in zip(names, iris, strict=True) if iri in cards]
    return render_template(
        "list.html",
        entries=[
            item(cards[iri]) | {"without": _address([other for other in kept if other != name])}
            for name, iri in zip(names, iris, strict=True)
            if iri in cards
        ],
        unknown=[name for name, iri in zip(names, iris, strict=True) if iri not in cards],
        ids=" ".join(kept),
        most=LONGEST_LIST,
        as_search=address(Wanted(only=tuple(iri for iri in iris if iri in cards))),
        formats=links("/search", LIST, {"ids": ",".join(kept)}) if kept else [],
    )


def _address(names: list[str]) -> str:
    return "/list" + ("?ids=" + ",".join(names) if names else "")
