"""The guard lets questions pass and nothing that writes or reaches out, however it is written."""

from __future__ import annotations

from contextlib import suppress

import pytest

from kg.base import Base
from kg.errors import BadInput, NotAllowed, QueryTimeout
from kg.web.guard import admit

ALL = "SELECT * WHERE { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (ALL, "SELECT"),
        ("ask { ?s ?p ?o }", "ASK"),
        ("PREFIX select: <http://x/ASK#>\nBASE <http://x/>\n# SELECT no\nCONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <http://x/SERVICE>", "DESCRIBE"),
    ],
)
def test_a_question_passes_with_its_form(text: str, form: str) -> None:
    assert admit(text).form == form


@pytest.mark.parametrize(
    "inner",
    [
        "?service ?p ?o",
        "$SERVICE ?p ?o",
        "?s ex:SERVICE ?o",
        "?s SERVICE:x ?o",
        '?s ?p "SERVICE <http://x/>"',
        "?s ?p 'it is \\' SERVICE'",
        '?s ?p """a "SERVICE" here"""',
        "?s ?p <http://x/SERVICE>",
        "?s ?p ?o # SERVICE",
        '?s ?p "text"@service',
        "?s a dcat:DataService ; ?p ?o",
        "?s a sd:Service . { ?s ?p ?o }",
        "GRAPH ex:service { ?s ?p ?o }",
        "VALUES ?service { <http://x/> }",
    ],
)
def test_the_word_service_is_harmless_in_a_name_a_string_an_iri_or_a_comment(inner: str) -> None:
    assert admit(f"SELECT * WHERE {{ {inner}\n }}").form == "SELECT"


@pytest.mark.parametrize(
    "inner",
    [
        "SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "service silent <http://127.0.0.1/> { ?a ?b ?c }",
        "SeRvIcE?x { ?a ?b ?c }",
        "\\u0053ERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "\\U00000053\\u0045RVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "OPTIONAL { { SERVICE<http://127.0.0.1/>{ ?a ?b ?c } } }",
        "# a comment\nSERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ?p 'x' . SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ?p '''it's''' SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "FILTER(1 <2) SERVICE <http://127.0.0.1/> { ?a ?b ?c } FILTER(3> 2)",
        "# \\u000ASERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ?p '\\u0027 SERVICE <http://127.0.0.1/> { ?a ?b ?c } #'",
        "{ SELECT * { SERVICE <http://127.0.0.1/> { ?a ?b ?c } } }",
        ";SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ex:a\\#b SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ?p 1.SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "SERVICE:x { ?a ?b ?c }",
        "?s ?p trueSERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "?s ?p trueSERVICE:x { ?a ?b ?c }",
        "?s ?p 'a\\u0027 #' . SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
        "SERVICE # {\n silent #\n <http://127.0.0.1/#> # }\n { ?a ?b ?c }",
        "?s ?p true.SERVICE <http://127.0.0.1/> { ?a ?b ?c }",
    ],
)
def test_a_call_to_another_endpoint_is_refused_however_it_hides(inner: str) -> None:
    with pytest.raises(NotAllowed, match="SERVICE"):
        admit(f"SELECT * WHERE {{ {inner}\n }}")


@pytest.mark.parametrize(
    "text",
    ["INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <http://x/>", "PREFIX a: <b> DROP ALL", "WITH <x> DELETE WHERE {}"],
)
def test_what_writes_is_no_query(text: str) -> None:
    with pytest.raises(BadInput, match="changes data"):
        admit(text)


@pytest.mark.parametrize("text", ["", "   ", "# nothing", "hello world"])
def test_what_is_no_query_is_told_so(text: str) -> None:
    with pytest.raises(BadInput):
        admit(text)


