"""What record pages say to machines: schema.org, Highwire tags, COinS, Open Graph."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from rdflib import DC, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef
from rdflib.graph import Seq

from kg.base import Base
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.search.index import KIND, Wanted
from kg.web.harvest.cite import coins, highwire
from kg.web.harvest.schemaorg import Words, script

ZOTERO, BIB = Namespace("http://www.zotero.org/namespaces/export#"), Namespace("http://purl.org/net/biblio#")


class Reader(HTMLParser):
    """Reads a page as a machine does: meta tags, links, data blocks, spans of COinS and names for unAPI."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.blocks: list[str] = []
        self.coins: list[str] = []
        self.unapi: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta.append((given.get("name") or given.get("property", ""), given.get("content", "")))
        elif tag == "link":
            self.links.setdefault(given.get("type") or given.get("rel", ""), given.get("href", ""))
        elif tag == "span" and given.get("class") == "Z3988":
            self.coins.append(given["title"])
        elif tag == "abbr" and given.get("class") == "unapi-id":
            self.unapi.append(given["title"])
        elif tag == "script" and given.get("type") == "application/ld+json":
            self._inside = True
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def all(self, name: str) -> list[str]:
        return [content for key, content in self.meta if key == name]


def read(client: FlaskClient, path: str) -> Reader:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return Reader(answer.text)


@pytest.mark.parametrize(
    ("path", "name", "keys"),
    [
        (
            "/policy/us-omb-m-13-13",
            "Legislation",
            {"legislationJurisdiction", "legislationDate", "author", "description"},
        ),
        ("/reference/janssen2012benefits", "ScholarlyArticle", {"author", "isPartOf", "pagination", "sameAs"}),
        ("/agent/office-of-management-and-budget", "Organization", {"name", "url"}),
        ("/place/us", "Place", {"name"}),
        ("/concept/sector/transport", "DefinedTerm", {"name"}),
    ],
)
def test_a_record_says_what_it_is_in_words_of_schema_org(
    client: FlaskClient, path: str, name: str, keys: set[str]
) -> None:
    (block,) = read(client, path).blocks
    document = json.loads(block)
    assert document["@context"] == "https://schema.org"
    assert document["@type"] == name
    assert document["mainEntityOfPage"] == "http://localhost" + path
    assert keys <= document.keys()


def test_every_record_of_a_kind_that_has_a_word_says_it_with_known_words(client: FlaskClient, base: Base) -> None:
    words = {word for found in Words(base.model).called.values() for word in found}
    frame = {"@context", "@type", "@id", "mainEntityOfPage", "name", "alternateName", "description", "url", "author",
             "sameAs", "isPartOf", "issueNumber", "volumeNumber", "issn"}  # fmt: skip

    def keys(value: Any) -> set[str]:
        if isinstance(value, list):
            return {key for item in value for key in keys(item)}
        if isinstance(value, dict):
            return value.keys() | {key for item in value.values() for key in keys(item)}
        return set()

    for kind in base.index.tally(Wanted(), KIND):
        for hit in base.index.search(Wanted(facets={KIND: [kind]}, limit=12)).hits:
            for block in read(client, hit.card.iri.removeprefix("https://w3id.org/open-urban")).blocks:
                document = json.loads(block)
                assert document["name"] == hit.card.title
                assert keys(document) <= words | frame


@given(st.text())
def test_no_text_ends_the_data_block_of_a_page(text: str) -> None:
    read_again = Reader(f'<script type="application/ld+json">{script({"name": text + "</script><!--"})}</script><p>')
    assert json.loads(read_again.blocks[0]) == {"name": text + "</script><!--"}


def test_the_home_page_tells_what_the_whole_is(client: FlaskClient) -> None:
    (block,) = read(client, "/").blocks
    told = json.loads(block)
    assert "DataCatalog" in told["@type"]
    asked = told["potentialAction"]["target"].replace("{search_term_string}", "privacy")
    assert client.get(asked.removeprefix("http://localhost"), headers={"Accept": "text/html"}).status_code == 200


def test_an_article_has_the_tags_that_google_scholar_reads(client: FlaskClient) -> None:
    page = read(client, "/reference/janssen2012benefits")
    assert page.all("citation_title") == ["Benefits, Adoption Barriers and Myths of Open Data and Open Government"]
    assert page.all("citation_author") == ["Janssen, Marijn", "Charalabidis, Yannis", "Zuiderwijk, Anneke"]
    assert page.all("citation_publication_date") == ["2012"]
    assert page.all("citation_firstpage") == ["258"]
    assert page.all("citation_journal_title") == ["Information Systems Management"]
    assert page.all("og:url") == ["http://localhost/reference/janssen2012benefits"]


