"""The sieve: tells the records that plainly meet every demand of their shapes, so that pySHACL looks only at the others.

It never complains. What it does not understand, it doubts, and a doubted record goes to pySHACL, whose word alone counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.model import SHAPES_GRAPH, Model
from kg.terms import RDF, SH, XSD, record_of

Value = NamedNode | BlankNode | Literal | Triple
Things = Mapping[Value, Mapping[NamedNode, set[Value]]]
"""Each thing with its properties, and the values of each."""

Demand = Callable[[Value, Things], bool]
"""Whether a thing plainly meets a demand of a node shape."""

ValueDemand = Callable[[set[Value], Things], bool]
"""Whether the values of a property plainly meet a demand of a property shape."""

NOTHING: Mapping[NamedNode, set[Value]] = {}
_NO_VALUES: set[Value] = set()
_CLASS, _IN, _OR = (getattr(SH, name) for name in ("class", "in", "or"))
_IDLE = {SH.path, SH.name, SH.description, SH.order, SH.group, SH.message, SH.severity, SH.targetClass}
"""What a shape says that is no demand."""

_OUTSIDE = {SH.minCount, SH.maxCount, SH.nodeKind, SH.datatype, SH.pattern, SH.hasValue, SH.uniqueLang, _IN}
"""Demands that look at a value from the outside."""

_TARGETS = {SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target}


class Sieve:
    """The demands of a model's shapes, by the class that they are made of."""

    def __init__(self, model: Model) -> None:
        self._shapes = gathered(quad.triple for quad in model.graphs[SHAPES_GRAPH])
        self._understood = not any(said.keys() & _TARGETS for said in self._shapes.values())
        self._demands: dict[Value, list[Demand]] = defaultdict(list)
        for shape, said in self._shapes.items():
            for class_ in said.get(SH.targetClass, ()):
                self._demands[class_].append(self._shape(shape))
        self.looking = {
            path
            for shape, said in self._shapes.items()
            for path in said.get(SH.path, ())
            if any(predicate not in _OUTSIDE for predicate, _ in self._said(shape))
        }
        """The properties of whose values a shape wants to know more than stands in the record."""

    def doubted(self, records: Mapping[str, Iterable[Triple]], ring: Iterable[Triple]) -> set[str]:
        """Return the records (IRIs) that do not plainly meet their shapes; `ring` is what pySHACL would be given too."""
        if not self._understood:
            return set(records)
        things = gathered(triple for triples in (*records.values(), ring) for triple in triples)
        doubted: set[str] = set()
        for iri, triples in records.items():
            for thing, predicate, class_ in triples:
                demands = self._demands.get(class_, ()) if predicate == RDF.type else ()
                if not all(demand(thing, things) for demand in demands):
                    doubted |= {iri, record_of(getattr(thing, "value", iri))}
        return doubted & records.keys()

    # -- demands ----------------------------------------------------------------------------------------------------

    def _said(self, shape: Value) -> Iterator[tuple[NamedNode, Value]]:
        """Yield what a shape demands, each demand with its value."""
        for predicate, values in self._shapes.get(shape, NOTHING).items():
            if predicate.value.startswith(SH.iri) and predicate not in _IDLE:
                yield from ((predicate, value) for value in values)

    def _shape(self, shape: Value) -> Demand:
        """Compile a node shape, or a property shape as a demand on the thing that has the property."""
        if SH.path in self._shapes.get(shape, NOTHING):
            return self._property(shape)
        return _every([self._of_thing(predicate, value) for predicate, value in self._said(shape)])

    def _of_thing(self, predicate: NamedNode, value: Value) -> Demand:
        if predicate in (SH.property, SH.node):
            return self._shape(value)
        if predicate == _OR:
            ways = [self._shape(way) for way in self._list(value)]
            return lambda thing, things: any(way(thing, things) for way in ways)
        of_values = self._of_values(predicate, value)
        return lambda thing, things: of_values({thing}, things)

    def _property(self, shape: Value) -> Demand:
        (path, *others) = self._shapes[shape][SH.path]
        if others or not isinstance(path, NamedNode) or path in self._shapes:
            return lambda thing, things: False
        demands = [self._of_values(predicate, value) for predicate, value in self._said(shape)]

        def met(thing: Value, things: Things) -> bool:
            values = things.get(thing, NOTHING).get(path, _NO_VALUES)
            for demand in demands:  # noqa: SIM110  a million times an import: `all` would build a generator each time
                if not demand(values, things):
                    return False
            return True

        return met

    def _of_values(self, predicate: NamedNode, told: Value) -> ValueDemand:
        """Compile a demand on the values of a property; one that is not known here is never plainly met."""
        if predicate in (SH.property, SH.node, _OR):
            of_thing = self._of_thing(predicate, told)
            return lambda values, things: all(of_thing(value, things) for value in values)
        if predicate == _IN:
            return _among(set(self._list(told)))
        make = _KNOWN.get(predicate)
        return make(told) if make else lambda values, things: False

    def _list(self, head: Value) -> Iterator[Value]:
        while head != RDF.nil:
            said = self._shapes[head]
            yield from said[RDF.first]
            (head,) = said[RDF.rest]


