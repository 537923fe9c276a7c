"""What the analysis pages hold in memory: the evidence of the revision that the base stands at, gathered once and shared."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

from flask import current_app
from pyoxigraph import NamedNode

from kg import queries
from kg.analysis.evidence import Evidence
from kg.analysis.gathering import gather
from kg.answers import Row
from kg.web.analysis import answers
from kg.web.negotiation import Format
from kg.web.site import base

_LOCK = Lock()
_NOTHING = object()
Kept = TypeVar("Kept")


def evidence() -> Evidence:
    """Return the evidence of the present revision; a change of the base makes the next reader gather it anew."""
    revision = base().index.revision  # the last to be written: what it has, the engine has
    kept = cast("tuple[int, Evidence] | None", current_app.extensions.get("evidence"))
    if kept is not None and kept[0] == revision:
        return kept[1]
    with _LOCK:
        kept = cast("tuple[int, Evidence] | None", current_app.extensions.get("evidence"))
        if kept is None or kept[0] != revision:
            kept = (revision, gather(base().engine.select))
            current_app.extensions["evidence"] = kept
        return kept[1]


def opened(ext: str | None, formats: tuple[Format, ...] = answers.TABLE) -> tuple[Format, Evidence]:
    """Return the format in which a page is asked for, and the evidence to answer from."""
    return answers.wanted(ext, formats), evidence()


_MOST_KEPT = 256


def remembered(what: Hashable, make: Callable[[], Kept]) -> Kept:
    """Return what was made for this revision of the base, else make it; of too many the oldest go first."""
    store = cast("dict[Hashable, Kept]", current_app.extensions.setdefault("analysis kept", {}))
    key = (base().index.revision, what)
    found = store.get(key, _NOTHING)  # one look: another thread may drop it at any time
    if found is _NOTHING:
        found = make()
        with _LOCK:
            store[key] = found
            while len(store) > _MOST_KEPT:
                store.pop(next(iter(store)))
    return cast("Kept", found)


def kept(name: str, **terms: NamedNode) -> list[Row]:
    """Return the rows of a named question, kept until the base changes."""
    key = (name, *sorted((term, value.value) for term, value in terms.items()))
    return remembered(key, lambda: base().engine.select(queries.fill(name, **terms)))