def test_a_guideline_is_a_report_of_its_issuer(client: FlaskClient) -> None:
    page = read(client, "/policy/us-omb-m-13-13")
    assert page.all("citation_technical_report_institution") == ["Office of Management and Budget"]
    assert parse_qs(page.coins[0])["rft.genre"] == ["report"]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/policy/ar-ley-27275-2016", "STAT"),
        ("/policy/us-omb-m-13-13", "RPRT"),
        ("/reference/janssen2012benefits", "JOUR"),
        ("/dataset/openaq", "DATA"),
        ("/reference/gebru2018datasheets", "UNPB"),
        ("/incentive/b2g-economics", "ELEC"),
    ],
)
def test_zotero_gets_the_type_of_a_work(client: FlaskClient, path: str, word: str) -> None:
    answer = client.get(f"/unapi?id=https://w3id.org/open-urban{path}&format=ris")
    assert answer.text.startswith(f"TY  - {word}\r\n")


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("policy/ar-ley-27275-2016", "statute", "Legislation"),
        ("policy/us-omb-m-13-13", "report", "Report"),
        ("reference/janssen2012benefits", "journalArticle", "Article"),
        ("reference/gebru2018datasheets", "preprint", "Manuscript"),
        ("dataset/openaq", "dataset", "Document"),
        ("standard/gtfs-schedule", "standard", "Report"),
        ("event/", "presentation", "Document"),
        ("interview/", "interview", "Interview"),
        ("practice/", "report", "Report"),
        ("incentive/", "webpage", "Document"),
        ("output/", "report", "Report"),
    ],
)
def test_zotero_takes_over_the_type_of_every_work(
    client: FlaskClient, base: Base, path: str, kind: str, expected: str
) -> None:
    if path.endswith("/"):
        path = next(hit.card.iri for hit in base.index.search(Wanted(facets={KIND: [path[:-1]]}, limit=1)).hits).split(
            "urban/"
        )[1]
    answer = client.get(f"/unapi?id=https://w3id.org/open-urban/{path}&format=rdf_zotero")
    assert answer.status_code == 200
    told = Graph().parse(data=answer.text, format="xml")
    [item] = told.subjects(ZOTERO.itemType, None)
    assert told.value(item, ZOTERO.itemType) == Literal(kind)
    assert told.value(item, RDF.type) == URIRef(f"http://purl.org/net/biblio#{expected}")
    assert told.value(item, DC.title).strip()


def test_an_article_comes_to_zotero_whole(client: FlaskClient) -> None:
    iri = "https://w3id.org/open-urban/reference/janssen2012benefits"
    told = Graph().parse(data=client.get(f"/unapi?id={iri}&format=rdf_zotero").text, format="xml")
    [item] = told.subjects(ZOTERO.itemType, None)
    makers = told.value(item, BIB.authors)
    assert [str(told.value(one, FOAF.surname)) for one in Seq(told, makers)] == [
        "Janssen",
        "Charalabidis",
        "Zuiderwijk",
    ]
    journal = told.value(item, DCTERMS.isPartOf)
    assert told.value(journal, DC.title) == Literal("Information Systems Management")
    assert told.value(journal, URIRef("http://prismstandard.org/namespaces/1.2/basic/volume")) == Literal("29")
    assert Literal("DOI 10.1080/10580530.2012.716740") in set(told.objects(item, DC.identifier))
    assert any(told.value(one, RDF.value) for one in told.objects(item, DC.identifier))
    names = [one.get("name") for one in etree.fromstring(client.get("/unapi").data)]
    assert names[0] == "rdf_zotero", "what Zotero likes best"


def test_every_work_of_the_bibliography_can_be_saved_from_its_page(client: FlaskClient) -> None:
    page = read(client, "/bibliography")
    assert len(set(page.unapi)) == 50
    assert client.get(f"/unapi?id={page.unapi[49]}&format=ris").status_code == 200


def test_a_law_is_not_told_as_an_article(client: FlaskClient) -> None:
    page = read(client, "/policy/de-dng-2021")
    assert page.all("citation_title") == []
    (context,) = [parse_qs(title) for title in page.coins]
    assert context["rft.type"] == ["statute"]
    assert page.unapi == ["https://w3id.org/open-urban/policy/de-dng-2021"]


BODY = Name("World Bank", body=True)
ADA = Name("Lovelace", "Ada", "", "Jr")

