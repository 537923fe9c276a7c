"""The SPARQL 1.1 Protocol to the letter: each case a row, the bad ones of the W3C's protocol tests among them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ASK = "ASK {}"
PLACES = (
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?s ?l { ?s skos:prefLabel ?l } ORDER BY ?s ?l LIMIT 3"
)
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { SELECT * { ?s ?p ?o } LIMIT 2 }"
IN, KE = "https://w3id.org/open-urban/place/in", "https://w3id.org/open-urban/place/ke"
JSON = "application/sparql-results+json"


@dataclass
class Row:
    """One request and the status that it deserves."""

    title: str
    status: int
    method: str = "GET"
    url: str = "/sparql"
    body: bytes | str = b""
    media: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def asking(text: str = ASK, **more: str) -> str:
    return "/sparql?" + urlencode({"query": text} | more)


ROWS = [
    Row("query by GET", 200, url=asking()),
    Row("query by POST, form", 200, "POST", body=urlencode({"query": ASK}), media=FORM),
    Row(
        "query by POST, form with charset", 200, "POST", body=urlencode({"query": ASK}), media=f"{FORM}; charset=UTF-8"
    ),
    Row("query by POST, direct", 200, "POST", body=ASK, media=QUERY),
    Row("query by POST, direct, with charset", 200, "POST", body=ASK, media=f"{QUERY}; charset=utf-8"),
    Row("query with a dataset by GET", 200, url=asking(**{"default-graph-uri": IN})),
    Row("query with a dataset by POST, direct", 200, "POST", f"/sparql?default-graph-uri={quote(IN)}", ASK, QUERY),
    Row("HEAD", 200, "HEAD", url=asking()),
    Row("a preflight", 200, "OPTIONS"),
    Row("two queries by GET", 400, url=f"/sparql?query={quote(ASK)}&query={quote(ASK)}"),
    Row("two queries in a form", 400, "POST", body=f"query={quote(ASK)}&query={quote(ASK)}", media=FORM),
    Row("a query in the address and one in the form", 400, "POST", asking(), f"query={quote(ASK)}", FORM),
    Row("a query in the address and one in the body", 400, "POST", asking(), ASK, QUERY),
    Row("a query and an update", 400, "POST", body=f"query={quote(ASK)}&update=CLEAR+ALL", media=FORM),
    Row("a query as text/plain", 415, "POST", body=ASK, media="text/plain"),
    Row("a query as JSON", 415, "POST", body=ASK, media="application/json"),
    Row("a form without a media type", 415, "POST", body=urlencode({"query": ASK})),
    Row("a direct query without a media type", 415, "POST", body=ASK),
    Row("a form of parts", 415, "POST", body=b"--x\r\n\r\n--x--", media="multipart/form-data; boundary=x"),
    Row(
        "a direct query in UTF-16 that says so",
        415,
        "POST",
        body=ASK.encode("utf-16"),
        media=f"{QUERY}; charset=UTF-16",
    ),
    Row("a direct query in UTF-16 that says nothing", 400, "POST", body=ASK.encode("utf-16"), media=QUERY),
    Row("a form in UTF-16", 400, "POST", body=urlencode({"query": ASK}).encode("utf-16"), media=FORM),
    Row("a form with bytes that are no UTF-8", 400, "POST", body="query=%FF%FE", media=FORM),
    Row("an address with bytes that are no UTF-8", 400, url="/sparql?query=%FF"),
    Row("a syntax error", 400, url=asking("ASK {")),
    Row("an empty query", 400, url="/sparql?query="),
    Row("an update as a query", 400, url=asking("CLEAR ALL")),
    Row("a dataset that is no IRI", 400, url=asking(**{"default-graph-uri": "no iri"})),
    Row("a relative dataset", 400, url=asking(**{"named-graph-uri": "place/in"})),
    Row("an update's dataset with a query", 400, url=asking(**{"using-graph-uri": IN})),
    Row("an unknown format", 406, url=asking(format="parquet")),
    Row("a format for graphs that is none for rows", 406, url=asking(format="ttl")),
    Row("a type that nobody writes", 406, url=asking(), headers={"Accept": "image/png"}),
    Row("an update by GET", 400, url="/sparql?update=CLEAR+ALL"),
    Row("an update by GET beside a query", 400, url=asking(update="CLEAR ALL")),
    Row("PUT", 405, "PUT", url=asking(), body=ASK, media=QUERY),
    Row("DELETE", 405, "DELETE", url=asking()),
    Row("PATCH", 405, "PATCH", body=ASK, media=QUERY),
    Row("a token that is none of ours", 401, url=asking(), headers={"Authorization": "Bearer nobody"}),
    Row("a password", 401, url=asking(), headers={"Authorization": "Basic YTpi"}),
    Row("SERVICE", 403, url=asking("ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")),
]


def send(client: FlaskClient, row: Row) -> Any:
    data = row.body.encode() if isinstance(row.body, str) else row.body
    headers = row.headers | ({"Content-Type": row.media} if row.media else {})
    return client.open(row.url, method=row.method, data=data or None, headers=headers)


@pytest.mark.parametrize("row", ROWS, ids=[row.title for row in ROWS])
def test_each_request_gets_the_status_it_deserves(client: FlaskClient, row: Row) -> None:
    answer = send(client, row)
    assert answer.status_code == row.status, answer.text
    if row.status >= 400 and row.method != "HEAD":
        problem = json.loads(answer.text)
        assert answer.mimetype == "application/problem+json"
        assert problem["status"] == row.status
        assert problem["detail"]
        assert problem["advice"]
    if row.status == 405:
        assert set(answer.headers["Allow"].split(", ")) >= {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT * WHERE {\n  ?s ?p }", "Line 2, column 10: the query cannot end like this."),
        ("SELECT * WHERE { ?s ?p ?o", "Line 1, column 26: the query cannot end like this."),
        ("SELECT * { ?s nope:x ?o }", "Line 1, column 21: the prefix `nope:` is not declared."),
        ("SELECT (SUM(?x) AS ?s) (?s/2 AS ?h) {?a ?b ?x}", "a variable that is unbound"),
        ("SELECT ?x { ?s ?p ?x } LIMIT ten", "Line 1, column 30: `ten` cannot stand here"),
    ],
)
def test_a_syntax_error_is_told_in_plain_words_with_its_place(client: FlaskClient, text: str, told: str) -> None:
    problem = json.loads(client.get(asking(text)).text)
    assert told in problem["detail"]
    assert "[_]" not in problem["detail"] + problem["advice"]


def test_a_known_prefix_that_is_missing_is_given(client: FlaskClient) -> None:
    problem = json.loads(client.get(asking("SELECT * { ?s dct:title ?o }")).text)
    assert problem["advice"] == "Begin with: PREFIX dct: <http://purl.org/dc/terms/>"


@pytest.mark.parametrize(
    ("query", "asked", "given"),
    [
        (PLACES, {}, JSON),
        (PLACES, {"Accept": "*/*"}, JSON),
        (PLACES, {"Accept": "application/json"}, JSON),
        (PLACES, {"Accept": "text/csv"}, "text/csv"),
        (PLACES, {"Accept": "text/csv;q=0.5, application/sparql-results+xml"}, "application/sparql-results+xml"),
        (PLACES, {"Accept": f"{JSON};q=0.1, text/tab-separated-values;q=0.2"}, "text/tab-separated-values"),
        (PLACES, {"Accept": f"{JSON};q=0, */*"}, "application/sparql-results+xml"),
        (PLACES, {"Accept": "application/xml"}, "application/sparql-results+xml"),
        (PLACES, {"Accept": "text/turtle, text/csv;q=0.1"}, "text/csv"),
        (PLACES, {"Accept": "text/html, */*;q=0.1"}, "text/html"),
        (PLACES, {"Accept": "application/x-bibtex"}, "application/x-bibtex"),
        (ASK, {"Accept": "application/sparql-results+xml"}, "application/sparql-results+xml"),
        (GRAPH, {}, "text/turtle"),
        (GRAPH, {"Accept": "application/rdf+xml, text/turtle;q=0.9"}, "application/rdf+xml"),
        (GRAPH, {"Accept": "application/ld+json"}, "application/ld+json"),
        (GRAPH, {"Accept": "text/plain"}, "application/n-triples"),
        (GRAPH, {"Accept": f"{JSON}, application/n-triples;q=0.2"}, "application/n-triples"),
    ],
)
def test_the_accept_header_chooses_the_format(
    client: FlaskClient, query: str, asked: dict[str, str], given: str
) -> None:
    answer = client.get(asking(query), headers=asked)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == given
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "url", "given"),
    [
        (PLACES, {"format": "csv"}, "text/csv"),
        (PLACES, {"output": "xml"}, "application/sparql-results+xml"),
        (PLACES, {"results": "tsv"}, "text/tab-separated-values"),
        (PLACES, {"format": "json", "output": "json", "results": "json"}, JSON),
        (PLACES, {"format": "application/sparql-results+json"}, JSON),
        (PLACES, {"format": "application/sparql-results json"}, JSON),
        (PLACES, {"format": "auto"}, JSON),
        (PLACES, {"format": "text/html"}, "text/html"),
        (PLACES, {"format": "srx"}, "application/sparql-results+xml"),
        (GRAPH, {"format": "turtle"}, "text/turtle"),
        (GRAPH, {"format": "n-triples"}, "application/n-triples"),
        (GRAPH, {"output": "xml"}, "application/rdf+xml"),
        (GRAPH, {"format": "json"}, "application/ld+json"),
        (GRAPH, {"format": "application/rdf+xml"}, "application/rdf+xml"),
    ],
)
def test_the_habits_of_other_endpoints_work(client: FlaskClient, query: str, url: dict[str, str], given: str) -> None:
    answer = client.get(asking(query, **url), headers={"Accept": "image/png"} if "auto" not in url.values() else {})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == given


def test_an_extension_names_the_format_too(client: FlaskClient) -> None:
    answer = client.get(asking(PLACES).replace("/sparql", "/sparql.csv"))
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 4


@pytest.mark.parametrize(
    ("dataset", "places"),
    [
        ([], 2),
        ([("default-graph-uri", IN)], 1),
        ([("default-graph-uri", IN), ("default-graph-uri", KE)], 2),
        ([("named-graph-uri", KE)], 0),
        ([("default-graph-uri", "http://example.org/none")], 0),
    ],
)
@pytest.mark.parametrize("form", ["GET", "form", "direct"])
def test_the_dataset_of_the_request_is_the_dataset(
    client: FlaskClient, dataset: list[tuple[str, str]], places: int, form: str
) -> None:
    query = f"SELECT DISTINCT ?s {{ VALUES ?s {{ <{IN}> <{KE}> }} ?s ?p ?o }}"
    match form:
        case "GET":
            answer = client.get("/sparql?" + urlencode([("query", query), *dataset]))
        case "form":
            answer = client.post("/sparql", data=urlencode([("query", query), *dataset]), content_type=FORM)
        case _:
            answer = client.post("/sparql?" + urlencode(dataset), data=query, content_type=QUERY)
    assert len(answer.get_json(force=True)["results"]["bindings"]) == places


def test_the_dataset_of_the_request_wins_over_from(client: FlaskClient) -> None:
    query = f"SELECT DISTINCT ?s FROM <{IN}> {{ VALUES ?s {{ <{IN}> <{KE}> }} ?s ?p ?o }}"
    rows = client.get(asking(query, **{"default-graph-uri": KE})).get_json(force=True)["results"]["bindings"]
    assert [row["s"]["value"] for row in rows] == [KE]


@pytest.mark.parametrize("url", [asking(), asking("ASK {"), "/sparql"])
def test_any_site_may_ask_and_read_errors_too(client: FlaskClient, url: str) -> None:
    assert client.get(url).headers["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_names_methods_and_headers(client: FlaskClient) -> None:
    answer = client.options("/sparql", headers={"Origin": "https://x.example", "Access-Control-Request-Method": "POST"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_head_tells_what_get_would(client: FlaskClient) -> None:
    head, get = client.head(asking(PLACES)), client.get(asking(PLACES))
    assert head.data == b""
    assert {name: head.headers[name] for name in ("Content-Type", "ETag", "Vary")} == {
        name: get.headers[name] for name in ("Content-Type", "ETag", "Vary")
    }


@pytest.mark.parametrize("limit", [100, 20_000])
def test_gzip_holds_the_same_answer(client: FlaskClient, limit: int) -> None:
    url = asking(f"SELECT * {{ ?s a ?o }} ORDER BY ?s ?o LIMIT {limit}", format="tsv")
    plain, packed = client.get(url), client.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert plain.data.count(b"\n") == limit + 1


def test_no_operation_describes_the_service(client: FlaskClient) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert "sd:endpoint <http://localhost/sparql>" in answer.text


def test_rows_with_references_are_a_bib_file(client: FlaskClient) -> None:
    query = "PREFIX ou: <https://w3id.org/open-urban/ns#> SELECT ?r { ?r a ou:Reference } ORDER BY ?r LIMIT 5"
    answer = client.get(asking(query), headers={"Accept": "application/x-bibtex"})
    assert answer.text.count("\n@") + answer.text.startswith("@") == 5
    assert client.get(asking(query, format="ris")).text.count("TY  - ") == 5
    assert len(client.get(asking(query, format="csl.json")).get_json(force=True)) == 5
