"""Drafts that people take over: a roadmap kept as a plan, a SWOT that somebody signs, and who agrees with it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html import unescape
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some
from pyoxigraph import NamedNode, Triple

from kg import deciding
from kg.analysis import kept, plans, signed
from kg.analysis.plans import Line
from kg.analysis.signed import Claim
from kg.analysis.words import Hand
from kg.base import Base
from kg.terms import OU, RECORDS
from test_desk import Form

HTML = {"Accept": "text/html"}
ROADMAP = "/roadmap?place=nl-amsterdam&sector=transport"
POLICY = "de-dng-2021"
SVG = "{http://www.w3.org/2000/svg}"


# -- by hand ----------------------------------------------------------------------------------------------------------------

WORDS = some.text("abc é\"\\\n'<>", min_size=1, max_size=12)
IRIS = some.sampled_from(["x:/a", "x:/b#c", RECORDS + "policy/one"])
DUE = some.sampled_from(["", "2027", "2027-06", "2027-06-30"])
LINES = some.lists(
    some.builds(
        Line,
        name=some.just("step-x"),
        position=some.integers(1, 99),
        task=WORDS,
        provision=some.sampled_from(["", RECORDS + "concept/provision/api"]),
        community=some.just("") | WORDS,
        who=some.just("") | WORDS,
        phase=some.sampled_from(["", *plans.PHASE_SLUGS]),
        effort=some.sampled_from(["", "low", "medium", "high"]),
        due=DUE,
        state=some.sampled_from(["", *plans.STATES]),
        after=some.sets(IRIS).map(lambda found: tuple(sorted(found))),
        evidence=some.sets(IRIS).map(lambda found: tuple(sorted(found))),
        said=some.just("") | WORDS,
        note=some.just("") | WORDS,
    ),
    max_size=4,
)


def renumbered(lines: list[Line]) -> list[Line]:
    return [Line(**{**vars(line), "name": f"step-{at}", "position": at}) for at, line in enumerate(lines, 1)]


@given(LINES)
def test_the_steps_of_a_plan_come_back_from_the_record_as_they_went_in(lines: list[Line]) -> None:
    lines = renumbered(lines)
    assert plans.read("x:/plan", plans.written("x:/plan", lines)) == lines


def test_a_chart_follows_the_order_of_the_plan_even_where_steps_wait_for_each_other() -> None:
    second = Line("b", 2, "B", "p:b", after=("p:a",), state="done", due="2027")
    lines = [Line("a", 1, "A", "p:a", effort="low", after=("p:b",)), second]
    bars = plans.bars(lines, {"p:a": "Ay"})
    assert [(bar.label, bar.start, bar.end, bar.word) for bar in bars] == [
        ("Ay", 0, 1, "open"),
        ("B", 1, 3, "2027 done"),
    ]


def test_a_plan_in_words_escapes_what_people_write_and_says_how_far_it_is() -> None:
    lines = [Line("a", 1, "Do *it* <now>", state="done", evidence=("x:/a",)), Line("b", 2, "Then", phase="reach")]
    text = kept.plan(lines, "A plan", "", {"x:/a": "A [law]"}, Hand(lambda iri: "/there"), "Stamp.")
    assert "Steps: 2 (1 open, 1 done)." in text
    assert r"Do \*it\* \<now\>" in text
    assert r"[A \[law\]](/there)" in text
    assert text.index("Phase 1: Reach") < text.index("Without a phase")


def test_a_signed_analysis_comes_back_by_quadrant_with_who_signed_it() -> None:
    claims = [
        Claim("factor-1", 2, "threat", "T", evidence=("x:/a",)),
        Claim("factor-2", 1, "strength", "S", note="n", rule="x:/r"),
    ]
    triples = [Triple(NamedNode("x:/an"), OU.analyses, NamedNode("x:/policy")), *signed.written("x:/an", claims)]
    read = signed.read("x:/an", triples)
    assert read.claims == (claims[1], claims[0])
    assert (read.policy, read.signers, read.by) == ("x:/policy", (), "")


# -- as people do it ----------------------------------------------------------------------------------------------------------


def posted(client: FlaskClient, page: str, place: str, do: str, **given: str) -> str:
    """Press a button of the form on a page; return the page that comes."""
    fields = Form(page, place).fields
    fields.pop("do", None)
    answer = client.post(
        place, data=fields | {name: [text] for name, text in given.items()} | {"do": [do]}, headers=HTML
    )
    assert answer.status_code in (200, 303), answer.text[:500]
    return answer.location or answer.text


def test_the_review_tells_what_differs_from_the_draft_and_no_more(visitor: FlaskClient) -> None:
    place = link(visitor.get(ROADMAP, headers=HTML).text, "/contribute/plan?from=roadmap")
    page = visitor.get(place, headers=HTML).text
    first, second = re.findall(r'value="open planStep/([\w-]+)"', page)[:2]
    page = posted(visitor, page, place, f"open planStep/{first}")
    review = posted(
        visitor, page, place, "check", licence="yes", **{f"planStep/{first}/due": "2027", "drop:planStep": second}
    )
    rows = re.findall(r'<th scope="row">(.*?)</th>', review)
    assert any("ntil" in row for row in rows)
    assert len(rows) < 20
    assert len(review.encode()) < 60_000


def sent(client: FlaskClient, own: Base, place: str, page: str = "", **given: str) -> str:
    """Send a form through its review, and accept it as a curator does; return the record."""
    given |= {"licence": "yes", "person": given.get("person", "Ada L.")}
    review = posted(client, page or client.get(place, headers=HTML).text, place, "check", **given)
    assert "Nothing has been sent yet" in review, re.findall(r'<a href="#f-[^>]*>[^<]*', review)
    number = int(posted(client, review, place, "send").split("/")[3])
    deciding.accept(own, number, "a curator")
    return next(iter(deciding.desk(own).records(number)))


def link(page: str, start: str) -> str:
    found = re.search(rf'href="({re.escape(start)}[^"]*)"', page)
    assert found, start
    return unescape(found[1])


@pytest.fixture(scope="module")
def plan(own: Base, door: Flask) -> str:
    """The last part of the address of a plan that was taken over, with one step changed, one left out and one of its own."""
    client = door.test_client()
    place = link(client.get(ROADMAP, headers=HTML).text, "/contribute/plan?from=roadmap")
    page = client.get(place, headers=HTML).text
    first, second = re.findall(r'value="open planStep/([\w-]+)"', page)[:2]
    page = posted(client, page, place, f"open planStep/{first}")
    page = posted(
        client,
        page,
        place,
        "more planStep",
        **{f"planStep/{first}/due": "2027-06", f"planStep/{first}/ownNote": "Asked twice."},
    )
    own_step = {"planStep/new-1/task": "Ask the <tram> drivers.", "drop:planStep": second}
    return sent(client, own, place, page, **own_step).rpartition("/")[2]


def test_a_plan_taken_over_keeps_every_step_with_its_evidence_and_what_was_changed(door: Flask, plan: str) -> None:
    client = door.test_client()
    derived = list(csv.DictReader(io.StringIO(client.get(ROADMAP.replace("?", ".csv?")).text)))
    rows = list(csv.DictReader(io.StringIO(client.get(f"/roadmap.csv?plan={plan}").text)))
    assert [row["provision"] for row in rows[:-1]] == [row["provision"] for row in (derived[0], *derived[2:])]
    assert (rows[0]["until"], rows[0]["own note"], rows[0]["state"]) == ("2027-06", "Asked twice.", "Open")
    assert (rows[-1]["what is done"], rows[-1]["step"]) == ("Ask the <tram> drivers.", str(len(derived) + 1))
    for row, before in zip(rows[1:-1], derived[2:], strict=True):
        assert f"{before['peers that lay it down']} of {before['peers read whole']}" in row["what the evidence says"]
        assert before["example iri"] in row["evidence"]
    record = client.get(f"/plan/{plan}.ttl").text
    assert "prov:wasDerivedFrom <roadmap?place=nl-amsterdam&sector=transport>" in record
    assert 'ou:due "2027-06"^^xsd:gYearMonth' in record


def test_a_plan_is_a_page_and_papers_and_the_record_leads_there(door: Flask, plan: str) -> None:
    client = door.test_client()
    record, page = (client.get(path, headers=HTML) for path in (f"/plan/{plan}", f"/roadmap?plan={plan}"))
    last = client.get(f"/roadmap?plan={plan}&page=2", headers=HTML)
    assert max(len(record.data), len(page.data), len(last.data)) < 100_000
    assert f'href="/roadmap?plan={plan}"' in record.text
    for told in ("June 2027", "Asked twice.", "Phase 1: Foundations", "Nobody has spoken"):
        assert told in page.text
    assert "Ask the &lt;tram&gt; drivers." in last.text
    assert "Phase 1: Foundations" not in last.text, "a phase keeps its number from page to page"
    steps = len(client.get(f"/roadmap.json?plan={plan}").get_json()["rows"])
    drawn = ElementTree.fromstring(client.get(f"/roadmap.svg?plan={plan}").text)
    assert len(drawn.findall(f"{SVG}g")) == steps
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(client.get(f"/roadmap.docx?plan={plan}").data)).namelist()
    assert r"Ask the \<tram\> drivers." in client.get(f"/roadmap.md?plan={plan}").text
    numbers = re.findall(r'<a class="n" href="([^"]*)">(\d+)</a>', page.text)
    assert [int(told) for _, told in numbers][:2] == [steps, steps]
    for url, told in numbers:
        assert f'<b id="count">{told}</b>' in client.get(unescape(url), headers=HTML).text
    for path in (ROADMAP, "/roadmap"):
        assert f"/roadmap?plan={plan}" in client.get(path, headers=HTML).text


def test_a_draft_of_a_plan_opens_again_where_it_was_left(visitor: FlaskClient) -> None:
    place = link(visitor.get(ROADMAP, headers=HTML).text, "/contribute/plan?from=roadmap")
    saved = posted(visitor, visitor.get(place, headers=HTML).text, place, "draft", title="Trams first")
    page = visitor.get(saved, headers=HTML, follow_redirects=True).text
    assert 'value="Trams first"' in page
    assert 'value="open planStep/' in page


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/contribute/plan?from=astrology", 400, "Choose one of: roadmap, swot"),
        ("/contribute/plan?from=roadmap", 400, "Say of whom"),
        ("/contribute/plan?from=roadmap&place=atlantis", 404, "no place"),
        ("/contribute/analysis?from=swot", 400, "Say which one policy"),
        ("/contribute/plan?from=roadmap&place=de&draft=nothing", 404, "no such draft"),
        ("/roadmap?plan=nothing", 404, "no plan"),
        ("/roadmap?plan=policy/de-dng-2021", 404, "no plan"),
        ("/swot?analysis=nothing", 404, "no analysis"),
        ("/swot.csv?analysis=nothing", 404, "no analysis"),
    ],
)
def test_what_cannot_be_taken_over_is_told(visitor: FlaskClient, path: str, status: int, says: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text


def test_an_analysis_is_not_sent_without_a_name(visitor: FlaskClient) -> None:
    place = f"/contribute/analysis?from=swot&policy={POLICY}"
    page = posted(visitor, visitor.get(place, headers=HTML).text, place, "check", licence="yes")
    assert "give a name, which may be a pseudonym" in page
    assert "Nothing has been sent yet" not in page


def test_a_swot_is_a_draft_until_somebody_signs_it_and_then_the_rules_leave_it_alone(
    own: Base, visitor: FlaskClient
) -> None:
    before = visitor.get(f"/swot?policy={POLICY}", headers=HTML).text
    assert "a draft until a person signs" in before
    place = link(before, "/contribute/analysis?from=swot")
    derived = visitor.get(f"/swot.json?policy={POLICY}").get_json()["rows"]
    rolled = visitor.get("/swot.json?level=national").get_json()["rows"]
    page = visitor.get(place, headers=HTML).text
    first = re.findall(r'value="open factor/([\w-]+)"', page)[0]
    page = posted(visitor, page, place, f"open factor/{first}")
    told = {f"factor/{first}/factorText": "In our words.", "person": "Ada L.", "orcid": "0000-0002-1825-0097"}
    slug = sent(visitor, own, place, page, **told).rpartition("/")[2]

    rows = visitor.get(f"/swot.json?policy={POLICY}").get_json()["rows"]
    assert {row["signed by"] for row in rows} == {"Ada L."}
    assert "In our words." in {row["factor"] for row in rows}
    assert len(rows) == len(derived)
    assert all(row["evidence"] for row in rows)
    again = visitor.get(f"/swot.json?policy={POLICY}&derived=1").get_json()["rows"]
    assert [row["factor"] for row in again] == [row["factor"] for row in derived]
    after = visitor.get("/swot.json?level=national").get_json()["rows"]
    assert len(after) == len(rolled)
    assert {row["policy iri"].rpartition("/")[2] for row in after if row["signed by"]} == {POLICY}

    page = visitor.get(f"/swot?policy={POLICY}", headers=HTML).text
    assert "Signed by" in page
    assert "https://orcid.org/0000-0002-1825-0097" in page
    assert "a draft until a person signs" not in page
    assert f'href="/swot?analysis={slug}"' in visitor.get("/swot", headers=HTML).text
    assert "1 of them signed" in visitor.get("/swot?level=national", headers=HTML).text
    for url in re.findall(r'<a class="n" href="([^"]*)">', page)[:4]:
        assert visitor.get(unescape(url), headers=HTML).status_code == 200


def test_voices_are_counted_one_by_one_with_name_and_reason(own: Base, visitor: FlaskClient, plan: str) -> None:
    stance = RECORDS + "concept/stance/"
    page = visitor.get(
        link(visitor.get(f"/roadmap?plan={plan}", headers=HTML).text, "/contribute/voice?"), headers=HTML
    ).text
    for name, said, why in (("Ben", "agrees", "It begins where we are."), ("Cho", "disagrees", "No word on <cost>.")):
        sent(visitor, own, "/contribute/voice", page, stance=stance + said, voiceReason=why, person=name)
    page = visitor.get(f"/roadmap?plan={plan}", headers=HTML).text
    told = re.search(r'<section class="voices".*?</section>', page, re.DOTALL)
    assert told
    assert "2 people have spoken: 1 agrees, 1 disagrees" in " ".join(re.sub(r"<[^>]*>", "", told[0]).split())
    assert "No word on &lt;cost&gt;." in told[0]
    assert "It begins where we are." in visitor.get(f"/plan/{plan}", headers=HTML).text
