"""Records that come in as Turtle, JSON-LD, tables, catalogues: beside the base, without loss, a broken piece stopping no other."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple

from conftest import UNFIT
from kg import intake, turtle
from kg.base import Base
from kg.citations import rows
from kg.citations.out.table import harmful, harmless
from kg.cli import main
from kg.errors import BadInput
from kg.incoming import beside, dcat, rdf, table
from kg.incoming.pieces import Records
from kg.search.index import Wanted
from kg.terms import DCAT, DCT, FOAF, OU, RECORDS

NOTE = "In the file of a test."
AGENT = """@base <https://w3id.org/open-urban/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix ou: <https://w3id.org/open-urban/ns#> .

<agent/city-of-x> a foaf:Agent, foaf:Organization ;
  foaf:name "City of X" ; ou:confidence <concept/confidence/reported> ;
  ou:evidence [ a ou:Evidence ; ou:sourceNote "A letter."@en ] .
"""
OTHER = AGENT.replace("city-of-x", "city-of-y").replace("City of X", "City of Y").partition("\n\n")[2]


def of_kind(base: Base, kind: str) -> list[str]:
    return [card.iri for card in base.index.walk(Wanted(facets={"kind": (kind,)}))]


def states(base: Base, records: Records) -> Counter[str]:
    return Counter(arrival.state for arrival in beside.compare(base, records))


def take(base: Base, records: Records) -> Counter[str]:
    """Write what is new and changed; return the states."""
    arrivals = list(beside.compare(base, records))
    intake.accept(base, arrivals, "tester", "test")
    return Counter(arrival.state for arrival in arrivals)


# -- there and back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["dataset", "agent", "place", "interview", "standard", "swot"])
def test_a_sheet_of_the_corpus_comes_back_as_it_went(kind: str, base: Base) -> None:
    iris = of_kind(base, kind)
    text = "".join(table.write(base, kind, lambda: iter(iris)))
    found = table.read(base, text, NOTE)
    assert found.broken == []
    assert states(base, found.records) == {"same": len(iris)}


def test_turtle_of_the_corpus_comes_back_as_it_went(base: Base) -> None:
    records = base.graphs(of_kind(base, "dataset"))
    text = b"".join(turtle.write(triples, base.settings.base) for triples in records.values()).decode()
    assert states(base, rdf.turtle(text, base.settings.base).records) == {"same": len(records)}


def test_json_ld_of_a_search_comes_back_as_it_went(client: FlaskClient, base: Base) -> None:
    answer = client.get("/search.jsonld?kind=standard")
    found = rdf.jsonld(answer.text, base.settings.base)
    assert found.broken == []
    assert states(base, found.records) == {"same": len(of_kind(base, "standard"))}


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=4))
def test_any_cells_come_back_from_a_table(cells: list[str]) -> None:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in ["x", *cells]])
    [row], broken = rows.read(line.getvalue())
    assert broken == []
    assert [harmful(cell) for cell in row.cells] == ["x", *cells]


# -- Turtle and JSON-LD ---------------------------------------------------------------------------------------------------


def test_a_nested_thing_without_a_name_is_named_after_its_property(empty: Base) -> None:
    found = rdf.turtle(AGENT, empty.settings.base)
    [(iri, triples)] = found.records.items()
    assert Triple(NamedNode(iri), OU.evidence, NamedNode(iri + "#evidence-1")) in triples
    assert take(empty, found.records) == {"new": 1}
    assert states(empty, rdf.turtle(AGENT, empty.settings.base).records) == {"same": 1}
    assert states(empty, rdf.turtle(AGENT.replace("A letter", "A call"), empty.settings.base).records) == {"changed": 1}


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("<agent/bad> a foaf:Agent ;; foaf:name .\n\n", 9),
        ("<agent/bad> a nope:Agent .\n\n", 9),
        ('<agent/bad> foaf:name "never closed .\n\n', 9),
        ("<agent/bad> a foaf:Agent ;\n  foaf:name 'no full stop'\n\n", 10),
        ('<agent/bad> a foaf:Agent ;\n  foaf:name """two\nlines""" ;\n  foaf:name |x .\n\n', 12),
    ],
    ids=["a slip", "an unknown prefix", "an open quotation mark", "no full stop", "after a long text"],
)
def test_a_broken_statement_of_turtle_costs_only_itself(broken: str, line: int) -> None:
    found = rdf.turtle(AGENT + "\n" + broken + OTHER, RECORDS)
    assert {iri.rpartition("/")[2] for iri in found.records} == {"city-of-x", "city-of-y"}
    assert [(one.line, one.key) for one in found.broken] == [(line, "agent/bad")]
    assert broken.strip() in found.rejected()
    assert found.rejected().startswith("@base"), "what is mended can be imported again"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"@context": "https://schema.org/", "@id": "agent/x", "name": "X"}', "write the context into the file"),
        ('[{"@id": "agent/x", "http://xmlns.com/foaf/0.1/name": "X"}, {"@id": 3}]', "@id"),
        ('{"@id": "agent/x", "name": "X"}', "known property"),
        ('{"@id": "agent/x"', "not JSON"),
        ('{"@context": {"n": "http://xmlns.com/foaf/0.1/name"}, "@graph": [{"@id": "agent/x", "n": "X"}, {"@id": {}}]}', "@id"),
    ],
    ids=["a context at an address", "a number for a name", "no property", "cut off", "one bad node of a graph"],
)  # fmt: skip
def test_a_broken_node_of_json_ld_is_told_and_kept(text: str, reason: str) -> None:
    found = rdf.jsonld(text, RECORDS)
    assert any(reason in one.reason for one in found.broken), found.broken
    assert all(one.raw for one in found.broken)
    if "agent/x" in text and "@graph" in text:
        assert list(found.records) == [RECORDS + "agent/x"]


def test_a_record_that_points_at_an_invalid_one_is_invalid_too(empty: Base) -> None:
    text = (
        AGENT.replace('foaf:name "City of X" ;', "")
        + """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<dataset/a> a dcat:Dataset, dcat:Resource ; dct:title "A"@en ; dct:description "B."@en ; dct:publisher <agent/city-of-x> ;
  ou:confidence <concept/confidence/reported> .
