"""What things are called and what lies right above them, asked once for each state of the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from kg import queries
from kg.base import BATCH, batched
from kg.search.cards import preferred
from kg.terms import node
from kg.web.site import base

_KEPT = 20_000


@dataclass(frozen=True)
class Name:
    """A thing's label and the places or concepts right above it."""

    label: str
    wider: tuple[str, ...] = ()


@dataclass
class _Kept:
    revision: int
    names: dict[str, Name]


def names(iris: Iterable[str]) -> dict[str, Name]:
    """Return the names of things; one that is not named is called by its IRI. What was asked before is not asked again."""
    asked = set(iris)
    kept = _kept()
    fresh = sorted(asked - kept.names.keys())
    if len(kept.names) + len(fresh) > _KEPT:
        kept.names.clear()
        fresh = sorted(asked)
    for batch in batched(fresh, BATCH):
        kept.names.update(_read(batch))
    return {iri: kept.names[iri] for iri in asked}


def _kept() -> _Kept:
    """Return what is known of this revision; a change of the base forgets it all."""
    revision = base().journal.revision
    kept = cast("_Kept | None", current_app.extensions.get("names"))
    if kept is None or kept.revision != revision:
        kept = current_app.extensions["names"] = _Kept(revision, {})
    return kept


def _read(iris: Iterable[str]) -> dict[str, Name]:
    labels: dict[str, list[Any]] = defaultdict(list)
    wider: dict[str, set[str]] = defaultdict(set)
    for row in base().engine.select(queries.fill("names", things=filter(None, map(node, iris)))):
        if label := row.get("label"):
            labels[row["thing"].value].append(label)
        elif above := row.get("wider"):
            wider[row["thing"].value].add(above.value)
    found = {iri: preferred(labels[iri]) for iri in iris}
    return {iri: Name(label.value if label else iri, tuple(sorted(wider[iri]))) for iri, label in found.items()}
