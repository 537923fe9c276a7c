"""The same tests on every engine: the embedded Oxigraph, a plain Oxigraph elsewhere, and a real Virtuoso 7."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

import servers
from kg import entries, queries
from kg.base import Base, canonical, open_base
from kg.engine import Engine
from kg.errors import BadInput, EngineDown, EngineError, QueryTimeout
from kg.settings import Settings
from kg.terms import XSD
from kg.web import create_app
from test_sparql_same import HEAD, QUERIES

ENGINES = ("embedded", "oxigraph", "virtuoso")
LONG_NUMBER = re.compile(r"\d+\.\d{9,}")
NO_VIRTUOSO = "there is no Virtuoso 7 on this machine (Debian: apt-get install virtuoso-opensource-7-bin)"

# What Virtuoso 7.2.5 answers otherwise; docs/scale.md has the same list for people.
VIRTUOSO = {
    "40-places-counted": "MIN passes over what is unbound instead of being unbound",
    "81-links-counted": "DISTINCT in a subquery with UNION does not hold",
    "record-graphs": "it keeps a graph about itself, which a query over named graphs sees",
    "report-sector-practices": "GROUP_CONCAT loses the language that all its parts have",
    "reduced": "REDUCED takes nothing out, as it may",
    "an aggregate over nothing": "SUM of nothing is unbound instead of 0",
    "coalesce": "a division by 0 ends the query instead of being an unbound value",
    "a path of at least one": "a path of any length needs a start or an end",
    "dates": "TZ leaves the sign out",
    "comparing dates": "a year is compared with a date",
    "numbers": "1/2 is 0: whole numbers are divided as in SQL",
    "describe": "DESCRIBE also tells what points at the thing, as it may",
    "FROM NAMED": "it is not heard where GRAPH has a variable and nothing else is asked",
}


@dataclass(frozen=True)
class Kept:
    """A base with the shipped corpus, on one engine."""

    name: str
    base: Base
    server: servers.Server | None


@pytest.fixture(scope="session", params=ENGINES)
def kept(request: pytest.FixtureRequest, loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Fill an engine from the journal of the loaded base, which is how a base moves to another engine."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    if name == "embedded":
        shutil.copytree(loaded, folder / "data")
        with open_base(Settings(data=folder / "data")) as base:
            yield Kept(name, base, None)
        return
    if name == "virtuoso" and servers.virtuoso_program() is None:
        pytest.skip(NO_VIRTUOSO)
    shutil.copytree(loaded, folder / "data", ignore=shutil.ignore_patterns("triples"))
    with (
        getattr(servers, name)(folder) as server,
        open_base(Settings(data=folder / "data", **server.settings)) as base,
    ):
        yield Kept(name, base, server)


@pytest.fixture(scope="session")
def served(kept: Kept) -> Flask:
    """The application over that engine."""
    return create_app(base=kept.base)


@pytest.fixture
def here(served: Flask) -> FlaskClient:
    """Someone who asks that application."""
    return served.test_client()


def expect_difference(request: pytest.FixtureRequest, kept: Kept, what: str) -> None:
    """Mark what Virtuoso is known to answer otherwise; the day it does not, the test fails and the list shrinks."""
    if kept.name == "virtuoso" and what in VIRTUOSO:
        request.applymarker(pytest.mark.xfail(reason=VIRTUOSO[what], strict=True))


def plain(term: Any) -> str:
    """Write a term so that numbers of one value are alike: engines differ in how they write a decimal."""
    if isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in ("integer", "decimal", "double", "byte"):
        return f"number {float(term.value):.9g}"
    if isinstance(term, Literal) and term.language:
        return f"{term.value!r}@{term.language.lower()}"
    return str(term)


def rows(engine: Engine, text: str) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted((name, plain(term)) for name, term in row.items())) for row in engine.select(text))


def graph(engine: Engine, text: str) -> list[str]:
    return sorted(map(str, engine.triples(text)))


ANSWERS: dict[str, Callable[[Engine, str], Any]] = {"SELECT": rows, "ASK": Engine.ask, "CONSTRUCT": graph}


@cache
def known(engine: Engine, form: str, text: str) -> Any:
    """Return what the embedded engine answers, which is asked once for all the others."""
    return ANSWERS[form](engine, text)


elsewhere = pytest.mark.parametrize("kept", ["oxigraph", "virtuoso"], indirect=True)
"""Leaves out the embedded engine, where it would be compared with itself."""


# -- reading ----------------------------------------------------------------------------------------------------


@elsewhere
@pytest.mark.parametrize("name", [q.stem for q in sorted(Path(queries.__file__).parent.glob("*.rq"))])
def test_our_questions_have_the_same_answer(request: pytest.FixtureRequest, kept: Kept, base: Base, name: str) -> None:
    expect_difference(request, kept, name)
    text = queries.question(name).sample()
    form = next(word for word in text.split() if word in ("SELECT", "ASK", "CONSTRUCT", "INSERT", "DROP"))
    if form in ANSWERS:
        assert ANSWERS[form](kept.base.engine, text) == known(base.engine, form, text)


@elsewhere
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/policy/in-ndsap-2012.ttl",
        "/place/in.jsonld",
        "/concept/sector/transport",
        "/search.csv?kind=dataset",
    ],
)
def test_pages_are_the_same(here: FlaskClient, client: FlaskClient, address: str) -> None:
    found = []
    for asker in (here, client):  # one is read to its end before the other begins: both stream within their own context
        with asker.get(address) as answer:
            assert answer.status_code == 200
            found.append(sorted(answer.data.split()))
    assert found[0] == found[1]


@elsewhere
@pytest.mark.parametrize("name", QUERIES)
def test_the_endpoint_speaks_sparql_in_every_format(
    request: pytest.FixtureRequest, kept: Kept, here: FlaskClient, client: FlaskClient, name: str
) -> None:
    expect_difference(request, kept, name)
    is_graph = QUERIES[name].startswith(("CONSTRUCT", "DESCRIBE"))
    for ext in ("nt", "ttl", "rdf", "jsonld") if is_graph else ("json", "xml", "csv", "tsv"):
        address = "/sparql?" + urlencode({"query": HEAD + QUERIES[name], "format": ext})
        mine, known = here.get(address), client.get(address)
        assert (mine.status_code, mine.mimetype) == (200, known.mimetype), mine.text
        assert read(mine.data, ext) == read(known.data, ext), ext


def read(text: bytes, ext: str) -> Any:
    """Read an answer by a parser of its format; CSV says nothing of types, so that it is compared as sorted lines."""
    if ext in ("nt", "ttl", "rdf", "jsonld"):
        form = RdfFormat.from_extension(ext)
        assert form is not None
        return sorted(f"{quad.subject} {quad.predicate} {plain(quad.object)}" for quad in parse(text, format=form))
    if ext == "csv":  # its columns stand in any order after `SELECT *`, and numbers have as many digits as one likes
        cells = list(csv.reader(text.decode().splitlines()))
        return sorted(
            sorted(LONG_NUMBER.sub(lambda found: f"{float(found[0]):.9g}", cell) for cell in row) for row in cells
        )
    found = parse_query_results(
        text, format=QueryResultsFormat.from_extension({"json": "srj", "xml": "srx"}.get(ext, ext))
    )
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    names = sorted(variable.value for variable in found.variables)
    return names, sorted(tuple(plain(row[name]) for name in names) for row in found)


def test_a_dataset_narrows_what_is_asked(here: FlaskClient) -> None:
    graph = "https://w3id.org/open-urban/place/in"
    whole = here.get(
        "/sparql?" + urlencode({"query": f"SELECT * {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", "format": "csv"})
    )
    query = "SELECT * { ?s ?p ?o }"
    by_parameter = here.get("/sparql?" + urlencode({"query": query, "default-graph-uri": graph, "format": "csv"}))
    by_clause = here.get("/sparql?" + urlencode({"query": f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}", "format": "csv"}))
    assert len(whole.text.splitlines()) > 5
    assert (
        sorted(whole.text.splitlines()) == sorted(by_parameter.text.splitlines()) == sorted(by_clause.text.splitlines())
    )


# -- mistakes and limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["SELECT ?x {", "SELECT ?x { ?s nowhere:p ?x }", "SELECT ?x { ?s ?p }"])
def test_a_mistake_is_told_with_its_line(kept: Kept, text: str) -> None:
    with pytest.raises(BadInput, match=r"(?i)line \d"):
        kept.base.engine.select(text)


@elsewhere
def test_a_query_that_takes_too_long_is_stopped_and_says_so(kept: Kept) -> None:
    settings = kept.base.settings
    hasty = Engine(settings.engine, settings.engine_update, settings.engine_graphs, 1)
    with pytest.raises(QueryTimeout):
        hasty.select("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a != ?i && ?d != ?g) }")
    if kept.name == "oxigraph" and kept.server is not None:  # nobody waits any more, but it counts on for half a minute
        kept.server.kill()
        kept.server.start()


# -- writing -----------------------------------------------------------------------------------------------------

ABOUT = "https://w3id.org/open-urban/output/engine-test"
LITERALS = {
    "quotes and lines": Literal("he said \"no\" \\ and 'yes'\n\tthen\rleft"),
    "other planes": Literal("𝄞 日本語 שלום \u200f é"),
    "empty": Literal(""),
    "long": Literal("x" * 100_000),
    "markup": Literal("<b>&amp;</b> {?x} %0A"),
    "gYear": Literal("2016", datatype=XSD.gYear),
    "gYearMonth": Literal("2016-08", datatype=XSD.gYearMonth),
    "date": Literal("2016-02-29", datatype=XSD.date),
    "dateTime": Literal("2016-10-07T12:00:00+02:00", datatype=XSD.dateTime),
    "language": Literal("colour", language="en-GB"),
    "true": Literal("true", datatype=XSD.boolean),
    "false": Literal("false", datatype=XSD.boolean),
    "integer": Literal("42", datatype=XSD.integer),
    "decimal": Literal("3.0", datatype=XSD.decimal),
    "double": Literal("1.5E3", datatype=XSD.double),
}


def stored(kept: Kept, iri: str) -> list[str]:
    text = queries.fill("graph", graph=NamedNode(iri))
    return sorted(f"{t.subject} {t.predicate} {plain(t.object)}" for t in kept.base.engine.triples(text))


def told(triples: list[Triple]) -> list[str]:
    return sorted(f"{t.subject} {t.predicate} {plain(t.object)}" for t in triples)


def write(kept: Kept, iri: str, triples: list[Triple] | None) -> int:
    return len(kept.base.write({iri: triples}, "tester", "to see", checked=True))


@pytest.mark.parametrize("name", LITERALS)
def test_a_literal_comes_back(kept: Kept, name: str) -> None:
    triple = Triple(NamedNode(ABOUT), NamedNode("urn:says"), LITERALS[name])
    assert write(kept, ABOUT, [triple]) == 1
    try:
        assert kept.base.graphs([ABOUT]) == {ABOUT: [triple]}
        assert stored(kept, ABOUT) == told([triple])
        assert write(kept, ABOUT, [triple]) == 0, "what is written again unchanged must be seen as unchanged"
    finally:
        write(kept, ABOUT, None)


def test_a_record_is_made_replaced_and_taken_away(kept: Kept) -> None:
    first = [Triple(NamedNode(ABOUT), NamedNode("urn:says"), Literal(f"{n}")) for n in range(3)]
    second = [Triple(NamedNode(ABOUT), NamedNode("urn:says"), Literal("other"))]
    for triples in (first, second):
        write(kept, ABOUT, triples)
        assert stored(kept, ABOUT) == told(triples)
    write(kept, ABOUT, None)
    assert stored(kept, ABOUT) == []
    assert ABOUT not in kept.base.graphs([ABOUT])


def test_a_record_of_more_than_ten_thousand_statements_is_written_whole(kept: Kept) -> None:
    many = [
        Triple(NamedNode(f"{ABOUT}#{n % 100}"), NamedNode("urn:says"), Literal(f'value "{n}"')) for n in range(12_000)
    ]
    try:
        write(kept, ABOUT, many)
        assert len(stored(kept, ABOUT)) == len(many)
    finally:
        write(kept, ABOUT, None)


def dumped(base: Base, folder: Path) -> dict[Path, bytes]:
    entries.dump(base, folder)
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.fixture(scope="module")
def known_dump(base: Base, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, bytes]:
    """The files that the embedded engine's base is dumped into."""
    return dumped(base, tmp_path_factory.mktemp("known"))


