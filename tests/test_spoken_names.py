"""Lists and pages call places, concepts and how sure we are in the reader's language; a country by its code, as CLDR has it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from kg.base import Base
from kg.terms import RECORDS
from kg.web import names

GERMANY = RECORDS + "place/de"
SURE = {"en": "Verified", "fr": "Vérifié", "es": "Verificado", "he": "מאומת"}
CALLED = {"en": "Germany", "fr": "Allemagne", "es": "Alemania", "he": "גרמניה"}


def page(client: FlaskClient, path: str, language: str) -> str:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("language", CALLED)
def test_a_country_is_called_by_its_name_everywhere(client: FlaskClient, language: str) -> None:
    listed = page(client, "/search?kind=policy&place=de", language)
    assert f"· {CALLED[language]} ·" in listed
    assert f'<span class="confidence">{SURE[language]}</span>' in listed
    assert f">{CALLED[language]}</a>" in page(client, "/policy/de-dng-2021", language)
    assert f"<h1>{CALLED[language]}" in page(client, "/place/de", language)


def test_its_english_name_stands_beside_it_and_says_its_language(client: FlaskClient) -> None:
    shown = page(client, "/place/de", "fr")
    assert "Germany" in shown
    assert 'lang="en"' in shown


def test_a_city_has_no_code_and_keeps_its_name_with_its_language_where_nobody_translated_it(
    client: FlaskClient,
) -> None:
    assert '· <span lang="en">Rostock</span>' in page(client, "/search?place=de-rostock&kind=dataset", "fr")
    assert "· Cologne" in page(client, "/search?place=de-koln&kind=dataset", "fr")


def test_a_region_and_the_world_are_called_by_their_codes_too(client: FlaskClient) -> None:
    shown = page(client, "/search?kind=policy", "fr")
    assert all(f">{name}</a>" in shown for name in ("Monde", "Amériques", "Europe", "Asie", "Afrique", "Océanie"))


def test_a_number_and_its_parts_are_not_turned_round_where_lines_run_from_the_right(client: FlaskClient) -> None:
    assert "<bdi>10.7282/t3-v4nq-yk91</bdi>" in page(client, "/reference/caspi2020spatial", "he")
    assert "<bdi>10.7282/" not in page(client, "/reference/caspi2020spatial", "fr")


@pytest.mark.parametrize(("language", "law"), [("en", "Law"), ("fr", "Loi"), ("he", "חוק")])
def test_a_form_offers_what_can_be_chosen_in_the_readers_language(client: FlaskClient, language: str, law: str) -> None:
    form = page(client, "/contribute/policy", language)
    assert f'<option value="{RECORDS}concept/policy-type/law">{law}</option>' in form


def test_data_says_the_same_in_every_language(client: FlaskClient) -> None:
    english, french = (client.get(f"/search.json?kind=policy&place=de&lang={lang}").json for lang in ("en", "fr"))
    assert english == french
    assert {item["place"] for item in english["items"]} == {"Germany"}  # type: ignore[index]


def test_a_name_that_the_base_has_comes_before_that_of_the_code(app: Flask) -> None:
    given = {
        GERMANY: [Literal("Germany", language="en"), Literal("RFA", language="fr")],
        "urn:x": [Literal("X", language="en")],
    }
    with app.test_request_context("/?lang=fr"):
        assert names.spoken(given) == {GERMANY: "RFA", "urn:x": "X"}
    with app.test_request_context("/?lang=es"):
        found = names.spoken(given)
        assert (found[GERMANY], found[GERMANY].language) == ("Alemania", "es")


def test_a_code_that_no_country_has_changes_nothing(app: Flask) -> None:
    with app.test_request_context("/?lang=fr"):
        assert names.toponyms.territory("QQ") is None


def test_the_index_keeps_what_the_words_of_a_card_stand_for(base: Base) -> None:
    card = base.index.get([RECORDS + "policy/de-dng-2021"])[RECORDS + "policy/de-dng-2021"]
    assert list(card.places) == [GERMANY]
    assert [NamedNode(iri).value.rpartition("/")[2] for iri in card.sureness] == ["verified"]


@pytest.mark.parametrize(
    ("language", "words"), [("fr", ("aussi appelé", "au sommet de")), ("en", ("also called", "at the top of"))]
)
def test_a_property_of_others_that_no_shape_knows_is_told_in_words(
    client: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    shown = page(client, "/about?iri=http://metadata.un.org/sdg/11", language)
    assert all(word in shown.lower() for word in words)


def test_a_property_of_ours_that_no_shape_knows_is_called_as_in_the_ontology(client: FlaskClient) -> None:
    assert "clause de départ" in page(client, "/concept/step/portal", "fr").lower()