WORKS = [
    (
        Entry(
            "k",
            "article",
            {"title": "T", "journaltitle": "J", "number": "4", "pages": "1--9", "date": "2012-03"},
            {"author": (ADA, OTHERS)},
        ),
        {
            "citation_author": ["Lovelace, Ada, Jr"],
            "citation_issue": ["4"],
            "citation_lastpage": ["9"],
            "citation_publication_date": ["2012/03"],
        },
        {
            "rft_val_fmt": ["info:ofi/fmt:kev:mtx:journal"],
            "rft.atitle": ["T"],
            "rft.jtitle": ["J"],
            "rft.aulast": ["Lovelace"],
            "rft.epage": ["9"],
        },
    ),
    (
        Entry(
            "k",
            "report",
            {"title": "R & D", "institution": "World Bank", "number": "WP 7", "url": "https://x.org/a.PDF"},
            {"author": (BODY,)},
        ),
        {
            "citation_technical_report_institution": ["World Bank"],
            "citation_technical_report_number": ["WP 7"],
            "citation_pdf_url": ["https://x.org/a.PDF"],
        },
        {
            "rft.genre": ["report"],
            "rft.btitle": ["R & D"],
            "rft.au": ["World Bank,"],
            "rft.pub": ["World Bank"],
            "rft_id": ["https://x.org/a.PDF"],
        },
    ),
    (
        Entry("k", "thesis", {"title": "T", "institution": "MIT"}),
        {"citation_dissertation_institution": ["MIT"]},
        {"rft_val_fmt": ["info:ofi/fmt:kev:mtx:dissertation"], "rft.inst": ["MIT"], "rft.title": ["T"]},
    ),
    (
        Entry("k", "incollection", {"title": "C", "booktitle": "B", "pages": "7"}, {"editor": (ADA,)}),
        {"citation_inbook_title": ["B"], "citation_firstpage": ["7"]},
        {"rft.genre": ["bookitem"], "rft.atitle": ["C"], "rft.btitle": ["B"]},
    ),
    (
        Entry("k", "dataset", {"title": "D", "doi": "10.1/x"}),
        {},
        {"rft.type": ["dataset"], "rft_id": ["info:doi/10.1/x"]},
    ),
    (Entry("k", "nonsense", {}), {}, {"rft.type": ["document"]}),
]


@pytest.mark.parametrize(("entry", "tags", "context"), WORKS, ids=[entry.type for entry, *_ in WORKS])
def test_a_work_of_each_type_is_told_with_its_own_words(
    entry: Entry, tags: dict[str, list[str]], context: dict[str, list[str]]
) -> None:
    found: dict[str, list[str]] = {}
    for name, text in highwire(entry, "https://here.org/x"):
        found.setdefault(name, []).append(text)
    assert tags.items() <= found.items()
    assert bool(found) == bool(tags)
    assert context.items() <= parse_qs(coins(entry), strict_parsing=True).items()


@pytest.mark.browser
def test_a_browser_lets_the_data_block_stand_under_the_strict_policy(browser: Any, service: Any) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(service.address + "/policy/us-omb-m-13-13")
    assert (
        "script-src" in answer.headers["content-security-policy"]
        or "default-src 'self'" in answer.headers["content-security-policy"]
    )
    text = page.locator("script[type='application/ld+json']").text_content()
    assert json.loads(text)["@type"] == "Legislation"
    assert complaints == []
    page.close()


# -- unAPI and oEmbed -----------------------------------------------------------------------------------------------------


def test_a_reference_manager_goes_from_the_page_to_the_entry(client: FlaskClient) -> None:
    page = read(client, "/reference/janssen2012benefits")
    server = page.links["application/xml"]
    listed = read(client, "/search?q=Benefits+Adoption+Barriers&kind=reference")
    assert page.unapi[0] in listed.unapi
    assert listed.links["application/xml"] == server
    everything = etree.fromstring(client.get(server).data)
    assert everything.tag == "formats"
    names = {form.get("name"): form.get("type") for form in everything}
    answer = client.get(server, query_string={"id": page.unapi[0]})
    assert answer.status_code == 300
    assert etree.fromstring(answer.data).get("id") == page.unapi[0]
    for name, mimetype in names.items():
        # Zotero puts the id into the address as it stands.
        answer = client.get(f"{server}?id={page.unapi[0]}&format={name}")
        assert answer.status_code == 200
        assert answer.mimetype == mimetype
        assert "Benefits, Adoption Barriers" in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("id=urn:x", 404),
        ("id=", 404),
        ("id=%00", 404),
        ("id=<script>", 404),
        ("id=https://w3id.org/open-urban/place/us", 404),
        ("id=https://w3id.org/open-urban/policy/us-omb-m-13-13&format=word", 406),
    ],
)
def test_what_unapi_does_not_have_is_a_problem(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/unapi?{query}").status_code == status


@pytest.mark.parametrize(
    "url", ["http://localhost/policy/us-omb-m-13-13", "https://w3id.org/open-urban/policy/us-omb-m-13-13"]
)
def test_another_site_gets_the_card_of_a_link(client: FlaskClient, url: str) -> None:
    told = client.get("/oembed", query_string={"url": url}).get_json()
    assert told["version"] == "1.0"
    assert told["type"] == "link"
    assert told["title"].startswith("OMB Memorandum M-13-13")
    document = etree.fromstring(client.get("/oembed", query_string={"url": url, "format": "xml"}).data)
    assert document.findtext("title") == told["title"]


def test_a_record_page_names_its_own_card(client: FlaskClient) -> None:
    page = read(client, "/policy/de-dng-2021")
    assert client.get(page.links["application/json+oembed"]).get_json()["title"] == page.all("og:title")[0]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("url=", 400),
        ("url=http://[", 400),
        ("url=https://elsewhere.org/policy/us-omb-m-13-13", 404),
        ("url=http://localhost/policy/nothing", 404),
        ("url=http://localhost/policy/us-omb-m-13-13&format=yaml", 501),
    ],
)
def test_what_oembed_does_not_have_is_a_problem(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get(f"/oembed?{query}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
