"""Values of others as ours: addresses, dates, items of a list; and nested things known again by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from kg.forms.blank import Question
from kg.terms import RDF, XSD

WEB = ("http://", "https://")
_DAY = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T.*|Z|[+-]\d\d:\d\d)?$")
Content = frozenset[tuple[NamedNode, object]]
NONE: Mapping[Content, NamedNode] = {}


def content(triples: Iterable[Triple]) -> Content:
    """Return what a nested thing says, whatever it is called."""
    return frozenset((triple.predicate, triple.object) for triple in triples if triple.predicate != RDF.type)


def contents(triples: Iterable[Triple]) -> dict[Content, NamedNode]:
    """Return the names of the nested things of a record, by what they say."""
    found: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and "#" in triple.subject.value:
            found.setdefault(triple.subject, []).append(triple)
    return {content(said): node for node, said in found.items()}


def web(value: NamedNode | Literal) -> NamedNode | None:
    text = value.value.strip()
    try:
        return NamedNode(text) if text.startswith(WEB) and " " not in text else None
    except ValueError:
        return None


def date(text: str) -> Literal | None:
    """Return the day, month or year of a date or a time."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    return Literal(found[1], datatype={4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}[len(found[1])])


def chosen(question: Question, value: NamedNode | Literal) -> NamedNode | None:
    """Return the item of a list that a value names: by its address; in a table of codes also by code or label.

    An address that is not in the list stands for itself where the list is open, as that of licences is.
    """
    options = [option.iri for option in question.options]
    if value.value in options:
        return NamedNode(value.value)
    if not all(iri.startswith(question.field.scheme or "") for iri in options):
        return web(value)
    code = value.value.strip().rstrip("/").rpartition("/")[2].casefold()
    named = [
        one.iri for one in question.options if code in (one.iri.rpartition("/")[2].casefold(), one.label.casefold())
    ]
    return NamedNode(named[0]) if code and len(named) == 1 else None