@elsewhere
def test_the_dump_is_the_files(kept: Kept, known_dump: dict[Path, bytes], tmp_path: Path) -> None:
    mine = dumped(kept.base, tmp_path)
    assert len(mine) > 1000
    assert mine == known_dump


@elsewhere
def test_every_record_stands_in_the_engine(kept: Kept, base: Base) -> None:
    there, known = (
        {row["graph"] for row in held.engine.select(queries.fill("record-graphs"))} for held in (kept.base, base)
    )
    assert len(known) > 1000
    assert known <= there


# -- a server of one's own, which may be killed ----------------------------------------------------------------


@pytest.fixture(params=["oxigraph", "virtuoso"])
def mortal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[servers.Server]:
    if request.param == "virtuoso" and servers.virtuoso_program() is None:
        pytest.skip(NO_VIRTUOSO)
    with getattr(servers, request.param)(tmp_path) as server:
        yield server


def test_what_a_kill_left_undone_is_done_from_the_journal(mortal: servers.Server, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", **mortal.settings)
    records = {
        f"{ABOUT}-{n}": [Triple(NamedNode(f"{ABOUT}-{n}"), NamedNode("urn:says"), Literal(f"{n}"))] for n in range(50)
    }
    with open_base(settings) as base:
        base.write(dict(list(records.items())[:20]), "tester", "before", checked=True)
        mortal.kill()
        with pytest.raises((EngineDown, EngineError)):
            base.write(records, "tester", "after", checked=True)
    mortal.start()
    with open_base(settings) as base:
        for iri, triples in records.items():
            found = base.engine.triples(queries.fill("graph", graph=NamedNode(iri)))
            assert canonical(found) == canonical(triples)
        assert base.engine.select(queries.fill("revision", base=NamedNode(settings.base)))[0]["revision"].value == str(
            base.journal.revision
        )


def test_a_stranger_may_not_write_and_is_told_what_to_set(tmp_path: Path) -> None:
    if servers.virtuoso_program() is None:
        pytest.skip(NO_VIRTUOSO)
    with servers.virtuoso(tmp_path) as server:
        settings = {
            name: value for name, value in server.settings.items() if "user" not in name and "password" not in name
        }
        for extra in ({}, {"engine_user": "dba", "engine_password": "wrong"}):
            base_settings = Settings(data=tmp_path / "data", **settings, **extra)
            with open_base(base_settings) as base, pytest.raises(EngineError, match="KG_ENGINE_PASSWORD"):
                base.engine.replace({ABOUT: b'<urn:a> <urn:b> "c" .'})
        with open_base(Settings(data=tmp_path / "data", **server.settings)) as base:
            base.engine.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }")
            assert base.engine.ask("ASK { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }")


def test_an_answer_that_virtuoso_cuts_is_refused(tmp_path: Path) -> None:
    if servers.virtuoso_program() is None:
        pytest.skip(NO_VIRTUOSO)
    with (
        servers.virtuoso(tmp_path, rows=10) as server,
        open_base(Settings(data=tmp_path / "data", **server.settings)) as base,
    ):
        lines = "".join(f'<urn:a> <urn:b> "{n}" .\n' for n in range(30)).encode()
        base.engine.replace({ABOUT: lines})
        with pytest.raises(EngineError, match="cuts answers after 10 rows"):
            base.engine.select(f"SELECT ?o {{ GRAPH <{ABOUT}> {{ ?s ?p ?o }} }}")
