"""What the shipped records say was seen somewhere, and reads as if a librarian had written it."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg import entries
from kg.terms import DCT, OU, RDF, RDFS, RECORDS, XSD

CONCEPT = RECORDS + "concept/"
LEGAL = NamedNode("http://data.europa.eu/eli/ontology#LegalResource")
STATUS = NamedNode("http://www.w3.org/ns/adms#status")
MEMORY = re.compile(r"memory|unverified|guess(?:ed)?\b", re.IGNORECASE)
WORKSHOP = re.compile(r"corpus_|\w_\w+:|Seen beside|to be checked|check before|\bTODO\b|\.json \w+ provides")
"""Words of those who gathered the facts, which mean nothing to a reader."""


@pytest.fixture(scope="module")
def shipped() -> dict[str, list[Triple]]:
    records, unreadable = entries.read_files(entries.shipped_paths(), RECORDS)
    assert unreadable == []
    return records


def words(triples: list[Triple]) -> list[str]:
    return [triple.object.value for triple in triples if isinstance(triple.object, Literal)]


def values(iri: str, triples: list[Triple], predicate: NamedNode) -> list[str]:
    return [str(t.object.value) for t in triples if t.subject == NamedNode(iri) and t.predicate == predicate]  # type: ignore[union-attr]


def test_nothing_rests_on_memory_but_one_record_that_says_so(shipped: dict[str, list[Triple]]) -> None:
    told = (
        OU.sourceNote,
        OU.supports,
        OU.dateNote,
        OU.roleAsStated,
        OU.outlet,
        OU.authorNote,
        OU.documentTitle,
        RDFS.comment,
    )
    found = {
        iri
        for iri, triples in shipped.items()
        if any(MEMORY.search(text) for text in words([t for t in triples if t.predicate in told]))
    }
    assert found == {RECORDS + "output/itu-y4461"}
    assert CONCEPT + "confidence/unverified" in values(*found, shipped[RECORDS + "output/itu-y4461"], OU.confidence)


def test_no_word_of_the_workshop_is_left(shipped: dict[str, list[Triple]]) -> None:
    shown = (OU.why, OU.dateNote, OU.statusNote, OU.outlet, DCT.description)
    left = [
        (iri, triple.object.value)
        for iri, triples in shipped.items()
        for triple in triples
        if triple.predicate in shown and isinstance(triple.object, Literal) and WORKSHOP.search(triple.object.value)
    ]
    assert left == []


def test_a_draft_and_a_proposal_bind_nobody(shipped: dict[str, list[Triple]]) -> None:
    for iri, triples in shipped.items():
        if CONCEPT + "policy-status/draft" in values(iri, triples, STATUS):
            assert LEGAL.value not in values(iri, triples, RDF.type), iri


@pytest.mark.parametrize("slug", ["aarhus-convention-1998", "escazu-agreement-2018"])
def test_a_treaty_is_a_legal_resource(shipped: dict[str, list[Triple]], slug: str) -> None:
    iri = f"{RECORDS}policy/{slug}"
    assert LEGAL.value in values(iri, shipped[iri], RDF.type)


def test_nothing_ends_before_it_begins(shipped: dict[str, list[Triple]]) -> None:
    eli = "http://data.europa.eu/eli/ontology#"
    pairs = [
        (DCT.issued, NamedNode(eli + "date_no_longer_in_force")),
        (NamedNode(eli + "first_date_entry_in_force"), NamedNode(eli + "date_no_longer_in_force")),
        (NamedNode("https://schema.org/startDate"), NamedNode("https://schema.org/endDate")),
    ]
    compared = 0
    for iri, triples in shipped.items():
        for first, last in pairs:
            for begun in values(iri, triples, first):
                for ended in values(iri, triples, last):
                    compared += 1
                    assert begun[: len(ended)] <= ended, iri
    assert compared > 5


def test_no_date_lies_in_the_future_of_the_corpus(shipped: dict[str, list[Triple]]) -> None:
    """Dates of records; what a law says of coming years stands in words."""
    dated = (XSD.date, XSD.gYearMonth, XSD.gYear)
    for iri, triples in shipped.items():
        for triple in triples:
            if isinstance(triple.object, Literal) and triple.object.datatype in dated:
                assert "1900" <= triple.object.value < "2027", (iri, str(triple))
