"""The ontology as a reader meets it: classes and properties, what a shape demands of a field, the trees of concept schemes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.model import LANGUAGE, SHAPES_GRAPH, Field, Model
from kg.terms import DCT, OU, OWL, RDF, RDFS, SH, SKOS, short
from kg.words import Text, alphabetic, phrase, small

ONTOLOGY = OU.iri.rstrip("#")
_CLASS = (OWL.Class,)
_PROPERTY = (OWL.ObjectProperty, OWL.DatatypeProperty)
_ANNOTATION = (OWL.AnnotationProperty,)
_VALUES = {"Literal": phrase("words"), "IRI": phrase("address")}
_FRAGMENTS = (OU.iri, SHAPES_GRAPH + "#")


@dataclass(frozen=True)
class Term:
    """A class or property of our own: what it is called and means, and what it is tied to (IRIs)."""

    iri: str
    label: str
    comment: str
    broader: tuple[str, ...]
    close: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The fragment under which the page has it."""
        return self.iri.rpartition("#")[2]


@dataclass
class Node:
    """A concept in its place in the tree of its scheme."""

    iri: str
    label: str
    definition: str
    notation: str
    narrower: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Scheme:
    """A concept scheme with the number of its concepts, and where it is from: its source, or why it is ours."""

    iri: str
    title: str
    description: str
    size: int
    source: str = ""
    why: str = ""


@dataclass(frozen=True)
class Demand:
    """What a shape demands of a field: how many values, and of what sort."""

    least: int
    most: int | None
    advice: bool
    values: str

    @property
    def count(self) -> str:
        """How many values, in words."""
        if self.most is None:
            if self.advice and self.least:
                return phrase("wanted")
            return _counted(phrase("at least one"), self.least) if self.least else phrase("any number")
        if self.least == self.most:
            return _counted(phrase("exactly one"), self.most)
        return f"{self.least}–{self.most}" if self.least else _counted(phrase("at most one"), self.most)


def _counted(words: str, number: int) -> str:
    return words if number == 1 else words.replace("one", str(number))


