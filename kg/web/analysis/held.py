"""What the analysis pages hold in memory: the evidence of the revision that the base stands at, gathered once and shared."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from threading import Lock
from typing import TypeVar, cast

from flask import current_app
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis.evidence import STEP_WORDS, Evidence, Provision, Step, told_apart
from kg.analysis.gathering import gather
from kg.answers import Row
from kg.web import names
from kg.web.analysis import answers
from kg.web.negotiation import Format
from kg.web.site import base
from kg.web.tongues import ENGLISH, language
from kg.words import Text

_LOCK = Lock()
_NOTHING = object()
Kept = TypeVar("Kept")


def evidence() -> Evidence:
    """Return the evidence of the present revision in the reader's words; a change makes the next reader gather it anew."""
    revision = base().index.revision  # the last to be written: what it has, the engine has
    found = _gathered(revision).get(language())
    if found is not None:
        return found
    with _LOCK:
        held = _gathered(revision)
        if ENGLISH not in held:
            held[ENGLISH] = gather(base().engine.select)
            current_app.extensions["evidence"] = (revision, held)
        if language() not in held:
            held[language()] = _in_words(held[ENGLISH])
        return held[language()]


def is_ready() -> bool:
    """Tell whether the evidence of the present revision is at hand in the reader's words."""
    return language() in _gathered(base().index.revision)


def _gathered(revision: int) -> dict[str, Evidence]:
    """Return the evidence of a revision in each language in which it was asked for; of an older one nothing."""
    kept = cast("tuple[int, dict[str, Evidence]] | None", current_app.extensions.get("evidence"))
    return kept[1] if kept is not None and kept[0] == revision else {}


def _in_words(held: Evidence) -> Evidence:
    """Call provisions, concepts and places as the reader's language does; what it has no name for stays English, and says so."""
    rows = base().engine.select(queries.fill("analysis-names", language=Literal(language())))
    labels = {row["thing"].value: row["label"].value for row in rows}
    definitions = {row["thing"].value: row["definition"].value for row in rows if "definition" in row}

    def called(iri: str, english: str) -> Text:
        return Text(labels[iri], language()) if iri in labels else Text(english, ENGLISH)

    def provision(one: Provision) -> Provision:
        told = definitions.get(one.iri)
        return replace(
            one,
            label=called(one.iri, one.label),
            definition=Text(told, language()) if told else Text(one.definition, ENGLISH),
            group_label=called(f"{one.iri.rpartition('/')[0]}/groups/{one.group}", one.group_label),
            matches=tuple((iri, called(iri, label)) for iri, label in one.matches),
        )

    named = names.labels(held.places)
    places = {iri: named.get(iri) or Text(label, ENGLISH) for iri, label in held.places.items()}
    types = {iri: labels[type_] for iri, type_ in held.place_types.items() if type_ in labels}
    apart = told_apart(places, types)
    return replace(
        held,
        provisions={iri: provision(one) for iri, one in held.provisions.items()},
        places={iri: Text(apart[iri], label.language) for iri, label in places.items()},
        concepts={iri: called(iri, label) for iri, label in held.concepts.items()},
        steps=_steps_in_words(held.steps),
    )


def _steps_in_words(steps: Mapping[str, Step]) -> dict[str, Step]:
    """Say steps as the reader's language does; one that nobody has translated stays English, and says so."""
    rows = base().engine.select(queries.fill("analysis-step-words", language=Literal(language())))
    said = {row["provision"].value: row for row in rows}

    def step(iri: str, one: Step) -> Step:
        row = said.get(iri)
        if row is not None:
            actor, government, community, clause = (Text(row[part].value, language()) for part in STEP_WORDS)
        else:
            actor, government, community, clause = (Text(getattr(one, part), ENGLISH) for part in STEP_WORDS)
        return replace(one, actor=actor, government=government, community=community, clause=clause)

    return {iri: step(iri, one) for iri, one in steps.items()}


def opened(ext: str | None, formats: tuple[Format, ...] = answers.TABLE) -> tuple[Format, Evidence]:
    """Return the format in which a page is asked for, and the evidence to answer from."""
    return answers.wanted(ext, formats), evidence()


_MOST_KEPT = 256


def remembered(what: Hashable, make: Callable[[], Kept]) -> Kept:
    """Return what was made for this revision of the base and this language, else make it; of too many the oldest go first."""
    store = cast("dict[Hashable, Kept]", current_app.extensions.setdefault("analysis kept", {}))
    key = (base().index.revision, language(), what)
    found = store.get(key, _NOTHING)  # one look: another thread may drop it at any time
    if found is _NOTHING:
        found = make()
        with _LOCK:
            store[key] = found
            while len(store) > _MOST_KEPT:
                store.pop(next(iter(store)))
    return cast("Kept", found)


def kept(name: str, **terms: NamedNode | Literal) -> list[Row]:
    """Return the rows of a named question, kept until the base changes."""
    key = (name, *sorted((term, value.value) for term, value in terms.items()))
    return remembered(key, lambda: base().engine.select(queries.fill(name, **terms)))
