"""What the base says of itself, and how all of it is taken away and brought back: VoID, service description, dumps, backups."""

from __future__ import annotations

import ast
import fcntl
import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import rdflib
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from conftest import clean_environment
from kg import backup, dumps, entries
from kg.base import Base, open_base
from kg.cli import main
from kg.errors import BadInput
from kg.settings import Settings
from kg.terms import DCT, RDF, RECORDS, SKOS
from kg.web import create_app, described

PLACE = f"{RECORDS}place/atlantis"
VOID, SD = (
    rdflib.Namespace("http://rdfs.org/ns/void#"),
    rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#"),
)


def place(name: str) -> list[Triple]:
    node = NamedNode(PLACE)
    return [Triple(node, RDF.type, DCT.Location), Triple(node, SKOS.prefLabel, Literal(name, language="en"))]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A base of its own with the ontology and one place."""
    with open_base(Settings(data=tmp_path_factory.mktemp("described") / "data")) as opened:
        entries.load(opened, [])
        opened.write({PLACE: place("Atlantis")}, "a curator", "found it")
        yield opened


@pytest.fixture
def door(held: Base) -> FlaskClient:
    """Someone who asks that base."""
    return create_app(base=held).test_client()


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]
)
def test_the_service_is_described_in_every_format(door: FlaskClient, media: str) -> None:
    answer = door.get("/sparql", headers={"Accept": media})
    assert answer.mimetype == media
    lines = "".join(f"{quad.triple} .\n" for quad in parse(answer.data, format=RdfFormat.from_media_type(media)))
    graph = rdflib.Graph().parse(data=lines, format="nt")
    [service] = graph.subjects(rdflib.RDF.type, SD.Service)
    assert graph.value(service, SD.endpoint) == rdflib.URIRef("http://localhost/sparql")
    assert (service, SD.supportedLanguage, SD.SPARQL11Query) in graph
    default = graph.value(graph.value(service, SD.defaultDataset), SD.defaultGraph)
    assert int(graph.value(default, VOID.triples)) > 1000


def test_void_counts_what_is_there_and_follows_each_revision(door: FlaskClient, held: Base) -> None:
    def triples() -> int:
        graph = rdflib.Graph().parse(data=door.get("/.well-known/void").data, format="turtle")
        [described] = graph.subjects(VOID.sparqlEndpoint)
        assert graph.value(described, VOID.uriSpace) == rdflib.Literal(RECORDS)
        assert len(list(graph.objects(described, VOID.dataDump))) == 2
        parts = sum(int(graph.value(part, VOID.triples)) for part in graph.objects(described, VOID.propertyPartition))
        assert parts == int(graph.value(described, VOID.triples))
        return parts

    before = triples()
    held.write({PLACE: [*place("Atlantis"), Triple(NamedNode(PLACE), SKOS.altLabel, Literal("x"))]}, "a", "b")
    assert triples() == before + 1


@pytest.mark.parametrize(("ext", "form"), [("nq", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)])
def test_a_dump_holds_every_statement_and_its_digest_is_true(
    door: FlaskClient, held: Base, ext: str, form: RdfFormat
) -> None:
    answer = door.get(f"/dump/open-urban.{ext}.gz")
    assert answer.status_code == 200
    with held.journal.snapshot() as (_, graphs):
        expected = {(iri, line) for iri, content in graphs for line in content.decode().splitlines()}
    found = {(quad.graph_name.value, f"{quad.triple} .") for quad in parse(gzip.decompress(answer.data), format=form)}
    assert found == expected
    told = door.get(f"/dump/open-urban.{ext}.gz.sha256").text.split()
    assert told == [hashlib.sha256(answer.data).hexdigest(), f"open-urban.{ext}.gz"]
    assert told[0] in door.get("/.well-known/void").text
    assert door.get(f"/dump/open-urban.{ext}.gz", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_description_does_not_wait_for_numbers_that_take_long(
    door: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(described, "_PATIENCE_SECONDS", 0)
    door.application.extensions.pop("numbers", None)
    assert b"void:entities" in door.get("/.well-known/void").data
    _, counting = door.application.extensions["numbers"]
    assert counting.result(timeout=60).triples > 0
    assert b"void:classPartition" in door.get("/.well-known/void").data


def test_a_broken_download_of_a_dump_goes_on_where_it_stopped(door: FlaskClient) -> None:
    whole = door.get("/dump/open-urban.nq.gz")
    assert whole.headers["Accept-Ranges"] == "bytes"
    same = {"If-Range": whole.headers["ETag"], "Range": "bytes=100-"}
    rest = door.get("/dump/open-urban.nq.gz", headers=same)
    assert (rest.status_code, rest.data) == (206, whole.data[100:])
    other = door.get("/dump/open-urban.nq.gz", headers=same | {"If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole.data)
    beyond = door.get("/dump/open-urban.nq.gz", headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.status_code == 416


def test_a_dump_is_made_anew_only_when_something_changed(held: Base) -> None:
    folder = held.settings.data / "dumps"
    first = dumps.fresh(held.journal, folder, "nq")
    assert dumps.fresh(held.journal, folder, "nq") == first
    held.write({PLACE: place("Elsewhere")}, "a", "b")
    second = dumps.fresh(held.journal, folder, "nq")
    assert second.revision > first.revision
    assert not first.path.exists()


def test_a_dump_that_takes_long_is_made_while_its_readers_wait_elsewhere(
    door: FlaskClient, held: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.web.described._PATIENCE_SECONDS", 0.05)
    folder = held.settings.data / "dumps"
    for old in folder.glob("*.trig.gz"):
        old.unlink()
    with (folder / "trig.lock").open("w") as lock:  # another process is making one
        fcntl.flock(lock, fcntl.LOCK_EX)
        answers = [door.get("/dump/open-urban.trig.gz") for _ in range(3)]
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(503, "30")] * 3
    monkeypatch.setattr("kg.web.described._PATIENCE_SECONDS", 60)
    assert door.get("/dump/open-urban.trig.gz").status_code == 200


@pytest.mark.parametrize("name", ["open-urban.nt.gz", "open-urban.nq", "x.nq.gz", "..%2Fjournal.sqlite", "nq.gz"])
def test_there_is_no_other_dump(door: FlaskClient, name: str) -> None:
    assert door.get(f"/dump/{name}").status_code == 404


# -- backups -------------------------------------------------------------------------------------------------------------


def test_a_backup_brings_back_the_base_with_its_history_and_accounts(held: Base, tmp_path: Path) -> None:
    token = create_app(base=held).extensions["accounts"].add("ada", "curator")
    revision = backup.backup(held.settings.data, tmp_path / "kept")
    told = json.loads((tmp_path / "kept" / "manifest.json").read_text())
    assert set(told["files"]) == {"journal.sqlite", "accounts.sqlite", "open-urban.nq.gz"}
    (tmp_path / "again").mkdir()
    assert backup.restore(tmp_path / "kept", tmp_path / "again") == revision
    with open_base(Settings(data=tmp_path / "again")) as restored:
        assert restored.graphs([PLACE]) == held.graphs([PLACE])
        assert restored.journal.history(PLACE) == held.journal.history(PLACE)
        assert restored.journal.revision == restored.index.revision == revision
        assert create_app(base=restored).extensions["accounts"].of(token).name == "ada"


def test_nothing_is_restored_over_something_or_from_what_was_changed(held: Base, tmp_path: Path) -> None:
    backup.backup(held.settings.data, tmp_path / "kept")
    with pytest.raises(BadInput, match="there already"):
        backup.backup(held.settings.data, tmp_path / "kept")
    with pytest.raises(BadInput, match="not empty"):
        backup.restore(tmp_path / "kept", held.settings.data)
    with (tmp_path / "kept" / "journal.sqlite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BadInput, match="changed since"):
        backup.restore(tmp_path / "kept", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    with pytest.raises(BadInput, match="no backup"):
        backup.restore(tmp_path, tmp_path / "again")


def test_a_backup_killed_in_the_middle_leaves_nothing_by_its_name(held: Base, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "backup", str(tmp_path / "kept")]
    process = subprocess.Popen(command, env=clean_environment(data=held.settings.data), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("kept.half-*")) and process.poll() is None:
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = tmp_path / "kept"
    assert not kept.exists() or (kept / "manifest.json").is_file()


def test_the_command_line_backs_up_and_restores(held: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_DATA", str(held.settings.data))
    assert CliRunner().invoke(main, ["backup", str(tmp_path / "kept")]).exit_code == 0
    monkeypatch.setenv("KG_DATA", str(tmp_path / "again"))
    assert CliRunner().invoke(main, ["restore", str(tmp_path / "kept")]).exit_code == 0
    with open_base(Settings(data=tmp_path / "again")) as restored:
        assert restored.graphs([PLACE]) == held.graphs([PLACE])


# -- linked data and copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "form"), [("/place/atlantis", "text/html"), ("/place/atlantis.ttl", "text/turtle")])
def test_a_record_has_signposts(door: FlaskClient, url: str, form: str) -> None:
    answer = door.get(url)
    assert answer.mimetype == form
    links = answer.headers.getlist("Link")
    assert f'<{PLACE}>; rel="cite-as"' in links
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links
    if form == "text/html":
        assert '</place/atlantis.ttl>; rel="describedby"; type="text/turtle"' in links
        assert '<https://schema.org/AboutPage>; rel="type"' in links
        assert '<https://schema.org/Place>; rel="type"' in links
    else:
        assert '</place/atlantis>; rel="describes"; type="text/html"' in links


def test_a_withdrawn_record_has_a_tombstone_and_an_unknown_one_none(door: FlaskClient, held: Base) -> None:
    mu = f"{RECORDS}place/mu"
    gone = [Triple(NamedNode(mu), triple.predicate, triple.object) for triple in place("Mu")]
    held.write({mu: gone}, "a", "b")
    held.write({mu: None}, "a curator", "it sank")
    answer = door.get("/place/mu.ttl", headers={"Accept": "application/json"})
    assert answer.status_code == 410
    assert "it sank" in answer.get_json(force=True)["detail"]
    assert door.get("/place/never").status_code == 404


NASTY = 'SELECT ("""a\\\\ \' "b""" AS ?x) (STR(<http://x/?a=b&c=d>) AS ?y) { }'


@pytest.mark.parametrize("query", ["SELECT ?s {\n  ?s ?p ?o\n} ORDER BY ?s LIMIT 3", NASTY, "ASK {}"])
def test_the_copies_hold_the_query_and_python_can_read_them(door: FlaskClient, query: str) -> None:
    page = door.get("/sparql?" + urlencode({"query": query}), headers={"Accept": "text/html"})
    assert page.status_code == 200
    for label in ("curl", "Python", "R"):
        assert f"<summary>{label}</summary>" in page.text
    notebook: Any = json.loads(door.get("/sparql?" + urlencode({"query": query, "format": "ipynb"})).text)
    code = "".join(notebook["cells"][2]["source"])
    [asked] = [
        ast.literal_eval(call.args[0])
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "setQuery"
    ]
    assert asked.strip() == query
