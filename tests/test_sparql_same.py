"""What the engine answers when it is asked directly, our endpoint answers too: one row for each feature of SPARQL 1.1 Query."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from kg.base import Base
from kg.terms import PREFIXES

HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
POLICY = "?p a ou:Policy"

QUERIES = {
    "distinct": f"SELECT DISTINCT ?t {{ {POLICY} ; dct:type ?t }}",
    "reduced": "SELECT REDUCED ?c { ?s a ?c }",
    "order and slice": "SELECT ?s { ?s a dct:Location } ORDER BY DESC(?s) LIMIT 5 OFFSET 3",
    "order by several": f"SELECT ?p ?y {{ {POLICY} ; dct:issued ?d BIND(YEAR(?d) AS ?y) }} ORDER BY ?y DESC(?p) LIMIT 20",
    "optional": "SELECT ?s ?n { ?s a dct:Location OPTIONAL { ?s skos:notation ?n } }",
    "nested optional": "SELECT * { ?s a dct:Location OPTIONAL { ?s skos:broader ?b OPTIONAL { ?b skos:prefLabel ?l } } }",
    "union": f"SELECT ?x {{ {{ {POLICY} BIND(?p AS ?x) }} UNION {{ ?x a ou:Reference }} }}",
    "minus": f"SELECT ?p {{ {POLICY} MINUS {{ ?p dct:spatial ?place }} }}",
    "not exists": f"SELECT ?p {{ {POLICY} FILTER NOT EXISTS {{ ?p ou:sector ?s }} }}",
    "exists": f"SELECT ?p {{ {POLICY} FILTER EXISTS {{ ?p ou:sector ?s }} }}",
    "count by group": f"SELECT ?place (COUNT(?p) AS ?n) {{ {POLICY} ; dct:spatial ?place }} GROUP BY ?place",
    "count distinct": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    "having": f"SELECT ?place (COUNT(?p) AS ?n) {{ {POLICY} ; dct:spatial ?place }} GROUP BY ?place HAVING (COUNT(?p) > 2)",
    "min and max": f"SELECT (MIN(?d) AS ?a) (MAX(?d) AS ?z) {{ {POLICY} ; dct:issued ?d FILTER(DATATYPE(?d) = xsd:date) }}",
    "sum and average": "SELECT (SUM(?n) AS ?s) (AVG(?n) AS ?m) { VALUES ?n { 1 2.5 3e0 } }",
    "group concat": 'SELECT (GROUP_CONCAT(?x; separator="|") AS ?all) { VALUES ?x { "a" "b" "c" } }',
    "sample": "SELECT ?c (SAMPLE(?c) AS ?same) { ?s a ?c } GROUP BY ?c",
    "an aggregate over nothing": "SELECT (COUNT(*) AS ?n) (SUM(?x) AS ?s) { ?x a <urn:none> }",
    "subquery": f"SELECT ?p ?n {{ {POLICY} {{ SELECT ?p (COUNT(*) AS ?n) {{ ?p ?q ?o }} GROUP BY ?p }} FILTER(?n > 30) }}",
    "values of two": 'SELECT * { VALUES (?a ?b) { (1 "x") (UNDEF "y") } }',
    "values at the end": "SELECT ?s ?l { ?s skos:prefLabel ?l } VALUES ?s { <https://w3id.org/open-urban/place/in> }",
    "bind and if": 'SELECT ?x { VALUES ?n { 1 2 3 } BIND(IF(?n > 1, "many", "one") AS ?x) }',
    "coalesce": "SELECT (COALESCE(?none, 1/0, 7) AS ?x) {}",
    "a sequence path": f"SELECT ?p ?l {{ {POLICY} ; dct:spatial/skos:prefLabel ?l }}",
    "an alternative path": "SELECT ?s ?l { ?s a dct:Location ; skos:prefLabel|skos:altLabel ?l }",
    "an inverse path": "SELECT ?x { <https://w3id.org/open-urban/place/in> ^dct:spatial ?x }",
    "a path of any length": "SELECT ?c { ?c rdfs:subClassOf* dcat:Resource }",
    "a path of at least one": "SELECT ?a ?b { ?a skos:broader+ ?b }",
    "a path that may be empty": "SELECT ?b { <https://w3id.org/open-urban/place/in> skos:broader? ?b }",
    "a negated path": "SELECT DISTINCT ?o { <https://w3id.org/open-urban/place/in> !(rdf:type|skos:prefLabel) ?o }",
    "named graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s a dct:Location } } GROUP BY ?g",
    "one named graph": "SELECT * { GRAPH <https://w3id.org/open-urban/place/in> { ?s ?p ?o } }",
    "from named": "SELECT * FROM NAMED <https://w3id.org/open-urban/place/in> { GRAPH ?g { ?s ?p ?o } }",
    "strings": 'SELECT (UCASE(SUBSTR(CONCAT("ab", "cd"), 2, 2)) AS ?x) (REPLACE("aXb", "X", "-") AS ?y) (STRLEN("é") AS ?n) {}',
    "regex": 'SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(REGEX(STR(?l), "^[A-C].*a$", "i")) }',
    "languages": 'SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), "fr")) }',
    "datatypes": 'SELECT (DATATYPE(1.0) AS ?d) (STRDT("5", xsd:byte) AS ?b) (STRLANG("x", "en-GB") AS ?l) {}',
    "casts": 'SELECT (xsd:integer("07") AS ?i) (xsd:boolean("1") AS ?b) (STR(<urn:x>) AS ?s) (IRI("urn:y") AS ?y) {}',
    "dates": 'SELECT (YEAR(?d) AS ?y) (MONTH(?d) AS ?m) (TZ(?d) AS ?z) { VALUES ?d { "2016-10-07T12:00:00+02:00"^^xsd:dateTime } }',
    "comparing dates": f'SELECT ?p {{ {POLICY} ; dct:issued ?d FILTER(?d >= "2020-01-01"^^xsd:date) }}',
    "numbers": "SELECT (ROUND(2.5) AS ?a) (ABS(-1) AS ?b) (CEIL(1.2) AS ?c) (1/2 AS ?d) (7 - 2 * 3 AS ?e) {}",
    "digests": 'SELECT (MD5("x") AS ?m) (SHA256("x") AS ?s) {}',
    "sets": "SELECT ?s { ?s a ?c FILTER(?c IN (dct:Location, foaf:Person)) }",
    "unicode and escapes": 'SELECT ("\\u00e9\\n\\"\\t<&>" AS ?x) ("日本語, \'quoted\'" AS ?y) {}',
    "ask yes": "ASK { ?s a ou:Policy }",
    "ask no": "ASK { ?s a <urn:none> }",
    "construct": f"CONSTRUCT {{ ?place ou:has ?p }} WHERE {{ {POLICY} ; dct:spatial ?place }}",
    "construct where": "CONSTRUCT WHERE { ?s a dct:Location ; skos:prefLabel ?l }",
    "describe": "DESCRIBE <https://w3id.org/open-urban/place/in>",
    "no rows": "SELECT ?s { ?s a <urn:none> }",
    "no variables bound": "SELECT ?none { VALUES ?x { 1 2 } }",
}


def rows(text: bytes, form: QueryResultsFormat) -> Any:
    found = parse_query_results(text, format=form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return names, sorted(tuple(str(row[name]) for name in names) for row in found)


@pytest.mark.parametrize("name", QUERIES)
def test_the_endpoint_answers_as_the_engine_does(client: FlaskClient, base: Base, name: str) -> None:
    query = HEAD + QUERIES[name]
    is_graph = QUERIES[name].startswith(("CONSTRUCT", "DESCRIBE"))
    media = "application/n-triples" if is_graph else "application/sparql-results+json"
    direct = base.engine.stream(query, media)
    try:
        expected = b"".join(direct.chunks)
    finally:
        direct.close()
    answers = {
        ext: client.get("/sparql?" + urlencode({"query": query, "format": ext}))
        for ext in (("nt", "ttl") if is_graph else ("json", "xml"))
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    if is_graph:
        triples = set(parse(expected, format=RdfFormat.N_TRIPLES))
        assert triples
        assert set(parse(answers["nt"].data, format=RdfFormat.N_TRIPLES)) == triples
        assert set(parse(answers["ttl"].data, format=RdfFormat.TURTLE)) == triples
    else:
        known = rows(expected, QueryResultsFormat.JSON)
        assert rows(answers["json"].data, QueryResultsFormat.JSON) == known
        assert rows(answers["xml"].data, QueryResultsFormat.XML) == known


def test_the_table_is_whole() -> None:
    assert len(QUERIES) >= 50


@pytest.mark.parametrize(
    "head", ["", "PREFIX here: <https://w3id.org/open-urban/place/>\n"], ids=["in full", "by prefix"]
)
def test_from_narrows_the_default_graph_though_the_engine_would_not(client: FlaskClient, head: str) -> None:
    name = "here:in" if head else "<https://w3id.org/open-urban/place/in>"
    asked = (
        f"{head}SELECT ?s ?p ?o FROM {name} {{ ?s ?p ?o }} ORDER BY ?p ?o",
        "SELECT ?s ?p ?o { GRAPH <https://w3id.org/open-urban/place/in> { ?s ?p ?o } } ORDER BY ?p ?o",
    )
    narrowed, named = (client.get("/sparql?" + urlencode({"query": query, "format": "csv"})).text for query in asked)
    assert narrowed == named
    assert len(narrowed.splitlines()) > 5
