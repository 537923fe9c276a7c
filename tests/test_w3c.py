"""The W3C's own tests of SPARQL 1.0 and 1.1 Query: what the engine under us passes, we pass, asked at our own address.

The suites are not part of the repository: `make w3c` fetches them, `make test` too. `KG_W3C_TESTS` may name another folder with
them, in any layout in which they are published: `sparql/sparql10` and `sparql/sparql11` of github.com/w3c/rdf-tests, or
`dawg-data-r2` and `sparql11`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import pytest
import rdflib
import urllib3
from flask.testing import FlaskClient
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)
from rdflib.collection import Collection

import servers
from kg.base import open_base
from kg.settings import Settings
from kg.web import create_app

FETCHED = Path(__file__).resolve().parent.parent / "build/w3c/rdflib-7.1.4/test"
FOLDER = os.environ.get("KG_W3C_TESTS") or (str(FETCHED) if FETCHED.is_dir() else "")
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
EVALUATED = ("QueryEvaluationTest", "CSVResultFormatTest")
READ = ("PositiveSyntaxTest", "PositiveSyntaxTest11")
REFUSED = ("NegativeSyntaxTest", "NegativeSyntaxTest11")
ELSEWHERE = ("/entailment/", "/service/", "/protocol/", "/http-rdf-update/", "/service-description/")
"""Suites of what neither we nor the engine claim (entailment), or that need servers elsewhere."""
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.IGNORECASE)

KNOWN = {
    "syntax-fed/test_1": "SERVICE is refused unless a setting allows the endpoint",
    "syntax-fed/test_2": "SERVICE is refused unless a setting allows the endpoint",
    "syntax-fed/test_3": "SERVICE is refused unless a setting allows the endpoint",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="the W3C's SPARQL tests are not here: make w3c"),
]


@dataclass(frozen=True)
class Case:
    """One test of a manifest."""

    name: str
    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()
    result: Path | None = None


@dataclass
class Tally:
    """What came out, by suite."""

    both: int = 0
    neither: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    won: list[str] = field(default_factory=list)


def path_of(iri: Any) -> Path:
    return Path(unquote(urlsplit(str(iri)).path))


def cases() -> Iterator[Case]:
    for manifest in sorted(Path(FOLDER).resolve().rglob("manifest*.ttl")):
        if any(part in manifest.as_posix() for part in ELSEWHERE) or "sparql12" in manifest.as_posix():
            continue
        try:
            graph = rdflib.Graph().parse(manifest, format="turtle")
        except Exception:  # old manifests of a few suites are no Turtle any more
            continue
        for head in graph.objects(None, MF.entries):
            for test in Collection(graph, head):
                kind = str(graph.value(test, rdflib.RDF.type) or "").rpartition("#")[2]
                action = graph.value(test, MF.action)
                if kind in EVALUATED and graph.value(action, QT.query) is not None:
                    yield Case(
                        f"{manifest.parent.name}/{str(test).rpartition('#')[2]}",
                        kind,
                        path_of(graph.value(action, QT.query)),
                        tuple(map(path_of, graph.objects(action, QT.data))),
                        tuple(map(path_of, graph.objects(action, QT.graphData))),
                        path_of(graph.value(test, MF.result)),
                    )
                elif kind in READ + REFUSED:
                    yield Case(f"{manifest.parent.name}/{str(test).rpartition('#')[2]}", kind, path_of(action))


# -- what an answer is ------------------------------------------------------------------------------------------


def statements(path: Path, graph: NamedNode | DefaultGraph) -> list[Quad]:
    """Read a file of data; the base of its addresses is its own."""
    form = RdfFormat.from_extension(path.suffix[1:]) or RdfFormat.TURTLE
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in parse(path=str(path), format=form, base_iri=path.as_uri(), rename_blank_nodes=True)
    ]


def same_statements(first: Any, second: Any) -> bool:
    """Tell whether two graphs are the same but for the names of blank nodes."""
    found = []
    for triples in (first, second):
        dataset = Dataset(triples)
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        found.append(set(dataset))
    return found[0] == found[1]


def as_value(term: Any) -> Any:
    """Write a number so that one value has one form: an engine may keep values instead of texts."""
    if isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in (
        "integer",
        "decimal",
        "double",
        "float",
    ):
        try:
            return Literal(f"{float(term.value):.9g}", datatype=term.datatype)
        except ValueError:
            return term
    return term


def as_table(names: list[str], rows: list[tuple[Any, ...]]) -> list[Quad]:
    """Write a table as a graph, so that blank nodes in it are compared as in one; rows that stand twice count twice."""
    quads, seen = [], Counter[str]()
    for row in (tuple(map(as_value, row)) for row in rows):
        key = "|".join(f"{n}={'_' if isinstance(v, BlankNode) else v}" for n, v in zip(names, row, strict=True))
        node = BlankNode()
        seen[key] += 1
        quads.append(Quad(node, NamedNode("urn:is"), NamedNode("urn:row")))
        quads += [Quad(node, NamedNode(f"urn:{n}"), v) for n, v in zip(names, row, strict=True) if v is not None]
    return quads


def read_answer(body: bytes, media: str) -> Any:
    if media == "application/n-triples":
        return "graph", [Quad(q.subject, q.predicate, q.object) for q in parse(body, format=RdfFormat.N_TRIPLES)]
    return solutions(body, QueryResultsFormat.JSON)


def solutions(body: bytes, form: QueryResultsFormat) -> Any:
    found = parse_query_results(body, format=form)
    if isinstance(found, QueryBoolean):
        return "yes or no", bool(found)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    rows = [tuple(row[name] for name in names) for row in found]
    return "table", (sorted(names), len(rows), as_table(names, rows))


def read_expected(path: Path) -> Any:
    form = {".srx": QueryResultsFormat.XML, ".srj": QueryResultsFormat.JSON, ".tsv": QueryResultsFormat.TSV}.get(
        path.suffix
    )
    if form is not None:
        return solutions(path.read_bytes(), form)
    graph = rdflib.Graph().parse(path, format="xml" if path.suffix == ".rdf" else "turtle", publicID=path.as_uri())
    table = graph.value(None, rdflib.RDF.type, RS.ResultSet)
    if table is None:
        return "graph", statements(path, DefaultGraph())
    if (yes := graph.value(table, RS.boolean)) is not None:
        return "yes or no", bool(yes.toPython())
    names = [str(name) for name in graph.objects(table, RS.resultVariable)]
    rows = []
    for solution in graph.objects(table, RS.solution):
        bound = {
            str(graph.value(b, RS.variable)): graph.value(b, RS.value) for b in graph.objects(solution, RS.binding)
        }
        rows.append(tuple(bound.get(name) for name in names))
    return "table", (sorted(names), len(rows), as_table(names, [tuple(map(_term, row)) for row in rows]))


def _term(term: Any) -> Any:
    if term is None:
        return None
    (quad,) = parse(f"<urn:s> <urn:p> {term.n3()} .".encode(), format=RdfFormat.TURTLE)
    return quad.object


def same(first: Any, second: Any) -> bool:
    if first[0] != second[0]:
        return False
    if first[0] == "yes or no":
        return bool(first[1] == second[1])
    if first[0] == "graph":
        return same_statements(first[1], second[1])
    return bool(first[1][:2] == second[1][:2]) and same_statements(first[1][2], second[1][2])


# -- the two who are asked ----------------------------------------------------------------------------------------


class Asked:
    """The engine directly, and our address over the same engine."""

    def __init__(self, server: servers.Server, client: FlaskClient) -> None:
        self.server = server
        self.client = client
        self.pool = urllib3.PoolManager(timeout=30)

    def fill(self, case: Case) -> list[tuple[str, str]]:
        """Load a case's files, each as the graph of its own address; return the dataset that the test is about."""
        text = case.query.read_text("utf-8") if case.kind in EVALUATED else ""
        clauses = [case.query.parent / name for name in _FROM.findall(text)]
        quads = [
            quad for path in {*case.data, *case.named, *clauses} for quad in statements(path, NamedNode(path.as_uri()))
        ]
        body = serialize(quads, format=RdfFormat.N_QUADS)
        url = f"{self.server.address}/store"
        assert self.pool.request("PUT", url, body=body, headers={"Content-Type": "application/n-quads"}).status < 300
        if clauses or case.kind not in EVALUATED:
            return []
        default = [("default-graph-uri", path.as_uri()) for path in case.data] or [("default-graph-uri", "urn:none")]
        return default + [("named-graph-uri", path.as_uri()) for path in case.named]

    def directly(self, text: str, media: str, dataset: list[tuple[str, str]]) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/sparql-query", "Accept": media}
        url = f"{self.server.address}/query?{urlencode(dataset)}"
        answer = self.pool.request("POST", url, body=text.encode(), headers=headers)
        return answer.status, answer.data

    def here(self, text: str, media: str, dataset: list[tuple[str, str]]) -> tuple[int, bytes]:
        headers = {"Accept": media, "Cache-Control": "no-cache"}
        answer = self.client.post(f"/sparql?{urlencode(dataset)}", data={"query": text}, headers=headers)
        return answer.status_code, answer.data


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("w3c")
    limits = {"query_rate": 0, "query_timeout": 20}
    with (
        servers.oxigraph(folder) as server,
        open_base(Settings(data=folder / "data", **server.settings, **limits)) as base,
    ):
        yield Asked(server, create_app(base=base).test_client())