<http://example.org/foreign> dct:title "Not ours" .
"""
    )
    arrivals = {arrival.name: arrival for arrival in beside.compare(empty, rdf.turtle(text, RECORDS).records)}
    assert {arrival.state for arrival in arrivals.values()} == {"invalid"}
    assert "publisher" in arrivals["dataset/a"].why
    assert "is no record" in arrivals["http://example.org/foreign"].why


# -- tables -----------------------------------------------------------------------------------------------------------------

SHEET = "agent,sort,name,addressOptional\ncity-of-x,Organisation,City of X,https://example.org/x\n"


def test_a_new_row_is_reported_with_its_file_as_evidence(empty: Base) -> None:
    found = table.read(empty, SHEET + ",Person,Ada Lovelace,\n,Person,Ada Lovelace,\n", NOTE)
    assert take(empty, found.records) == {"new": 3}
    iri = RECORDS + "agent/city-of-x"
    said = empty.graphs([iri])[iri]
    assert Triple(NamedNode(iri), OU.confidence, NamedNode(RECORDS + "concept/confidence/reported")) in said
    assert any(triple.predicate == OU.sourceNote and triple.object.value == NOTE for triple in said)
    assert {RECORDS + "agent/ada-lovelace", RECORDS + "agent/ada-lovelace-2"} <= set(found.records)
    assert empty.check(empty.graphs(found.records)) == []


def test_a_column_replaces_its_own_answers_and_what_has_no_column_stays(empty: Base) -> None:
    take(empty, table.read(empty, SHEET, NOTE).records)
    iri = RECORDS + "agent/city-of-x"
    before = empty.graphs([iri])[iri]
    found = table.read(empty, "agent;comment@fr\ncity-of-x;Ville de X\n", NOTE)
    assert take(empty, found.records) == {"changed": 1}
    after = empty.graphs([iri])[iri]
    assert set(before) < set(after)
    assert {triple.object.value for triple in set(after) - set(before)} == {"Ville de X"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('bad,Organisation,"never closed,\n', "no row of a table"),
        ("bad,Organisation,Bad,https://example.org/bad,more\n", "5 cells under 4 headings"),
        ("city-of-x,Organisation,Again,\n", "given before, in line 2"),
        ("bad,Organisation,Bad,javascript:alert(1)\n", "An address begins with"),
        ("bad one,Organisation,Bad,\n", "such as a space"),
    ],
    ids=["an open quotation mark", "too many cells", "an address twice", "a program", "a space in the address"],
)
def test_a_broken_row_is_told_with_its_line_and_costs_no_other(row: str, reason: str, empty: Base) -> None:
    found = table.read(empty, SHEET + row + "# a remark, with a cell\n\ncity-of-y,Organisation,City of Y,\n", NOTE)
    assert {iri.rpartition("/")[2] for iri in found.records} == {"city-of-x", "city-of-y"}
    [one] = found.broken
    assert (one.line, reason in one.reason) == (3, True), one.reason
    assert found.rejected() == f"{SHEET.splitlines()[0]}\n# Line 3: {one.reason}\n{row}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no headings"),
        ("nonsense,title\n", "There are tables of"),
        ("agent,nome\nx,y\n", "heading nome"),
        ("agent,addressOptional@fr\nx,y\n", "heading addressOptional@fr"),
    ],
    ids=["empty", "no kind", "no field", "a language for an address"],
)
def test_a_table_of_nothing_we_know_is_refused(text: str, words: str, empty: Base) -> None:
    with pytest.raises(BadInput, match=words):
        table.read(empty, text, NOTE)


# -- catalogues -------------------------------------------------------------------------------------------------------------

CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix at: <http://publications.europa.eu/resource/authority/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://data.example/catalog> a dcat:Catalog ; dcat:dataset <https://data.example/d/1>, <https://data.example/d/2> .

<https://data.example/d/1> a dcat:Dataset ; dct:title "Trees"@en, "Bomen"@nl ; dct:description "Every tree."@en ;
  dct:publisher [ a foaf:Organization ; foaf:name "City of Treeton" ] ; dct:spatial <http://publications.europa.eu/resource/authority/country/NLD> ;
  dct:issued "2020-05-01T00:00:00"^^xsd:dateTime ; dcat:keyword "trees", "green" ; dcat:landingPage <https://data.example/trees> ;
  dct:accrualPeriodicity <http://purl.org/cld/freq/annual>, "every full moon" ; dct:license <https://creativecommons.org/licenses/by/4.0/> ;
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://data.example/trees.csv> ; dct:format at:file-type\\/CSV ],
    [ a dcat:Distribution ; dcat:downloadURL <https://data.example/trees.xyz> ; dct:format "XYZ" ], [ a dcat:Distribution ] .

<https://data.example/d/2> a dcat:Dataset ; dct:title "Nothing is said of it"@en .

<https://data.example/d/3> a dcat:Dataset ; dct:title "broken"@en ;; oops
"""  # noqa: E501


