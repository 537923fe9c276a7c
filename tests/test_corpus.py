"""The shipped base holds what the facts hold, says on what each link rests, and never takes "not seen" for "absent"."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg import entries, queries
from kg.base import Base, open_base
from kg.settings import Settings
from kg.terms import CITO, DCT, FOAF, OA, OU, RDF, RECORDS, SKOS, XSD, Namespace

DPV = Namespace("https://w3id.org/dpv#")
CONCEPT = RECORDS + "concept/"
RECORDS_OF_A_KIND = {
    "policy": 135 + 82,
    "dataset": 167,
    "standard": 69,
    "practice": 138,
    "interview": 64,
    "output": 59 + 11,
    "event": 28 + 9,
    "incentive": 30,
    "reference": 332,
    "swot": 64,
}
"""National and city policies; toolkits and analyses; events and their series."""

STRENGTH = ("stated", "partly", "absent", "opposite")
LINKS = {
    "reading": 1416 + 127 + 307 + 23 + 38,
    "rule": 1440 + 118 + 58 + 50,
    "source": 204,
    "work": 125,
    "analogy": 21 + 4,
}
"""Editors read 1,416 links between records, 127 relations and 307 kinships of works, and 38 places in annotations;
23 and 4 more tie provisions to principles. By rule 118 bodies have their place, 58 works a sector by keyword,
50 their publisher."""


CORPUS = Path(__file__).resolve().parent.parent / "bibliography"
Shipped = dict[str, list[Triple]]


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    """Every record of the files, which the base holds unchanged (tests/test_base.py)."""
    records, unreadable = entries.read_files([CORPUS], RECORDS)
    assert unreadable == []
    return records


def code(term: NamedNode | Literal | None) -> str:
    return term.value.rpartition("/")[2] if term is not None else ""


@pytest.mark.parametrize(("kind", "number"), RECORDS_OF_A_KIND.items(), ids=str)
def test_every_fact_has_its_record(shipped: Shipped, kind: str, number: int) -> None:
    assert sum(iri.startswith(f"{RECORDS}{kind}/") for iri in shipped) == number


def test_the_whole_corpus_passes_the_check_with_little_advice(base: Base, shipped: Shipped) -> None:
    problems = list(entries.check(base, shipped))
    assert [str(problem) for problem in problems if problem.severe] == []
    assert Counter(problem.message for problem in problems) == {
        "No address of the text has been seen.": 11,
        "Nothing says where this was seen.": 1,
    }


def test_every_coded_cell_is_a_statement_with_both_readings(base: Base) -> None:
    rows = base.engine.select(queries.fill("coded-statements"))
    assert len(rows) == 5063
    assert len({row["policy"] for row in rows}) == 83
    assert sum("second" in row for row in rows) == 62 * 61
    first = Counter(code(row["first"]) for row in rows)
    assert first == {"absent": 1958, "stated": 1369, "partly": 856, "not-seen": 841, "opposite": 39}


def test_a_statement_counts_as_the_weaker_of_its_readings_and_not_seen_as_nothing(base: Base) -> None:
    for row in base.engine.select(queries.fill("coded-statements")):
        readings = [code(row[name]) for name in ("first", "second") if name in row]
        weaker = "not-seen" if "not-seen" in readings else max(readings, key=STRENGTH.index)
        assert code(row["counts"]) == weaker, row


def test_absent_is_said_only_where_the_whole_text_was_read(shipped: Shipped) -> None:
    whole, says_absent = set(), set()
    for iri, triples in shipped.items():
        for triple in triples:
            if triple.predicate == OU.extent and triple.object == NamedNode(CONCEPT + "extent/whole"):
                whole.add(iri)
            if triple.object == NamedNode(CONCEPT + "provision-status/absent"):
                says_absent.add(iri)
    assert says_absent
    assert says_absent <= whole


def test_each_link_says_on_what_it_rests(base: Base) -> None:
    rows = base.engine.select(queries.fill("links-by-basis"))
    found = {code(row["basis"]): int(row["links"].value) for row in rows if row["label"].language == "en"}
    assert found == LINKS


def test_each_reason_stands_beside_its_plain_triple_or_is_an_annotation(base: Base) -> None:
    assert base.engine.select(queries.fill("links-unfounded")) == []


def test_an_editors_relation_of_a_work_is_no_citation(base: Base) -> None:
    work = NamedNode(RECORDS + "reference/albertoni2016dqv")
    triples = base.graphs([work.value])[work.value]
    annotations = {triple.subject for triple in triples if triple.object == OA.Annotation}
    related = {triple.object for triple in triples if triple.subject in annotations and triple.predicate == OU.target}
    assert related
    for thing in related:
        assert Triple(work, DCT.relation, thing) in triples
        assert Triple(work, CITO.supports, thing) not in triples


def test_a_record_has_at_least_four_typed_links_on_average(base: Base, shipped: Shipped) -> None:
    [row] = base.engine.select(queries.fill("81-links-counted"))
    assert int(row["records"].value) == len(shipped)
    assert float(row["average"].value) >= 4


def test_every_place_lies_in_the_world(shipped: Shipped) -> None:
    above = {
        iri: triple.object.value
        for iri, triples in shipped.items()
        for triple in triples
        if iri.startswith(RECORDS + "place/")
        and triple.predicate == DCT.isPartOf
        and isinstance(triple.object, NamedNode)
    }
    for place in above:
        steps = [place]
        while steps[-1] in above:
            steps.append(above[steps[-1]])
            assert len(steps) <= 6, f"{place} goes round in a circle"
        assert steps[-1] == RECORDS + "place/world"


def test_a_person_stands_in_the_base_once(shipped: Shipped) -> None:
    names = Counter(
        triple.object.value.casefold()
        for iri, triples in shipped.items()
        for triple in triples
        if iri.startswith(RECORDS + "agent/") and triple.predicate == FOAF.name
    )
    assert [name for name, number in names.items() if number > 1] == []


# -- what may not be said ------------------------------------------------------------------------------------

THING = NamedNode(RECORDS + "interview/ours")


def interview(*also: Triple, origin: str = "own") -> list[Triple]:
    """An interview of the group's own, or one that others published."""
    said = {
        RDF.type: OU.Interview,
        DCT.title: Literal("A talk", language="en"),
        DCT.description: Literal("What was said.", language="en"),
        OU.origin: NamedNode(f"{CONCEPT}origin/{origin}"),
        OU.phase: NamedNode(CONCEPT + "phase/before"),
        OU.confidence: NamedNode(CONCEPT + "confidence/verified"),
    }
    return [*(Triple(THING, path, value) for path, value in said.items()), *also]


