"""The search page and its addresses: facets, near words, and the same search as data."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from kg.base import Base

RDF = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}


def number(client: FlaskClient, address: str) -> int:
    """Return how many records a search finds."""
    return int(client.get(address.replace("/search", "/search.json", 1)).get_json()["total"])


@pytest.mark.parametrize("ext", RDF)
def test_a_search_as_rdf_holds_every_record_found(client: FlaskClient, ext: str) -> None:
    answer = client.get(f"/search.{ext}?q=transport&kind=policy")
    assert answer.status_code == 200
    subjects = {quad.subject.value for quad in parse(answer.data, format=RDF[ext]) if "#" not in quad.subject.value}
    assert len(subjects) == number(client, "/search?q=transport&kind=policy") > 10


@pytest.mark.parametrize("query", ["q=privacy&kind=policy", "q=privacy&sort=newest", "kind=dataset&sort=title"])
def test_a_search_as_data_has_the_order_of_its_page(client: FlaskClient, query: str) -> None:
    page = re.findall(r'<h2><a href="(/[^"?]+)"', client.get(f"/search?{query}").text)
    items = client.get(f"/search.json?{query}").get_json()["items"]
    assert len(page) == 20
    assert [item["page"] for item in items[:20]] == page
    rows = list(csv.DictReader(io.StringIO(client.get(f"/search.csv?{query}").text)))
    assert [row["title"] for row in rows] == [item["title"] for item in items]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("PSI Directive", "eu-psi-directive-2003"), ("Open Data Directive", "eu-open-data-directive-2019")],
)
def test_a_law_is_found_by_the_name_under_which_people_know_it(client: FlaskClient, name: str, slug: str) -> None:
    assert f'<a href="/policy/{slug}"' in client.get(f"/search?kind=policy&q={quote(name)}").text
    assert f">{name}</dd>" in client.get(f"/policy/{slug}").text
    assert f"shorttitle = {{{name}}}" in client.get(f"/policy/{slug}.bib?dialect=biblatex").text.replace("{PSI}", "PSI")


def test_a_search_that_finds_nothing_is_still_well_formed_data(client: FlaskClient) -> None:
    for ext, form in RDF.items():
        assert list(parse(client.get(f"/search.{ext}?q=xyzzyplugh").data, format=form)) == []
    assert json.loads(client.get("/search.json?q=xyzzyplugh").data) == {"total": 0, "items": []}
    assert len(list(csv.reader(io.StringIO(client.get("/search.csv?q=xyzzyplugh").text)))) == 1


def test_a_slip_of_the_finger_is_answered_with_a_near_word(client: FlaskClient) -> None:
    page = client.get("/search?q=transprot").text
    assert "No records" in page
    assert 'href="/search?q=transport"' in page


def test_every_count_is_the_number_that_its_link_finds(client: FlaskClient) -> None:
    page = client.get("/search?q=data&kind=policy").text
    choices = re.findall(r'<li><a href="([^"]+)" rel="nofollow">[^<]*</a> <span>([\d,]+)</span>', page)
    assert len(choices) > 20
    for address, count in choices[:40]:
        if "kind=policy&amp;kind=" not in address:
            assert number(client, address.replace("&amp;", "&")) == int(count.replace(",", "")), address


def test_a_country_counts_what_its_cities_have(client: FlaskClient) -> None:
    whole, city = number(client, "/search?place=ae"), number(client, "/search?place=ae-du")
    assert whole >= city > 0


def test_all_values_of_a_facet_have_a_page(client: FlaskClient) -> None:
    page = client.get("/search/by/place?kind=policy").text
    assert "Kenya" in page
    assert "/search?kind=policy&amp;place=ke" in page
    assert client.get("/search/by/nonsense").status_code == 404


def test_the_page_says_in_which_field_a_word_was_found(client: FlaskClient) -> None:
    assert '<span class="where">keyword</span>:' in client.get("/search?q=public-transport&kind=reference").text


def test_a_page_after_the_last_is_not_an_empty_result(client: FlaskClient) -> None:
    answer = client.get("/search?q=transport&page=500", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "pages." in answer.text
    assert client.get("/search?q=xyzzyplugh&page=1").status_code == 200


def test_a_parameter_that_no_search_understands_is_named(client: FlaskClient) -> None:
    """A reader who writes `year=2015` must not take all records for those of that year."""
    page = client.get("/search?year=2015&from=2010&kind=policy").text
    assert "No search understands year, from in this address" in page
    assert "No search understands" not in client.get("/search?kind=policy&since=2010&lang=en").text


def test_years_that_end_before_they_begin_are_refused_with_the_way_out(client: FlaskClient) -> None:
    answer = client.get("/search?since=2015&until=2010", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "since=2010&until=2015" in answer.text


def test_words_that_no_record_has_together_are_offered_one_by_one(client: FlaskClient) -> None:
    page = client.get("/search?q=" + quote("kenya helsinki reykjavik gtfs nairobi ankara")).text
    assert "have one of the words" in page
    assert "kenya+OR+helsinki" in page


# -- what a careful reader stumbled over ---------------------------------------------------------------------------------


def test_home_lists_kinds_in_the_order_of_the_ontology(client: FlaskClient, base: Base) -> None:
    shown = re.findall(r'<li><a href="/search\?kind=([a-z]+)"', client.get("/").text)
    assert shown == [kind.name for kind in base.model.kinds if kind.name in shown]
    assert shown[0] == "policy"


def test_a_filter_that_nothing_is_known_of_is_called_by_words(client: FlaskClient) -> None:
    page = client.get("/search?sector=https://w3id.org/open-urban/concept/sector/magic").text
    assert "Sector: magic (not known here)" in page


def test_a_place_says_in_which_country_and_region_it_lies(client: FlaskClient) -> None:
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', client.get("/place/us-chicago").text)
    assert crumbs
    assert re.findall(r">([^<>]+)</a>", crumbs[0]) == ["Browse", "Places", "World", "Americas", "United States"]
    assert not crumbs[0].removesuffix("</nav>").rstrip().endswith("</span>")


def test_an_empty_cell_of_the_evidence_map_opens_a_form_that_knows_what_is_missing(client: FlaskClient) -> None:
    page = client.get("/evidence?kind=practice").text
    address = re.findall(r'<td class="none"><a href="(/contribute/practice\?[^"]+)"', page)[0].replace("&amp;", "&")
    asked = dict(parse_qsl(urlsplit(address).query))
    form = client.get(address)
    assert form.status_code == 200
    assert asked.keys() == {"sector", "place"}
    for iri in asked.values():
        assert re.search(
            rf'(value="{re.escape(iri)}" (selected|checked)|<input [^>]*value="{re.escape(iri)}")', form.text
        ), iri


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("zanzibar buses timetables", True),
        ("zanzibar-buses, timetables!", True),
        ("zanzibar AND xylophone", False),
        ('"zanzibar xylophone"', False),
        ("zanzibar -buses xylophone", False),
        ("title:zanzibar xylophone", False),
    ],
)
def test_words_that_stand_nowhere_together_are_offered_one_by_one(
    text: str, offered: bool, client: FlaskClient
) -> None:
    page = client.get("/search", query_string={"q": text}).text
    assert "No records" in page
    assert ("one of the words</a>" in page) is offered
