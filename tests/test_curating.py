"""What curators' programs may do: updates tried on a copy, one record at a time at /graphs, checked and journalled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kg import entries
from kg.base import Base, open_base
from kg.cli import main
from kg.errors import BadInput, NotFound
from kg.settings import Settings
from kg.terms import RECORDS
from kg.web import create_app

ATLANTIS, MU = f"{RECORDS}place/atlantis", f"{RECORDS}place/mu"
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dct: <http://purl.org/dc/terms/>\n"
LABELLED = f"{SKOS}SELECT ?l WHERE {{ <{ATLANTIS}> skos:prefLabel ?l }} ORDER BY ?l"
UPDATE = "application/sparql-update"


def turtle(label: str = "Atlantis", iri: str = ATLANTIS) -> str:
    return f'{SKOS}<{iri}> a dct:Location ; skos:prefLabel "{label}"@en .'


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A base of its own with the ontology and nothing else."""
    with open_base(Settings(data=tmp_path_factory.mktemp("curated"))) as opened:
        entries.load(opened, [])
        yield opened


@pytest.fixture(scope="module")
def tokens(held: Base) -> dict[str, dict[str, str]]:
    """A header for each role."""
    accounts = create_app(base=held).extensions["accounts"]
    made = {role: accounts.add(role, role) for role in ("contributor", "curator", "admin")}
    return {role: {"Authorization": f"Bearer {token}"} for role, token in made.items()}


@pytest.fixture
def door(held: Base, tokens: dict[str, dict[str, str]]) -> Iterator[FlaskClient]:
    """The application over that base, in which Atlantis stands at the start and Mu never does."""
    client = create_app(base=held).test_client()
    answer = client.put(graph(ATLANTIS), data=turtle(), content_type="text/turtle", headers=tokens["curator"])
    assert answer.status_code in (201, 204), answer.text
    yield client
    client.delete(graph(MU), headers=tokens["curator"])


def graph(iri: str) -> str:
    return f"/graphs?graph={quote(iri, safe='')}"


def labels(client: FlaskClient) -> list[str]:
    rows = client.post("/sparql", data=LABELLED, content_type="application/sparql-query").get_json(force=True)
    return [row["l"]["value"] for row in rows["results"]["bindings"]]


def update(client: FlaskClient, headers: dict[str, str], text: str, **more: str) -> Any:
    return client.post("/sparql?" + urlencode(more), data=SKOS + text, content_type=UPDATE, headers=headers)


# -- accounts ------------------------------------------------------------------------------------------------------------


def test_a_token_opens_until_the_account_is_removed(held: Base) -> None:
    accounts = create_app(base=held).extensions["accounts"]
    token = accounts.add("ada", "curator")
    assert accounts.of(token).name == "ada"
    assert accounts.of(token + "x") is None
    newer = accounts.add("ada", "admin")
    assert accounts.of(token) is None
    assert accounts.of(newer).may("curator")
    accounts.remove("ada")
    assert accounts.of(newer) is None
    with pytest.raises(NotFound):
        accounts.remove("ada")


def test_a_token_is_written_nowhere(held: Base) -> None:
    token = create_app(base=held).extensions["accounts"].add("bea", "contributor")
    files = list(held.settings.data.glob("accounts.sqlite*"))
    assert files
    assert not any(token.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("name", "role"), [("", "curator"), ("a b", "curator"), ("ada", "queen"), ("x" * 101, "admin")]
)
def test_no_account_without_a_sound_name_and_role(held: Base, name: str, role: str) -> None:
    with pytest.raises(BadInput):
        create_app(base=held).extensions["accounts"].add(name, role)


def test_the_command_line_prints_a_token_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_DATA", str(tmp_path))
    made = CliRunner().invoke(main, ["user", "add", "cy", "--role", "curator"])
    token = made.stdout.strip()
    assert token.startswith("ou_")
    listed = CliRunner().invoke(main, ["user", "list"])
    assert "cy" in listed.stdout
    assert token not in listed.stdout
    assert CliRunner().invoke(main, ["user", "remove", "cy"]).exit_code == 0
    assert CliRunner().invoke(main, ["user", "remove", "cy"]).exit_code == 1


