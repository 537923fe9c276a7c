"""The story of one record, told through every door: page, data, search, SPARQL, citation."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.base import Base
from kg.citations import bibtex
from kg.terms import DCT, PREFIXES

RECORD = "policy/il-gov-resolution-1933-2016"
TITLE = "Government Resolution 1933: improving the transfer of government information"
HEBREW = "שיפור העברת המידע הממשלתי"

RDF_DOORS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}


def statements(body: bytes, form: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(body, format=form)}


def test_its_page_tells_what_it_is_what_it_lays_down_and_how_we_know(client: FlaskClient) -> None:
    page = client.get(f"/{RECORD}", headers={"Accept": "text/html"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert TITLE in text
    assert f'lang="he" dir="auto">החלטה 1933 – {HEBREW}' in text
    for said in ("Government of Israel", "Israel", "August 2016", "National", "Resolution", "verified"):
        assert said.casefold() in text.casefold(), said
    assert "opening is the default" in text
    assert "State Comptroller" in text, "the evidence is on the page"
    assert 'href="/agent/government-of-israel"' in text
    assert 'href="/place/il"' in text
    assert 'href="/policy/il-gov-resolution-2985-2011"' in text


def test_of_each_provision_the_readings_are_folded_behind_what_counts(client: FlaskClient) -> None:
    page = client.get("/policy/de-dng-2021", headers={"Accept": "text/html"}).text
    table = next(found for found in re.findall(r"<table>.*?</table>", page, re.DOTALL) if "counts as" in found)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, re.DOTALL)
    assert len(rows) >= 61
    for row in rows:
        open_, _, folded = row.partition("<details>")
        assert "second reading" not in open_
        assert "how it was coded" in folded
    assert len(re.findall(r"<th scope=\"col\">", table)) == 5


def test_what_links_to_it_is_on_its_page(client: FlaskClient) -> None:
    text = client.get("/policy/il-gov-resolution-2985-2011").get_data(as_text=True)
    assert "What links here" in text
    assert f'href="/{RECORD}"' in text


def test_the_query_behind_the_page_can_be_run(client: FlaskClient) -> None:
    text = client.get(f"/{RECORD}").get_data(as_text=True)
    address = text.rpartition('href="/sparql?query=')[2].partition('"')[0]
    answer = client.get("/sparql?query=" + address.replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert HEBREW in answer.get_data(as_text=True)


@pytest.mark.parametrize("ext", RDF_DOORS)
def test_every_rdf_door_says_the_same_by_extension_and_by_accept(client: FlaskClient, base: Base, ext: str) -> None:
    mimetype, form = RDF_DOORS[ext]
    stored = set(base.graphs([base.settings.base + RECORD])[base.settings.base + RECORD])
    by_extension = client.get(f"/{RECORD}.{ext}")
    by_accept = client.get(f"/{RECORD}", headers={"Accept": mimetype})
    assert by_extension.mimetype == by_accept.mimetype == mimetype
    assert "Accept" in by_accept.headers["Vary"]
    assert statements(by_extension.data, form) == statements(by_accept.data, form) == stored


def test_it_is_plain_json_too(client: FlaskClient) -> None:
    told = json.loads(client.get(f"/{RECORD}.json").data)
    assert told["kind"] == "policy"
    assert told["iri"] == PREFIXES["ou"].removesuffix("ns#") + RECORD
    assert {"text": TITLE + " and making government databases accessible to the public", "lang": "en"} in told["title"]
    assert len(told["evidence"]) == 5


def test_it_names_its_other_forms(client: FlaskClient) -> None:
    links = client.head(f"/{RECORD}").headers.getlist("Link")
    for ext, (mimetype, _) in RDF_DOORS.items():
        assert any(f"{RECORD}.{ext}>" in link and "alternate" in link and mimetype in link for link in links), ext


@pytest.mark.parametrize(
    "asked",
    [
        "q=transfer+government+information+Israel",
        "q=העברת+המידע",
        "kind=policy&place=il",
        "q=comptroller&since=2016&until=2016",
    ],
    ids=["words", "Hebrew", "facets", "years"],
)
def test_search_finds_it(client: FlaskClient, asked: str) -> None:
    assert f'href="/{RECORD}"' in client.get(f"/search?{asked}").get_data(as_text=True)
    found = json.loads(client.get(f"/search.json?{asked}").data)
    assert found["total"] == len(found["items"])
    assert any(item["page"] == f"/{RECORD}" for item in found["items"])
    rows = list(csv.DictReader(io.StringIO(client.get(f"/search.csv?{asked}").get_data(as_text=True))))
    assert len(rows) == found["total"]


def test_sparql_answers_with_it(client: FlaskClient) -> None:
    query = f"""PREFIX dct: <{PREFIXES["dct"]}>
        SELECT ?title {{ <{PREFIXES["ou"].removesuffix("ns#")}{RECORD}> dct:title ?title FILTER(LANG(?title) = "he") }}"""
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+json"})
    [row] = json.loads(answer.data)["results"]["bindings"]
    assert row["title"]["xml:lang"] == "he"
    assert HEBREW in row["title"]["value"]


def test_a_paper_can_cite_it(client: FlaskClient) -> None:
    answer = client.get(f"/{RECORD}.bib")
    assert answer.mimetype == "application/x-bibtex"
    assert answer.data.isascii(), "classic BibTeX reads ASCII"
    [entry] = bibtex.read(answer.get_data(as_text=True)).entries
    assert entry.key == RECORD
    assert entry.fields["title"].startswith(TITLE)
    [author] = entry.names["author"]
    assert (author.family, author.body) == ("Government of Israel", True)
    modern = client.get(f"/{RECORD}.bib?dialect=biblatex").get_data(as_text=True)
    assert modern.startswith("@legislation{")
    assert "date = {2016-08}" in modern


def test_its_issuer_place_and_type_have_pages_that_lead_back(client: FlaskClient) -> None:
    for path in ("agent/government-of-israel", "place/il", "concept/policy-type/resolution"):
        page = client.get(f"/{path}", headers={"Accept": "text/html"})
        assert page.status_code == 200, path
        assert "olic" in page.get_data(as_text=True).partition("What links here")[2], path


def test_the_store_holds_it_in_a_graph_of_its_own(base: Base) -> None:
    iri = base.settings.base + RECORD
    found = base.graphs([iri])[iri]
    assert all(triple.subject.value.startswith(iri) for triple in found if isinstance(triple.subject, NamedNode))
    assert any(
        triple.predicate == DCT.title and triple.object == Literal(triple.object.value, language="he")
        for triple in found
    )


def test_its_place_leads_to_gaps_and_a_plan(client: FlaskClient) -> None:
    page = client.get("/place/il").get_data(as_text=True)
    for door in ("/gaps?place=il", "/roadmap?place=il", "/matrix?place=il"):
        assert f'href="{door}"' in page
        assert client.get(door).status_code == 200


def test_the_tally_of_a_policy_is_that_of_the_matrix(client: FlaskClient) -> None:
    page = client.get("/policy/cz-free-access-to-information-act-1999").get_data(as_text=True)
    tally = re.sub("<[^>]*>", "", page.partition('<p class="tally">')[2].partition("</p>")[0])
    assert re.findall(r"(\d+) ([a-z ]+)", tally)[1:] == [
        ("20", "stated"), ("12", "partly"), ("1", "says the contrary"), ("28", "absent")
    ]  # fmt: skip


# -- what goes wrong is told ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/policy/no-such-policy", 404),
        ("/policy/a%20b", 404),
        ("/policy/%00", 404),
        ("/around/policy/a%20b", 404),
        ("/search?since=99999999999999999999", 400),
        ("/no/such/door", 404),
        ("/search?page=x", 400),
        ("/search?page=0", 400),
        ("/search?since=yesterday", 400),
        ("/bibliography?page=99999", 404),
        ("/bibliography.xyz", 404),
        ("/about", 400),
        ("/about?iri=http://example.org/nothing", 404),
        ("/about?iri=http://exa mple.org/", 400),
        ("/agent/government-of-israel.bib", 404),
        (f"/{RECORD}.bib?dialect=klingon", 400),
        ("/sparql?query=SELEC", 400),
        ("/sparql?query=SELECT+*+{", 400),
    ],
)
def test_an_error_is_a_page_for_people_and_a_problem_for_programs(client: FlaskClient, path: str, status: int) -> None:
    told = client.get(path, headers={"Accept": "application/json, */*;q=0.1"})
    assert told.status_code == status
    assert told.mimetype == "application/problem+json"
    problem: dict[str, Any] = json.loads(told.data)
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["advice"], "it says what to do next"
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml"})
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert "Traceback" not in page.get_data(as_text=True)


def test_a_format_that_we_do_not_write_is_refused_with_those_that_we_do(client: FlaskClient) -> None:
    answer = client.get(f"/{RECORD}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in json.loads(answer.data)["advice"]


def test_a_method_that_a_door_does_not_know_is_told_with_those_it_does(client: FlaskClient) -> None:
    answer = client.delete(f"/{RECORD}")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_every_answer_carries_the_strict_policy(client: FlaskClient) -> None:
    for path in ("/", f"/{RECORD}", "/sparql", "/no-such-page", "/static/style.css"):
        with client.get(path) as answer:
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"], path


@pytest.mark.parametrize("door", ["search", "map", "timeline", "evidence"])
@pytest.mark.parametrize("value", ["a%20b", "%3E", "x:y%20z", "nonsense"])
def test_a_facet_value_that_nothing_has_finds_nothing(client: FlaskClient, door: str, value: str) -> None:
    assert client.get(f"/{door}?place={value}").status_code == 200
    assert json.loads(client.get(f"/search.json?place={value}").data)["total"] == 0
