"""The ontology as Python sees it: kinds, fields, groups and schemes, read from the shapes and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from pyoxigraph import DefaultGraph as _DefaultGraph

from kg import shipped
from kg.errors import BrokenHouse
from kg.fields import LANGUAGE, Field, Group, Kind
from kg.terms import OU, RDF, RDFS, SH, SKOS
from kg.words import Words

__all__ = ["LANGUAGE", "SHAPES_GRAPH", "Field", "Group", "Kind", "Model", "read"]

SHAPES_GRAPH = "https://w3id.org/open-urban/shapes"


@dataclass
class Model:
    """Everything that the files in `ontologies/` say, as kinds and as the graphs that the engine holds."""

    shapes: Store
    kinds: tuple[Kind, ...] = ()
    nested: dict[str, Kind] = field(default_factory=dict)
    graphs: dict[str, list[Quad]] = field(default_factory=dict)

    def kind(self, name: str) -> Kind | None:
        """Return the kind with that URL segment."""
        return next((kind for kind in self.kinds if kind.name == name), None)

    def kind_of(self, classes: Iterable[str]) -> Kind | None:
        """Return the first kind, in the order of the shapes, that one of these classes belongs to."""
        given = set(classes)
        return next((kind for kind in self.kinds if kind.classes & given), None)

    def nested_of(self, classes: Iterable[str]) -> Kind | None:
        """Return the kind of a nested thing by its classes."""
        given = set(classes)
        return next((kind for kind in self.nested.values() if kind.classes & given), None)

    def said(self, thing: str) -> list[Triple]:
        """Return what the ontology and its concept schemes say of a thing."""
        return [quad.triple for quad in self.shapes.quads_for_pattern(NamedNode(thing), None, None, _DefaultGraph())]

    @cached_property
    def foreign(self) -> dict[str, list[tuple[str, str]]]:
        """What each concept of the shipped schemes is called in other languages than English: pairs of language and name."""
        called: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for quad in self.shapes.quads_for_pattern(None, SKOS.prefLabel, None, _DefaultGraph()):
            name = quad.object
            if (
                isinstance(quad.subject, NamedNode)
                and isinstance(name, Literal)
                and name.language not in (None, LANGUAGE)
            ):
                called[quad.subject.value].append((name.language or "", name.value))
        return {concept: sorted(names) for concept, names in called.items()}

    def said_of(self, concept: str, annotation: NamedNode) -> str | None:
        """Return what an annotation says of a concept of the shipped schemes."""
        found = self.shapes.quads_for_pattern(NamedNode(concept), annotation, None, _DefaultGraph())
        return next((quad.object.value for quad in found if isinstance(quad.object, Literal)), None)

    @cached_property
    def by_path(self) -> dict[str, Field]:
        """A field for each property that records have."""
        return {field.path: field for kind in self.kinds for field in kind.fields}

    @cached_property
    def weakest(self) -> frozenset[str]:
        """The properties of links that are shown only where no other links the same two things."""
        return frozenset(field.path for kind in self.kinds for field in kind.fields if field.weakest)

    @cached_property
    def facets(self) -> tuple[Field, ...]:
        """Every field that is a search facet, of a record or of the nested things in it, each path once, in order."""
        by_path: dict[tuple[str | None, str], Field] = {}
        for kind in self.kinds:
            for own in kind.fields:
                nested = self.nested.get(own.node or "")
                inner = (field.seen_through(own) for field in (nested.fields if nested else ()))
                for facet in (own, *inner):
                    if facet.facet:
                        by_path.setdefault((facet.through, facet.path), facet)
        return tuple(sorted(by_path.values(), key=lambda facet: (facet.group.order, facet.order, facet.path)))


def read(folder: Path | None = None) -> Model:
    """Read the ontology, shapes and concept schemes from a folder (the shipped one)."""
    folder = folder or shipped.folder("ontologies")
    store, graphs = Store(), {}
    for path in sorted(folder.rglob("*.ttl")):
        try:
            quads = _named(parse(path=path, format=RdfFormat.TURTLE))
        except (SyntaxError, ValueError) as error:
            raise BrokenHouse(f"{path} is not valid Turtle: {error}.") from error
        graphs[_graph_of(path, quads)] = quads
        store.extend(quads)
    reader = _Reader(store)
    kinds = sorted(reader.kinds(), key=lambda kind: kind.order)
    return Model(
        shapes=store,
        kinds=tuple(kind for kind in kinds if kind.name),
        nested={kind.iri: kind for kind in kinds if not kind.name and kind.fields},
        graphs=graphs,
    )


def _named(quads: Iterable[Quad]) -> list[Quad]:
    """Give blank nodes names by order of appearance, so that a file always means the same statements."""
    names: dict[str, NamedNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        return names.setdefault(term.value, NamedNode(f"{SHAPES_GRAPH}/.well-known/genid/{len(names) + 1}"))

    return [Quad(named(quad.subject), quad.predicate, named(quad.object)) for quad in quads]


def _graph_of(path: Path, quads: list[Quad]) -> str:
    """Name the graph of an ontology file: the ontology or scheme that it declares, else the shapes' namespace."""
    for wanted in ("http://www.w3.org/2002/07/owl#Ontology", f"{SKOS.ConceptScheme.value}"):
        found = sorted(
            quad.subject.value
            for quad in quads
            if quad.predicate == RDF.type and quad.object == NamedNode(wanted) and isinstance(quad.subject, NamedNode)
        )
        if len(found) == 1:
            return found[0]
    return f"https://w3id.org/open-urban/{path.stem}"