# -- updates -------------------------------------------------------------------------------------------------------------

OLD, NEW = "?s skos:prefLabel ?l", '?s skos:prefLabel "Other"@en'
DATA = f'GRAPH <{ATLANTIS}> {{ <{ATLANTIS}> skos:prefLabel "%s"@en }}'
HERE = f"GRAPH <{ATLANTIS}>"
SOUND = {
    "insert data": (f'INSERT DATA {{ {HERE} {{ <{ATLANTIS}> skos:altLabel "Atalante"@en }} }}', {}),
    "delete data": (f"DELETE DATA {{ {DATA % 'Atlantis'} }} ; INSERT DATA {{ {DATA % 'Other'} }}", {}),
    "with": (f"WITH <{ATLANTIS}> DELETE {{ {OLD} }} INSERT {{ {NEW} }} WHERE {{ {OLD} }}", {}),
    "from the union": (
        f"DELETE {{ GRAPH ?s {{ {OLD} }} }} INSERT {{ GRAPH ?s {{ {NEW} }} }}"
        f" WHERE {{ ?s a dct:Location . {OLD} FILTER(?s = <{ATLANTIS}>) }}",
        {},
    ),
    "using in the request": (
        f"DELETE {{ {HERE} {{ {OLD} }} }} INSERT {{ {HERE} {{ {NEW} }} }} WHERE {{ {OLD} }}",
        {"using-graph-uri": ATLANTIS},
    ),
    "using named in the request": (
        f"DELETE {{ GRAPH ?g {{ {OLD} }} }} INSERT {{ GRAPH ?g {{ {NEW} }} }} WHERE {{ GRAPH ?g {{ {OLD} }} }}",
        {"using-named-graph-uri": ATLANTIS},
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_update_is_applied_and_journalled(
    door: FlaskClient, held: Base, tokens: dict[str, dict[str, str]], name: str
) -> None:
    text, dataset = SOUND[name]
    answer = update(door, tokens["curator"], text, why="a test", **dataset)
    assert answer.status_code == 200, answer.text
    [changed] = answer.get_json()["changed"]
    assert (changed["record"], changed["now"]) == (ATLANTIS, "changed")
    newest = held.journal.history(ATLANTIS)[0]
    assert (newest.who, newest.why, newest.revision) == ("curator", "a test", changed["revision"])
    assert labels(door) == (["Atlantis"] if name == "insert data" else ["Other"])


UNICORN = f"{RECORDS}unicorn/x"
REFUSED = {
    "no token": (401, "", "CLEAR ALL", {}),
    "a contributor": (403, "contributor", "CLEAR ALL", {}),
    "all of the ontology": (422, "curator", "CLEAR ALL", {}),
    "the default graph": (422, "curator", f"INSERT DATA {{ <{ATLANTIS}> a skos:Concept }}", {}),
    "a foreign graph": (422, "curator", f"INSERT DATA {{ GRAPH <http://example.org/g> {{ <{ATLANTIS}> a skos:Concept }} }}", {}),
    "no kind of ours": (422, "curator", f"INSERT DATA {{ GRAPH <{UNICORN}> {{ <{UNICORN}> a dct:Location }} }}", {}),
    "another class": (422, "curator", f'INSERT DATA {{ GRAPH <{MU}> {{ <{MU}> skos:prefLabel "Mu"@en }} }}', {}),
    "another's statements": (422, "curator", f"INSERT DATA {{ GRAPH <{ATLANTIS}> {{ <{MU}> a dct:Location }} }}", {}),
    "a blank node": (422, "curator", f"INSERT DATA {{ GRAPH <{ATLANTIS}> {{ <{ATLANTIS}> dct:relation [] }} }}", {}),
    "what the shapes forbid": (422, "curator", f"DELETE WHERE {{ GRAPH <{ATLANTIS}> {{ ?s skos:prefLabel ?l }} }}", {}),
    "half sound": (422, "curator", f"INSERT DATA {{ {DATA % 'Other'} GRAPH <{RECORDS}state> {{ <{RECORDS}> a <x:y> }} }}", {}),
    "a syntax error": (400, "curator", "INSERT DATA {", {}),
    "load": (403, "curator", f"LOAD <http://127.0.0.1:1/x> INTO GRAPH <{ATLANTIS}>", {}),
    "load silent, escaped": (403, "curator", f"CLEAR SILENT GRAPH <{MU}>;\\u004cOAD SILENT<http://127.0.0.1:1/x>", {}),
    "service": (403, "curator", "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", {}),
    "using twice": (400, "curator", f"WITH <{ATLANTIS}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", {"using-graph-uri": ATLANTIS}),
    "a query's dataset": (400, "curator", "CLEAR ALL", {"default-graph-uri": ATLANTIS}),
    "a query": (400, "curator", "ASK {}", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_unsound_update_changes_nothing(
    door: FlaskClient, held: Base, tokens: dict[str, dict[str, str]], name: str
) -> None:
    status, role, text, dataset = REFUSED[name]
    revision = held.journal.revision
    answer = update(door, tokens.get(role, {}), text, **dataset)
    assert answer.status_code == status, answer.text
    assert json.loads(answer.text)["advice"]
    assert held.journal.revision == revision
    assert labels(door) == ["Atlantis"]


def test_an_update_that_changes_nothing_says_so(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    answer = update(door, tokens["curator"], "DELETE WHERE { ?s skos:prefLabel ?l }").get_json()
    assert answer["changed"] == []
    assert "GRAPH <record>" in answer["note"]


def test_an_update_in_a_form_works_too(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    text = f'{SKOS}INSERT DATA {{ GRAPH <{MU}> {{ <{MU}> a dct:Location ; skos:prefLabel "Mu"@en }} }}'
    answer = door.post("/sparql", data={"update": text}, headers=tokens["admin"])
    assert [change["now"] for change in answer.get_json()["changed"]] == ["made"]


def test_two_updates_in_one_request_are_refused(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    body = urlencode([("update", "CLEAR ALL"), ("update", "CLEAR ALL")])
    form = "application/x-www-form-urlencoded"
    assert door.post("/sparql", data=body, content_type=form, headers=tokens["curator"]).status_code == 400


def test_a_base_too_large_for_a_copy_refuses_politely(held: Base, tokens: dict[str, dict[str, str]]) -> None:
    held.settings.update_statements, before = 10, held.settings.update_statements
    try:
        answer = update(create_app(base=held).test_client(), tokens["curator"], "CLEAR ALL")
    finally:
        held.settings.update_statements = before
    assert answer.status_code == 413
    assert "/graphs" in json.loads(answer.text)["advice"]


def test_an_update_that_runs_for_ever_is_stopped(held: Base, tokens: dict[str, dict[str, str]]) -> None:
    held.settings.query_timeout, before = 1, held.settings.query_timeout
    endless = (
        "DELETE { ?a ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?l = 1 && ?c = 2 && ?f = 3) }"
    )
    try:
        answer = update(create_app(base=held).test_client(), tokens["curator"], endless)
    finally:
        held.settings.query_timeout = before
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


# -- the Graph Store Protocol -------------------------------------------------------------------------------------------------


def test_a_graph_is_made_read_replaced_added_to_and_removed(
    door: FlaskClient, held: Base, tokens: dict[str, dict[str, str]]
) -> None:
    me = {"headers": tokens["curator"], "content_type": "text/turtle"}
    assert door.get(graph(MU)).status_code in (404, 410)
    made = door.put(graph(MU), data=turtle("Mu", MU), **me)
    assert made.status_code == 201
    assert made.headers["Location"].endswith(graph(MU))
    assert '"Mu"@en' in door.get(graph(MU), headers={"Accept": "application/n-triples"}).text
    assert door.put(graph(MU), data=turtle("Lemuria", MU), **me).status_code == 204
    assert door.post(graph(MU), data=turtle("Lemuria", MU).replace("prefLabel", "altLabel"), **me).status_code == 204
    said = door.get(graph(MU), headers={"Accept": "application/n-triples"}).text
    assert said.count("Lemuria") == 2
    assert door.head(graph(MU)).status_code == 200
    assert door.delete(graph(MU), headers=tokens["curator"]).status_code == 204
    assert door.get(graph(MU)).status_code == 410
    assert door.delete(graph(MU), headers=tokens["curator"]).status_code == 410
    assert held.journal.history(MU)[0].after is None


def test_a_patch_changes_its_graph_alone(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    text = f'{SKOS}DELETE {{ ?s skos:prefLabel ?l }} INSERT {{ ?s skos:prefLabel "Other"@en }} WHERE {{ ?s skos:prefLabel ?l }}'
    me = {"headers": tokens["curator"], "content_type": UPDATE}
    assert door.patch(graph(ATLANTIS), data=text, **me).status_code == 204
    assert labels(door) == ["Other"]
    astray = f"INSERT DATA {{ GRAPH <{MU}> {{ <{MU}> a <http://purl.org/dc/terms/Location> }} }}"
    assert door.patch(graph(ATLANTIS), data=astray, **me).status_code == 422
    assert (
        door.patch(graph(ATLANTIS), data="x", headers=tokens["curator"], content_type="text/turtle").status_code == 415
    )


SKOS_LABEL, DCT_PLACE = "http://www.w3.org/2004/02/skos/core#prefLabel", "http://purl.org/dc/terms/Location"
RDF_NS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SAME = [
    ("text/turtle", turtle()),
    ("text/turtle", turtle().replace(f"<{ATLANTIS}>", "<>")),
    (
        "application/n-triples",
        f'<{ATLANTIS}> <{RDF_NS}type> <{DCT_PLACE}> .\n<{ATLANTIS}> <{SKOS_LABEL}> "Atlantis"@en .',
    ),
    (
        "application/rdf+xml",
        f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:d="http://purl.org/dc/terms/" xmlns:s="http://www.w3.org/2004/02/skos/core#">'
        f'<d:Location rdf:about="{ATLANTIS}"><s:prefLabel xml:lang="en">Atlantis</s:prefLabel></d:Location></rdf:RDF>',
    ),
    (
        "application/ld+json",
        json.dumps({"@id": ATLANTIS, "@type": DCT_PLACE, SKOS_LABEL: {"@value": "Atlantis", "@language": "en"}}),
    ),
]


@pytest.mark.parametrize(("media", "body"), SAME)
def test_the_same_graph_in_any_format_changes_nothing(
    door: FlaskClient, held: Base, tokens: dict[str, dict[str, str]], media: str, body: str
) -> None:
    revision = held.journal.revision
    answer = door.put(graph(ATLANTIS), data=body, content_type=media, headers=tokens["curator"])
    assert answer.status_code == 204, answer.text
    assert held.journal.revision == revision


BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rdf:RDF xmlns:rdf="{RDF_NS}">&b;</rdf:RDF>'


@pytest.mark.parametrize(
    ("status", "role", "method", "url", "media", "body"),
    [
        (400, "", "GET", "/graphs", "", ""),
        (400, "", "GET", "/graphs?graph=relative", "", ""),
        (400, "", "GET", graph(ATLANTIS) + "&default", "", ""),
        (400, "", "GET", graph(ATLANTIS) + "&graph=urn:x", "", ""),
        (404, "", "GET", "/graphs?graph=urn:x", "", ""),
        (406, "", "GET", graph(ATLANTIS) + "&format=png", "", ""),
        (401, "", "PUT", graph(ATLANTIS), "text/turtle", turtle()),
        (403, "contributor", "PUT", graph(ATLANTIS), "text/turtle", turtle()),
        (403, "curator", "PUT", "/graphs?default", "text/turtle", turtle()),
        (400, "curator", "POST", "/graphs", "text/turtle", turtle()),
        (415, "curator", "PUT", graph(ATLANTIS), "", turtle()),
        (415, "curator", "PUT", graph(ATLANTIS), "text/plain", turtle()),
        (415, "curator", "POST", graph(ATLANTIS), "multipart/form-data; boundary=x", "--x--"),
        (400, "curator", "PUT", graph(ATLANTIS), "text/turtle", "<a> <b> "),
        (400, "curator", "PUT", graph(ATLANTIS), "application/rdf+xml", "<rdf:RDF>"),
        (400, "curator", "PUT", graph(ATLANTIS), "application/ld+json", '{"@context": "http://127.0.0.1:1/c", "a": 1}'),
        (400, "curator", "PUT", graph(ATLANTIS), "application/rdf+xml", BOMB),
        (422, "curator", "PUT", graph(ATLANTIS), "text/turtle", turtle("Mu", MU)),
        (422, "curator", "PUT", graph(f"{RECORDS}ns"), "text/turtle", turtle()),
        (422, "curator", "PUT", graph("urn:x"), "text/turtle", turtle()),
        (422, "curator", "PUT", graph(ATLANTIS), "text/turtle", turtle().replace("prefLabel", "altLabel")),
        (404, "curator", "DELETE", "/graphs?graph=urn:x", "", ""),
    ],
)  # fmt: skip
def test_what_the_door_does_not_take_changes_nothing(
    door: FlaskClient,
    held: Base,
    tokens: dict[str, dict[str, str]],
    status: int,
    role: str,
    method: str,
    url: str,
    media: str,
    body: str,
) -> None:
    revision = held.journal.revision
    headers = tokens.get(role, {}) | ({"Content-Type": media} if media else {})
    answer = door.open(url, method=method, data=body or None, headers=headers)
    assert answer.status_code == status, answer.text
    assert json.loads(answer.text)["status"] == status
    assert held.journal.revision == revision


def test_the_default_graph_is_the_union(door: FlaskClient) -> None:
    said = door.get("/graphs?default", headers={"Accept": "application/n-triples"}).text
    assert f"<{ATLANTIS}>" in said
    assert "<https://w3id.org/open-urban/ns#Policy>" in said


def test_a_graph_is_written_only_as_the_writer_knew_it(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    url, media = graph(ATLANTIS), {"Content-Type": "text/turtle"}
    turtles = tokens["curator"] | media

    def put(text: str, **conditions: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in conditions.items()}
        return door.put(url, data=text, headers=turtles | named)

    assert put(turtle("First")).status_code == 204
    first = door.get(url, headers={"Accept": "text/turtle"})
    tag = first.headers["ETag"]
    assert door.get(url, headers={"Accept": "text/turtle", "If-None-Match": tag}).status_code == 304
    assert door.get(url, headers={"Accept": "application/n-triples", "If-None-Match": tag}).status_code == 200

    assert put(turtle("Second"), If_Match=tag).status_code == 204
    late = put(turtle("Third"), If_Match=tag)
    assert late.status_code == 412
    assert "It stands at revision" in json.loads(late.text)["detail"]
    assert "Second" in door.get(url, headers={"Accept": "text/turtle", "If-None-Match": tag}).text
    assert door.delete(url, headers=tokens["curator"] | {"If-Match": tag}).status_code == 412
    patch = tokens["curator"] | {"Content-Type": "application/sparql-update", "If-Match": tag}
    assert door.patch(url, data="DELETE WHERE { ?s ?p ?o }", headers=patch).status_code == 412

    told = put(turtle("Fourth"), If_Match="*").headers["ETag"]
    assert put(turtle("Fifth"), If_Match=told).status_code == 204
    assert put(turtle("Sixth"), If_None_Match="*").status_code == 412
    assert put(turtle("Seventh"), If_Match='W/"1"').status_code == 412


def test_a_graph_is_made_only_where_there_is_none(door: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
    headers = tokens["curator"] | {"Content-Type": "text/turtle"}
    text = turtle("Mu", MU.replace("/mu", "/mu-2"))
    url = graph(MU.replace("/mu", "/mu-2"))
    assert door.put(url, data=text, headers=headers | {"If-Match": "*"}).status_code == 412
    assert door.put(url, data=text, headers=headers | {"If-None-Match": "*"}).status_code == 201
    assert door.put(url, data=text, headers=headers | {"If-None-Match": "*"}).status_code == 412
    assert door.delete(url, headers=tokens["curator"] | {"If-Match": "*"}).status_code == 204
    assert door.delete(url, headers=tokens["curator"] | {"If-Match": "*"}).status_code == 412
