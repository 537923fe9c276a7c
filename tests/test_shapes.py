"""Every shape lets the good files pass and stops the bad ones with its own words; every demand of every field bites.

`tests/shapes/<shape>/good-*.ttl` have no complaint at all; the comment lines at the head of a `bad-*.ttl` are all its complaints,
advice marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg import model, turtle
from kg.model import SHAPES_GRAPH, Field, Kind
from kg.shapes import Checker, Problem
from kg.terms import RDF, RECORDS, SH, SKOS, record_of

FOLDER = Path(__file__).parent / "shapes"
GOOD = sorted(FOLDER.glob("*/good-*.ttl"))
BAD = sorted(FOLDER.glob("*/bad-*.ttl"))
READ = model.read()
NAMED = sorted(
    {
        quad.subject.value.rpartition("#")[2]
        for quad in READ.graphs[SHAPES_GRAPH]
        if quad.predicate == RDF.type and quad.object == SH.NodeShape and isinstance(quad.subject, NamedNode)
        if "/genid/" not in quad.subject.value
    }
)
NOBODY = NamedNode("https://example.org/nobody-describes-this")


def called(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(READ)


def ring(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield what the neighbours and the concepts are that statements point at."""
    for found in turtle.read(FOLDER / "neighbours.ttl").values():
        yield from found
    for pointed in {triple.object for triple in triples if isinstance(triple.object, NamedNode)}:
        for predicate in (RDF.type, SKOS.inScheme, SKOS.prefLabel):
            yield from (quad.triple for quad in READ.shapes.quads_for_pattern(pointed, predicate, None))


def complaints(checker: Checker, records: dict[str, list[Triple]]) -> list[Problem]:
    return checker.check(records, ring(triple for triples in records.values() for triple in triples))


def told(problem: Problem) -> str:
    return ("" if problem.severe else "advice: ") + f"{problem.field}: {problem.message}"


# -- the files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", NAMED)
def test_every_shape_has_a_good_and_a_bad_file(shape: str) -> None:
    assert list((FOLDER / shape).glob("good-*.ttl")), f"write tests/shapes/{shape}/good-….ttl"
    assert list((FOLDER / shape).glob("bad-*.ttl")), f"write tests/shapes/{shape}/bad-….ttl"


def test_there_is_no_folder_for_a_shape_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(NAMED)


@pytest.mark.parametrize("path", GOOD, ids=called)
def test_a_good_file_has_no_complaint(path: Path, checker: Checker) -> None:
    assert [told(problem) for problem in complaints(checker, turtle.read(path))] == []


@pytest.mark.parametrize("path", BAD, ids=called)
def test_a_bad_file_has_the_complaints_that_it_names(path: Path, checker: Checker) -> None:
    lines = path.read_text("utf-8").splitlines()
    expected = {line.removeprefix("# ") for line in lines if line.startswith("# ")}
    assert lines[0].removeprefix("# ") in expected, "the first line names the complaint"
    assert {told(problem) for problem in complaints(checker, turtle.read(path))} == expected


# -- every demand of every field, taken from the shapes themselves ------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """A good record in which one demand of one field is not met."""

    field: Field
    demand: str
    record: str
    triples: tuple[Triple, ...]

    @property
    def id(self) -> str:
        return f"{self.field.slug}-{self.demand}"


def value_of(own: Field, predicate: NamedNode) -> str | None:
    found = [quad.object for quad in READ.shapes.quads_for_pattern(NamedNode(own.iri), predicate, None)]
    return found[0].value if found and isinstance(found[0], NamedNode | Literal) else None


def wrong(own: Field) -> Iterator[tuple[str, list[NamedNode | Literal] | None]]:
    """Yield, for each demand of a field, values that do not meet it; None where the field must be missing."""
    if value_of(own, SH.minCount):
        yield "missing", None
    if most := value_of(own, SH.maxCount):
        yield "too-many", [Literal(f"{number}") for number in range(int(most) + 1)]
    node_kind = (value_of(own, SH.nodeKind) or "").rpartition("#")[2]
    if node_kind == "IRI":
        yield "words-for-an-address", [Literal("some words")]
    if node_kind == "Literal":
        yield "address-for-words", [NOBODY]
    if value_of(own, getattr(SH, "class")):
        yield "thing-without-a-record", [NOBODY]
    if value_of(own, SH.pattern):
        yield "other-pattern", [Literal("!! no !!")]
    if value_of(own, SH.datatype):
        yield "other-datatype", [Literal("words", language="en")]


def subject_of(kind: Kind, triples: Iterable[Triple]) -> NamedNode | None:
    found = (
        triple.subject
        for triple in triples
        if triple.predicate == RDF.type and isinstance(triple.object, NamedNode) and triple.object.value in kind.classes
    )
    return next((subject for subject in found if isinstance(subject, NamedNode)), None)


def mutants() -> Iterator[Mutant]:
    seen: set[tuple[str, str]] = set()
    for kind in (*READ.kinds, *READ.nested.values()):
        path = next(iter(sorted((FOLDER / kind.iri.rpartition("#")[2]).glob("good-*.ttl"))), None)
        ((iri, good),) = turtle.read(path).items() if path else (("", []),)
        subject = subject_of(kind, good)
        for own in kind.fields if subject is not None else ():
            for demand, values in wrong(own):
                if (own.iri, demand) not in seen:
                    seen.add((own.iri, demand))
                    changed = [t for t in good if (t.subject, t.predicate.value) != (subject, own.path)]
                    changed += [Triple(subject, NamedNode(own.path), value) for value in values or ()]
                    yield Mutant(own, demand, *renamed(iri, changed, f"{iri}-{len(seen)}"))


def renamed(iri: str, triples: Iterable[Triple], fresh: str) -> tuple[str, tuple[Triple, ...]]:
    """Give a record another name, so that all can be checked at once."""

    def name(term: object) -> object:
        if isinstance(term, NamedNode) and record_of(term.value) == iri:
            return NamedNode(fresh + term.value[len(iri) :])
        return term

    return fresh, tuple(Triple(name(t.subject), t.predicate, name(t.object)) for t in triples)  # type: ignore[arg-type]


MUTANTS = list(mutants())


@pytest.fixture(scope="module")
def found(checker: Checker) -> dict[str, list[Problem]]:
    """The complaints about all mutants, by record."""
    problems: dict[str, list[Problem]] = {}
    for problem in complaints(checker, {mutant.record: list(mutant.triples) for mutant in MUTANTS}):
        problems.setdefault(problem.record, []).append(problem)
    return problems


def test_most_fields_make_a_demand() -> None:
    kinds = (*READ.kinds, *READ.nested.values())
    fields = {own.iri for kind in kinds for own in kind.fields}
    assert len({mutant.field.iri for mutant in MUTANTS}) > 0.9 * len(fields) - 10
    assert len(MUTANTS) > 200


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_demand_that_is_not_met_is_told_in_the_words_of_its_field(
    mutant: Mutant, found: dict[str, list[Problem]]
) -> None:
    about = [problem for problem in found.get(mutant.record, ()) if problem.field == mutant.field.name]
    assert about, [told(problem) for problem in found.get(mutant.record, ())]
    if message := mutant.field.message_in("en"):
        assert any(message in problem.message for problem in about), [told(problem) for problem in about]


def test_the_folder_speaks_of_nobody_real() -> None:
    for path in (*GOOD, *BAD):
        for iri in turtle.read(path):
            assert iri.startswith(RECORDS)
            assert "example" in iri, path
