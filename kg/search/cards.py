"""Cards: what the search index keeps of a record, made from its statements by way of the shapes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.model import LANGUAGE, Field, Kind, Model
from kg.terms import FOAF, NAMING, OU, RDF, XSD, record_of
from kg.words import PersonsName

_NAMED = 3
_YEAR = re.compile(r"^-?\d{4}")


@dataclass(frozen=True)
class Line:
    """One piece of a record's text: the field that says it, its language, the words."""

    field: str
    language: str
    text: str


@dataclass(frozen=True)
class Card:
    """One record in the index: what lists show (`title` … `names`), what is searched (`lines`), what is counted (`facets`).

    `by` are the family names of the first authors. `place` and `confidence` are English words; `places` and `sureness` the IRIs
    behind them, for lists in other languages.
    """

    iri: str
    kind: str
    title: str
    language: str = ""
    summary: str = ""
    place: str = ""
    year: int | None = None
    confidence: str = ""
    names: str = ""
    by: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    sureness: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Maker:
    """One who made a thing: the name that the thing itself has, where it prints one, and the record of that person or body."""

    name: str
    family: str
    agent: NamedNode | None


Statements = Mapping[str, list[NamedNode | Literal]]
Labels = Callable[[str], str | None]
Wider = Callable[[str], Iterable[str]]


def statements(triples: Iterable[Triple], subject: str) -> Statements:
    """Group the values of one subject by property."""
    found: dict[str, list[NamedNode | Literal]] = defaultdict(list)
    node = NamedNode(subject)
    for triple in triples:
        if triple.subject == node and isinstance(triple.object, NamedNode | Literal):
            found[triple.predicate.value].append(triple.object)
    return found


def preferred(values: Iterable[NamedNode | Literal], language: str = LANGUAGE) -> Literal | None:
    """Pick the literal in the wanted language, else one without language, else any, always the same one."""
    literals = [value for value in values if isinstance(value, Literal)]
    rank = {language: 0, None: 1}
    return min(literals, key=lambda text: (rank.get(text.language, 2), text.language or "", text.value), default=None)


def called(names: Iterable[NamedNode | Literal]) -> str | None:
    """Return what a thing with these names is called; with them may stand that it is a person (foaf:Person)."""
    names = list(names)
    label = preferred(names)
    if label is None:
        return None
    return PersonsName(label.value) if FOAF.Person in names else label.value


def words_of(said: Statements, path: NamedNode) -> str:
    """Return what a thing says in words under a property; empty where it says nothing."""
    found = preferred(said.get(path.value, ()))
    return found.value if found else ""


def things_of(said: Statements, path: NamedNode) -> tuple[str, ...]:
    """Return the IRIs that a thing points at by a property, sorted."""
    return tuple(sorted(term.value for term in said.get(path.value, ()) if isinstance(term, NamedNode)))


def classes_of(found: Statements) -> list[str]:
    """Return the classes that a record is typed with."""
    return [term.value for term in found.get(RDF.type.value, ())]


def make(iri: str, triples: list[Triple], model: Model, labels: Labels, wider: Wider = lambda value: ()) -> Card | None:
    """Make the card of a record; None when it is of no kind that the shapes know.

    `labels` says what things are called; `wider` names the places and concepts above one, which count and are found with it.
    """
    found = statements(triples, iri)
    kind = model.kind_of(classes_of(found))
    if kind is None or kind.name is None:
        return None
    title = preferred(_of_role(kind, found, "title"))
    summary = preferred(_of_role(kind, found, "summary"))
    confidence = kind.role("confidence")
    return Card(
        iri=iri,
        kind=kind.name,
        title=title.value if title else iri,
        language=(title.language or "") if title else "",
        summary=summary.value if summary else "",
        place=_joined(labels(term.value) for term in _of_role(kind, found, "place")),
        year=_year(_of_role(kind, found, "date")),
        confidence=_joined(labels(term.value) for term in found.get(confidence.path, ())) if confidence else "",
        names=_joined(value.value for value in _of_role(kind, found, "title")),
        by=_authors(kind, found, triples),
        places=tuple(term.value for term in _of_role(kind, found, "place")),
        sureness=tuple(term.value for term in found.get(confidence.path, ())) if confidence else (),
        lines=tuple(_lines(kind, iri, _searched(triples, model), model, labels, wider)),
        facets=_facets(kind, found, triples, model, wider),
    )


def named(triples: Iterable[Triple]) -> dict[str, str]:
    """Return what things are called by these statements, by IRI."""
    names: dict[str, list[NamedNode | Literal]] = {}
    for triple in triples:
        if triple.predicate in NAMING or triple.object == FOAF.Person:
            names.setdefault(iri_of(triple.subject), []).append(triple.object)  # type: ignore[arg-type]
    return {iri: label for iri, values in names.items() if (label := called(values))}


def iri_of(node: object) -> str:
    """Return the IRI of a node; nothing for one that has none."""
    return node.value if isinstance(node, NamedNode) else ""


