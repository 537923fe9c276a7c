"""The ontology's own pages: every word has its place, every scheme its tree, and all of it is data."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg import queries
from kg.base import Base
from kg.model import SHAPES_GRAPH
from kg.terms import DCT, OU, RDF, RDFS, SKOS, short
from kg.vocabulary import ONTOLOGY, Vocabulary

RDF_FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
}
PAGES = ("/ontology", "/shapes", "/shapes/Policy", "/concept/sector", "/concept/provision", "/scheme?iri=http://metadata.un.org/sdg",
         "/scheme?iri=http://publications.europa.eu/resource/authority/country")  # fmt: skip


class Anchors(HTMLParser):
    """Collects ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")


def page(client: FlaskClient, path: str) -> Anchors:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return Anchors(answer.text)


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_less_than_100_kb_and_names_nothing_twice(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    ids = Anchors(answer.text).ids
    assert sorted(ids) == sorted(set(ids))


def test_every_class_and_property_of_ours_has_its_place(client: FlaskClient, base: Base) -> None:
    ids = set(page(client, "/ontology").ids)
    ours = {
        quad.subject.value
        for quad in base.model.graphs[ONTOLOGY]
        if quad.predicate == RDF.type and isinstance(quad.subject, NamedNode) and "owl#" in str(quad.object)
    }
    wanted = {iri.removeprefix(OU.iri) for iri in ours if iri.startswith(OU.iri)}
    assert len(wanted) > 50
    assert wanted <= ids


def test_every_shape_has_its_place(client: FlaskClient, base: Base) -> None:
    ids = set(page(client, "/shapes").ids)
    for kind in base.model.kinds:
        assert kind.iri.rpartition("#")[2] in ids
        assert {own.iri.rpartition("#")[2] for own in kind.fields} <= ids


def test_every_kind_has_a_page_of_its_fields(client: FlaskClient, base: Base) -> None:
    for kind in base.model.kinds:
        shown = page(client, f"/shapes/{kind.iri.rpartition('#')[2]}")
        assert {own.iri.rpartition("#")[2] for own in kind.fields} <= set(shown.ids)


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_leads_somewhere(client: FlaskClient, path: str) -> None:
    links = {link for link in page(client, path).links if link.startswith("/")}
    assert links
    for link in sorted(links)[:60]:
        assert client.get(link.partition("#")[0], headers={"Accept": "text/html"}).status_code in (200, 303), link


def test_a_class_shows_a_record_of_the_base(client: FlaskClient) -> None:
    links = page(client, "/ontology").links
    assert any(link.startswith("/policy/") for link in links)
    assert any(link.startswith("/reference/") for link in links)


@pytest.mark.parametrize("ext", RDF_FORMATS)
@pytest.mark.parametrize(("path", "graph"), [("/ontology", ONTOLOGY), ("/shapes", SHAPES_GRAPH)])
def test_the_data_are_the_statements_of_the_files(
    client: FlaskClient, base: Base, path: str, graph: str, ext: str
) -> None:
    answer = client.get(f"{path}.{ext}")
    assert answer.status_code == 200
    found = {quad.triple for quad in parse(answer.data, format=RDF_FORMATS[ext])}
    assert {quad.triple for quad in base.model.graphs[graph]} <= found
    assert any(isinstance(triple.object, Literal) and triple.object.language == "fr" for triple in found)


@pytest.mark.parametrize(
    ("accept", "starts"), [("text/turtle", b"@base"), ("application/ld+json", b"["), ("text/html", b"<")]
)
def test_the_ontology_answers_in_the_format_that_is_asked(client: FlaskClient, accept: str, starts: bytes) -> None:
    answer = client.get("/ontology", headers={"Accept": accept})
    assert answer.mimetype == accept
    assert answer.data.lstrip().startswith(starts)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("language", "title", "called"), [("fr", "un vocabulaire pour", "confiance"), ("he", "אוצר מילים", "מידת הוודאות")]
)
def test_the_ontology_is_told_in_the_language_that_is_asked(
    client: FlaskClient, language: str, title: str, called: str
) -> None:
    shown = client.get(f"/ontology?lang={language}", headers={"Accept": "text/html"}).text
    assert title in re.search(r"<h1>(.*?)</h1>", shown)[1]
    assert f"<b>{called}.</b>" in shown.split('id="confidence"')[1].split("</dd>")[0]


def test_the_namespace_leads_to_the_page(client: FlaskClient) -> None:
    answer = client.get("/ns")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/ontology")