def form_of(text: str) -> str:
    """Return the media type in which a query's answer is asked for."""
    words = " ".join(line.partition("#")[0] if "<" not in line else line for line in text.splitlines()).upper().split()
    first = next(
        (word for word in words if word.split("{")[0].split("*")[0] in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")), ""
    )
    return "application/n-triples" if first.startswith(("CONSTRUCT", "DESCRIBE")) else "application/sparql-results+json"


def passes(case: Case, status: int, body: bytes, media: str) -> bool:
    if case.kind in REFUSED:
        return status == 400
    if status != 200 or case.kind in READ:
        return status == 200
    if case.result is None:
        return False
    if case.kind == "CSVResultFormatTest":
        return sorted(body.decode().split("\r\n")) == sorted(
            case.result.read_text("utf-8").replace("\r\n", "\n").split("\n")
        )
    try:
        return same(read_answer(body, media), read_expected(case.result))
    except (ValueError, SyntaxError):
        return False


def text_of(case: Case) -> str:
    """Read a query, with the base that a file has; graphs that it names beside itself keep their own address."""
    text = case.query.read_text("utf-8")
    return text if case.kind not in EVALUATED or "BASE" in text.upper() else f"BASE <{case.query.as_uri()}>\n{text}"


def test_what_the_engine_passes_we_pass(asked: Asked) -> None:
    tally: dict[str, Tally] = {}
    for case in cases():
        suite = tally.setdefault(case.name.partition("/")[0], Tally())
        dataset = asked.fill(case)
        text = text_of(case)
        media = "text/csv" if case.kind == "CSVResultFormatTest" else form_of(text)
        theirs, ours = (passes(case, *ask(text, media, dataset), media) for ask in (asked.directly, asked.here))
        suite.both += theirs and ours
        if not theirs and not ours:
            suite.neither.append(case.name)
        if theirs and not ours:
            suite.lost.append(case.name)
        if ours and not theirs:
            suite.won.append(case.name)
    for name, found in sorted(tally.items()):
        print(
            f"{name:24} passed by both {found.both:4}  by neither {len(found.neither):3}  only by us {len(found.won):3}"
        )
    total = sum(found.both + len(found.neither) + len(found.lost) + len(found.won) for found in tally.values())
    print(f"{total} tests, {sum(found.both + len(found.won) for found in tally.values())} passed by us")
    print("neither:", *(name for found in tally.values() for name in found.neither))
    print("lost:", *(name for found in tally.values() for name in found.lost))
    assert total > 500, "the folder does not hold the suites of SPARQL 1.0 and 1.1"
    assert {name for found in tally.values() for name in found.lost} == KNOWN.keys()