def test_a_catalogue_becomes_records_with_publisher_distributions_and_evidence(base: Base) -> None:
    found = dcat.read(base, CATALOGUE, NOTE)
    assert [one.key for one in found.broken] == ["https://data.example/d/3"]
    arrivals = {arrival.name: arrival for arrival in beside.compare(base, found.records)}
    assert {name: arrival.state for name, arrival in arrivals.items()} == {
        "agent/city-of-treeton": "new", "dataset/trees": "new", "dataset/nothing-is-said-of-it": "invalid"}  # fmt: skip
    trees = RECORDS + "dataset/trees"
    said = {
        (one.subject.value.removeprefix(trees), one.predicate, one.object.value)
        for one in arrivals["dataset/trees"].triples
    }
    assert {
        ("", DCT.title, "Bomen"), ("", DCT.publisher, RECORDS + "agent/city-of-treeton"), ("", DCT.issued, "2020-05-01"),
        ("", DCT.spatial, RECORDS + "place/nl"), ("", OU.frequencyNote, "every full moon"),
        ("", DCT.accrualPeriodicity, "http://publications.europa.eu/resource/authority/frequency/ANNUAL"),
        ("", DCT.license, "https://creativecommons.org/licenses/by/4.0/"), ("", DCAT.keyword, "green"),
        ("#distribution-1", DCT.format, "http://publications.europa.eu/resource/authority/file-type/CSV"),
        ("#distribution-2", OU.formatNote, "XYZ"), ("#distribution-2", DCAT.accessURL, "https://data.example/trees.xyz"),
        ("", OU.confidence, RECORDS + "concept/confidence/reported"), ("#evidence-1", OU.sourceNote, NOTE),
        ("#evidence-1", OU.source, "https://data.example/d/1"),
    } <= said  # fmt: skip
    assert not any(subject == "#distribution-3" for subject, *_ in said), "one without an address is none"
    assert {value for subject, path, value in said if path == DCT.license} == {
        "https://creativecommons.org/licenses/by/4.0/"
    }


