"""What a new record may be a double of: records with the same DOI, ISBN or address, and those with nearly its title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple
from rapidfuzz import fuzz, utils

from kg import queries
from kg.forms import naming
from kg.model import Kind
from kg.search.cards import Card, statements
from kg.terms import BIBO, path_of
from kg.web.site import base
from kg.web.told import Told
from kg.web.tongues import _, language

_ALIKE = 85
_MOST = 5
_IDENTIFYING = (BIBO.doi.value, BIBO.isbn.value)
"""What two records share, beside the address of the text, only where they are of one work."""


def of(change: Told, triples: Iterable[Triple]) -> list[dict[str, Any]]:
    """Return the records that a new one may be a double of, each with why; the surest first."""
    kind = base().model.kind(change.kind)
    same = _same(kind, change.iri, list(triples)) if kind else {}
    near = naming.Names(base().model, base().index, base().settings.base).near(change.title, change.kind, 20)
    cards = base().index.get(same)
    found = [_shown(cards[iri], why) for iri, why in same.items() if iri in cards]
    for card in near:
        score = round(fuzz.token_sort_ratio(card.title, change.title, processor=utils.default_process))
        if score >= _ALIKE and card.iri != change.iri and card.iri not in same:
            found.append(_shown(card, _("%(score)s %% the same title", score=score)))
    return found[:_MOST]


def _same(kind: Kind, iri: str, triples: list[Triple]) -> dict[str, str]:
    """Return the other records that carry an identifier of this one, each with the name of the field."""
    said = statements(triples, iri)
    fields = {field.path: field for field in kind.fields if field.path in _IDENTIFYING or field.role == "address"}
    values = {value for path in fields for value in said.get(path, ()) if isinstance(value, Literal | NamedNode)}
    if not values:
        return {}
    asked = queries.fill("same-identifiers", properties=[NamedNode(path) for path in fields], identifiers=values)
    return {
        row["record"].value: _("the same %(field)s", field=fields[row["property"].value].name_in(language()))
        for row in base().engine.select(asked)
        if row["record"].value != iri
    }


def _shown(card: Card, why: str) -> dict[str, Any]:
    return {"title": card.title, "url": path_of(card.iri, base().settings.base), "why": why}