class Vocabulary:
    """Reads a model's statements for the pages of the ontology, in a language where they are written in it, else in English."""

    def __init__(self, model: Model, language: str = LANGUAGE) -> None:
        self._model = model
        self._store = model.shapes
        self._language = language
        self._rank = {LANGUAGE: 1} | {language: 0}

    # -- terms ------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the ontology is called."""
        return self._text(ONTOLOGY, DCT.title)

    @property
    def version(self) -> str:
        """Its version."""
        return self._text(ONTOLOGY, OWL.versionInfo)

    @property
    def remarks(self) -> list[str]:
        """What its authors decided with care, a paragraph each."""
        return [part.strip() for part in self._text(ONTOLOGY, RDFS.comment).split("\n\n") if part.strip()]

    def classes(self) -> list[Term]:
        """Return our classes by label."""
        return self._terms(_CLASS)

    def properties(self) -> list[Term]:
        """Return our properties by label."""
        return self._terms(_PROPERTY)

    def annotations(self) -> list[Term]:
        """Return the properties by which shapes drive pages, facets and exports."""
        return self._terms(_ANNOTATION)

    def reused(self) -> list[tuple[str, list[str]]]:
        """Return the properties of others that fields use, each with the names of those fields."""
        names: dict[str, set[str]] = defaultdict(set)
        for own in self._fields():
            if not own.path.startswith(OU.iri):
                names[own.path].add(own.name_in(self._language))
        return sorted(((path, sorted(said)) for path, said in names.items()), key=lambda pair: short(pair[0]))

    def statements(self, graph: str) -> list[Triple]:
        """Return the ontology or the shapes with what the translations add to them."""
        given = [quad.triple for quad in self._model.graphs[graph]]
        subjects = {triple.subject for triple in given}
        for other, quads in self._model.graphs.items():
            if "/translations/" in other:
                given += [quad.triple for quad in quads if quad.subject in subjects]
        return given

    # -- fields -----------------------------------------------------------------------------------------------------

    def demand(self, own: Field) -> Demand:
        """Return what the shape of a field demands."""
        shape = NamedNode(own.iri)
        most = self._text(own.iri, SH.maxCount)
        severity = next(self._objects(shape, SH.severity), None)
        return Demand(
            int(self._text(own.iri, SH.minCount) or 0),
            int(most) if most else None,
            severity is not None and severity != SH.Violation,
            self._values(own),
        )

    def _values(self, own: Field) -> str:
        if own.target and (kind := self._model.kind(own.target)):
            return small(kind.label_in(self._language))
        datatype = self._text(own.iri, SH.datatype)
        if datatype:
            return short(datatype)
        if own.node and (nested := self._model.nested.get(own.node)) and nested.fields:
            return small(nested.label_in(self._language))
        if own.node and own.node.endswith("DateValue"):
            return phrase("date")
        wanted = self._text(own.iri, getattr(SH, "class"))
        kind_of_node = self._text(own.iri, SH.nodeKind).rpartition("#")[2]
        return short(wanted) if wanted else _VALUES.get(kind_of_node, "")

    # -- concepts ---------------------------------------------------------------------------------------------------

    def schemes(self) -> list[Scheme]:
        """Return every concept scheme by title."""
        found = self._store.quads_for_pattern(None, RDF.type, SKOS.ConceptScheme)
        schemes = (self.scheme(quad.subject.value) for quad in found if isinstance(quad.subject, NamedNode))
        return sorted((scheme for scheme in schemes if scheme), key=lambda scheme: alphabetic(scheme.title))

    def scheme(self, iri: str) -> Scheme | None:
        """Return the scheme with that IRI."""
        if not any(self._store.quads_for_pattern(NamedNode(iri), RDF.type, SKOS.ConceptScheme)):
            return None
        size = sum(1 for _ in self._store.quads_for_pattern(None, SKOS.inScheme, NamedNode(iri)))
        title = self._text(iri, DCT.title) or self._text(iri, SKOS.prefLabel) or short(iri)
        source, why = self._text(iri, DCT.source), self._text(iri, RDFS.comment)
        return Scheme(iri, title, self._text(iri, DCT.description), size, source, why)

    def tree(self, scheme: str) -> list[Node]:
        """Return the concepts of a scheme as trees; one whose broader concept lies outside the scheme stands at the top."""
        inside = [quad.subject for quad in self._store.quads_for_pattern(None, SKOS.inScheme, NamedNode(scheme))]
        nodes = {node.value: self._node(node) for node in inside if isinstance(node, NamedNode)}
        tops = []
        for iri, node in nodes.items():
            parents = [up.value for up in self._objects(NamedNode(iri), SKOS.broader) if up.value in nodes]
            for parent in parents:
                nodes[parent].narrower.append(node)
            if not parents:
                tops.append(node)
        for siblings in (tops, *(node.narrower for node in nodes.values())):
            siblings.sort(key=_in_order)
        return tops

    def concepts(self, scheme: str) -> list[Triple]:
        """Return all that the ontology says of a scheme and its concepts."""
        members = {quad.subject for quad in self._store.quads_for_pattern(None, SKOS.inScheme, NamedNode(scheme))}
        return [
            quad.triple
            for member in (NamedNode(scheme), *members)
            if not isinstance(member, BlankNode)
            for quad in self._store.quads_for_pattern(member, None, None)
        ]

    def _node(self, concept: NamedNode) -> Node:
        iri = concept.value
        notation = self._text(iri, SKOS.notation)
        return Node(iri, self._text(iri, SKOS.prefLabel) or short(iri), self._text(iri, SKOS.definition), notation)

    # -- statements -------------------------------------------------------------------------------------------------

    def _terms(self, types: tuple[NamedNode, ...]) -> list[Term]:
        found = {
            quad.subject.value
            for type_ in types
            for quad in self._store.quads_for_pattern(None, RDF.type, type_)
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(OU.iri)
        }
        return sorted((self._term(iri) for iri in found), key=lambda term: alphabetic(term.label))

    def _term(self, iri: str) -> Term:
        def iris(*predicates: NamedNode) -> tuple[str, ...]:
            found = (term for predicate in predicates for term in self._objects(NamedNode(iri), predicate))
            return tuple(sorted(term.value for term in found if isinstance(term, NamedNode)))

        label, comment = self._text(iri, RDFS.label) or Text(short(iri)), self._text(iri, RDFS.comment)
        if iri in self._in_shapes:
            label, comment = map(self._nearer, (label, comment), self._in_shapes[iri])
        return Term(
            iri,
            label,
            comment,
            iris(RDFS.subClassOf, RDFS.subPropertyOf),
            iris(SKOS.closeMatch, SKOS.exactMatch),
            iris(RDFS.domain),
            iris(RDFS.range),
        )

    def _fields(self) -> Iterator[Field]:
        for kind in (*self._model.kinds, *self._model.nested.values()):
            yield from kind.fields

    @cached_property
    def _in_shapes(self) -> dict[str, tuple[Text, Text]]:
        """What the shapes call our classes and properties, and tell of them: they are translated, the ontology in part only."""
        language = self._language
        found: dict[str, tuple[Text, Text]] = {}
        for kind in (*self._model.kinds, *self._model.nested.values()):
            for iri in kind.classes:
                found.setdefault(iri, (Text(kind.label_in(language), language), kind.comment_in(language)))
        for own in self._fields():
            found.setdefault(own.path, (Text(own.name_in(language), language), own.help_in(language)))
        return found

    def _nearer(self, own: Text, other: Text) -> Text:
        """Return the words that are in the reader's language; the ontology's own where both are, or neither."""
        return other if own.language != self._language == other.language and other else own

    def label(self, iri: str) -> Text:
        """Return what a thing is called, in the language if it is said in it; empty where nothing is said."""
        return self._text(iri, RDFS.label)

    def _objects(self, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode | Literal]:
        for quad in self._store.quads_for_pattern(subject, predicate, None):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    def _text(self, iri: str, predicate: NamedNode) -> Text:
        said = [Text(term.value, getattr(term, "language", "")) for term in self._objects(NamedNode(iri), predicate)]
        return min(said, key=lambda text: (self._rank.get(text.language, 2), text), default=Text(""))


def page_of(iri: str) -> str | None:
    """Return the address of a class, property or shape of ours; None for the others."""
    for start in _FRAGMENTS:
        if iri.startswith(start):
            page = "/ontology" if start == OU.iri else "/shapes"
            return f"{page}#{iri[len(start) :]}"
    return None


def _in_order(node: Node) -> tuple[tuple[int, str], str]:
    """Order siblings by their number where they have one, else by label."""
    number = node.notation.rpartition(".")[2]
    return ((int(number), "") if number.isdigit() else (0, "")), alphabetic(node.label)
