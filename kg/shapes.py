"""The check: records against the SHACL shapes, every complaint a value with record, field and reason."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import SH as RSH

from kg.model import SHAPES_GRAPH, Model
from kg.sieve import Sieve
from kg.terms import record_of

PYSHACL = threading.Lock()
"""pySHACL patches rdflib's globals while it runs, so one check runs at a time in a process."""


@dataclass(frozen=True)
class Problem:
    """One complaint: `severe` ones refuse the write, the others are advice."""

    record: str
    focus: str
    field: str
    value: str
    message: str
    severe: bool
    path: str = ""

    def __str__(self) -> str:
        where = f"{self.record}" + (f" ({self.focus[len(self.record) :]})" if self.focus != self.record else "")
        value = f" (found: {self.value})" if self.value else ""
        return f"{where}: {self.field}: {self.message}{value}"


class Checker:
    """Holds the shapes of a model in the form that pySHACL wants."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @cached_property
    def _shapes(self) -> rdflib.Graph:
        return aimed(to_rdflib(quad.triple for quad in self._model.graphs[SHAPES_GRAPH]))

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self._model)

    @cached_property
    def _names(self) -> dict[str, str]:
        kinds = (*self._model.kinds, *self._model.nested.values())
        return {field.iri: field.name for kind in kinds for field in kind.fields}

    def ring_of(self, records: Mapping[str, Iterable[ox.Triple]]) -> set[str]:
        """Return what the records point at (IRIs), do not describe themselves, and a shape wants to know more of."""
        looking = self._sieve.looking
        return {
            triple.object.value
            for triples in records.values()
            for triple in triples
            if triple.predicate in looking and isinstance(triple.object, ox.NamedNode)
            if record_of(triple.object.value) not in records
        }

    def check(self, records: Mapping[str, Iterable[ox.Triple]], ring: Iterable[ox.Triple] = ()) -> list[Problem]:
        """Check records (IRI to statements); `ring` holds types and labels of what they point at and is not judged.

        The sieve clears what plainly meets its shapes, five times as fast as pySHACL; to all others pySHACL has the last word.
        """
        given = {iri: list(triples) for iri, triples in records.items()}
        ring = list(ring)
        doubted = self._sieve.doubted(given, ring)
        if not doubted:
            return []
        chosen = {iri: given.pop(iri) for iri in doubted}
        return self.judge(chosen, beside(chosen, chain(ring, *given.values())))

    def judge(self, records: Mapping[str, Iterable[ox.Triple]], ring: Iterable[ox.Triple] = ()) -> list[Problem]:
        """Let pySHACL look at records, plain ones too."""
        data = judged(to_rdflib(triple for triples in records.values() for triple in triples))
        for triple in ring:
            data.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
        with PYSHACL:
            _, report, _ = pyshacl.validate(
                data, shacl_graph=self._shapes, inference="none", allow_warnings=True, inplace=True
            )
        if not isinstance(report, rdflib.Graph):
            raise TypeError(f"pySHACL gave no report: {report!r}")
        found = (self._problem(report, result) for result in report.subjects(rdflib.RDF.type, RSH.ValidationResult))
        return sorted(
            (problem for problem in found if problem.record in records),
            key=lambda problem: (problem.record, not problem.severe, problem.field, problem.focus, problem.message),
        )

    def _problem(self, report: rdflib.Graph, result: rdflib.term.Node) -> Problem:
        def text(predicate: rdflib.URIRef) -> str:
            found = report.value(result, predicate)
            return "" if found is None else str(found)

        focus, shape = text(RSH.focusNode), text(RSH.sourceShape)
        path = text(RSH.resultPath)
        messages = sorted(str(message) for message in report.objects(result, RSH.resultMessage))
        return Problem(
            record=record_of(focus),
            focus=focus,
            field=self._names.get(shape) or path.rpartition("/")[2].rpartition("#")[2] or "record",
            value=text(RSH.value),
            message=" ".join(messages),
            severe=report.value(result, RSH.resultSeverity) == RSH.Violation,
            path=path,
        )


def beside(chosen: Mapping[str, list[ox.Triple]], others: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield those of the other statements that are about things which the chosen records describe or point at."""
    told = [triple for triples in chosen.values() for triple in triples]
    things = {triple.subject for triple in told} | {triple.object for triple in told}
    return (triple for triple in others if triple.subject in things)


def aimed(shapes: rdflib.Graph) -> rdflib.Graph:
    """Aim the shapes of classes, and each of their property shapes, at the things that `judged` marks.

    It asks the same, and pySHACL takes all things of a shape at once: through `sh:property` it looks at one after the other,
    and 5,000 provision statements took ten times as long. What stands in the ring is not marked, and so not looked at for nothing.
    """
    for shape, aim in list(shapes.subject_objects(RSH.targetClass)):
        for part in (shape, *shapes.objects(shape, RSH.property)):
            shapes.add((part, RSH.targetSubjectsOf, aim))
    for shape in set(shapes.subjects(RSH.targetClass)):
        shapes.remove((shape, RSH.targetClass, None))
        shapes.remove((shape, RSH.property, None))
    return shapes


def judged(data: rdflib.Graph) -> rdflib.Graph:
    """Mark each thing with its classes as properties, which is what `aimed` shapes look for."""
    for thing, kind in list(data.subject_objects(rdflib.RDF.type)):
        data.add((thing, kind, rdflib.Literal(True)))
    return data


def to_rdflib(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Copy statements into an rdflib graph, which is what pySHACL is quick on."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    return graph


@lru_cache(maxsize=50_000)
def _iri(text: str) -> rdflib.URIRef:
    return rdflib.URIRef(text)


@lru_cache(maxsize=50_000)
def _literal(text: str, language: str | None, datatype: str | None) -> rdflib.Literal:
    return rdflib.Literal(text, lang=language, datatype=datatype and _iri(datatype))


def _term(term: object) -> rdflib.term.Node:
    match term:
        case ox.NamedNode():
            return _iri(term.value)
        case ox.BlankNode():
            return rdflib.BNode(term.value)
        case ox.Literal():
            return _literal(term.value, term.language, None if term.language else term.datatype.value)
    raise TypeError(f"not an RDF 1.1 term: {term!r}")
