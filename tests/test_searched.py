"""A search finds a policy by what its text lays down, never by what was looked for in vain."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg import model
from kg.search import cards
from kg.terms import DCT, OU, RDF, RECORDS

READ = model.read()
POLICY, STATEMENT = NamedNode(RECORDS + "policy/example"), NamedNode(RECORDS + "policy/example#provision-1")


@pytest.mark.parametrize(
    ("status", "found"),
    [("stated", True), ("partly", True), ("opposite", True), ("absent", False), ("not-seen", False)],
)
def test_the_words_of_a_provision_are_searched_where_the_text_speaks_of_it(status: str, found: bool) -> None:
    triples = [
        Triple(POLICY, RDF.type, OU.Policy),
        Triple(POLICY, DCT.title, Literal("An act", language="en")),
        Triple(POLICY, OU.hasProvision, STATEMENT),
        Triple(STATEMENT, RDF.type, OU.ProvisionStatement),
        Triple(STATEMENT, OU.provision, NamedNode(RECORDS + "concept/provision/open-by-default")),
        Triple(STATEMENT, OU.countsAs, NamedNode(f"{RECORDS}concept/provision-status/{status}")),
    ]
    card = cards.make(
        POLICY.value, triples, READ, {RECORDS + "concept/provision/open-by-default": "Open by default"}.get
    )
    assert card is not None
    assert ("Open by default" in {line.text for line in card.lines}) == found
