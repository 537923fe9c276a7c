"""The clients that people really use, against a running service: SPARQLWrapper, rdflib, plain HTTP; and README's promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, RDFXML, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from conftest import clean_environment

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
POLICY = "<https://w3id.org/open-urban/ns#Policy>"
COUNT = f"SELECT (COUNT(DISTINCT ?p) AS ?n) {{ ?p a {POLICY} }}"
POLICIES = len(list((ROOT / "bibliography" / "policy").glob("*.ttl")))


@pytest.fixture
def wrapper(service: Any) -> SPARQLWrapper:
    return SPARQLWrapper(f"{service.address}/sparql")


@pytest.mark.parametrize("how", ["GET", "POST", "POST direct"])
def test_sparqlwrapper_asks_in_each_way(wrapper: SPARQLWrapper, how: str) -> None:
    if how != "GET":
        wrapper.setMethod(POST)
    if how == "POST direct":
        wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery(COUNT)
    [row] = wrapper.queryAndConvert()["results"]["bindings"]
    assert int(row["n"]["value"]) == POLICIES


def test_sparqlwrapper_reads_every_format(wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery(f"SELECT ?p {{ ?p a {POLICY} }} ORDER BY ?p LIMIT 3")
    wrapper.setReturnFormat(XML)
    assert len(wrapper.queryAndConvert().getElementsByTagName("result")) == 3
    wrapper.setReturnFormat(CSV)
    assert len(wrapper.queryAndConvert().decode().split()) == 4
    wrapper.setQuery(f"ASK {{ ?p a {POLICY} }}")
    wrapper.setReturnFormat(JSON)
    assert wrapper.queryAndConvert()["boolean"] is True
    wrapper.setQuery("DESCRIBE <https://w3id.org/open-urban/place/in>")
    for form, name in ((TURTLE, "turtle"), (RDFXML, "xml")):
        wrapper.setReturnFormat(form)
        graph = rdflib.Graph().parse(data=wrapper.query().response.read(), format=name)
        assert rdflib.Literal("India", lang="en") in set(graph.objects())


def test_a_broken_query_reaches_sparqlwrapper_as_such(wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery("SELECT * { ?s ?p }")
    wrapper.setReturnFormat(JSON)
    with pytest.raises(QueryBadFormed):
        wrapper.query()


def test_rdflib_uses_the_endpoint_as_a_store(service: Any) -> None:
    store = SPARQLStore(f"{service.address}/sparql", returnFormat="json")
    graph = rdflib.Graph(store)
    india = rdflib.URIRef("https://w3id.org/open-urban/place/in")
    assert rdflib.Literal("India", lang="en") in set(graph.objects(india))
    [row] = graph.query(COUNT)
    assert int(row[0]) == POLICIES


def test_rdflib_reads_a_record_from_its_address(service: Any) -> None:
    graph = rdflib.Graph().parse(f"{service.address}/policy/il-gov-resolution-1933-2016")
    assert len(graph) > 20


def test_nobody_who_reads_notices_that_the_engine_was_killed(service: Any) -> None:
    answers: list[int] = []
    address = f"{service.address}/sparql?query={quote(COUNT)}"

    def read() -> None:
        for _ in range(40):
            asked = Request(address, headers={"Accept": "application/sparql-results+json", "Cache-Control": "no-cache"})
            with urlopen(asked, timeout=60) as answer:
                answers.append(int(json.load(answer)["results"]["bindings"][0]["n"]["value"]))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    server = json.loads((service.data / "engine.json").read_text())["server"]
    subprocess.run(["kill", "-KILL", str(server)], check=True)
    for reader in readers:
        reader.join()
    assert answers == [POLICIES] * 120


def test_a_query_that_takes_too_long_is_told_so(loaded: Path, tmp_path: Path, running: Any) -> None:
    shutil.copytree(loaded, tmp_path / "data")
    with running([sys.executable, "-m", "kg"], tmp_path, query_timeout=1) as service:
        heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{service.address}/sparql?query={quote(heavy)}", timeout=60)
        with caught.value as answer:
            assert answer.code == 503
            assert answer.headers["Retry-After"]
            problem = json.load(answer)
        assert problem["title"] == "The query took too long"


# -- what README promises ------------------------------------------------------------------------------------------------


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_of_readme_runs(service: Any) -> None:
    [code] = blocks("python")
    code = code.replace("http://127.0.0.1:8000", service.address)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    rows = done.stdout.splitlines()
    assert len(rows) == 5
    assert all(re.fullmatch(r".+ \d+", row) for row in rows)


def test_readme_names_every_command_and_no_other(service: Any) -> None:
    said = {
        name for row in re.findall(r"^\| (`kg .*?) \|", README, re.MULTILINE) for name in re.findall(r"`kg (\w+)", row)
    }
    told = subprocess.run(
        [sys.executable, "-m", "kg", "--help"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said == set(re.findall(r"^  (\w+)  ", told.stdout.partition("Commands:")[2], re.MULTILINE))


def test_readme_names_only_files_that_are_there() -> None:
    named = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert named, "README shows a picture"
    assert [path for path in named if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("tool", ["bibtex", "biber"])
def test_a_latex_paper_compiles_with_our_bib(tool: str, service: Any, tmp_path: Path) -> None:
    """Runs the part of a paper's build that reads our file: bibtex on an .aux, biber's own check of the data model."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on this machine (Debian: apt-get install texlive-binaries biber)")
    dialect = "bibtex" if tool == "bibtex" else "biblatex"
    with urlopen(f"{service.address}/bibliography.bib?dialect={dialect}", timeout=60) as answer:
        (tmp_path / "openurban.bib").write_bytes(answer.read())
    if tool == "bibtex":
        style = "\\relax\n\\citation{*}\n\\bibstyle{plain}\n\\bibdata{openurban}\n"
        (tmp_path / "paper.aux").write_text(style)
        (tmp_path / "plain.bst").write_text(MINIMAL_STYLE)
        command = ["bibtex", "paper"]
    else:
        command = ["biber", "--tool", "--validate-datamodel", "openurban.bib"]
    here = dict(os.environ, BSTINPUTS=".:", BIBINPUTS=".:")
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    assert "error" not in done.stdout.lower().replace("(there were 0 error", "")


TYPES = (
    "article", "book", "booklet", "conference", "inbook", "incollection", "inproceedings", "manual", "mastersthesis", "misc",
    "phdthesis", "proceedings", "techreport", "unpublished",
)  # fmt: skip

# The smallest BibTeX style: every entry type writes its key, its title, and its first author as BibTeX splits the name.
MINIMAL_STYLE = r"""
ENTRY { author editor title year } {} { label }
FUNCTION {work} { newline$ cite$ write$ newline$ title missing$ { "" } { title } if$ write$
  author missing$ { "" } { author #1 "{ff }{vv }{ll}{ jj}" format.name$ } if$ write$ newline$ }
FUNCTION {default.type} { work }
"""
MINIMAL_STYLE += "\n".join(f"FUNCTION {{{kind}}} {{ work }}" for kind in TYPES) + "\nREAD\nITERATE {call.type$}\n"