@pytest.mark.parametrize(
    ("text", "dataset"),
    [
        (ALL, ()),
        ("SELECT * FROM <http://x/g> { ?s ?p ?o }", (("default-graph-uri", "http://x/g"),)),
        ("PREFIX x: <http://x/> SELECT * FROM x:g FROM NAMED <http://x/h> WHERE { ?s ?p 'FROM <http://no/>' }",
         (("default-graph-uri", "http://x/g"), ("named-graph-uri", "http://x/h"))),
        ("ASK FROM <g> { ?s ?p ?o }", (("default-graph-uri", "https://w3id.org/open-urban/g"),)),
        ("BASE <a/> ASK FROM <g> { ?s ?p ?o }", (("default-graph-uri", "https://w3id.org/open-urban/a/g"),)),
        ("BASE <http://x/> ASK FROM <g> # FROM <http://no/>\n{ ?s ?p ?o }", (("default-graph-uri", "http://x/g"),)),
        ("PREFIX : <http://x/> CONSTRUCT FROM :g WHERE { ?s ?p ?o }", (("default-graph-uri", "http://x/g"),)),
        ("SELECT ?from { ?from ?p <http://x/FROM> }", ()),
    ],
    ids=["none", "one", "both", "relative", "relative base", "base", "empty prefix", "a variable"],
)  # fmt: skip
def test_the_dataset_of_a_query_is_read(text: str, dataset: tuple[tuple[str, str], ...]) -> None:
    assert admit(text).dataset == dataset


NESTED = {
    "parentheses": lambda n: "SELECT * { ?s ?p ?o FILTER(" + "(" * n + "1" + ")" * n + ") } LIMIT 1",
    "groups": lambda n: "SELECT * " + "{" * n + " ?s ?p ?o " + "}" * n + " LIMIT 1",
    "queries": lambda n: "SELECT * " + "{ SELECT * " * n + "{ ?s ?p ?o }" + "}" * n + " LIMIT 1",
    "optionals": lambda n: "SELECT * { " + "?s ?p ?o OPTIONAL { " * n + "}" * n + " } LIMIT 1",
    "exists": lambda n: "SELECT * { " + "?s ?p ?o FILTER EXISTS { " * n + "?s ?p ?o" + "}" * n + " } LIMIT 1",
    "paths": lambda n: "SELECT * { ?s " + "(" * n + "<a:b>" + ")" * n + " ?o } LIMIT 1",
}
LONG = {
    "unions": lambda n: "SELECT * {" + "{ ?s <a:b> ?o } UNION " * n + "{ ?s <a:b> ?o } } LIMIT 1",
    "sums": lambda n: "SELECT (1" + "+1" * n + " AS ?x) {}",
    "negations": lambda n: "SELECT * { ?s <a:b> ?o FILTER(" + "!" * n + "true) }",
    "conjunctions": lambda n: "SELECT * { ?s <a:b> ?o FILTER(?o" + " && ?o" * (n // 2) + ") }",
    "alternatives": lambda n: "SELECT * { ?s <a:b>" + "|<a:b>" * n + " ?o } LIMIT 1",
    "minus": lambda n: "SELECT * { ?s <a:b> ?o " + "MINUS { ?s <a:b> 1 } " * n + "}",
    "bindings": lambda n: "SELECT * { " + "".join(f"BIND({i} AS ?x{i}) " for i in range(n)) + "}",
}


@pytest.mark.parametrize("shape", NESTED)
def test_a_query_as_deep_as_the_guard_allows_is_survived_and_a_deeper_one_refused(shape: str, base: Base) -> None:
    """The engine reads by recursion, and would end of a bomb of brackets."""
    with suppress(QueryTimeout):
        base.engine.select(admit(NESTED[shape](90)).text)
    assert base.engine.alive()
    with pytest.raises(BadInput, match="brackets are open at once, from line 1 on"):
        admit(NESTED[shape](101))


@pytest.mark.parametrize("shape", LONG)
def test_a_query_as_long_as_the_guard_allows_is_survived_and_a_longer_one_refused(shape: str, base: Base) -> None:
    """A chain of operators is a tree as deep as the chain is long."""
    with suppress(QueryTimeout):
        base.engine.select(admit(LONG[shape](1990)).text)
    with pytest.raises(BadInput, match="operators and clauses"):
        admit(LONG[shape](4100))
    assert base.engine.alive()


def test_long_lists_of_values_are_no_operators() -> None:
    """Programs send thousands of IRIs in one query."""
    assert admit("SELECT * { VALUES ?s { " + "<https://example.org/a/b> " * 5000 + "} ?s ?p ?o }")
