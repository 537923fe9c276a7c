"""What points at a thing: records and concepts, grouped by kind and by what the link means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from kg import queries
from kg.model import Kind
from kg.search.cards import Card
from kg.search.index import KIND, Wanted
from kg.terms import RECORDS, path_of, record_of
from kg.web.asked import address
from kg.web.names import names
from kg.web.portrait import called
from kg.web.site import base, item, query_link
from kg.web.tongues import language
from kg.words import alphabetic

LIMIT = 500
_SHOWN = 12
_CONCEPT = "concept"


@dataclass(frozen=True)
class Link:
    """One thing that points here, as lists show it, and the property by which it does."""

    iri: str
    kind: str
    path: str
    shown: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Links of one kind and one meaning; `more_url` leads to the rest where there is more than the page shows."""

    label: str
    count: int
    items: list[dict[str, Any]]
    more_url: str | None


def links(iri: str) -> list[Link]:
    """Return what points at a thing, at most `LIMIT` of them."""
    rows = base().engine.select(_query(iri))
    pointing = sorted(
        _strongest({(record_of(row["subject"].value), row["property"].value) for row in rows} - {(iri, "")})
    )
    cards = base().index.get(subject for subject, _ in pointing)
    others = names(subject for subject, _ in pointing if subject not in cards and subject.startswith(RECORDS))
    found = []
    for subject, path in pointing:
        if card := cards.get(subject):
            found.append(Link(subject, card.kind, path, item(card)))
        elif subject in others and others[subject].label != subject and subject != iri:
            found.append(Link(subject, _CONCEPT, path, _concept(subject, others[subject].label)))
    return found


def _strongest(pointing: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out that a record is related, where it also says how."""
    weakest = base().model.weakest
    told = {subject for subject, path in pointing if path not in weakest}
    return {(subject, path) for subject, path in pointing if path not in weakest or subject not in told}


def _query(iri: str) -> str:
    return queries.fill("inbound", thing=NamedNode(iri), limit=LIMIT)


def query_url(iri: str) -> str:
    """Return where the query behind the groups can be read and changed."""
    return query_link(_query(iri))


def _concept(iri: str, label: str) -> dict[str, Any]:
    kind = base().model.kind(_CONCEPT)
    card = Card(iri, _CONCEPT, label)
    return item(card) | {"url": path_of(iri, RECORDS), "kind_label": kind.label_in(language()) if kind else ""}


def groups(iri: str) -> list[Group]:
    """Return what points at a thing in groups, the largest first."""
    sorted_out: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for link in links(iri):
        sorted_out[link.kind, link.path][link.iri] = link.shown
    facets = {facet.path: facet.slug for facet in base().model.facets if not facet.through}
    largest = sorted(sorted_out.items(), key=lambda group: -len(group[1]))
    return [_group(iri, kind, path, items, facets) for (kind, path), items in largest]


def _group(iri: str, kind_name: str, path: str, items: dict[str, dict[str, Any]], facets: Mapping[str, str]) -> Group:
    kind = base().model.kind(kind_name)
    shown = sorted(items.values(), key=lambda it: alphabetic(str(it["title"])))
    more = address(Wanted(facets={KIND: [kind_name], facets[path]: [iri]})) if path in facets else None
    return Group(
        label=f"{kind.plural_in(language()) if kind else kind_name} · {meaning(kind, path)}",
        count=len(items),
        items=shown[:_SHOWN] if more else shown,
        more_url=more if len(items) > _SHOWN else None,
    )


def meaning(kind: Kind | None, path: str) -> str:
    """Return in words what a property means: its name in the shape of the kind, else in any shape, else its own."""
    own = kind.field(path) if kind else None
    any_field = own or next((found for other in base().model.kinds if (found := other.field(path))), None)
    return any_field.name_in(language()) if any_field else called(base().model, path)
