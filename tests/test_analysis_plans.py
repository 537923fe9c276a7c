"""Gaps, roadmaps and drafts: worked out by hand on a small base, then asked for as pages and papers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import gantt, gaps, peers, principles, roadmap, words
from kg.analysis.evidence import (
    ABSENT,
    NOT_SEEN,
    OPPOSITE,
    PARTLY,
    STATED,
    Cell,
    Evidence,
    Policy,
    Provision,
    Step,
)
from kg.analysis.gaps import HELD, MISSING, UNKNOWN, WEAK, combined
from kg.analysis.gathering import gather
from kg.answers import Row
from kg.base import Base
from kg.errors import BrokenHouse
from kg.terms import OU, RECORDS, SKOS

HTML = {"Accept": "text/html"}
PROVISIONS = {name: Provision(name, name.upper(), "", str(at), "g", "Group") for at, name in enumerate("pqrst")}
STEPS = {
    "p": Step("p", (), "low", "Mayor", "Do p.", "Ask p.", "P is done."),
    "q": Step("q", ("p",), "high", "Mayor", "Do q.", "Ask q.", "Q is done."),
    "r": Step("r", ("q", "p"), "low", "Mayor", "Do r.", "Ask r.", "R is done."),
    "s": Step("s", (), "low", "Mayor", "Do s.", "Ask s.", "S is done."),
    "t": Step("t", (), "medium", "Mayor", "Do t.", "Ask t.", "T is done."),
}


def city(name: str, statuses: str, place: str = "elsewhere") -> tuple[Policy, list[Cell]]:
    """Make a policy and its cells: s, p, a, o, and `-` for none, one letter a provision."""
    meant = {"s": STATED, "p": PARTLY, "a": ABSENT, "o": OPPOSITE}
    cells = [Cell(name, iri, meant[letter], note=f"{name} on {iri}", where="§ 1")
             for iri, letter in zip(PROVISIONS, statuses, strict=True) if letter != "-"]  # fmt: skip
    return Policy(name, name.upper(), (place,), "local", "law", (), 2010), cells


def town(*policies: tuple[Policy, list[Cell]]) -> Evidence:
    return Evidence(
        {policy.iri: policy for policy, _ in policies},
        PROVISIONS,
        {(cell.policy, cell.provision): cell for _, cells in policies for cell in cells},
        {"here": "Here", "land": "Land", "elsewhere": "Elsewhere"},
        {"here": ("land",)},
        steps=STEPS,
    )


# Ours lacks p (contrary), q and s, has r partly and t. Of five peers read whole, p is laid down by 4, q by 5, r by 3, s by none.
BASE = town(
    city("ours", "oapas", "here"),
    city("a", "sssaa"), city("b", "sspaa"), city("c", "spaaa"), city("d", "psaaa"), city("e", "ossaa"),
)  # fmt: skip


def test_gaps_are_ranked_by_kind_and_then_by_how_widely_and_strongly_peers_have_them() -> None:
    found = gaps.find(BASE, peers.of_place(BASE, "here"))
    assert [(gap.provision.iri, gap.kind, gap.rate.held, gap.rate.judged) for gap in found.all] == [
        ("q", MISSING, 5, 5), ("p", MISSING, 4, 5), ("s", MISSING, 0, 5), ("r", WEAK, 3, 5), ("t", HELD, 0, 5),
    ]  # fmt: skip
    assert found.tally == {MISSING: 3, UNKNOWN: 0, WEAK: 1, HELD: 1}
    assert (len(found.peers.policies), found.peers.whole) == (5, 5)
    assert "5 coded, 5 of them read whole" in found.peers.told()


def test_an_example_is_stated_before_it_is_partly() -> None:
    found = {gap.provision.iri: gap for gap in gaps.find(BASE, peers.of_place(BASE, "here")).all}
    assert [cell.policy for cell in found["q"].examples] == ["a", "b", "d", "e", "c"]
    assert [cell.policy for cell in found["p"].examples] == ["b", "a", "c", "d"], (
        "another one first than where q took it"
    )


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ([], NOT_SEEN),
        ([Cell("a", "p", ABSENT)], ABSENT),
        ([Cell("a", "p", ABSENT), Cell("b", "p", NOT_SEEN)], NOT_SEEN),
        ([Cell("a", "p", ABSENT), Cell("b", "p", PARTLY)], PARTLY),
        ([Cell("a", "p", OPPOSITE), Cell("b", "p", NOT_SEEN)], OPPOSITE),
        ([Cell("a", "p", OPPOSITE), Cell("b", "p", STATED)], STATED),
    ],
)
def test_several_texts_lack_a_provision_only_where_each_was_read_for_it(cells: list[Cell], status: str) -> None:
    assert combined(cells) == status


def test_a_place_without_policies_knows_nothing_and_sees_what_applies_from_above() -> None:
    law, cells = city("law", "sassa", "land")
    held = town((law, cells), city("a", "sssaa"))
    found = gaps.find(held, peers.of_place(held, "here"))
    assert found.tally == {MISSING: 0, UNKNOWN: 5, WEAK: 0, HELD: 0}
    assert {gap.provision.iri: [cell.policy for cell in gap.above] for gap in found.all} == {
        "p": ["law"], "q": [], "r": ["law"], "s": ["law"], "t": [],
    }  # fmt: skip


def test_the_order_of_the_base_changes_no_gap() -> None:
    turned = Evidence(
        dict(reversed(BASE.policies.items())), BASE.provisions, dict(reversed(BASE.cells.items())), BASE.places, BASE.wholes,
        steps=STEPS,
    )  # fmt: skip
    found = [gaps.find(held, peers.of_place(held, "here")).all for held in (BASE, turned)]
    assert found[0] == found[1]


def test_a_principle_is_measured_by_its_provisions_and_one_without_is_listed_too() -> None:
    def row(scheme: str, number: str, provision: str = "") -> Row:
        told = {"title": Literal(scheme), "notation": Literal(number), "label": Literal(f"{scheme} {number}")}
        about = {"scheme": NamedNode(f"x:/{scheme}"), "principle": NamedNode(f"x:/{scheme}/{number}")}
        return {**told, **about, **({"provision": NamedNode(f"x:{provision}")} if provision else {})}

    named = {f"x:{iri}": replace(one, iri=f"x:{iri}") for iri, one in PROVISIONS.items()}
    cells = {(policy, f"x:{iri}"): replace(cell, provision=f"x:{iri}") for (policy, iri), cell in BASE.cells.items()}
    held = replace(BASE, provisions=named, cells=cells)
    found = gaps.find(held, peers.of_place(held, "here"))
    rows = [row("odc", "10"), row("odc", "2", "t"), row("odc", "2", "p"), row("odc", "2", "t"), row("fair", "F")]
    made = principles.schemes(found, rows)
    assert [(one.slug, one.mapped) for one in made] == [("fair", False), ("odc", True)]
    assert [(one.code, [gap.provision.iri for gap in one.gaps], one.tally) for one in made[1].principles] == [
        ("odc-2", ["x:p", "x:t"], {MISSING: 1, HELD: 1}), ("odc-10", [], {}),
    ]  # fmt: skip
    told = [dict(zip(table.head, line, strict=True)) for table in [principles.as_table(found, made[1:], "", 0)]
            for line in table.rows]  # fmt: skip
    assert [(line["own contrary"], line["own stated or partly"], line["peers stated or partly"]) for line in told] == [
        (1, 0, 4), (0, 1, 0), (None, None, None),
    ]  # fmt: skip


# -- roadmap ------------------------------------------------------------------------------------------------------------


def test_a_plan_orders_its_steps_by_what_has_to_come_first() -> None:
    made = roadmap.plan(BASE, gaps.find(BASE, peers.of_place(BASE, "here")))
    assert [(task.step.provision, task.phase, task.before) for task in made.tasks] == [
        ("p", 0, ()), ("s", 0, ()), ("q", 1, ("p",)), ("r", 2, ("p", "q")),
    ]  # fmt: skip
    assert [task.step.provision for task in made.quick_wins] == ["p"]
    assert gantt.spans(made) == {"p": (0, 1), "s": (0, 1), "q": (1, 4), "r": (4, 5)}


def test_a_chosen_provision_brings_what_it_needs() -> None:
    made = roadmap.plan(BASE, gaps.find(BASE, peers.of_place(BASE, "here")), ["q"])
    assert [task.step.provision for task in made.tasks] == ["p", "q"]


def test_steps_that_go_in_a_circle_are_refused() -> None:
    with pytest.raises(BrokenHouse, match="in a circle"):
        roadmap.order({"a": ["b"], "b": ["a"]})


def test_every_provision_has_a_step_and_the_steps_make_no_circle(base: Base) -> None:
    held = gather(base.engine.select)
    assert held.steps.keys() == held.provisions.keys()
    depth = roadmap.order({iri: step.before for iri, step in held.steps.items()})
    assert max(depth.values()) >= 2
    assert {step.effort for step in held.steps.values()} == roadmap.EFFORTS.keys()


def test_a_draft_names_the_policies_of_each_clause_and_escapes_their_words() -> None:
    policy, cells = city("x*y", "saaaa")
    held = town((policy, cells))
    found = gaps.find(held, peers.Subject(()))
    text = words.draft(
        held, words.clauses(held, found.of(UNKNOWN)), "Draft", words.Hand(lambda iri: "/" + iri), "Stamp."
    )
    assert "**§ 1 P.** P is done." in text
    assert r"Follows [X\*Y](/x*y) (2010), § 1: x\*y on p." in text
    assert text.count(words.ALONE) == 4


# -- pages and papers ---------------------------------------------------------------------------------------------------

PLACES = ["place=de", "place=ke&sector=transport", "policy=us-omb-m-13-13", "sector=health", "place=fr&peer=de&peer=nl"]


@pytest.mark.parametrize("query", PLACES)
@pytest.mark.parametrize("page", ["gaps", "gaps/principles", "roadmap", "draft", "consult"])
def test_every_page_of_a_subject_is_light(client: FlaskClient, page: str, query: str) -> None:
    answer = client.get(f"/{page}?who=city&have=nothing&{query}", headers=HTML)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    assert not re.search(r"<script(?! src=)", answer.text), "nothing is written into the page that the policy forbids"


def test_the_plan_of_a_city_is_three_clicks_away(client: FlaskClient) -> None:
    assert 'href="/gaps"' in client.get("/", headers=HTML).text
    assert 'name="place"' in client.get("/gaps", headers=HTML).text
    shown = client.get("/gaps?place=ke&sector=transport", headers=HTML).text
    assert "/roadmap?place=ke&amp;sector=transport" in shown
    assert "Government" in client.get("/roadmap.md?place=ke&sector=transport").text


@pytest.mark.parametrize(
    "path", ["/roadmap.docx?place=de", "/draft.docx?place=de", "/draft.docx?provisions=api,portal"]
)
def test_papers_are_word_files(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert "word/document.xml" in names


@pytest.mark.parametrize("path", ["roadmap", "draft"])
def test_a_paper_names_its_page_and_its_query_and_both_open(client: FlaskClient, path: str) -> None:
    text = client.get(f"/{path}.md?place=nl-amsterdam&sector=transport").text
    links = re.findall(r"\[the (?:page, where every number opens|query)\]\((\S+?)\)", text)
    assert [url.partition("?")[0].rpartition("/")[2] for url in links] == [path, "sparql"]
    for url in links:
        assert client.get(url.partition("localhost")[2], headers=HTML).status_code == 200


def test_the_gantt_chart_is_svg_with_a_bar_a_step(client: FlaskClient) -> None:
    steps = list(csv.DictReader(io.StringIO(client.get("/roadmap.csv?place=de").text)))
    drawn = ElementTree.fromstring(client.get("/roadmap.svg?place=de").text)
    assert len(drawn.findall("{http://www.w3.org/2000/svg}g")) == len(steps)


def test_a_plan_never_puts_a_step_before_what_it_needs(client: FlaskClient) -> None:
    done: set[str] = set()
    for row in csv.DictReader(io.StringIO(client.get("/roadmap.csv?place=de").text)):
        assert {name for name in row["after"].split("; ") if name} <= done
        done.add(row["provision"])


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/gaps.csv", 400, "Say whose gaps"),
        ("/gaps/principles.csv", 400, "Say whose"),
        ("/gaps/principles?place=de&scheme=astrology", 400, "Choose one of"),
        ("/roadmap.csv", 400, "Say whose plan"),
        ("/draft.md", 400, "Say what to draft"),
        ("/draft?provisions=teleport", 404, "no provision"),
        ("/gaps?place=atlantis", 404, "no place"),
        ("/gaps?policy=nothing", 404, "no policy"),
        ("/gaps?place=de&peer=nowhere", 404, "no peer"),
        ("/gaps?place=de&peers=friends", 400, "Choose one of"),
        ("/roadmap.pdf?place=de", 404, "not written as .pdf"),
        ("/consult?who=martian", 400, "Choose one of"),
    ],
)
def test_a_wrong_question_is_told_what_to_ask(client: FlaskClient, path: str, status: int, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.text


def test_the_gaps_of_the_corpus_are_an_invitation(client: FlaskClient) -> None:
    assert "Whoever can read one of these texts" in client.get("/gaps/corpus", headers=HTML).text


@pytest.mark.parametrize("query", PLACES)
def test_every_principle_is_listed_once_and_its_numbers_agree_with_the_rows(
    client: FlaskClient, base: Base, query: str
) -> None:
    page = "".join(
        client.get(f"/gaps/principles?{query}&scheme={some}", headers=HTML).text for some in ("codebook", "reading")
    )
    rows = list(csv.DictReader(io.StringIO(client.get(f"/rows/principles.csv?{query}").text)))
    listed = re.findall(r'<(?:details|p) id="([a-z]+-[^"]+)"', page)
    assert sorted(listed) == sorted({row["code"] for row in rows})
    for name in ("odc", "dwbp", "sunlight"):
        scheme = queries.fill("scheme", scheme=NamedNode(f"{RECORDS}concept/{name}"))
        concepts = {row["concept"].value for row in base.engine.select(scheme)}
        of_scheme = {row["code"]: row["iri"] for row in rows if row["scheme"] == name}
        assert set(of_scheme.values()) == concepts
        assert len(of_scheme) == len(concepts)
    told: Counter[tuple[str, str]] = Counter()
    for url, number in re.findall(r'href="([^"]*/rows/principles[^"]*)">(\d+)</a>', page):
        code, kind = re.findall(r"is=(?:code|kind)%3A([^&]+)", unescape(url))
        told[code, kind] += int(number)
    assert told == Counter((row["code"], row["kind"]) for row in rows if row["provision"])
    for row in rows:  # missing is what was read and not found: never what was not seen in one of the own texts
        if row["kind"] == "missing" and row["status"] == "Absent":
            assert (row["own absent, read whole"], row["own not seen"]) == (row["own texts"], "0")


READ = {"fair": 10, "care": 6, "sdg": 7, "safeguard": 4}
"""How many provisions the editors read into each list, counted where one touches several principles as often as it does."""


def test_what_editors_read_is_told_apart_from_what_the_codebook_ties(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/gaps/principles.csv?place=ke").text)))
    tied = [row for row in rows if row["provision"]]
    assert Counter(row["scheme"] for row in tied if row["why"]) == READ
    for row in tied:
        assert (
            (row["tied by"] == "the codebook") == (row["scheme"] in ("odc", "dwbp", "sunlight")) == (not row["why"])
        ), row
    assert {row["scheme"] for row in tied if row["tied by"].endswith("analogy")} == {"care"}
    assert "An editor’s reading:" not in client.get("/gaps/principles?place=ke", headers=HTML).text
    page = client.get("/gaps/principles?place=ke&scheme=reading", headers=HTML).text
    assert page.count("An editor’s reading:") + page.count("An analogy of the editors:") == sum(READ.values())
    only = client.get("/gaps/principles?place=ke&scheme=fair", headers=HTML).text
    assert re.findall(r'<section aria-labelledby="(\w+)"', only) == ["fair"]
    assert "/gaps/principles?place=ke" in client.get("/gaps?place=ke", headers=HTML).text


def test_every_reading_stands_beside_its_plain_link_and_names_concepts_that_there_are(base: Base) -> None:
    triples = [quad.triple for quad in base.model.graphs[f"{RECORDS}readings/principles"]]
    links = {(triple.subject, triple.object) for triple in triples if triple.predicate == SKOS.relatedMatch}
    told = {triple.subject: triple.object for triple in triples if triple.predicate == OU.target}
    reasons = {(triple.subject, told[triple.object]) for triple in triples if triple.predicate == OU.link}
    assert reasons == links
    for pair in links:
        for concept in pair:
            assert any(triple.predicate == SKOS.inScheme for triple in base.model.said(concept.value)), concept


def test_a_long_address_leaves_out_numbers_of_peers_before_the_page_grows_heavy(client: FlaskClient) -> None:
    three = "policy=us-omb-m-13-13&policy=de-dng-2021&policy=in-ndsap-2012&sector=transport&peers=level"
    many = "place=us-chicago&sector=transport&" + "&".join(["peer=de", "peer=nl-amsterdam"] * 6)
    for query, left_out in (("place=de", 0), (three, 2), (f"{three}&scheme=dwbp", 0), (many, 3)):
        page = client.get(f"/gaps/principles?{query}", headers=HTML)
        assert len(page.data) < 100_000
        assert page.text.count("numbers of peers are left out here") == left_out


@pytest.mark.parametrize("page", ["gaps", "gaps/principles"])
def test_the_form_keeps_each_policy_that_was_asked_for(client: FlaskClient, page: str) -> None:
    shown = client.get(f"/{page}?policy=us-omb-m-13-13&policy=de-dng-2021", headers=HTML).text
    assert re.findall(r'name="policy" value="([^"]*)"', shown) == ["us-omb-m-13-13", "de-dng-2021"]


HEAVY = "place=us-minneapolis&sector=transport"


@pytest.mark.parametrize("peers", [0, 25], ids=["heaviest place", "as many peers as there may be"])
def test_heavy_pages_are_parted_and_lose_no_provision(client: FlaskClient, base: Base, peers: int) -> None:
    named = sorted((iri.removeprefix(RECORDS) for iri in gather(base.engine.select).coded), key=len, reverse=True)
    query = HEAVY + "".join(f"&peer={name}" for name in named[:peers])
    for path, name in (("gaps", "gaps"), ("roadmap", "steps")):
        at, seen = f"/{path}?{query}", list[str]()
        while at:
            answer = client.get(at, headers=HTML)
            assert len(answer.data) < 100_000
            seen += re.findall(r'<article class="gap" id="([\w-]+)"', answer.text)
            seen += re.findall(r'<tr><th scope="row">(.*?)</th>', answer.text)
            following = re.search(r'<a href="([^"]*)" rel="next"', answer.text)
            at = unescape(following[1]) if following else ""
        rows = list(csv.DictReader(io.StringIO(client.get(f"/rows/{name}.csv?{query}").text)))
        assert len(seen) == len(set(seen)) == len(rows)
    for path in ("gaps/principles?", "gaps/principles?scheme=reading&", "draft?", "consult?"):
        assert len(client.get(f"/{path}{query}", headers=HTML).data) < 100_000
