"""The catalogue is DCAT-AP 3.0.1, paged as harvesters follow it, and the check takes shapes from outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from conftest import clean_environment
from kg import catalog, queries
from kg.base import Base
from kg.errors import BadInput
from kg.profile import Profile
from kg.terms import DCAT, DCT, FOAF, RDF, SKOS

SHAPES = Path(__file__).parent / "dcat-ap"
SITE = "https://example.org"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
}
FORMAT = DCT.format


@pytest.fixture(scope="module")
def profile() -> Profile:
    return Profile(SHAPES)


@pytest.fixture(scope="module")
def pages(base: Base) -> list[list[Triple]]:
    """The statements of every page of the catalogue."""
    return [catalog.statements(base, shown, SITE) for shown in catalog.pages(base)]


def subjects(triples: list[Triple], class_: NamedNode) -> set[str]:
    return {
        t.subject.value
        for t in triples
        if t.predicate == RDF.type and t.object == class_ and isinstance(t.subject, NamedNode)
    }


# -- the profile --------------------------------------------------------------------------------------------------------


def test_the_catalogue_has_no_violation(pages: list[list[Triple]], profile: Profile) -> None:
    for triples in pages:
        assert [str(problem) for problem in profile.check(triples) if problem.severe] == []


def test_every_record_that_can_be_listed_is_on_some_page(pages: list[list[Triple]], base: Base) -> None:
    by = (DCAT.dataset, DCAT.service, DCAT.resource)
    listed = {t.object for triples in pages for t in triples if t.predicate in by}
    total = catalog.page(base, 1).total
    assert total > 1000
    assert len(listed) == total + 2, "the base itself and its endpoint come on top"


def test_datasets_and_services_have_a_catalogue_record_with_its_dates(pages: list[list[Triple]], base: Base) -> None:
    datasets = {t.object for triples in pages for t in triples if t.predicate in (DCAT.dataset, DCAT.service)}
    topics = {t.subject: t.object for triples in pages for t in triples if t.predicate == FOAF.primaryTopic}
    assert set(topics.values()) == {iri for iri in datasets if iri.value.partition("#")[0] in base.graphs([iri.value])}
    days = {t.subject: t.object for triples in pages for t in triples if t.predicate == DCT.modified}
    assert base.journal.changed_at is not None
    assert {days[record].value for record in topics} == {base.journal.changed_at[:10]}


def test_every_code_value_carries_its_class(pages: list[list[Triple]]) -> None:
    wanted = {
        DCT.spatial: DCT.Location,
        DCT.publisher: FOAF.Agent,
        DCT.license: DCT.LicenseDocument,
        FORMAT: DCT.MediaTypeOrExtent,
        DCT.accrualPeriodicity: DCT.Frequency,
        DCT.language: DCT.LinguisticSystem,
        DCT.conformsTo: DCT.Standard,
        DCAT.landingPage: FOAF.Document,
        DCAT.theme: SKOS.Concept,
        DCAT.distribution: DCAT.Distribution,
        DCAT.resource: DCAT.Resource,
        DCAT.record: DCAT.CatalogRecord,
        FOAF.primaryTopic: DCAT.Resource,
    }
    for triples in pages:
        for predicate, class_ in wanted.items():
            values = {t.object.value for t in triples if t.predicate == predicate and isinstance(t.object, NamedNode)}
            assert values <= subjects(triples, class_), predicate
    assert wanted.keys() <= {t.predicate for triples in pages for t in triples}


def test_a_dataset_has_its_licence_where_the_profile_wants_it(pages: list[list[Triple]]) -> None:
    datasets = {iri for triples in pages for iri in subjects(triples, DCAT.Dataset)}
    licensed = {
        t.subject.value
        for triples in pages
        for t in triples
        if t.predicate == DCT.license and isinstance(t.subject, NamedNode)
    }
    assert not licensed & datasets
    assert "https://w3id.org/open-urban/dataset/cairo-gtfs#distribution-1" in licensed


def test_the_base_is_a_dataset_of_its_own_catalogue(pages: list[list[Triple]], base: Base) -> None:
    whole = NamedNode(base.settings.base + "catalog#base")
    files = {t.object for t in pages[0] if t.subject == whole and t.predicate == DCAT.distribution}
    assert len(files) >= 3
    endpoints = {
        t.object.value for t in pages[0] if t.predicate == DCAT.endpointURL and isinstance(t.object, NamedNode)
    }
    assert f"{SITE}/sparql" in endpoints


def test_nothing_but_datasets_and_services_is_catalogued_as_such(pages: list[list[Triple]]) -> None:
    for triples in pages:
        assert not [iri for iri in subjects(triples, DCAT.Dataset) if "/policy/" in iri or "/reference/" in iri]


# -- the shapes themselves catch what they should -----------------------------------------------------------------------

C, D, F, A = (NamedNode(f"{SITE}/{name}") for name in ("catalog", "dataset", "file", "agent"))
WORDS = Literal("words", language="en")
MINIMAL = [
    Triple(C, RDF.type, DCAT.Catalog), Triple(C, DCT.title, WORDS), Triple(C, DCT.description, WORDS), Triple(C, DCT.publisher, A),
    Triple(C, DCAT.dataset, D), Triple(A, RDF.type, FOAF.Agent), Triple(A, FOAF.name, WORDS), Triple(D, RDF.type, DCAT.Dataset),
    Triple(D, DCT.title, WORDS), Triple(D, DCT.description, WORDS), Triple(D, DCAT.distribution, F),
    Triple(F, RDF.type, DCAT.Distribution), Triple(F, DCAT.accessURL, NamedNode(f"{SITE}/d.csv")),
]  # fmt: skip


def test_a_minimal_catalogue_passes(profile: Profile) -> None:
    assert profile.check(MINIMAL) == []


@pytest.mark.parametrize(
    "left_out", MINIMAL, ids=lambda t: f"{t.subject.value[20:]}-{t.predicate.value.rpartition('/')[2]}"
)
def test_each_mandatory_statement_is_missed_when_it_is_left_out(left_out: Triple, profile: Profile) -> None:
    optional = left_out.predicate in (DCAT.dataset, DCAT.distribution) or left_out.object == DCAT.Catalog
    assert bool(profile.check([t for t in MINIMAL if t != left_out])) != optional


@pytest.mark.parametrize(
    ("added", "field"),
    [
        (Triple(D, DCT.language, Literal("en")), "language"),
        (Triple(D, DCT.issued, Literal("May 2016")), "issued"),
        (Triple(D, DCT.spatial, NamedNode(f"{SITE}/place")), "spatial"),
        (Triple(F, DCT.license, NamedNode(f"{SITE}/licence")), "license"),
        (Triple(F, FORMAT, NamedNode(f"{SITE}/csv")), "format"),
        (Triple(D, DCAT.theme, NamedNode(f"{SITE}/theme")), "theme"),
        (Triple(D, DCT.publisher, C), "publisher"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_of_the_wrong_kind_is_caught(added: Triple, field: str, profile: Profile) -> None:
    assert field in {problem.field for problem in profile.check([*MINIMAL, added])}


def test_shapes_that_name_what_no_file_holds_still_run(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> ."
        " @prefix dct: <http://purl.org/dc/terms/> . <urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ;"
        " sh:property <urn:nowhere> , <urn:title> ."
        " <urn:title> sh:path dct:title ; sh:minCount 2 ; sh:message 'Two titles.' ."
    )
    dangling = Profile(tmp_path)
    assert dangling.dangling == 1
    assert [problem.message for problem in dangling.check(MINIMAL)] == ["Two titles."]


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no \.ttl file"):
        Profile(tmp_path)


# -- the command --------------------------------------------------------------------------------------------------------


def kg(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=120, check=False)


def test_the_command_checks_files_of_others(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.nt", tmp_path / "bad.nt"
    good.write_text("".join(f"{triple} .\n" for triple in MINIMAL))
    bad.write_text("".join(f"{triple} .\n" for triple in MINIMAL if triple.predicate != DCAT.accessURL))
    passed, failed = kg("check", "--dcat-ap-shapes", SHAPES, good), kg("check", "--dcat-ap-shapes", SHAPES, bad)
    assert (passed.returncode, passed.stdout) == (0, "")
    assert failed.returncode == 1
    assert "error: https://example.org/file: accessURL" in failed.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--catalog"], "--catalog needs --dcat-ap-shapes"),
        (["--dcat-ap-shapes", SHAPES], "name files or say --catalog"),
        (["--dcat-ap-shapes", SHAPES, "--catalog", SHAPES / "range.ttl"], "name files or say --catalog"),
    ],
)
def test_the_command_says_how_it_wants_to_be_asked(arguments: list[object], said: str) -> None:
    done = kg("check", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


# -- the door -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ext", FORMATS)
def test_a_page_says_the_same_in_every_format(client: FlaskClient, base: Base, ext: str) -> None:
    answer = client.get(f"/catalog.{ext}?page=2")
    assert answer.status_code == 200
    found = list({quad.triple for quad in parse(answer.data, format=FORMATS[ext])})
    shown = catalog.page(base, 2)
    assert {card.iri for card in shown.cards} <= subjects(found, DCAT.Resource)
    assert set(catalog.statements(base, shown, "http://localhost")) <= set(found)


def test_pages_follow_one_another_to_the_last(client: FlaskClient, base: Base) -> None:
    url, seen, bodies = "/catalog.ttl", set(), set()
    while url:
        answer = client.get(url)
        bodies.add(answer.data)
        found = [quad.triple for quad in parse(answer.data, format=RdfFormat.TURTLE)]
        seen |= {t.object.value for t in found if t.predicate == DCAT.dataset and isinstance(t.object, NamedNode)}
        after = [t.object.value for t in found if t.predicate == catalog.HYDRA.next and isinstance(t.object, NamedNode)]
        assert len(after) <= 1
        url = after[0].removeprefix("http://localhost") if after else ""
    first = catalog.page(base, 1)
    assert len(bodies) == first.pages, "no two pages are the same"
    assert len(seen) >= 167


def test_the_whole_is_written_in_one_stream(client: FlaskClient, pages: list[list[Triple]]) -> None:
    answer = client.get("/catalog.nt?page=all")
    found = {quad.triple for quad in parse(answer.data, format=RdfFormat.N_TRIPLES)}
    assert subjects(list(found), DCAT.Dataset) == {iri for triples in pages for iri in subjects(triples, DCAT.Dataset)}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/catalog?page=0", 404), ("/catalog?page=999", 404), ("/catalog?page=two", 400), ("/catalog?page=-1", 400),
        ("/catalog.pdf", 404),
        ("/catalog.ttl?page=all", 400), ("/catalog?page=99999999999999999999", 404), ("/catalog?page=²", 400),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_is_told(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["advice"]


def test_readers_get_a_page(client: FlaskClient) -> None:
    answer = client.get("/catalog", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    assert "/catalog.ttl?page=1" in answer.text


def test_the_question_needs_no_dataset(base: Base) -> None:
    assert base.engine.triples(queries.fill("catalog", records=[])) == []
    empty = catalog.statements(base, catalog.Page(1, 1, 0, ()), SITE)
    assert set(empty) == set(catalog.head(base, SITE))