def _every(demands: list[Demand]) -> Demand:
    """Return the demand that all of these are met."""

    def met(thing: Value, things: Things) -> bool:
        for demand in demands:  # noqa: SIM110  as above
            if not demand(thing, things):
                return False
        return True

    return met


def gathered(triples: Iterable[Triple]) -> Things:
    """Return each thing with its properties and their values."""
    things: dict[Value, dict[NamedNode, set[Value]]] = {}
    for subject, predicate, value in triples:
        things.setdefault(subject, {}).setdefault(predicate, set()).add(value)
    return things


# -- demands on the values of a property --------------------------------------------------------------------------------


def _at_least(told: Value) -> ValueDemand:
    # Two values may be one to rdflib, which writes 01 as 1; so more than one is not counted here.
    least = _number(told)
    return lambda values, things: least == 0 or (least == 1 and bool(values))


def _at_most(told: Value) -> ValueDemand:
    most = _number(told)
    return lambda values, things: len(values) <= most


def _number(told: Value) -> int:
    return int(told.value) if isinstance(told, Literal) else -1


def _of_kind(told: Value) -> ValueDemand:
    kinds: dict[Value, type] = {SH.IRI: NamedNode, SH.Literal: Literal}
    kind = kinds.get(told)
    return lambda values, things: kind is not None and all(isinstance(value, kind) for value in values)


def _of_class(told: Value) -> ValueDemand:
    return lambda values, things: all(
        not isinstance(value, Literal) and told in things.get(value, NOTHING).get(RDF.type, ()) for value in values
    )


def _of_datatype(told: Value) -> ValueDemand:
    sound = _SOUND.get(told)

    def met(values: set[Value], things: Things) -> bool:
        return sound is not None and all(
            isinstance(value, Literal) and value.datatype == told and sound(value.value) for value in values
        )

    return met


def _like(told: Value) -> ValueDemand:
    pattern = re.compile(told.value if isinstance(told, Literal) else "(?!)")

    def met(values: set[Value], things: Things) -> bool:
        texts = [_text(value) for value in values]
        return all(text is not None and pattern.search(text) for text in texts)

    return met


def _text(value: Value) -> str | None:
    """Return an address or words as they stand; None for numbers and the like, which rdflib may write anew."""
    if isinstance(value, NamedNode) or (
        isinstance(value, Literal) and (value.language or value.datatype == XSD.string)
    ):
        return value.value
    return None


def _among(allowed: set[Value]) -> ValueDemand:
    plain = all(isinstance(term, NamedNode) for term in allowed)
    return lambda values, things: plain and values <= allowed


def _has(told: Value) -> ValueDemand:
    return lambda values, things: isinstance(told, NamedNode) and told in values


def _one_a_language(told: Value) -> ValueDemand:
    def met(values: set[Value], things: Things) -> bool:
        languages = [value.language.lower() for value in values if isinstance(value, Literal) and value.language]
        return len(languages) == len(set(languages))

    return met


_KNOWN: dict[NamedNode, Callable[[Value], ValueDemand]] = {
    SH.minCount: _at_least,
    SH.maxCount: _at_most,
    SH.nodeKind: _of_kind,
    _CLASS: _of_class,
    SH.datatype: _of_datatype,
    SH.pattern: _like,
    SH.hasValue: _has,
    SH.uniqueLang: _one_a_language,
}


def _reads(read: Callable[[str], object], form: str) -> Callable[[str], bool]:
    """Return whether a text has a form, and can be read as what it says."""
    pattern = re.compile(form)

    def sound(text: str) -> bool:
        try:
            return bool(pattern.fullmatch(text)) and bool(read(text) or True)
        except ValueError:
            return False

    return sound


_SOUND: dict[Value, Callable[[str], bool]] = {
    XSD.string: _reads(str, r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*"),
    XSD.boolean: _reads(str, "true|false"),
    XSD.integer: _reads(int, "0|-?[1-9][0-9]{0,17}"),
    XSD.gYear: _reads(str, "[1-9][0-9]{3}"),
    XSD.gYearMonth: _reads(str, "[1-9][0-9]{3}-(0[1-9]|1[0-2])"),
    XSD.date: _reads(date.fromisoformat, "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"),
    XSD.dateTime: _reads(datetime.fromisoformat, "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?"),
}
