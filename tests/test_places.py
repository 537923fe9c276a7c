"""Places are tied to other registers by rules that stand in their evidence, and what is doubtful is tied to nothing."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg import entries, model
from kg.terms import DCT, OU, RECORDS, SKOS, Namespace

SAME = Namespace("https://schema.org/").sameAs
PLACES = Path(__file__).resolve().parent.parent / "bibliography" / "place"
GEONAMES = re.compile(r"https://sws\.geonames\.org/[1-9][0-9]*/")
EU = "http://publications.europa.eu/resource/authority/country/"
DPV = "https://w3id.org/dpv/loc#"


@pytest.fixture(scope="module")
def places() -> dict[str, list[Triple]]:
    read, unreadable = entries.read_files([PLACES], RECORDS)
    assert unreadable == []
    return {iri.removeprefix(RECORDS + "place/"): triples for iri, triples in read.items()}


def values(triples: list[Triple], predicate: NamedNode) -> list[str]:
    return [t.object.value for t in triples if t.predicate == predicate and isinstance(t.object, NamedNode | Literal)]


def geonames(triples: list[Triple]) -> list[str]:
    return [same for same in values(triples, SAME) if "geonames" in same]


def is_a(triples: list[Triple], kind: str) -> bool:
    return f"{RECORDS}concept/place-type/{kind}" in values(triples, DCT.type)


def test_a_geonames_identifier_has_the_form_that_geonames_gives_it(places: dict[str, list[Triple]]) -> None:
    found = [same for triples in places.values() for same in geonames(triples)]
    assert len(found) == 183
    assert [same for same in found if not GEONAMES.fullmatch(same)] == []


def test_no_two_places_are_the_same_thing_elsewhere(places: dict[str, list[Triple]]) -> None:
    found = Counter(same for triples in places.values() for same in values(triples, SAME))
    assert [same for same, number in found.items() if number > 1] == []


def test_every_country_has_one_identifier_in_each_register_by_the_same_code(places: dict[str, list[Triple]]) -> None:
    table = model.read().shapes
    for slug, triples in places.items():
        if not is_a(triples, "country"):
            continue
        (code,) = values(triples, SKOS.notation)
        (eu,) = [same for same in values(triples, SAME) if same.startswith(EU)]
        assert slug == code.lower()
        assert len(geonames(triples)) == 1
        assert f"{DPV}{code}" in values(triples, SAME)
        assert [q.object for q in table.quads_for_pattern(NamedNode(eu), SKOS.notation, None)] == [Literal(code)]
        assert any(f"country with the code {code}." in said for said in values(triples, OU.supports))


def test_an_identifier_says_by_which_rule_and_from_which_edition_it_was_taken(places: dict[str, list[Triple]]) -> None:
    for slug, triples in places.items():
        told = [said for said in values(triples, OU.supports) if said.startswith("GeoNames identifier: ")]
        assert len(told) == len(geonames(triples)) <= 1, slug
        if told:
            assert any("GeoNames, CC BY 4.0" in note for note in values(triples, OU.sourceNote)), slug


@pytest.mark.parametrize("slug", ["world", "europe", "eu", "africa", "ae-du", "cn-sh", "cn-jining", "us-syracuse"])
def test_a_group_a_region_and_a_doubtful_name_stay_without(places: dict[str, list[Triple]], slug: str) -> None:
    assert geonames(places[slug]) == []
