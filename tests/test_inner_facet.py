"""A facet may look through a record at what its nested things say: a policy is found by the provisions that it states."""

from __future__ import annotations

from collections import defaultdict

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Triple

from kg import queries
from kg.base import Base
from kg.search import cards
from kg.search.index import KIND, Wanted
from kg.terms import OU, RDF, RECORDS

CONCEPT = RECORDS + "concept/"
POLICY = NamedNode(RECORDS + "policy/example")
STATUSES = ("stated", "partly", "opposite", "absent", "not-seen")


def policy(status: str, counts: str) -> list[Triple]:
    said = NamedNode(POLICY.value + "#provision-api")
    return [
        Triple(POLICY, RDF.type, OU.Policy),
        Triple(POLICY, OU.hasProvision, said),
        Triple(said, RDF.type, OU.ProvisionStatement),
        Triple(said, OU.provision, NamedNode(CONCEPT + "provision/api")),
        Triple(said, OU.provisionStatus, NamedNode(f"{CONCEPT}provision-status/{status}")),
        Triple(said, OU.countsAs, NamedNode(f"{CONCEPT}provision-status/{counts}")),
        Triple(said, OU.note, Literal("Data are to be had through APIs.", language="en")),
    ]


def found(base: Base, triples: list[Triple]) -> tuple[str, ...]:
    card = cards.make(POLICY.value, triples, base.model, lambda thing: None)
    assert card is not None
    return card.facets["provision"]


@pytest.mark.parametrize("counts", STATUSES)
def test_only_what_is_stated_at_least_in_part_counts(base: Base, counts: str) -> None:
    expected = (CONCEPT + "provision/api",) if counts in ("stated", "partly") else ()
    assert found(base, policy("stated", counts)) == expected


def test_a_statement_that_says_on_nothing_how_it_counts_is_left_out(base: Base) -> None:
    triples = [triple for triple in policy("stated", "stated") if triple.predicate != OU.countsAs]
    assert found(base, triples) == ()


def test_a_policy_without_statements_is_found_by_none(base: Base) -> None:
    assert found(base, policy("stated", "stated")[:1]) == ()


def test_the_facet_finds_just_the_policies_that_state_a_provision(base: Base) -> None:
    stated: dict[str, set[str]] = defaultdict(set)
    for iri, triples in base.graphs(card.iri for card in base.index.walk(Wanted(facets={KIND: ["policy"]}))).items():
        said = {(triple.subject, triple.predicate): triple.object for triple in triples}
        for (thing, predicate), value in said.items():
            if predicate == OU.provision and str(said[thing, OU.countsAs]).endswith(("/stated>", "/partly>")):
                stated[value.value].add(iri)  # type: ignore[union-attr]
    assert len(stated) > 50
    for provision, policies in stated.items():
        hits = base.index.cards(Wanted(facets={"provision": [provision]}))
        assert {card.iri for card in hits} == policies, provision


def test_the_counts_lead_to_what_they_count_and_a_group_holds_its_provisions(client: FlaskClient, base: Base) -> None:
    counts = base.index.tally(Wanted(facets={KIND: ["policy"]}), "provision")
    one, group = counts[CONCEPT + "provision/privacy-safeguard"], counts[CONCEPT + "provision/groups/privacy"]
    assert 0 < one <= group
    answer = client.get("/search.json?provision=privacy-safeguard")
    assert answer.json is not None
    assert answer.json["total"] == one
    assert {item["kind"] for item in answer.json["items"]} == {"policy"}


@pytest.mark.parametrize(("language", "name"), [("en", "Provision stated"), ("fr", "Disposition énoncée")])
def test_the_page_of_a_search_offers_it(client: FlaskClient, language: str, name: str) -> None:
    page = client.get(f"/search?kind=policy&lang={language}", headers={"Accept": "text/html"}).text
    assert name in page
    assert "provision=" in page


def test_what_points_at_a_provision_leaves_out_texts_that_do_not_lay_it_down(client: FlaskClient, base: Base) -> None:
    """The list of what points at a provision is read as the list of the texts that have it."""
    absent = {
        row["policy"].value
        for row in base.engine.select(queries.fill("coded-statements"))
        if row["counts"].value.endswith(("/absent", "/not-seen")) and row["provision"].value.endswith("/open-source")
    }
    page = client.get("/concept/provision/open-source", headers={"Accept": "text/html"}).text
    assert absent
    assert [iri for iri in absent if f'href="{iri.removeprefix("https://w3id.org/open-urban")}"' in page] == []


# -- words --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["foresterie urbaine", "silvicultura urbana", "ייעור עירוני"])
def test_what_is_sorted_under_a_concept_is_found_by_its_name_in_any_language(base: Base, text: str) -> None:
    found = base.index.search(Wanted(text=text, facets={"sector": [CONCEPT + "sector/forestry"]}, limit=1)).total
    assert found == base.index.count(Wanted(facets={"sector": [CONCEPT + "sector/forestry"]})) > 10
