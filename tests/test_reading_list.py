"""The reading list lives in its address and goes out through every door of a search."""

from __future__ import annotations

import csv
import io

from flask.testing import FlaskClient

TWO = "policy/in-ndsap-2012,place/ke"


def test_a_list_shows_its_records_in_its_own_order(client: FlaskClient) -> None:
    page = client.get(f"/list?ids={TWO}").text
    assert page.index("/policy/in-ndsap-2012") < page.index('href="/place/ke"')
    turned = client.get("/list?ids=place/ke+policy/in-ndsap-2012").text
    assert turned.index('href="/place/ke"') < turned.index('href="/policy/in-ndsap-2012"')


def test_a_list_says_what_it_does_not_know_and_drops_nothing_else(client: FlaskClient) -> None:
    page = client.get(f"/list?ids={TWO},place/nix,%3Cb%3E").text
    assert "<code>place/nix</code>" in page
    assert "<code>&lt;b&gt;</code>" in page
    assert "2 records" in page


def test_an_empty_list_tells_how_to_fill_it(client: FlaskClient) -> None:
    assert "Nothing is on the list yet" in client.get("/list").text


def test_a_list_is_a_search_that_can_be_narrowed_and_exported(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/search.csv?ids={TWO}").text)))
    assert {row["kind"] for row in rows} == {"policy", "place"}
    assert client.get(f"/search.json?ids={TWO}&kind=place").get_json()["total"] == 1
    assert "Remove the filter </span>among 2 of a list" in client.get(f"/search?ids={TWO}").text
    assert client.get(f"/search.bib?ids={TWO}").text.count("@") == 1


def test_an_endless_list_is_refused(client: FlaskClient) -> None:
    answer = client.get("/list?ids=" + ",".join(f"a/{number}" for number in range(201)))
    assert answer.status_code == 400
    assert "at most 200" in answer.get_json()["detail"]
