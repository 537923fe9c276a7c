"""The Reconciliation API: names against records, as OpenRefine asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient


def ask(client: FlaskClient, **queries: Any) -> dict[str, Any]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told: dict[str, Any] = answer.get_json()
    assert told.keys() == queries.keys()
    for result in told.values():
        scores = [candidate["score"] for candidate in result["result"]]
        assert scores == sorted(scores, reverse=True)
        for candidate in result["result"]:
            assert {"id", "name", "score", "match", "type"} <= candidate.keys()
    return told


def test_the_manifest_leads_to_every_service(client: FlaskClient) -> None:
    answer = client.get("/reconcile")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = answer.get_json()
    assert {"versions", "name", "identifierSpace", "schemaSpace"} <= told.keys()
    assert "0.2" in told["versions"]
    assert told["view"]["url"].replace("{{id}}", "place/ke") == "http://localhost/place/ke"
    assert client.get(told["preview"]["url"].replace("{{id}}", "place/ke")).mimetype == "text/html"
    for what in ("entity", "type", "property"):
        service = told["suggest"][what]
        assert client.get(service["service_url"] + service["service_path"] + "?prefix=p").get_json()["result"]


def test_a_name_finds_its_record(client: FlaskClient) -> None:
    told = ask(
        client,
        q0={"query": "Kenya", "type": "place"},
        q1={"query": "office of management AND budget"},
        q2={"query": "Kenia republic of somewhere", "type": ["place"], "limit": 3},
    )
    best = told["q0"]["result"][0]
    assert (best["id"], best["match"], best["score"]) == ("place/ke", True, 100.0)
    assert best["type"] == [{"id": "place", "name": "Place"}]
    assert told["q1"]["result"][0]["id"] == "agent/office-of-management-and-budget"
    assert not any(candidate["match"] for candidate in told["q2"]["result"])


def test_a_property_tells_namesakes_apart(client: FlaskClient) -> None:
    query = {"query": "Open Data Policy", "type": "policy", "limit": 50}
    plain = ask(client, q=query)["q"]["result"]
    year = {"pid": "year", "v": 2013}
    place = {"pid": "place", "v": {"id": "place/us", "name": "United States"}}
    told = ask(client, q=query | {"properties": [year, place, {"pid": "other", "v": 1}]})["q"]["result"]
    assert {candidate["id"] for candidate in told} == {candidate["id"] for candidate in plain}
    assert told[0]["id"] == "policy/us-omb-m-13-13" or told[0]["score"] > plain[-1]["score"]
    assert [candidate["id"] for candidate in told] != [candidate["id"] for candidate in plain]


@pytest.mark.parametrize(
    ("queries", "status"),
    [
        ("", 400),
        ("nonsense", 400),
        ("[]", 400),
        ('{"q0": "Kenya"}', 400),
        ('{"q0": {"query": 5}}', 400),
        ('{"q0": {"query": "Kenya", "limit": -1}}', 400),
        ('{"q0": {"query": "Kenya", "limit": "many"}}', 400),
        ('{"q0": {"query": "Kenya", "type": 5}}', 400),
        ('{"q0": {"query": "Kenya", "properties": "x"}}', 400),
        (json.dumps({"q0": {"query": "a" * 5000}}), 400),
        ("[" * 100_000, 400),
        (json.dumps({f"q{number}": {"query": "x"} for number in range(51)}), 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_batch_that_cannot_be_used_gets_a_problem(client: FlaskClient, queries: str, status: int) -> None:
    answer = client.post("/reconcile", data={"queries": queries})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_odd_names_match_nothing_and_break_nothing(client: FlaskClient) -> None:
    odd = ["", "   ", '"', "title:", "(((", "AND OR NOT", "*", "\x00", "🚌", "kind:policy", "' OR 1=1 --", "a" * 500]
    told = ask(
        client,
        **{f"q{number}": {"query": text} for number, text in enumerate(odd)},
        q={},
        none={"type": "dragon", "query": "x"},
    )
    assert not any(candidate["match"] for result in told.values() for candidate in result["result"])


def test_what_is_typed_is_completed(client: FlaskClient) -> None:
    entities = client.get("/reconcile/suggest/entity?prefix=Kenya").get_json()["result"]
    assert "place/ke" in {entity["id"] for entity in entities}
    assert client.get("/reconcile/suggest/type?prefix=pol").get_json()["result"] == [{"id": "policy", "name": "Policy"}]
    assert client.get("/reconcile/suggest/property?prefix=Y").get_json()["result"] == [{"id": "year", "name": "Year"}]
    assert client.get("/reconcile/suggest/entity?prefix=").get_json()["result"] == []
    assert client.get("/reconcile/suggest/entity?prefix=a&cursor=99999999").status_code == 400
    assert client.get("/reconcile/suggest/spell?prefix=a").status_code == 404


def test_the_preview_shows_a_record_and_no_more(client: FlaskClient) -> None:
    answer = client.get("/reconcile/preview?id=place/ke")
    assert "Kenya" in answer.text
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"], (
        "a preview stands in a frame of OpenRefine's"
    )
    assert client.get("/reconcile/preview?id=place/none").status_code == 404
    assert client.get("/reconcile/preview?id=../../etc/passwd").status_code == 404