PUBLIC = Triple(
    THING, DCT.accessRights, NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
)
REFUSED = Triple(THING, DPV.hasConsentStatus, DPV.ConsentRefused)
GIVEN = Triple(THING, DPV.hasConsentStatus, DPV.ConsentGiven)
INTERVIEWS = {
    "published by others": (interview(origin="published"), set()),
    "our own, consent given, public": (interview(PUBLIC, GIVEN), set()),
    "our own, consent refused, public": (
        interview(PUBLIC, REFUSED),
        {"A public interview record needs a valid consent."},
    ),
    "our own, no word of consent": (
        interview(PUBLIC),
        {"Say how consent stands.", "A public interview record needs a valid consent."},
    ),
    "our own, no word of access": (interview(GIVEN), {"Say who may read it."}),
}


@pytest.mark.parametrize(("triples", "complaints"), INTERVIEWS.values(), ids=INTERVIEWS.keys())
def test_consent_is_asked_for_our_own_interviews_only(base: Base, triples: list[Triple], complaints: set[str]) -> None:
    found = {problem.message for problem in base.check({THING.value: triples}) if problem.severe}
    assert found == complaints


def test_a_link_without_a_reason_is_refused(base: Base) -> None:
    place = NamedNode(RECORDS + "place/atlantis")
    link = NamedNode(place.value + "#link-is-part-of-place-world")
    triples = [
        Triple(place, RDF.type, DCT.Location),
        Triple(place, SKOS.prefLabel, Literal("Atlantis", language="en")),
        Triple(place, OU.link, link),
        Triple(link, RDF.type, OU.Link),
        Triple(link, OU.relation, DCT.isPartOf),
        Triple(link, OU.target, NamedNode(RECORDS + "place/world")),
    ]
    found = {problem.message for problem in base.check({place.value: triples}) if problem.severe}
    assert found == {
        "Say why, in words.",
        "Say on what it rests: the work itself, a source, a rule, a reading or an analogy.",
    }


# -- a reference in two files --------------------------------------------------------------------------------


def test_a_reference_may_have_its_links_in_a_file_of_its_own_and_a_dump_parts_them_again(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "reference").mkdir(parents=True)
    bib = "@online{ours2026,\n  author = {{Ours}},\n  title = {Atlantis},\n  confidence = {verified}\n}\n"
    (folder / "references.bib").write_text(bib)
    links = f"<{RECORDS}reference/ours2026> <{DCT.relation.value}> <{RECORDS}place/atlantis> ."
    (folder / "reference" / "ours2026.ttl").write_text(links)
    with open_base(Settings(data=tmp_path / "data")) as opened:
        assert entries.load(opened, [folder]).refused == set()
        [(iri, triples)] = [found for found in entries.all_records(opened) if found[0].startswith(RECORDS)]
        entries.dump(opened, tmp_path / "dump")
    assert iri == RECORDS + "reference/ours2026"
    assert Triple(NamedNode(iri), DCT.relation, NamedNode(RECORDS + "place/atlantis")) in triples
    assert (tmp_path / "dump" / "references.bib").read_text() == bib
    assert "place/atlantis" in (tmp_path / "dump" / "reference" / "ours2026.ttl").read_text()


def test_the_same_record_in_two_turtle_files_is_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.ttl").write_text(f'<{THING.value}> <{DCT.title.value}> "{name}" .')
    _, unreadable = entries.read_files([tmp_path], RECORDS)
    assert [line.endswith("which another file describes already.") for line in unreadable] == [True]


def test_a_date_is_no_more_precise_than_it_was_seen(shipped: Shipped) -> None:
    precise = {XSD.date: 10, XSD.gYearMonth: 7, XSD.gYear: 4}
    for _, triples in shipped.items():
        for triple in triples:
            if isinstance(triple.object, Literal) and triple.object.datatype in precise:
                assert len(triple.object.value) == precise[triple.object.datatype]
