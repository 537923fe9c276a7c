"""What reading a file of records gives: the records, what could not be read, and what both rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations.entry import Broken
from kg.citations.properties import CONFIDENCE
from kg.model import Kind
from kg.terms import OU, RDF

Records = dict[str, list[Triple]]


@dataclass
class Found:
    """What a file holds: records by IRI, and its broken pieces; `head` is what a file of those pieces must begin with."""

    records: Records = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    head: str = ""

    def rejected(self) -> str:
        """Return the broken pieces as a file that can be mended and imported again, each under its line and reason."""
        pieces = (f"# Line {one.line}: {' '.join(one.reason.split())}\n{one.raw.rstrip()}\n" for one in self.broken)
        return self.head + "\n".join(pieces)


def seen(iri: str, kind: Kind, triples: Iterable[Triple], note: str, address: str = "") -> list[Triple]:
    """Return what a record says of how it is known, where it does not say so itself: reported, by a file."""
    said = {triple.predicate for triple in triples if triple.subject == NamedNode(iri)}
    if kind.role("confidence") is None or {OU.confidence, OU.evidence} & said:
        return []
    thing, proof = NamedNode(iri), NamedNode(f"{iri}#evidence-1")
    return [
        Triple(thing, OU.confidence, NamedNode(CONFIDENCE + "reported")),
        Triple(thing, OU.evidence, proof),
        Triple(proof, RDF.type, OU.Evidence),
        Triple(proof, OU.sourceNote, Literal(note, language="en")),
        *([Triple(proof, OU.source, NamedNode(address))] if address else []),
    ]


def moved(records: Mapping[str, list[Triple]], old: str, new: str) -> Records:
    """Return records with every IRI under one base written under another, but for the ontology and its concepts."""
    if old == new:
        return dict(records)

    def there(iri: str) -> str:
        path = iri.removeprefix(old)
        return iri if path == iri or path.startswith(("ns", "shapes", "concept/")) else new + path

    def placed(triple: Triple) -> Triple:
        subject, value = triple.subject, triple.object
        return Triple(
            NamedNode(there(subject.value)) if isinstance(subject, NamedNode) else subject,
            triple.predicate,
            NamedNode(there(value.value)) if isinstance(value, NamedNode) else value,
        )

    return {there(iri): [placed(triple) for triple in triples] for iri, triples in records.items()}
