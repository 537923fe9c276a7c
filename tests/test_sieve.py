"""The sieve clears only what pySHACL has nothing to say about: the corpus, every broken file, records disturbed at random."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import entries, model, turtle
from kg.model import SHAPES_GRAPH, Model
from kg.shapes import Checker
from kg.sieve import Sieve
from kg.terms import DCT, FOAF, RDF, RECORDS, SH, SKOS, XSD

READ = model.read()
FILES = sorted((Path(__file__).parent / "shapes").glob("*/*.ttl"))
RING = {RDF.type, SKOS.inScheme, SKOS.prefLabel, DCT.title, FOAF.name}
Records = dict[str, list[Triple]]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(READ)


@pytest.fixture(scope="module")
def corpus() -> Records:
    records, unreadable = entries.read_files(entries.shipped_paths(), RECORDS)
    assert unreadable == []
    return records


@pytest.fixture(scope="module")
def known(corpus: Records) -> dict[object, list[Triple]]:
    """What the ring of a check holds of each thing, as the engine would give it."""
    found: dict[object, list[Triple]] = defaultdict(list)
    ontology = (quad.triple for quads in READ.graphs.values() for quad in quads)
    for triples in (ontology, *corpus.values(), *turtle.read(FILES[0].parents[1] / "neighbours.ttl").values()):
        for triple in triples:
            if triple.predicate in RING:
                found[triple.subject].append(triple)
    return found


def ring(records: Records, known: dict[object, list[Triple]]) -> list[Triple]:
    pointed = {triple.object for triples in records.values() for triple in triples}
    return [triple for thing in pointed for triple in known.get(thing, ())]


def agree(checker: Checker, records: Records, around: list[Triple]) -> int:
    """Compare the check with and without the sieve; return how many complaints there are."""
    judged = checker.judge(records, around)
    assert checker.check(records, around) == judged
    assert {problem.record for problem in judged} <= Sieve(READ).doubted(records, around)
    return len(judged)


# -- agreement ----------------------------------------------------------------------------------------------------------


def test_the_corpus_is_judged_the_same_and_nearly_all_of_it_is_cleared(
    checker: Checker, corpus: Records, known: dict[object, list[Triple]]
) -> None:
    around = ring(corpus, known)
    agree(checker, corpus, around)
    assert len(Sieve(READ).doubted(corpus, around)) < len(corpus) / 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_is_judged_the_same(path: Path, checker: Checker, known: dict[object, list[Triple]]) -> None:
    records = turtle.read(path)
    complaints = agree(checker, records, ring(records, known))
    assert bool(complaints) == path.stem.startswith("bad-")


ODD = (
    Literal("words"), Literal("words", language="en"), Literal("2016-02-30", datatype=XSD.date),
    Literal("2016", datatype=XSD.gYear),
    Literal("16", datatype=XSD.gYear), Literal("007", datatype=XSD.integer), Literal("yes", datatype=XSD.boolean),
    Literal("2016-13", datatype=XSD.gYearMonth), Literal("2016-10-07T10:00:00+02:00", datatype=XSD.dateTime), Literal(""),
    Literal("10.1000/x", language="fr"), NamedNode("https://example.org/nobody"), BlankNode("somebody"),
    NamedNode(RECORDS + "place/in"), NamedNode(RECORDS + "concept/sector/transport"), NamedNode(RECORDS + "concept/level/national"),
)  # fmt: skip


def left_out(triples: list[Triple], chance: random.Random) -> Iterator[Triple]:
    gone = chance.choice(triples).predicate
    return (triple for triple in triples if triple.predicate != gone)


def exchanged(triples: list[Triple], chance: random.Random) -> Iterator[Triple]:
    at = chance.randrange(len(triples))
    for number, triple in enumerate(triples):
        yield Triple(triple.subject, triple.predicate, chance.choice(ODD)) if number == at else triple


def added(triples: list[Triple], chance: random.Random) -> Iterator[Triple]:
    yield from triples
    beside, value = chance.choice(triples), chance.choice([*ODD, chance.choice(triples).object])
    yield Triple(beside.subject, beside.predicate, value)


def typed_anew(triples: list[Triple], chance: random.Random) -> Iterator[Triple]:
    yield from triples
    kind = chance.choice([*READ.kinds, *READ.nested.values()])
    yield Triple(chance.choice(triples).subject, RDF.type, NamedNode(min(kind.classes)))


@pytest.mark.parametrize("disturbed", [left_out, exchanged, added, typed_anew], ids=lambda way: way.__name__)
def test_a_record_disturbed_at_random_is_judged_the_same(
    disturbed: Callable[[list[Triple], random.Random], Iterable[Triple]],
    checker: Checker,
    corpus: Records,
    known: dict[object, list[Triple]],
) -> None:
    chance = random.Random(disturbed.__name__)
    chosen = chance.sample(sorted(iri for iri, triples in corpus.items() if len(triples) < 200), 150)
    records = {iri: list(disturbed(corpus[iri], chance)) for iri in chosen}
    assert agree(checker, records, ring(records, known)) > 30


# -- what it does not understand ----------------------------------------------------------------------------------------

TITLE, POLICY = NamedNode(SHAPES_GRAPH + "#title"), NamedNode(SHAPES_GRAPH + "#Policy")


@pytest.mark.parametrize(
    "told",
    [
        (TITLE, SH.minLength, Literal("1", datatype=XSD.integer)),
        (TITLE, SH.minCount, Literal("2", datatype=XSD.integer)),
        (TITLE, SH.flags, Literal("i")),
        (TITLE, SH.path, DCT.description),
        (POLICY, getattr(SH, "not"), NamedNode(SHAPES_GRAPH + "#NotPublic")),
        (POLICY, SH.sparql, NamedNode("https://example.org/question")),
        (POLICY, SH.targetSubjectsOf, DCT.title),
        (TITLE, SH.nodeKind, SH.BlankNodeOrLiteral),
        (TITLE, SH.pattern, NamedNode("https://example.org/no-pattern")),
    ],
    ids=lambda told: f"{told[1].value.rpartition('#')[2]}",
)
def test_a_demand_that_it_does_not_know_is_never_met(
    told: tuple[NamedNode, ...], known: dict[object, list[Triple]]
) -> None:
    records = turtle.read(next(path for path in FILES if path.stem == "good-law"))
    around = ring(records, known)
    graphs = READ.graphs | {SHAPES_GRAPH: [*READ.graphs[SHAPES_GRAPH], Quad(*told)]}  # type: ignore[arg-type]
    assert Sieve(READ).doubted(records, around) == set()
    assert Sieve(Model(READ.shapes, graphs=graphs)).doubted(records, around) == set(records)


def test_a_thing_typed_by_one_record_and_described_by_another_casts_doubt_on_both(
    known: dict[object, list[Triple]],
) -> None:
    ((iri, triples),) = turtle.read(next(path for path in FILES if path.stem == "good-law")).items()
    apart = [t for t in triples if t.predicate == RDF.type]
    rest = [t for t in triples if t.predicate not in (RDF.type, DCT.title)]
    records = {iri: rest, iri + "-types": apart}
    assert Sieve(READ).doubted(records, ring(records, known)) == set(records)
