"""The history of a record is what the journal says, change by change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Triple

from kg.base import Base, open_base
from kg.settings import Settings
from kg.terms import DCT, RDF, SKOS
from kg.web import create_app

NOWHERE = NamedNode("https://w3id.org/open-urban/place/nowhere")


def place(name: str) -> list[Triple]:
    return [Triple(NOWHERE, RDF.type, DCT.Location), Triple(NOWHERE, SKOS.prefLabel, Literal(name, language="en"))]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Base]:
    """A base of one's own, to write in."""
    with open_base(Settings(data=tmp_path)) as opened:
        yield opened


def test_each_change_is_told_with_what_went_and_what_came(own: Base) -> None:
    own.write({NOWHERE.value: place("Nowhere")}, "ada", "found it", checked=True)
    own.write({NOWHERE.value: place("Erewhon")}, "bob", "renamed <it>", checked=True)
    client: FlaskClient = create_app(base=own).test_client()
    page = client.get("/history/place/nowhere").text
    assert "Revision 2: changed by bob" in page
    assert "Revision 1: made by ada" in page
    assert "renamed &lt;it&gt;" in page
    assert "<del>-   skos:prefLabel &#34;Nowhere&#34;@en .</del>" in page
    assert "<ins>+   skos:prefLabel &#34;Erewhon&#34;@en .</ins>" in page


def test_a_withdrawn_record_keeps_its_history(own: Base) -> None:
    own.write({NOWHERE.value: place("Nowhere")}, "ada", "", checked=True)
    own.write({NOWHERE.value: None}, "ada", "it is nowhere", checked=True)
    client: FlaskClient = create_app(base=own).test_client()
    assert client.get("/place/nowhere").status_code == 410
    page = client.get("/history/place/nowhere").text
    assert "This record was withdrawn." in page
    assert "Revision 2: withdrawn by ada" in page


def test_what_never_was_has_no_history(client: FlaskClient) -> None:
    assert client.get("/history/place/never-was").status_code == 404