class _Reader:
    """Walks the shapes in a small in-memory store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def values(self, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode | Literal]:
        for quad in self.store.quads_for_pattern(subject, predicate, None, _DefaultGraph()):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    def value(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | Literal | None:
        found = sorted(
            self.values(subject, predicate), key=lambda term: (getattr(term, "language", None) != LANGUAGE, str(term))
        )
        return found[0] if found else None

    def text(self, subject: NamedNode, predicate: NamedNode) -> str | None:
        found = self.value(subject, predicate)
        return found.value if found is not None else None

    def words(self, subject: NamedNode, predicate: NamedNode) -> Words:
        found = (term for term in self.values(subject, predicate) if isinstance(term, Literal))
        return tuple(sorted((term.language, term.value) for term in found if term.language))

    def number(self, subject: NamedNode, predicate: NamedNode) -> float:
        return float(self.text(subject, predicate) or 1000)

    def kinds(self) -> Iterator[Kind]:
        for quad in self.store.quads_for_pattern(None, RDF.type, SH.NodeShape, _DefaultGraph()):
            if isinstance(quad.subject, NamedNode):
                yield self.kind(quad.subject)

    def kind(self, shape: NamedNode) -> Kind:
        label = self.text(shape, RDFS.label) or shape.value.rpartition("#")[2]
        classes = {term.value for term in self.values(shape, SH.targetClass)}
        properties = [term for term in self.values(shape, SH.property) if isinstance(term, NamedNode)]
        fields = [found for term in properties if (found := self.field(term)) is not None]
        return Kind(
            iri=shape.value,
            name=self.text(shape, OU.kind),
            label=label,
            plural=self.text(shape, OU.plural) or label,
            comment=self.text(shape, RDFS.comment) or "",
            order=self.number(shape, OU.order),
            classes=frozenset(self.subclasses(classes)),
            fields=tuple(sorted(fields, key=lambda field: (field.group.order, field.order, field.iri))),
            bibtex_type=self.text(shape, OU.bibtexType),
            biblatex_type=self.text(shape, OU.biblatexType),
            searched=self.text(shape, OU.searched) != "false",
            entry_subtype=self.text(shape, OU.entrySubtype),
            listed_by=self.text(shape, OU.listedBy),
            labels=self.words(shape, RDFS.label),
            plurals=self.words(shape, OU.plural),
            comments=self.words(shape, RDFS.comment),
        )

    def subclasses(self, classes: set[str]) -> set[str]:
        """Add every subclass that the ontology names, so that a record typed by the narrower class is found."""
        found, fresh = set(classes), set(classes)
        while fresh:
            wider = fresh
            fresh = set()
            for name in wider:
                for quad in self.store.quads_for_pattern(None, RDFS.subClassOf, NamedNode(name), _DefaultGraph()):
                    if isinstance(quad.subject, NamedNode) and quad.subject.value not in found:
                        fresh.add(quad.subject.value)
            found |= fresh
        return found

    def field(self, shape: NamedNode) -> Field | None:
        """Read a property shape; one without a name or with a path that is no single property is only a check."""
        path, name = self.value(shape, SH.path), self.text(shape, SH.name)
        if name is None or not isinstance(path, NamedNode):
            return None
        return Field(
            iri=shape.value,
            path=path.value,
            name=name,
            help=self.text(shape, SH.description) or "",
            order=self.number(shape, SH.order),
            group=self.group(self.value(shape, SH.group)),
            facet=self.text(shape, OU.facet) == "true",
            role=self.text(shape, OU.role),
            scheme=self.text(shape, OU.scheme),
            target=self.text(shape, OU.targetKind),
            node=self.text(shape, OU.nested) or self.text(shape, SH.node),
            bibtex=self.text(shape, OU.bibtexField),
            names=self.words(shape, SH.name),
            messages=self.words(shape, SH.message),
            facet_names=self.words(shape, OU.facetName),
            weakest=self.text(shape, OU.weakest) == "true",
            byline=self.text(shape, OU.byline) == "true",
            counted_by=self.text(shape, OU.countedBy),
            counted_when=frozenset(term.value for term in self.values(shape, OU.countedWhen)),
            helps=self.words(shape, SH.description),
        )

    def group(self, group: NamedNode | Literal | None) -> Group:
        if not isinstance(group, NamedNode):
            return Group("other", "Also said", 1000)
        label = self.text(group, RDFS.label) or "Also said"
        return Group(group.value.rpartition("#")[2], label, self.number(group, SH.order), self.words(group, RDFS.label))
