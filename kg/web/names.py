"""What things are called and what lies right above them, asked once for each language and state of the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.base import BATCH, batched
from kg.terms import node
from kg.web import tongues, toponyms
from kg.web.site import base
from kg.words import Text

_KEPT = 20_000
_MOST_ABOVE = 6


@dataclass(frozen=True)
class Name:
    """A thing's label and the places or concepts right above it."""

    label: Text
    wider: tuple[str, ...] = ()


@dataclass
class _Kept:
    revision: int
    names: dict[str, dict[str, Name]]
    countries: dict[str, str] | None = None


def register(app: Flask) -> None:
    """Give the templates the filter by which lists call places and concepts in the reader's language."""
    app.jinja_env.filters |= {"named_by": named_by}


def named_by(text: Text, iris: Sequence[str]) -> Markup:
    """Write the names of things in the reader's language; `text` names them in English, in which nothing has to be asked."""
    if tongues.language() == tongues.ENGLISH or not iris:
        return tongues.named(text)
    called = names(iris)
    return Markup(", ").join(tongues.named(called[iri].label) for iri in iris)


def spoken(named: Mapping[str, Iterable[NamedNode | Literal]]) -> dict[str, Text]:
    """Return what things with these names are called in the reader's language.

    Where no name is in it, a country is called by its code, and a city or a group of countries as the catalogue has it.
    """
    found = {thing: label for thing, values in named.items() if (label := tongues.called(values))}
    wanted = tongues.language()
    if wanted != tongues.ENGLISH:
        for thing in found.keys() & _countries().keys():
            if found[thing].language != wanted:
                found[thing] = toponyms.territory(_countries()[thing]) or found[thing]
        found |= {
            thing: name
            for thing in found
            if found[thing].language != wanted and "/place/" in thing and (name := toponyms.place(thing))
        }
    return found


def names(iris: Iterable[str]) -> dict[str, Name]:
    """Return the names of things; one that is not named is called by its IRI. What was asked before is not asked again."""
    asked = set(iris)
    kept = _kept()
    fresh = sorted(asked - kept.keys())
    if len(kept) + len(fresh) > _KEPT:
        kept.clear()
        fresh = sorted(asked)
    for batch in batched(fresh, BATCH):
        kept.update(_read(batch))
    return {iri: kept[iri] for iri in asked}


def labels(iris: Iterable[str]) -> dict[str, Text]:
    """Return what things are called; one that is not named is not in the answer."""
    return {iri: name.label for iri, name in names(iris).items() if name.label != iri}


def above(iri: str, wider: Sequence[str]) -> list[tuple[str, Name]]:
    """Return what a thing is a part of, the widest first: a city's country and region, a concept's wider ones.

    `wider` is what the thing itself says; what lies above that is kept for all that lie below, and one that has none costs nothing.
    """
    found: list[tuple[str, Name]] = []
    seen = {iri}
    while wider and wider[0] not in seen and len(found) < _MOST_ABOVE:
        seen.add(wider[0])
        name = names([wider[0]])[wider[0]]
        found.insert(0, (wider[0], name))
        wider = name.wider
    return found


def _kept() -> dict[str, Name]:
    return _state().names.setdefault(tongues.language(), {})


def _state() -> _Kept:
    """Return what is known of this revision; a change of the base forgets it all."""
    revision = base().journal.revision
    kept = cast("_Kept | None", current_app.extensions.get("names"))
    if kept is None or kept.revision != revision:
        kept = current_app.extensions["names"] = _Kept(revision, {})
    return kept


def _countries() -> dict[str, str]:
    """Return the code of each country of the base."""
    kept = _state()
    if kept.countries is None:
        rows = base().engine.select(queries.fill("countries"))
        kept.countries = {row["country"].value: row["code"].value for row in rows}
    return kept.countries


def _read(iris: Iterable[str]) -> dict[str, Name]:
    labels: dict[str, list[NamedNode | Literal]] = defaultdict(list)
    wider: dict[str, set[str]] = defaultdict(set)
    for row in base().engine.select(queries.fill("names", things=filter(None, map(node, iris)))):
        if label := row.get("label"):
            labels[row["thing"].value].append(label)
        elif above := row.get("wider"):
            wider[row["thing"].value].add(above.value)
    found = spoken(labels)
    return {iri: Name(found.get(iri) or Text(iri), tuple(sorted(wider[iri]))) for iri in iris}
