"""A page shows the stronger of two links between the same two things, and of which day a source was."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Triple

from kg import model
from kg.base import Base
from kg.search.index import KIND, Wanted
from kg.terms import CITO, DCT, OU, RDF, RECORDS
from kg.web import inbound
from kg.web.portrait import Painter, Portrait

READ = model.read()
WORK = NamedNode(RECORDS + "reference/example")
LINK = NamedNode(WORK.value + "#link-1")
ONE, OTHER = NamedNode(RECORDS + "practice/one"), NamedNode(RECORDS + "practice/other")


def painted(*triples: Triple) -> Portrait:
    return Painter(READ, RECORDS, {}).paint(READ.kind("reference"), WORK.value, [*triples])


def shown(portrait: Portrait, label: str) -> list[str]:
    return [
        value.iri for group in portrait.groups for row in group.fields if row.label == label for value in row.values
    ]


def reason(relation: NamedNode, target: NamedNode) -> list[Triple]:
    return [
        Triple(WORK, OU.link, LINK),
        Triple(LINK, RDF.type, OU.Link),
        Triple(LINK, OU.relation, relation),
        Triple(LINK, OU.target, target),
    ]


RELATED = [Triple(WORK, DCT.relation, ONE), Triple(WORK, DCT.relation, OTHER)]


@pytest.mark.parametrize(
    ("also", "left"),
    [
        pytest.param([], [ONE, OTHER], id="nothing else"),
        pytest.param([Triple(WORK, CITO.documents, ONE)], [OTHER], id="a stronger link"),
        pytest.param(reason(CITO.supports, ONE), [OTHER], id="a stronger relation that a reason tells"),
        pytest.param(reason(DCT.relation, ONE), [ONE, OTHER], id="the reason of this very link"),
        pytest.param([Triple(WORK, OU.sector, ONE)], [ONE, OTHER], id="a field that is no link"),
    ],
)
def test_what_is_linked_more_strongly_is_not_called_related_too(also: list[Triple], left: list[NamedNode]) -> None:
    assert shown(painted(*RELATED, *also), "related") == [thing.value for thing in left]


def test_a_stronger_link_stays_where_it_was() -> None:
    assert shown(painted(*RELATED, Triple(WORK, CITO.documents, ONE)), "documents") == [ONE.value]


def test_on_the_other_side_the_stronger_link_is_shown_alone(app: Flask, base: Base) -> None:
    """What points at a thing is told once, by what says most."""
    twice = 0
    for iri, triples in base.graphs(card.iri for card in base.index.walk(Wanted(facets={KIND: ["policy"]}))).items():
        me = NamedNode(iri)
        related = {t.object for t in triples if t.subject == me and t.predicate == DCT.relation}
        built_on = {t.object for t in triples if t.subject == me and t.predicate == OU.buildsOn}
        for other in related & built_on:
            assert isinstance(other, NamedNode)
            with app.test_request_context():
                paths = [link.path for link in inbound.links(other.value) if link.iri == iri]
            assert OU.buildsOn.value in paths
            assert DCT.relation.value not in paths
            twice += 1
    assert twice > 2


def test_a_source_says_of_which_day_it_was(client: FlaskClient) -> None:
    page = client.get("/dataset/openaq", headers={"Accept": "text/html"}).text
    assert "State of" in page or "state of" in page
    assert "19 August 2026" in page


def test_every_day_of_a_source_stands_in_its_words_too(base: Base) -> None:
    """The day was read from what the source is called, and from nowhere else."""
    found = 0
    for triples in base.graphs(card.iri for card in base.index.walk(Wanted())).values():
        evidence = {t.subject for t in triples if t.predicate == RDF.type and t.object == OU.Evidence}
        notes = {t.subject: t.object for t in triples if t.predicate == OU.sourceNote}
        for triple in triples:
            if triple.subject in evidence and triple.predicate == DCT.date and isinstance(triple.object, Literal):
                found += 1
                assert f"({triple.object.value})" in str(notes[triple.subject])
    assert found == 212