def test_the_second_time_a_catalogue_is_the_same_and_a_change_keeps_what_is_ours(empty: Base) -> None:
    text = CATALOGUE.partition("\n<https://data.example/d/2>")[0]
    assert take(empty, dcat.read(empty, text, NOTE).records) == {"new": 2}
    assert states(empty, dcat.read(empty, text, "In another file.").records) == {"same": 1}
    trees = RECORDS + "dataset/trees"
    ours = Triple(NamedNode(trees), OU.sector, NamedNode(RECORDS + "concept/sector/forestry"))
    empty.write({trees: [*empty.graphs([trees])[trees], ours]}, "curator", "sector")
    found = dcat.read(empty, text.replace('"Every tree."', '"Every tree of the city."'), NOTE)
    assert take(empty, found.records) == {"changed": 1}
    assert ours in empty.graphs([trees])[trees]


def test_a_catalogue_in_xml_and_in_json_ld_says_the_same(client: FlaskClient, empty: Base) -> None:
    told = [dcat.read(empty, client.get(f"/catalog.{ext}").text, NOTE).records for ext in ("ttl", "rdf", "jsonld")]
    names = [{iri: sorted(map(str, triples)) for iri, triples in one.items() if "/dataset/" in iri} for one in told]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) > 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<?xml version='1.0'?><rdf:RDF><oops", "no RDF/XML"),
        (
            '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF>&x;</rdf:RDF>',
            "no RDF/XML",
        ),
        ("<http://example.org/a> <http://example.org/b> <http://example.org/c> .", "no dcat:Dataset"),
    ],
    ids=["cut off", "an entity", "no dataset"],
)
def test_what_is_no_catalogue_is_told(text: str, reason: str, empty: Base) -> None:
    [one] = dcat.read(empty, text, NOTE).broken
    assert reason in one.reason


# -- at the terminal ----------------------------------------------------------------------------------------------------


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"KG_DATA": str(data)})


def test_kg_import_reads_records_of_every_form_and_the_template_is_one(bare: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(bare, data, ignore=UNFIT)
    template = run(data, "import", "--template", "agent").output
    sheet = tmp_path / "agents.csv"
    sheet.write_text(template + "city-of-y,Organisation,City of Y\n", "utf-8")
    assert "1 new, 0 changed" in run(data, "import", sheet, "--accept").output
    file = tmp_path / "agents.ttl"
    file.write_text(AGENT + "\n<agent/bad> a ;; .\n", "utf-8")
    told = run(data, "import", file, "--accept")
    assert told.exit_code == 1
    assert "1 new, 0 changed" in told.output
    assert "<agent/bad> a ;; ." in (tmp_path / "agents.rejected.ttl").read_text("utf-8")
    node = tmp_path / "agent.json"
    node.write_text(json.dumps([{"@id": RECORDS + "agent/z", FOAF.name.value: "Z"}]), "utf-8")
    assert "agent/z" in run(data, "import", node).output
    written = run(data, "export", "--format", "sheet", "--kind", "agent").output
    assert {line.split(",")[0] for line in written.splitlines()} == {"agent", "city-of-x", "city-of-y"}
    foreign = tmp_path / "catalogue.ttl"
    foreign.write_text(CATALOGUE, "utf-8")
    assert "--format dcat" in run(data, "import", foreign).output


def test_a_table_of_references_comes_back_and_leaves_alone_what_it_has_no_column_for(
    bare: Path, tmp_path: Path
) -> None:
    data, bib, sheet = tmp_path / "data", tmp_path / "mine.bib", tmp_path / "mine.csv"
    shutil.copytree(bare, data, ignore=UNFIT)
    bib.write_text(
        "@book{a1, author = {Plato and {Smith, Jones and Co} and van den Berg, Jr, Anna and others}, title = {The {SDG} and =1+1},"
        " year = 2020, publisher = {P}, edition = {2}, shorttitle = {SDG}}", "utf-8",
    )  # fmt: skip
    assert run(data, "import", bib, "--accept").exit_code == 0
    sheet.write_text(run(data, "export", "--format", "csv").output, "utf-8")
    assert "= same       │       1" in run(data, "import", sheet).output
    sheet.write_text(sheet.read_text("utf-8").replace("2020", "2021"), "utf-8")
    assert "1 changed" in run(data, "import", sheet, "--accept").output
    out = run(data, "export", "--dialect", "biblatex").output
    assert all(text in out for text in ("{SDG} and =1+1", "edition = {2}", "shorttitle", "date = {2021}"))
