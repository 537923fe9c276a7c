"""The doors for machines: crawlers, feed readers, search boxes; each asked as its own kind of client asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree
from protego import Protego

from kg.base import Base
from kg.desk.journal import Journal
from kg.desk.register import Register
from kg.web.harvest.writing import legal

HOST = "http://localhost"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def tree(client: FlaskClient, path: str, mimetype: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == mimetype
    return etree.fromstring(answer.data)


def path_of(address: str) -> str:
    """Return what the test client asks for, of an absolute address on its host."""
    assert address.startswith(HOST + "/")
    return address.removeprefix(HOST)


# -- crawlers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rules(client: FlaskClient) -> Protego:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    return Protego.parse(answer.text)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/policy/ar-ley-27275-2016", True),
        ("/policy/ar-ley-27275-2016.ttl", True),
        ("/matrix", True),
        ("/matrix?sector=transport&level=local", False),
        ("/map?kind=policy", False),
        ("/search/by/place?q=x", False),
        ("/search", True),
        ("/bibliography?page=2", True),
        ("/feed.atom", True),
        ("/static/style.css", True),
        ("/static/style.css?v=0a1b2c3d", True),
        ("/search?kind=policy&sector=transport", False),
        ("/search.bib?q=privacy", False),
        ("/sparql?query=ASK%7B%7D", False),
        ("/oai?verb=ListRecords", False),
    ],
)
def test_crawlers_read_records_and_stay_out_of_combinations(rules: Protego, path: str, allowed: bool) -> None:
    assert rules.can_fetch(HOST + path, "AnyBot") is allowed


def test_the_sitemaps_list_every_record_once_on_this_host(client: FlaskClient, base: Base, rules: Protego) -> None:
    assert list(rules.sitemaps) == [HOST + "/sitemap.xml"]
    index = tree(client, "/sitemap.xml", "application/xml")
    listed: list[str] = []
    for loc in index.xpath("s:sitemap/s:loc/text()", namespaces=NAMES):
        urls = tree(client, path_of(loc), "application/xml")
        found = urls.xpath("s:url/s:loc/text()", namespaces=NAMES)
        assert 0 < len(found) <= 50_000
        listed += found
    assert len(listed) == len(set(listed))
    assert len([url for url in listed if urlsplit(url).path.count("/") == 2]) == base.index.size
    assert all(rules.can_fetch(url, "AnyBot") for url in listed)
    for url in listed[:: len(listed) // 8]:
        page = client.get(path_of(url), headers={"Accept": "text/html"})
        assert page.status_code == 200
        if urlsplit(url).path.count("/") == 2:
            assert f'<link rel="canonical" href="{url}">' in page.text


@pytest.mark.parametrize("number", ["2", "999999999999999999999", "-1", "x"])
def test_a_sitemap_that_is_not_there_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_a_search_with_words_or_filters_is_not_for_search_engines(client: FlaskClient) -> None:
    noindex = '<meta name="robots" content="noindex">'
    html = {"Accept": "text/html"}
    assert noindex not in client.get("/search", headers=html).text
    for query in ("q=privacy", "kind=policy", "page=2"):
        assert noindex in client.get(f"/search?{query}", headers=html).text


# -- feeds and search boxes ---------------------------------------------------------------------------------------------


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/atom+xml"
    feed = feedparser.parse(answer.data)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def link(feed: Any, rel: str) -> str | None:
    return next((found.href for found in feed.feed.links if found.rel == rel), None)


def test_the_news_go_back_page_by_page_without_a_double(client: FlaskClient, base: Base) -> None:
    seen: list[str] = []
    path: str | None = "/feed.atom"
    times: list[str] = []
    while path:
        feed = read(client, path)
        seen += [entry.id for entry in feed.entries]
        times += [entry.updated for entry in feed.entries]
        following = link(feed, "next")
        path = path_of(following) if following else None
    assert len(seen) == len(set(seen)) == base.index.size
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("path", ["/feed.atom", "/search.atom?q=privacy", "/sitemap-1.xml"])
def test_who_comes_again_is_told_that_nothing_changed(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_a_search_as_a_feed_has_the_results_of_its_page(client: FlaskClient) -> None:
    query = "q=privacy&kind=policy"
    expected = client.get(f"/search.json?{query}").get_json()
    feed = read(client, f"/search.atom?{query}")
    assert feed.feed.opensearch_totalresults == str(expected["total"])
    assert feed.feed.opensearch_startindex == "1"
    assert feed.feed.opensearch_itemsperpage == "50"
    assert {entry.id for entry in feed.entries} <= {item["iri"] for item in expected["items"]}
    assert len(feed.entries) == min(50, expected["total"])
    assert path_of(link(feed, "alternate") or "") == "/search?q=privacy&kind=policy"
    for entry in feed.entries[:3]:
        assert client.get(path_of(entry.link)).status_code == 200


def test_the_search_page_names_its_feed(client: FlaskClient) -> None:
    page = client.get("/search?q=bus+data&kind=policy", headers={"Accept": "text/html"}).text
    found = re.search(r'<link rel="alternate" type="application/atom\+xml" title="Atom" href="([^"]*)"', page)
    assert found
    assert found[1] == "/search.atom?q=bus+data&amp;kind=policy"
    assert "/events.ics" not in page
    assert 'href="/events.ics?kind=event"' in client.get("/search?kind=event", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/search.atom?page=99999999999999999999", 400),
        ("/search.atom?page=9999", 404),
        ("/search.atom?page=x", 400),
        ("/search.atom?q=" + "a" * 2000, 400),
        ("/search.atom?since=MMXV", 400),
        ("/feed.atom?page=0", 404),
        ("/feed.atom?page=abc", 404),
        ("/feed.atom?page=-1", 404),
        ("/feed.atom?page=9999999", 404),
    ],
)
def test_a_page_that_is_not_there_gets_a_problem(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_a_search_for_characters_that_xml_has_no_place_for_is_well_formed(client: FlaskClient) -> None:
    feed = read(client, "/search.atom?q=a%00b%08%EF%BF%BE%3C%26")
    assert feed.feed.title == "Open Urban: a�b��<&"


def test_a_browser_finds_and_uses_the_search(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    found = re.search(r'<link rel="search" href="([^"]+)" type="application/opensearchdescription\+xml"', page)
    assert found
    told = tree(client, found[1], "application/opensearchdescription+xml")
    assert 0 < len(told.findtext("o:ShortName", namespaces=NAMES)) <= 16
    assert 0 < len(told.findtext("o:Description", namespaces=NAMES)) <= 1024
    templates = {
        url.get("type"): url.get("template") for url in told.findall("o:Url", NAMES) if url.get("rel") == "results"
    }
    for mimetype, template in templates.items():
        asked = template.replace("{searchTerms}", "privacy").replace("{startPage?}", "")
        answer = client.get(path_of(asked), headers={"Accept": mimetype})
        assert answer.status_code == 200
        assert answer.mimetype == mimetype
    assert set(templates) == {"text/html", "application/atom+xml"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain é 𝒳", "plain é 𝒳"), ("a\x00b", "a�b"), ("\x1f\x7f", "�\x7f"), ("\ufffe\uffff", "��"), ("\t\n", "\t\n")],
)
def test_text_for_xml_keeps_all_but_what_xml_forbids(text: str, shown: str) -> None:
    assert legal(text) == shown


# -- the register -------------------------------------------------------------------------------------------------------


def initials(graph: str, written: bytes) -> list[str]:
    return ["all", written.decode()[:1]]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite")


def test_the_register_follows_the_journal_and_keeps_what_went(tmp_path: Path, journal: Journal) -> None:
    register = Register(tmp_path / "register.sqlite", journal, initials, "1")
    register.catch_up()
    assert register.earliest() is None
    journal.append("a", "first", [("urn:x", None, b"x"), ("urn:y", None, b"y"), ("urn:z", None, b"z")])
    register.catch_up()
    assert register.sets() == ["all", "x", "y", "z"]
    journal.append("a", "second", [("urn:y", b"y", b"x"), ("urn:z", b"z", None)])
    register.catch_up()
    register.catch_up()
    assert [(one.graph, one.gone) for one in register.walk(9)] == [("urn:x", False), ("urn:y", False), ("urn:z", True)]
    assert [one.graph for one in register.walk(9, "x")] == ["urn:x", "urn:y"]
    assert register.sets_of(["urn:z"]) == {"urn:z": ["all", "z"]}
    assert [one.graph for one in register.block(1, 9)] == ["urn:x", "urn:y"]
    assert register.blocks(2) == 2
    assert [one.graph for one in register.newest(1)] == ["urn:z"]


def test_a_walk_in_steps_passes_nothing_over_while_records_change(tmp_path: Path, journal: Journal) -> None:
    register = Register(tmp_path / "register.sqlite", journal, initials, "1")
    journal.append("a", "first", [(f"urn:{number}", None, b"x") for number in range(20)])
    register.catch_up()
    seen: list[str] = []
    after = 0
    while page := register.walk(3, "x", after=after):
        seen += [one.graph for one in page]
        after = page[-1].revision
        if len(seen) == 6:
            journal.append("b", "later", [("urn:1", b"x", b"xx"), ("urn:15", b"x", None)])
            register.catch_up()
    assert sorted(set(seen)) == sorted(f"urn:{number}" for number in range(20))
    assert seen[-2:] == ["urn:1", "urn:15"]


@pytest.mark.parametrize("shape", ["1", "2"])
def test_a_register_of_another_journal_or_shape_begins_anew(tmp_path: Path, journal: Journal, shape: str) -> None:
    longer = Journal(tmp_path / "longer.sqlite")
    longer.append("a", "first", [(f"urn:{number}", None, b"x") for number in range(9)])
    Register(tmp_path / "register.sqlite", longer, initials, "1").catch_up()
    journal.append("a", "first", [("urn:other", None, b"o")])
    register = Register(tmp_path / "register.sqlite", journal, initials, shape)
    register.catch_up()
    assert [one.graph for one in register.walk(99)] == ["urn:other"]
    assert register.sets() == ["all", "o"]


def test_a_long_journal_is_read_in_turns(tmp_path: Path, journal: Journal) -> None:
    register = Register(tmp_path / "register.sqlite", journal, initials, "1")
    journal.append("a", "first", [(f"urn:{number}", None, b"x") for number in range(10_001)])
    turns = 1
    while not register.catch_up(1):
        turns += 1
    assert turns == 3
    assert register.blocks(10_000) == 2


def test_an_unknown_revision_is_no_place_to_go_on_from(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(KeyError):
        Register(tmp_path / "register.sqlite", journal, initials, "1").walk(1, after=7)
