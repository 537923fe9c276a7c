"""Comparison, transposition, SWOT, dataset priority and arguments: by hand where they reckon, as pages where they show."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from kg.analysis import compare, priority, swot, transposition
from kg.analysis.evidence import ABSENT, PARTLY, STATED, Cell, Evidence, Helper, Policy, Provision
from kg.analysis.swot import Rule

HTML = {"Accept": "text/html"}


def test_a_comparison_aligns_fields_and_can_keep_only_what_differs() -> None:
    left = {("In short", "place"): ("Here",), ("In short", "date"): ("2020",), ("Linked", "under"): ("x",)}
    right = {("In short", "place"): ("Here",), ("Linked", "cites"): ("y",), ("In short", "date"): ("2021",)}
    assert [(line.label, line.differs) for line in compare.align([left, right])] == [
        ("place", False), ("date", True), ("under", True), ("cites", True),
    ]  # fmt: skip
    assert [line.label for line in compare.align([left, right], differences=True)] == ["date", "under", "cites"]


def row(**cells: str) -> dict[str, NamedNode | Literal]:
    return {name: NamedNode(value) if ":" in value else Literal(value) for name, value in cells.items()}


def test_a_link_is_a_fact_only_where_a_text_says_so() -> None:
    wide, law = Policy("x:eu", "EU", ("p:eu",), "supranational"), Policy("x:law", "Law", ("p:de",), "national")
    held = Evidence({"x:eu": wide, "x:law": law}, {}, {})
    rows = [
        row(**{"from": "x:law", "to": "x:eu", "relation": "e:transposes", "basis": "b:/source", "why": "Its title says so."}),
        row(**{"from": "x:law", "to": "x:eu", "relation": "e:relation", "basis": "b:/reading"}),
        row(**{"from": "x:eu", "to": "x:law", "relation": "e:cites", "basis": "b:/source"}),
    ]  # fmt: skip
    ties = transposition.ties(held, rows)
    assert sorted((tie.source.iri, tie.fact) for tie in ties) == [("x:law", False), ("x:law", True)]
    assert transposition.ties(held, rows[::-1]) == ties


PROVISIONS = {name: Provision(name, name.upper(), "", name, "g", "G") for name in "pq"}


@pytest.mark.parametrize(
    ("status", "rule", "applies"),
    [
        (STATED, {"statuses": {STATED}, "below": 0.5}, False),  # 2 of 3 peers have p
        (STATED, {"statuses": {STATED}, "least": 0.5}, True),
        (ABSENT, {"statuses": {ABSENT}, "least": 0.5}, True),
        (ABSENT, {"statuses": {ABSENT}, "least": 0.5, "only": {"q"}}, False),
        (ABSENT, {"statuses": {ABSENT}, "needs_help": True}, True),
        (PARTLY, {"statuses": {ABSENT}}, False),
        ("", {"statuses": {ABSENT}}, False),  # not seen makes no factor
    ],
)
def test_a_rule_makes_a_factor_of_what_was_read(status: str, rule: dict[str, object], applies: bool) -> None:
    cells = {("me", "p"): Cell("me", "p", status)} if status else {("me", "q"): Cell("me", "q", STATED)}
    for peer, theirs in (("a", STATED), ("b", PARTLY), ("c", ABSENT)):
        cells |= {(peer, "p"): Cell(peer, "p", theirs), (peer, "q"): Cell(peer, "q", ABSENT)}
    policies = {name: Policy(name, name, (), "local") for name in ("me", "a", "b", "c")}
    held = Evidence(policies, PROVISIONS, cells, helpers=(Helper("h", "addresses", "p"),))
    given = {"only": set(), "least": None, "below": None, "needs_help": False} | rule
    made = Rule("r", "R", "weakness", frozenset(given["statuses"]), frozenset(given["only"]), given["least"], given["below"],  # type: ignore[call-overload,arg-type]
                bool(given["needs_help"]), "On “{provision}”: {held} of {judged}.", "")  # fmt: skip
    found = [
        factor
        for factor in swot.draft(held, policies["me"], [made])
        if factor.provision and factor.provision.iri == "p"
    ]
    assert [factor.text for factor in found] == (["On “P”: 2 of 3."] if applies else [])


def test_datasets_of_one_standard_count_together_and_those_not_seen_here_come_first() -> None:
    rows = [
        row(
            dataset="d:1",
            title="Buses",
            place="p:a",
            standard="s:gtfs",
            standardTitle="GTFS",
            licence="http://l/cc-by/",
        ),
        row(dataset="d:2", title="Trams", place="p:b", standard="s:gtfs", standardTitle="GTFS"),
        row(dataset="d:3", title="Bikes", place="p:b"),
        row(dataset="d:4", title="Ferries", place="p:c"),
    ]
    reuse = [row(dataset="d:4", by="r:1", title="A use")]
    held = Evidence({}, {}, {}, {"p:a": "A"})
    assert [(o.title, len(o.datasets), len(o.here)) for o in priority.offers(held, "p:a", rows, reuse)] == [
        ("Ferries", 1, 0), ("Bikes", 1, 0), ("GTFS", 2, 1),
    ]  # fmt: skip
    assert priority.offers(held, "", rows, reuse)[1].licence == "cc-by"


# -- pages --------------------------------------------------------------------------------------------------------------

PAGES = [
    "/compare", "/compare?ids=de-dng-2021,fr-crpa-open-data", "/compare?ids=place/de,place/fr&differences=1",
    "/compare?ids=de-dng-2021,fr-crpa-open-data,pl-open-data-act-2021,es-ley-37-2007,us-omb-m-13-13,lu-open-data-law-2021",
    "/transposition", "/unresolved", "/swot", "/swot?policy=de-dng-2021", "/swot?level=national", "/swot?sector=transport",
    "/priority", "/priority?sector=transport&place=ke", "/advocate/health", "/advocate/forestry",
    "/draft", "/roadmap", "/gaps", "/consult",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_arguments_is_light_and_opens_its_query(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    starts = {"/compare", "/priority", "/draft", "/roadmap"}
    assert ("See the query" in answer.text) or path in starts


FILES = [
    "/compare.csv?ids=de-dng-2021,fr-crpa-open-data", "/transposition.csv", "/unresolved.csv", "/swot.csv?policy=de-dng-2021",
    "/priority.csv?sector=transport", "/gaps.csv?place=de", "/roadmap.csv?place=de",
]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_every_table_is_a_file_whose_rows_fit_its_head(client: FlaskClient, path: str) -> None:
    rows = list(csv.reader(io.StringIO(client.get(path).text)))
    assert len(rows) > 1
    assert {len(one) for one in rows} == {len(rows[0])}


def test_a_comparison_takes_the_references_along(client: FlaskClient) -> None:
    text = client.get("/compare.bib?ids=de-dng-2021,fr-crpa-open-data").text
    assert "de-dng-2021" in text
    assert "fr-crpa-open-data" in text


def test_every_factor_of_a_draft_has_a_cell_that_was_judged(client: FlaskClient) -> None:
    rows = json.loads(client.get("/swot.json?level=national").text)["rows"]
    assert len({one["policy"] for one in rows}) >= 20
    assert {one["quadrant"] for one in rows} == swot.QUADRANTS.keys()
    assert "Not seen" not in {one["status"] for one in rows}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/compare?ids=de-dng-2021", 400, "One record cannot be compared"),
        ("/compare?ids=place/de,place/fr&a=place/it", 400, "knows no"),
        ("/compare?ids=place/de,place/de", 400, "different records"),
        ("/compare.csv", 400, "No record was named"),
        ("/compare?ids=a,b,c,d,e,f,g", 400, "7 records cannot be compared"),
        ("/compare?ids=de-dng-2021,nothing", 404, "There is no"),
        ("/compare?ids=de-dng-2021,policy/%3Cx%3E", 400, "names no record"),
        ("/swot.csv", 400, "Say whose SWOT"),
        ("/priority.csv", 400, "Say which sector"),
        ("/advocate/magic", 404, "no sector"),
        ("/priority?sector=magic", 400, "Choose one of"),
    ],
)
def test_a_wrong_question_is_told_what_to_ask(client: FlaskClient, path: str, status: int, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.text
