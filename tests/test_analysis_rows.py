"""Every number of the analyses opens: to the rows that it counts, as many as it says, and to the query behind them."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from kg.analysis import gaps, peers, priority, roadmap
from kg.analysis.evidence import ABSENT, NOT_SEEN, PARTLY, STATED, Cell, Evidence, Helper, Policy, Provision, Step
from kg.analysis.gathering import gather
from kg.base import Base
from kg.web import create_app
from kg.web.analysis import five

HTML = {"Accept": "text/html"}
PAGES = [
    "/matrix", "/matrix?group=all", "/matrix?group=urban&place=us&level=local", "/matrix/provision/api?level=national",
    "/matrix/provision/api?among=peers&place=us-chicago&sector=transport", "/gaps?place=nl-amsterdam&sector=transport",
    "/gaps?policy=us-omb-m-13-13&peers=level", "/gaps?sector=health", "/gaps?place=ke-nairobi&peer=de", "/gaps/corpus",
    "/gaps/principles?place=us-chicago&sector=transport", "/gaps/principles?policy=de-dng-2021&scheme=odc",
    "/roadmap?place=nl-amsterdam&sector=transport", "/draft?place=ke", "/consult?place=us-chicago&sector=education",
    "/swot", "/swot?policy=de-dng-2021", "/swot?level=national", "/transposition", "/unresolved",
    "/priority?sector=transport&place=fi-helsinki", "/advocate/transport",
]  # fmt: skip
_NUMBER = re.compile(r'<a class="n" href="([^"]*)">(\d+)</a>')
_RECKONED = re.compile(r'<a class="d" href="([^"]*)">([^<]*)</a>')
_FOLLOWED = 12


def spread(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Take some of many, each once, from all over the page."""
    every = list(dict.fromkeys(found))
    return every[:: max(1, len(every) // _FOLLOWED)]


@pytest.mark.parametrize("path", PAGES)
def test_every_number_opens_exactly_its_rows(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=HTML).text
    numbers = spread(_NUMBER.findall(page))
    assert numbers
    for url, told in numbers:
        rows = client.get(unescape(url), headers=HTML)
        assert rows.status_code == 200, (url, rows.text[:300])
        assert f'<b id="count">{told}</b>' in rows.text, (path, unescape(url), told)
        assert "/sparql?query=" in rows.text
    for url, told in spread(_RECKONED.findall(page))[:5]:
        assert told in client.get(unescape(url), headers=HTML).text, (path, unescape(url), told)


@pytest.mark.parametrize("path", PAGES)
def test_no_tally_stands_beside_its_link(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=HTML).text
    ledes = re.findall(r'<p class="lede">.*?</p>', page, re.DOTALL)
    assert ledes
    assert not re.search(r"\d", re.sub(r"<a [^>]*>.*?</a>|<[^>]*>", "", " ".join(ledes)))
    if "In our words" not in page:  # there a place in the text may be a bare number
        assert re.findall(r"<td>\s*\d+(?: of \d+)?\s*</td>", page) == []


def test_the_rows_are_also_a_file_and_are_as_many_as_the_page_says(client: FlaskClient) -> None:
    told = client.get("/rows/cells?provision=api&only=held", headers=HTML).text
    rows = list(csv.DictReader(io.StringIO(client.get("/rows/cells.csv?provision=api&only=held").text)))
    assert f'<b id="count">{len(rows)}</b>' in told
    assert {row["status"] for row in rows} == {"Stated", "Partly"}
    assert {row["counts in rates"] for row in rows} == {"yes"}


def test_many_rows_are_shown_page_by_page(client: FlaskClient) -> None:
    first = client.get("/rows/cells?only=seen", headers=HTML).text
    assert 'rel="next"' in first
    assert len(first.encode()) < 100_000
    assert client.get("/rows/cells?only=seen&page=2", headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/rows/opinions", 404, "There are rows of"),
        ("/rows/cells?only=nice", 400, "Choose one of"),
        ("/rows/gaps?place=de&is=colour:red", 400, "there is no column"),
        ("/rows/gaps", 400, "Say of whom"),
        ("/rows/steps", 400, "Say of whom"),
        ("/rows/datasets", 400, "Say which sector"),
        ("/rows/records", 400, "Say which sector"),
        ("/rows/cells?provision=teleport", 404, "no provision"),
        ("/rows/cells.pdf", 404, "not written as"),
    ],
)
def test_a_wrong_question_about_rows_is_told_what_to_ask(
    client: FlaskClient, path: str, status: int, says: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.text


# -- what a sector changes ------------------------------------------------------------------------------------------------

PROVISIONS = {name: Provision(name, name.upper(), "", str(at), "g", "Group") for at, name in enumerate("pq")}
STEPS = {name: Step(name, (), "low", "Mayor", "Do.", "Ask.", "Done.", ("standard", "dataset")) for name in "pq"}


def sectors() -> Evidence:
    """Make one city that lacks p and q; five peers that all have p and not q; a national text on transport that has q in part."""
    policies = {
        name: Policy(name, name, ("here",) if name == "ours" else ("far",), "local") for name in ("ours", *"abcde")
    }
    policies["law"] = Policy("law", "law", ("land",), "national", sectors=("transport",))
    said = {"p": STATED, "q": ABSENT}
    cells = {(name, one): Cell(name, one, said[one], note="x") for name in "abcde" for one in PROVISIONS}
    cells |= {("ours", one): Cell("ours", one, ABSENT) for one in PROVISIONS}
    cells |= {("law", "q"): Cell("law", "q", PARTLY, note="y"), ("law", "p"): Cell("law", "p", NOT_SEEN)}
    kits = tuple(Helper(f"base/output/{type_}", "helpsToImplement", "q", (), type_) for type_ in ("toolkit", "report"))
    return Evidence(policies, PROVISIONS, cells, {"here": "Here", "transport": ""}, helpers=kits, steps=STEPS)


def test_a_sector_brings_its_own_texts_into_examples_and_order_and_leaves_the_rates_alone() -> None:
    held = sectors()
    plain, sector = (gaps.find(held, peers.of_place(held, "here", name)) for name in ("", "transport"))
    assert [gap.rate for gap in plain.all] == [gap.rate for gap in sector.all]
    q = next(gap for gap in sector.all if gap.provision.iri == "q")
    assert [cell.policy for cell in q.examples] == ["law"]
    assert (q.in_sector, q.sector and q.sector.judged, q.rate.held) == (1, 0, 0)
    assert [task.step.provision for task in roadmap.plan(held, plain).tasks] == ["p", "q"]
    assert [task.step.provision for task in roadmap.plan(held, sector).tasks] == ["q", "p"]


def test_peers_that_are_too_few_are_passed_over_and_named() -> None:
    held = sectors()
    policies = {**held.policies, "a": Policy("a", "a", ("far",), "local", sectors=("transport",))}
    found = peers.peers_of(
        Evidence(policies, PROVISIONS, held.cells),
        peers.Subject((policies["ours"],), sector="transport", level="local"),
    )
    assert (found.why, found.whole) == ("policies of the same level", 5)
    assert [(kind, number) for _, kind, number in found.passed] == [("sector", 1), ("region", 0)]
    assert "that name the sector (1 read whole)" in found.told()


def test_a_sector_of_several_levels_is_at_none() -> None:
    held = sectors()
    assert peers.of_policies(list(held.policies.values())).level == ""
    assert peers.of_policies([held.policies["a"]]).level == "local"


def test_a_step_names_the_standards_and_the_missing_datasets_of_its_sector_and_only_linked_toolkits() -> None:
    held = sectors()
    offers = [
        priority.Offer("GTFS", "s:gtfs", {"d:1": "Buses", "d:2": "Trams"}, {"far"}, {"d:1"}),
        priority.Offer("Bikes", "", {"d:3": "Bikes"}, {"far"}),
    ]
    task = next(one for one in roadmap.plan(held, gaps.find(held, peers.of_place(held, "here")), (), offers).tasks
                if one.step.provision == "q")  # fmt: skip
    assert [(one.iri, one.told()) for one in task.takes] == [
        ("s:gtfs", "followed by 2 datasets of the base"), ("d:3", "published in 1 place"),
    ]  # fmt: skip
    assert [helper.type for helper in task.toolkits] == ["toolkit"]


def test_the_plan_of_a_city_for_transport_names_its_texts_its_standards_and_who_did_it(client: FlaskClient) -> None:
    page = client.get("/roadmap?place=nl-amsterdam&sector=transport", headers=HTML).text
    for told in (
        "These gaps rest on",
        "and on no other:",
        "which the base does not hold",
        "Passed over",
        "names transport and mobility",
        "Of transport and mobility:",
        "Toolkits:",
        "In wider places:",
    ):
        assert told in page
    paper = client.get("/roadmap.md?place=nl-amsterdam&sector=transport").text
    assert "Texts of its own: [" in paper
    assert "- Of the sector: [" in paper


def test_on_the_shipped_base_steps_of_a_sector_take_standards_and_datasets(base: Base) -> None:
    held = gather(base.engine.select)
    assert {what for step in held.steps.values() for what in step.takes} == {"standard", "dataset"}
    assert not any("/concept/" in helper.iri for helper in held.helpers)


def test_places_are_those_of_the_base_and_two_of_one_name_are_told_apart(base: Base) -> None:
    places = gather(base.engine.select).places
    assert not [iri for iri in places if "/place/" not in iri]
    assert len(set(places.values())) == len(places)
    assert {label for label in places.values() if label.startswith("Singapore")} == {
        "Singapore (city or region)", "Singapore (country or territory)",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "es", "he"])
def test_places_of_one_name_are_told_apart_in_every_language(client: FlaskClient, language: str) -> None:
    page = client.get(f"/gaps?lang={language}", headers=HTML).text
    options = re.findall(r'<option value="(sg(?:-singapore)?)">([^<]*)</option>', page)
    assert len(options) == 2
    assert len({label for _, label in options}) == 2


def test_the_gaps_of_a_place_in_five_lines_rest_on_texts_that_are_named_and_open(client: FlaskClient) -> None:
    page = client.get("/place/nl-amsterdam", headers=HTML).text
    section = re.search(r'<section id="gaps".*?</section>', page, re.DOTALL)
    assert section
    assert len(re.findall(r"<li>", section[0])) == 5
    assert "Tada: clear about data" in section[0]
    for url, told in _NUMBER.findall(section[0]):
        assert f'<b id="count">{told}</b>' in client.get(unescape(url), headers=HTML).text
    for door in ("/gaps", "/roadmap", "/draft"):
        assert f'href="{door}?place=nl-amsterdam"' in section[0]
    assert '<section id="gaps"' not in client.get("/policy/de-dng-2021", headers=HTML).text


def test_in_a_large_base_a_page_of_a_place_waits_for_no_analysis(
    base: Base, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(five, "_LARGE", 10)
    fresh = create_app(base=base).test_client()
    section = re.search(r'<section id="gaps".*?</section>', fresh.get("/place/ke", headers=HTML).text, re.DOTALL)
    assert section
    assert "<li>" not in section[0]
    assert 'href="/gaps?place=ke"' in section[0]
    fresh.get("/gaps?place=ke", headers=HTML)
    again = fresh.get("/place/ke", headers=HTML).text
    assert '<ol><li><a href="/matrix/provision/' in again
