"""What a reference is connected with beside its entry: whose its names are, and in what it appeared; and what stays of it."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations import containers, graph
from kg.citations.containers import Container
from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.citations.people import Agent
from kg.citations.properties import CONFIDENCE
from kg.terms import BIBO, DCT, FOAF, OU, RDF, RECORDS, XSD, Namespace

ORCID = "https://orcid.org/"
_SCHEMA = Namespace("https://schema.org/")
_BASES = RECORDS + "concept/link-basis/"
_ROLES = {"author": "name, as an author of this work", "editor": "name, as an editor of this work"}


def node(iri: str, role: str, number: int) -> str:
    """Return the IRI of a name in its place in a list of a reference's names."""
    return f"{iri}#{role}-{number}"


def is_whose(iri: str, role: str, number: int, agent: str, basis: str) -> list[Triple]:
    """Return the statements that a name is that of a person or body, and on what that rests."""
    thing, name, who = NamedNode(iri), NamedNode(node(iri, role, number)), NamedNode(agent)
    return [
        Triple(thing, DCT.contributor, who),
        Triple(name, OU.agent, who),
        Triple(name, OU.matchedBy, NamedNode(_BASES + basis)),
    ]


def agent(iri: str, name: Name, orcid: str, work: str, role: str) -> tuple[Agent, list[Triple]]:
    """Return the record of a person or body whose name was seen in a work; one word alone may be a person's or a body's."""
    thing = NamedNode(iri)
    narrower = FOAF.Person if not name.body else FOAF.Organization if " " in name.family else None
    made = [
        Triple(thing, RDF.type, FOAF.Agent),
        *([Triple(thing, RDF.type, narrower)] if narrower else []),
        Triple(thing, FOAF.name, Literal(name.spoken)),
        *([Triple(thing, _SCHEMA.sameAs, NamedNode(ORCID + orcid))] if orcid else []),
        *_seen(iri, work, _ROLES[role]),
    ]
    return Agent(iri, name.spoken, not name.body, orcid), made


def container(iri: str, one: Container, work: str) -> list[Triple]:
    """Return the record of a journal, proceedings or book in which a work says that it appeared."""
    thing = NamedNode(iri)
    return [
        Triple(thing, RDF.type, OU.Container),
        Triple(thing, RDF.type, one.kind),
        Triple(thing, DCT.title, Literal(one.title)),
        *([Triple(thing, DCT.issued, Literal(one.year, datatype=XSD.gYear))] if one.year else []),
        *(Triple(thing, BIBO.issn, Literal(number)) for number in sorted(one.issns)),
        *(Triple(thing, BIBO.isbn, Literal(number)) for number in sorted(one.isbns)),
        *_seen(iri, work, "title, as this work names it"),
    ]


def _seen(iri: str, work: str, what: str) -> list[Triple]:
    thing, proof = NamedNode(iri), NamedNode(iri + "#evidence-1")
    return [
        Triple(thing, OU.confidence, NamedNode(CONFIDENCE + "reported")),
        Triple(thing, OU.evidence, proof),
        Triple(proof, RDF.type, OU.Evidence),
        Triple(proof, OU.source, NamedNode(work)),
        Triple(proof, OU.supports, Literal(what, language="en")),
    ]


def rewritten(triples: Iterable[Triple], iri: str, now: Entry, then: Entry) -> list[Triple]:
    """Return what a reference says once its entry is another: links stay, but those of a name or container that has changed."""
    rest = set(triples) - set(graph.to_triples(now, iri))
    before = {node(iri, role, number): name for role, number, name in graph.contributors(now)}
    after = {node(iri, role, number): name for role, number, name in graph.contributors(then)}
    told = {triple for triple in rest if triple.predicate in (OU.agent, OU.matchedBy)}
    lost = {
        triple for triple in told if before.get(place := _subject(triple)) != after.get(place) or place not in after
    }
    whose = {triple.object for triple in told - lost}
    lost |= {
        Triple(NamedNode(iri), DCT.contributor, triple.object)
        for triple in lost
        if triple.predicate == OU.agent and triple.object not in whose
    }
    if _stands(now) != _stands(then):
        records = iri.rpartition("/reference/")[0] + "/container/"
        lost |= {triple for triple in rest if triple.predicate == DCT.isPartOf and _object(triple).startswith(records)}
    return [*graph.to_triples(then, iri), *(rest - lost)]


def _stands(entry: Entry) -> object:
    return containers.of(entry), entry.fields.get("crossref", "")


def _subject(triple: Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, NamedNode) else ""


def _object(triple: Triple) -> str:
    return triple.object.value if isinstance(triple.object, NamedNode) else ""