@pytest.mark.parametrize("path", ["/ontology.pdf", "/shapes/Nothing", "/concept/nothing", "/scheme?iri=urn:x"])
def test_what_is_not_there_is_told(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["advice"]


@pytest.mark.parametrize("path", ["/scheme", "/scheme?iri=%20no%20iri"])
def test_a_scheme_without_a_name_is_a_bad_request(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_scheme_lists_every_concept_once_and_counts_records(client: FlaskClient, base: Base) -> None:
    links = page(client, "/concept/sector").links
    concepts = [link for link in links if link.startswith("/concept/sector/")]
    assert len(concepts) == len(set(concepts)) == 6
    counted = client.get("/concept/sector", headers={"Accept": "text/html"}).text
    found = re.search(r"sector=transport\">(\d+) records", counted)
    assert found
    assert int(found[1]) == client.get("/search.json?sector=transport").json["total"]  # type: ignore[index]


def test_every_class_property_and_code_names_its_source_or_says_why_it_is_ours(base: Base) -> None:
    assert [row["thing"].value for row in base.engine.select(queries.fill("unsourced"))] == []


@pytest.mark.parametrize(
    ("thing", "missing"),
    [
        (OU.Policy, RDFS.isDefinedBy),
        (OU.sector, RDFS.comment),
        (NamedNode("http://metadata.un.org/sdg"), DCT.source),
        (NamedNode("https://w3id.org/open-urban/concept/sector"), RDFS.comment),
        (NamedNode("https://w3id.org/open-urban/concept/sector/health"), SKOS.inScheme),
    ],
    ids=lambda node: node.value.rpartition("/")[2],
)
def test_a_term_without_a_source_is_told(base: Base, thing: NamedNode, missing: NamedNode) -> None:
    store = Store()
    for quads in base.model.graphs.values():
        store.extend(
            Quad(q.subject, q.predicate, q.object) for q in quads if (q.subject, q.predicate) != (thing, missing)
        )
    found = {row["thing"] for row in store.query(queries.fill("unsourced"))}  # type: ignore[union-attr]
    assert thing in found


def test_a_scheme_says_from_where_it_is_taken_or_why_it_is_ours(client: FlaskClient) -> None:
    taken = client.get("/scheme?iri=http://metadata.un.org/sdg", headers={"Accept": "text/html"}).text
    assert 'Taken from <a href="http://metadata.un.org/sdg" rel="external">' in taken
    assert "Ours: the six sectors" in client.get("/concept/sector", headers={"Accept": "text/html"}).text


def test_the_tree_of_provisions_holds_all_of_them(base: Base) -> None:
    words = Vocabulary(base.model)

    def size(nodes: list) -> int:  # type: ignore[type-arg]
        return sum(1 + size(node.narrower) for node in nodes)

    for scheme in words.schemes():
        assert size(words.tree(scheme.iri)) >= scheme.size > 0, scheme.iri
    tops = words.tree("https://w3id.org/open-urban/concept/provision")
    assert any(top.narrower for top in tops)


@pytest.mark.parametrize("ext", RDF_FORMATS)
def test_a_scheme_is_data_too(client: FlaskClient, ext: str) -> None:
    answer = client.get(f"/concept/sector.{ext}")
    found = {quad.triple for quad in parse(answer.data, format=RDF_FORMATS[ext])}
    scheme = NamedNode("https://w3id.org/open-urban/concept/sector")
    assert sum(triple.predicate == SKOS.inScheme and triple.object == scheme for triple in found) == 6


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://purl.org/dc/terms/title", "dct:title"),
        (OU.iri + "sector", "ou:sector"),
        ("urn:other", "urn:other"),
        ("http://purl.org/dc/terms/", "http://purl.org/dc/terms/"),
    ],
)
def test_an_iri_is_written_short_where_it_has_a_prefix(iri: str, name: str) -> None:
    assert short(iri) == name


def test_demands_are_told_in_words(base: Base) -> None:
    words = Vocabulary(base.model)
    policy = base.model.kind("policy")
    assert policy is not None
    told = {own.slug: words.demand(own) for own in policy.fields}
    assert told["title"].count == "at least one"
    assert told["publisher"].count == "exactly one"
    assert told["status"].count == "at most one"
    assert told["sector"].count == "any number"
    assert told["evidence"].count == "wanted"
    assert (told["publisher"].values, told["issued"].values) == ("organisation or person", "date")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("exactly one", "organisation or person")), ("es", ("exactamente uno", "organización o persona"))],
)
def test_the_page_of_a_shape_tells_demands_in_the_language_that_is_asked(
    client: FlaskClient, language: str, words: tuple[str, str]
) -> None:
    shown = client.get(f"/shapes/Policy?lang={language}", headers={"Accept": "text/html"}).text
    (row,) = re.findall(r'<tr id="publisher">.*?</tr>', shown, re.DOTALL)
    assert all(f">{said}<" in row for said in words)


def test_no_word_of_ours_is_left_that_nothing_uses(base: Base) -> None:
    """What a shape, a scheme, a rule or the service itself says it with; a word beside these would only be in the way."""
    said = {
        iri
        for graph, quads in base.model.graphs.items()
        if graph != ONTOLOGY and "/translations/" not in graph
        for quad in quads
        for iri in (quad.predicate.value, getattr(quad.object, "value", ""))
    }
    kept = {
        OU.revision.value,
        OU.sort.value,
        OU.namePrefix.value,
        OU.suffix.value,
    }  # the last two: parts of names in a .bib
    declared = {
        quad.subject.value
        for quad in base.model.graphs[ONTOLOGY]
        if quad.predicate == RDF.type and "owl#" in str(quad.object) and isinstance(quad.subject, NamedNode)
    }
    assert {iri for iri in declared if iri.startswith(OU.iri)} - said - kept == set()
