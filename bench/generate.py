"""Makes a base of any size in the project's own model, record by record; each says of itself that it was made for a measurement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kg import entries, model
from kg.base import Base, Progress, batched
from kg.citations import bibtex, graph
from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.terms import DCAT, DCT, FOAF, OU, RDF, RECORDS, SKOS, XSD

_AT_ONCE = 2000
_PLACES_PART, _AGENTS_PART = 50, 10
"""One record in so many is a place, an agent; one of four of the others is a policy, the rest are references."""
_POLICY_EVERY = 4
_CHILDREN = 8
"""Places within a place, which lie within another, up to the first of all."""
_WORDS = ("mobility", "privacy", "transport", "participation", "licence", "sensor", "energy", "budget")
_SYLLABLES = "bacedifoguhajekilomunaperisotuvawexiyozu"
_SPREAD = 7919
"""A prime: works that follow each other get words that are far apart."""
_DOMAINS = ("environment", "geospatial", "digital-twin")
_PROVISIONS = ("appeal", "builds-on-access-law", "attribution")
_LEVELS = ("local", "national", "supranational")
_TYPES = ("charter", "decree", "agreement")

Record = tuple[str, list[Triple]]


def records(number: int) -> Iterator[Record]:
    """Yield so many records, those first at which others point; no more than one is in memory."""
    places, agents, rest = _parts(number)
    for n in range(places):
        yield place(n)
    for n in range(agents):
        yield agent(n)
    for n in range(rest):
        yield policy(n, places, agents) if n % _POLICY_EVERY == 0 else reference(n, places, agents)


def _parts(number: int) -> tuple[int, int, int]:
    places, agents = max(1, number // _PLACES_PART), max(1, number // _AGENTS_PART)
    return places, agents, number - places - agents


def works(number: int) -> list[int]:
    """Return the numbers of the references in a base of so many records."""
    return [n for n in range(_parts(number)[2]) if n % _POLICY_EVERY]


def everything(number: int) -> Iterator[Record]:
    """Yield the graphs of the ontology, then so many records: all that `fill` writes."""
    for iri, quads in model.read().graphs.items():
        yield iri, [quad.triple for quad in quads]
    yield from records(number)


def address(kind: str, n: int) -> str:
    """Return the IRI of the n-th made record of a kind."""
    return f"{RECORDS}{kind}/made-{n}"


def concept(scheme: str, name: str) -> NamedNode:
    """Return a concept of ours."""
    return NamedNode(f"{RECORDS}concept/{scheme}/{name}")


def place(n: int) -> Record:
    """Make a place; all but the first lie within another."""
    iri = address("place", n)
    thing = NamedNode(iri)
    said = [
        Triple(thing, RDF.type, DCT.Location),
        Triple(thing, DCT.type, concept("place-type", "city-or-region" if n else "world")),
        Triple(thing, SKOS.prefLabel, Literal(f"Made place {n}", language="en")),
    ]
    if n:
        said.append(Triple(thing, DCT.isPartOf, NamedNode(address("place", (n - 1) // _CHILDREN))))
    return iri, said


def agent(n: int) -> Record:
    """Make an organisation."""
    iri = address("agent", n)
    thing = NamedNode(iri)
    return iri, [
        Triple(thing, RDF.type, FOAF.Agent),
        Triple(thing, RDF.type, FOAF.Organization),
        Triple(thing, FOAF.name, Literal(f"Made body {n}", language="en")),
        *_confidence(iri),
    ]


def policy(n: int, places: int, agents: int) -> Record:
    """Make a policy with readings of two provisions."""
    iri = address("policy", n)
    thing = NamedNode(iri)
    return iri, [
        Triple(thing, RDF.type, OU.Policy),
        Triple(thing, RDF.type, DCAT.Resource),
        Triple(thing, DCT.title, Literal(f"Made policy {n} on {_word(n)} and {_word(n // 8)}", language="en")),
        Triple(thing, DCT.description, Literal(f"Made for a measurement; it rules {_word(n)} data.", language="en")),
        Triple(thing, DCT.type, concept("policy-type", _TYPES[n % len(_TYPES)])),
        Triple(thing, DCT.publisher, NamedNode(address("agent", n % agents))),
        Triple(thing, DCT.spatial, NamedNode(address("place", n % places))),
        Triple(thing, DCT.issued, Literal(str(2000 + n % 25), datatype=XSD.gYear)),
        Triple(thing, OU.level, concept("level", _LEVELS[n % len(_LEVELS)])),
        Triple(thing, OU.domain, concept("domain", _DOMAINS[n % len(_DOMAINS)])),
        Triple(thing, DCAT.landingPage, NamedNode(f"https://example.org/policy/{n}")),
        Triple(thing, OU.addressKind, concept("address-kind", "official-text")),
        *(said for name in {_PROVISIONS[n % 3], _PROVISIONS[(n // 3) % 3]} for said in _provision(iri, name, n)),
        *_confidence(iri),
    ]


def _provision(iri: str, name: str, n: int) -> Iterator[Triple]:
    said = NamedNode(f"{iri}#provision-{name}")
    status = concept("provision-status", ("stated", "partly", "not-seen")[n % 3])
    yield Triple(NamedNode(iri), OU.hasProvision, said)
    yield Triple(said, RDF.type, OU.ProvisionStatement)
    yield Triple(said, OU.provision, concept("provision", name))
    yield Triple(said, OU.provisionStatus, status)
    yield Triple(said, OU.countsAs, status)
    yield Triple(said, OU.method, concept("coding-method", "earlier-tag"))
    yield Triple(said, OU.note, Literal("Made for a measurement.", language="en"))


def reference(n: int, places: int, agents: int) -> Record:
    """Make a reference that was written by a made body and is about a made place."""
    iri = address("reference", n)
    thing, writer = NamedNode(iri), NamedNode(address("agent", n % agents))
    return iri, [
        *graph.to_triples(entry(n), iri),
        Triple(thing, DCT.contributor, writer),
        Triple(thing, DCT.spatial, NamedNode(address("place", n % places))),
    ]


def _confidence(iri: str) -> list[Triple]:
    thing, evidence = NamedNode(iri), NamedNode(f"{iri}#evidence-1")
    return [
        Triple(thing, OU.confidence, concept("confidence", "reported")),
        Triple(thing, OU.evidence, evidence),
        Triple(evidence, RDF.type, OU.Evidence),
        Triple(evidence, OU.sourceNote, Literal("Made for a measurement.", language="en")),
    ]


def entry(n: int) -> Entry:
    """Make a bibliography entry with two authors, an annotation and keywords."""
    fields = {
        "title": f"Made work {n} on {_word(n)} and {_word(n // 8)} in {_coined(n)}",
        "journaltitle": f"Journal of Made Works {n % 40}",
        "date": str(1990 + n % 35),
        "volume": str(n % 60 + 1),
        "pages": f"{n % 300 + 1}–{n % 300 + 12}",
        "doi": f"10.5555/made.{n}",
        "url": f"https://example.org/work/{n}",
        "langid": "english",
        "keywords": f"{_word(n)}, {_word(n // 8)}",
        "annotation": f"Made for a measurement: it weighs {_word(n // 64)} against {_word(n)}.",
        "confidence": "reported",
        "evidence": f"https://example.org/work/{n}",
    }
    writers = (Name(f"Maker{n % 997}", "Ada"), Name(f"Doer{n % 499}", "Émile"))
    return Entry(f"made-{n}", "article", fields, {"author": writers})


def _coined(n: int) -> str:
    """Return a word that few works share, so that titles differ as real ones do."""
    many = len(_SYLLABLES) // 2
    n = n * _SPREAD % many**3
    chosen = (n // many**power % many * 2 for power in range(3))
    return "".join(_SYLLABLES[at : at + 2] for at in chosen).title()


def _word(n: int) -> str:
    return _WORDS[n % len(_WORDS)]


def write_bib(path: Path, number: int) -> None:
    """Write a .bib of so many entries."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(bibtex.write(map(entry, range(number)), "biblatex", ours=True))


def write_triples(path: Path, made: Iterable[Record]) -> None:
    """Write records as N-Triples."""
    with path.open("w", encoding="utf-8") as file:
        for _iri, triples in made:
            file.writelines(f"{triple} .\n" for triple in triples)


def fill(base: Base, number: int, progress: Progress = lambda done: None) -> None:
    """Write the ontology and so many records into a base, unchecked: that they pass is shown by a test."""
    entries.write_ontology(base)
    for batch in batched(records(number), _AT_ONCE):
        base.write(dict(batch), "bench", "a measurement", checked=True)
        progress(len(batch))
