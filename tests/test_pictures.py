"""Every picture tells the same numbers as its table, its CSV and the search that it shows."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

PICTURES = ("map", "timeline", "evidence")


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """Return the rows of a picture's CSV."""
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def total(client: FlaskClient, address: str) -> int:
    """Return how many records the search at an address finds."""
    return int(client.get(address.replace("/search", "/search.json", 1)).get_json()["total"])


@pytest.mark.parametrize("name", PICTURES)
def test_every_number_in_the_table_is_what_its_link_finds(client: FlaskClient, name: str) -> None:
    page = client.get(f"/{name}").text
    cells = re.findall(r'<td[^>]*><a href="(/search[^"]+)"[^>]*>([\d,]+)</a></td>', page)
    assert len(cells) > 10
    for address, number in cells[::7]:
        assert total(client, unescape(address)) == int(number.replace(",", "")), address


@pytest.mark.parametrize("name", PICTURES)
def test_the_table_and_its_csv_are_the_same(client: FlaskClient, name: str) -> None:
    page = client.get(f"/{name}?kind=policy").text
    heads = [unescape(head) for head in re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', page)]
    found = rows(client, f"/{name}.csv?kind=policy")
    assert [next(iter(row.values())) for row in found] == heads


@pytest.mark.parametrize("name", PICTURES)
def test_the_address_sorts_the_table(client: FlaskClient, name: str) -> None:
    up = [int(row["all"]) for row in rows(client, f"/{name}.csv?by=all")]
    down = [int(row["all"]) for row in rows(client, f"/{name}.csv?by=all&order=down")]
    assert up == sorted(up) == down[::-1]
    assert 'aria-sort="descending"' in client.get(f"/{name}?by=all&order=down").text


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_the_search_in_its_address(client: FlaskClient, name: str) -> None:
    whole = sum(int(row["all"]) for row in rows(client, f"/{name}.csv?kind=policy"))
    part = sum(int(row["all"]) for row in rows(client, f"/{name}.csv?kind=policy&q=transport"))
    assert 0 < part < whole
    page = client.get(f"/{name}?kind=policy&q=transport").text
    assert 'href="/search?q=transport&amp;kind=policy"' in page


@pytest.mark.parametrize("name", PICTURES)
def test_a_search_that_finds_nothing_is_a_picture_too(client: FlaskClient, name: str) -> None:
    assert client.get(f"/{name}?q=xyzzyplugh").status_code == 200


def test_a_country_is_drawn_as_dark_as_its_number(client: FlaskClient) -> None:
    page = client.get("/map?kind=policy").text
    shades = {
        code: (int(shade), int(number))
        for shade, number, code in re.findall(
            r'class="shade-(\d)"[^>]*aria-label="[^"]*: (\d+)"><title>[^<]*</title><use href="[^"#]*#([a-z]{2})"', page
        )
    }
    assert len(shades) > 30
    by_number = sorted(shades.values(), key=lambda pair: pair[1])
    assert [shade for shade, _ in by_number] == sorted(shade for shade, _ in by_number)


def test_small_states_are_dots_that_can_be_reached(client: FlaskClient) -> None:
    page = client.get("/map").text
    assert re.search(r'aria-label="Singapore: \d+"><title>[^<]*</title><circle ', page)


def test_every_shape_has_its_own_name_and_the_map_its_source(client: FlaskClient) -> None:
    with client.get("/static/world.svg") as answer:
        drawn = answer.text
    codes = re.findall(r'<g id="([a-z]{2})">', drawn)
    assert len(codes) == len(set(codes)) > 200
    assert "Natural Earth" in drawn


def test_a_sector_without_records_is_still_a_row(client: FlaskClient) -> None:
    assert len(rows(client, "/evidence.csv?q=xyzzyplugh")) == len(rows(client, "/evidence.csv")) >= 6


def test_around_a_record_stands_what_it_points_at_and_what_points_at_it(client: FlaskClient) -> None:
    table = {(row["thing"], row["link"], row["direction"]) for row in rows(client, "/around/place/ke.csv")}
    assert ("Africa", "part of", "pointed at from here") in table
    assert ("Access to Information Act, No. 31 of 2016", "place", "points here") in table
    back = {(row["thing"], row["direction"]) for row in rows(client, "/around/place/africa.csv")}
    assert ("Kenya", "points here") in back
    assert client.get("/around/place/nowhere").status_code == 404


def test_a_concept_has_its_surroundings_too(client: FlaskClient) -> None:
    assert "Around Transport and mobility" in client.get("/around/concept/sector/transport").text


def test_the_page_of_a_region_counts_what_its_countries_have(client: FlaskClient) -> None:
    page = client.get("/place/africa").text
    number = re.search(r'href="/search\?place=africa&amp;kind=policy">.*?<b>(\d+)</b>', page)
    assert number
    assert (
        int(number[1])
        == total(client, "/search?kind=policy&place=africa")
        > total(client, "/search?kind=policy&place=ke")
    )


def test_the_page_of_a_sector_leads_to_its_map(client: FlaskClient) -> None:
    assert 'href="/map?sector=transport"' in client.get("/concept/sector/transport").text


def test_a_link_told_with_its_reason_is_one_link(client: FlaskClient) -> None:
    page = client.get("/place/ke").text
    assert "· target" not in page
    assert page.count(">Kenya Master Health Facility List</a>") == 1


def test_a_record_names_those_that_share_most_with_it(client: FlaskClient) -> None:
    page = client.get("/policy/in-ndsap-2012").text
    related = page.partition('id="related-h"')[2].partition("</ul>")[0]
    assert related.count("<li>") == 5
    assert "/policy/in-ndsap-2012" not in related
