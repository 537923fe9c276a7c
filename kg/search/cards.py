"""Cards: what the search index keeps of a record, made from its statements by way of the shapes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.model import LANGUAGE, Kind, Model
from kg.terms import RDF

_YEAR = re.compile(r"^-?\d{4}")


@dataclass(frozen=True)
class Card:
    """One record in the index: what lists show (`title` … `status`), what is searched (`text`), what is counted (`facets`)."""

    iri: str
    kind: str
    title: str
    language: str = ""
    summary: str = ""
    place: str = ""
    year: int | None = None
    confidence: str = ""
    names: str = ""
    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Statements = Mapping[str, list[NamedNode | Literal]]


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


def classes_of(found: Statements) -> list[str]:
    """Return the classes that a record is typed with."""
    return [term.value for term in found.get(RDF.type.value, ())]


def make(iri: str, triples: list[Triple], model: Model, labels: Callable[[str], str | None]) -> Card | None:
    """Make the card of a record; None when it is of no kind that the shapes know."""
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
        text=_text(triples, model, labels),
        facets=_facets(kind, found, model),
    )


def _of_role(kind: Kind, found: Statements, role: str) -> list[NamedNode | Literal]:
    field = kind.role(role)
    return found.get(field.path, []) if field else []


def _year(values: Iterable[NamedNode | Literal]) -> int | None:
    years = [int(match[0]) for value in values if (match := _YEAR.match(value.value))]
    return min(years, default=None)


def _joined(texts: Iterable[str | None]) -> str:
    return ", ".join(text for text in texts if text)


def _text(triples: list[Triple], model: Model, labels: Callable[[str], str | None]) -> str:
    """Gather the words of the record and its nested things, but not of where its facts were seen, and what it points at."""
    unsearched = {name for nested in model.nested.values() if not nested.searched for name in nested.classes}
    left_out = {
        triple.subject
        for triple in triples
        if triple.predicate == RDF.type and isinstance(triple.object, NamedNode) and triple.object.value in unsearched
    }
    parts: dict[str, None] = {}
    for triple in triples:
        if triple.subject in left_out:
            continue
        match triple.object:
            case Literal() as literal:
                parts[literal.value] = None
            case NamedNode() as node if label := labels(node.value):
                parts[label] = None
    return "\n".join(parts)


def _facets(kind: Kind, found: Statements, model: Model) -> dict[str, tuple[str, ...]]:
    facets: dict[str, tuple[str, ...]] = {}
    for facet in model.facets:
        own = kind.field(facet.path)
        if own is not None and own.facet:
            facets[facet.slug] = tuple(sorted({value.value for value in found.get(facet.path, ())}))
    return facets