def byline(kind: Kind, found: Statements, triples: Iterable[Triple]) -> tuple[Field, list[Maker]] | None:
    """Return who made a record, by the first field that says so; people in the order in which the work names them."""
    for own in kind.makers:
        if values := found.get(own.path):
            nodes = [node for node in values if isinstance(node, NamedNode)]
            printed = [statements(triples, node.value) for node in nodes] if own.node else []
            if any(printed):
                return own, [_maker(said) for said in sorted(printed, key=_position)]
            return own, [Maker("", "", node) for node in sorted(nodes, key=str)]
    return None


def _maker(said: Statements) -> Maker:
    agents = things_of(said, OU.agent)
    name = words_of(said, FOAF.name)
    family = " ".join(filter(None, (words_of(said, OU.namePrefix), words_of(said, FOAF.familyName))))
    return Maker(name, family or name, NamedNode(agents[0]) if agents else None)


def _position(said: Statements) -> int:
    found = words_of(said, OU.position)
    return int(found) if found.isdigit() else 0


def _of_role(kind: Kind, found: Statements, role: str) -> list[NamedNode | Literal]:
    field = kind.role(role)
    return found.get(field.path, []) if field else []


def _authors(kind: Kind, found: Statements, triples: list[Triple]) -> tuple[str, ...]:
    """Return the family names that a work prints, in its order: as many as a list names, and one more where there are more."""
    made = byline(kind, found, triples)
    return tuple(maker.family for maker in made[1][: _NAMED + 1] if maker.family) if made else ()


def _year(values: Iterable[NamedNode | Literal]) -> int | None:
    years = [int(match[0]) for value in values if (match := _YEAR.match(value.value))]
    return min(years, default=None)


def _joined(texts: Iterable[str | None]) -> str:
    return ", ".join(text for text in texts if text)


def _searched(triples: Iterable[Triple], model: Model) -> list[Triple]:
    """Leave out the nested things whose words do not count for a search: where a fact was seen, what a text does not lay down."""
    triples = list(triples)
    unsearched = {name for nested in model.nested.values() if not nested.searched for name in nested.classes}
    left_out = {
        triple.subject
        for triple in triples
        if triple.predicate == RDF.type and isinstance(triple.object, NamedNode) and triple.object.value in unsearched
    }
    left_out |= {
        triple.subject
        for triple in triples
        if triple.predicate == OU.countsAs and isinstance(triple.object, NamedNode)
        if model.said_of(triple.object.value, OU.searched) == "false"
    }
    return [triple for triple in triples if triple.subject not in left_out]


def name_of(own: Field) -> str:
    """Return what a search calls a field: its role (`title`, `place`) where it has one, else its slug (`publisher`)."""
    return own.role or own.slug


def _lines(kind: Kind, iri: str, triples: list[Triple], model: Model, labels: Labels, wider: Wider) -> Iterable[Line]:
    """Gather every literal of the record and its nested things, and the names of what it points at and of what lies above.

    A concept has its names in all languages: whoever looks for `mobilité` finds what is sorted under transport.
    """
    own = {field.path: name_of(field) for field in kind.fields}
    within = {
        triple.object.value: own.get(triple.predicate.value, "")
        for triple in triples
        if isinstance(triple.object, NamedNode) and record_of(triple.object.value) == iri
    }
    said: dict[Line, None] = {}
    for triple in triples:
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        name = within.get(subject) if subject != iri else own.get(triple.predicate.value, "")
        for language, text in _words(triple.object, model, labels, wider):
            said[Line(name or "", language, text)] = None
    return said


def _words(value: object, model: Model, labels: Labels, wider: Wider) -> Iterable[tuple[str, str]]:
    match value:
        case Literal() as literal if literal.datatype not in (XSD.boolean,):
            yield literal.language or "", literal.value
        case NamedNode() as node:
            for thing in (node.value, *wider(node.value)):
                if label := labels(thing):
                    yield "en", label
                yield from model.foreign.get(thing, ())


def _facets(
    kind: Kind, found: Statements, triples: list[Triple], model: Model, wider: Wider
) -> dict[str, tuple[str, ...]]:
    facets: dict[str, tuple[str, ...]] = {}
    for facet in model.facets:
        own = kind.field(facet.through or facet.path)
        if own is not None and (own.facet or facet.through):
            values = _within(facet, found, triples) if facet.through else {v.value for v in found.get(facet.path, ())}
            facets[facet.slug] = tuple(sorted(values.union(*(wider(value) for value in values))))
    return facets


def _within(facet: Field, found: Statements, triples: list[Triple]) -> set[str]:
    """Return what the nested things of a record say for a facet, where they count: a provision that was not seen is none."""
    things = set(found.get(facet.through or "", ()))
    values: dict[object, set[str]] = {}
    counted = set() if facet.counted_by else things
    for triple in triples:
        if triple.subject in things and isinstance(triple.object, NamedNode | Literal):
            if triple.predicate.value == facet.path:
                values.setdefault(triple.subject, set()).add(triple.object.value)
            elif triple.predicate.value == facet.counted_by and triple.object.value in facet.counted_when:
                counted.add(triple.subject)  # type: ignore[arg-type]
    return set().union(*(said for thing, said in values.items() if thing in counted))
