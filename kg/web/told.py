"""A change of a record as a page tells it: fields and values by their names, never as Turtle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kg.base import parsed
from kg.deciding import Stale
from kg.forms import changes, naming
from kg.forms.blank import Blank
from kg.model import Kind
from kg.search.cards import classes_of, preferred, statements
from kg.terms import path_of
from kg.web.portrait import Painter
from kg.web.sheets import blanks
from kg.web.site import base
from kg.web.tongues import _, language

_SHOWN = 50
TAKE = "take "
"""What the fields of a form begin with by which a curator chooses between two changes of a field."""


@dataclass(frozen=True)
class Told:
    """One record of a proposal: what it is called, where it is, and what changes in it."""

    iri: str
    title: str
    kind: str
    kind_label: str
    url: str | None
    new: bool
    gone: bool
    rows: list[changes.Row]


def change(iri: str, before: list[Triple], after: list[Triple]) -> Told:
    """Tell what changes between two states of a record."""
    state = after or before
    kind, blank = _kind(iri, state)
    return Told(
        iri,
        title(iri, state),
        (kind.name or "") if kind else "",
        kind.label_in(language()) if kind else _("Record"),
        path_of(iri, base().settings.base) if before else None,
        not before,
        not after,
        changes.rows(blank, iri, before, after, _teller([*before, *after]), language()) if blank else [],
    )


def proposed(records: dict[str, tuple[bytes | None, bytes | None]]) -> tuple[list[Told], int]:
    """Tell what a proposal changes, of its first records; return how many more there are."""
    some = list(records.items())[:_SHOWN]
    return [change(iri, parsed(before), parsed(after)) for iri, (before, after) in some], len(records) - len(some)


def clash(stale: Stale) -> dict[str, Any]:
    """Tell a record that has moved on since a proposal was made: then, now, and as proposed."""
    state = stale.wanted or stale.now
    _of, blank = _kind(stale.iri, state)
    told = _teller([*stale.was, *stale.now, *stale.wanted])
    return {
        "title": title(stale.iri, state),
        "url": path_of(stale.iri, base().settings.base),
        "rows": changes.clashes(blank, stale.iri, stale.was, stale.now, stale.wanted, told, language())
        if blank
        else [],
    }


def _kind(iri: str, state: list[Triple]) -> tuple[Kind | None, Blank | None]:
    """Return what a record is by its own statements, and the form of that."""
    kind = base().model.kind_of(classes_of(statements(state, iri)))
    return kind, blanks().of(kind.name) if kind and kind.name else None


def title(iri: str, triples: list[Triple]) -> str:
    """Return what a record is called by its own statements."""
    said = statements(triples, iri)
    kind = base().model.kind_of(classes_of(said))
    own = kind.role("title") if kind else None
    found = preferred(said.get(own.path, [])) if own else None
    return found.value if found else iri.removeprefix(base().settings.base)


def _teller(triples: list[Triple]) -> changes.Told:
    painter = Painter(base().model, base().settings.base, base().labels(naming.pointed(triples)))

    def told(term: NamedNode | Literal) -> str:
        return painter.value(term).text

    return told
