"""The SPARQL door: the protocol for programs, a form with examples and a table for people; answers stream from the engine."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results

from kg import queries
from kg.engine import Answer
from kg.errors import BadInput, KgError, NotAcceptable, NotAllowed, UnknownMedia
from kg.web import guard
from kg.web.negotiation import CSV, N_TRIPLES, RDF_XML, TURTLE, Format, prefers_page
from kg.web.portrait import Painter, Value
from kg.web.site import base

blueprint = Blueprint("sparql", __name__)

_ROWS = 1000
_GRAPH_TEXT = 200_000
_LONGEST = 1_000_000
_RESULTS = (
    Format("json", "application/sparql-results+json", "JSON"),
    Format("xml", "application/sparql-results+xml", "XML"),
    CSV,
    Format("tsv", "text/tab-separated-values", "TSV"),
)
_GRAPHS = (TURTLE, N_TRIPLES, RDF_XML)
_ALIASES = {"application/json": "application/sparql-results+json", "application/xml": "application/sparql-results+xml",
            "text/xml": "application/sparql-results+xml"}  # fmt: skip
_DATASET = ("default-graph-uri", "named-graph-uri")


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response | str:
    """Answer a query in the form that the caller reads: rows, RDF, or a page with a table."""
    text, dataset = _asked()
    wants_page = prefers_page() and "format" not in request.values
    if wants_page:
        return _page(text, dataset)
    if text is None:
        return _description()
    query = guard.admit(text)
    return _stream(query, _form(query), dataset)


def _asked() -> tuple[str | None, list[tuple[str, str]]]:
    """Read the query and its dataset from whichever of the protocol's three forms was used."""
    if request.method == "GET":
        given = request.args
    elif request.mimetype == "application/sparql-query":
        try:
            text = request.get_data(cache=False).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput("The query is not UTF-8.", "Send it as UTF-8.") from error
        return text, _dataset(request.args)
    elif request.mimetype == "application/x-www-form-urlencoded":
        given = request.form
    elif request.mimetype == "application/sparql-update":
        raise NotAllowed("This address answers questions only.", "Send a query.")
    else:
        raise UnknownMedia(
            f"A query cannot be sent as {request.mimetype or 'a body without a media type'}.",
            "Send application/sparql-query or application/x-www-form-urlencoded.",
        )
    if "update" in given:
        raise NotAllowed("This address answers questions only.", "Send a query.")
    texts = given.getlist("query")
    if len(texts) > 1:
        raise BadInput("There are two queries in one request.", "Send one `query` parameter.")
    if texts and len(texts[0]) > _LONGEST:
        raise BadInput("The query is longer than 1,000,000 characters.", "Send a shorter one.")
    return (texts[0] if texts and texts[0].strip() else None), _dataset(given)


def _dataset(given: Any) -> list[tuple[str, str]]:
    return [(name, iri) for name in _DATASET for iri in given.getlist(name)]


def _form(query: guard.Query) -> Format:
    """Choose the format of an answer: `format=` first, else the Accept header, else JSON or Turtle."""
    formats = _GRAPHS if query.gives_graph else _RESULTS
    asked = request.values.get("format")
    if asked:
        for form in formats:
            if asked in (form.ext, form.mimetype):
                return form
        raise NotAcceptable(f"A {query.form} answer is not written as {asked!r}.", _offer(formats))
    accept = request.accept_mimetypes
    offered = {form.mimetype: form for form in formats}
    offered |= {alias: offered[meant] for alias, meant in _ALIASES.items() if meant in offered}
    if not accept:
        return formats[0]
    best = accept.best_match(list(offered))
    if best is None:
        raise NotAcceptable(f"You asked for {accept}, and a {query.form} answer is not written so.", _offer(formats))
    return offered[best]


def _offer(formats: tuple[Format, ...]) -> str:
    return "Ask for one of: " + ", ".join(f"{form.ext} ({form.mimetype})" for form in formats) + "."


def _stream(query: guard.Query, form: Format, dataset: list[tuple[str, str]]) -> Response:
    answer = base().engine.stream(query.text, form.mimetype, dataset)
    response = Response(answer.chunks, content_type=form.content_type, direct_passthrough=True)
    response.call_on_close(answer.close)
    response.headers["Vary"] = "Accept"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _description() -> Response:
    """Describe the service (SPARQL 1.1 Service Description), as a request without a query asks for."""
    text = render_template("service.ttl", endpoint=request.base_url)
    return Response(
        text, content_type=TURTLE.content_type, headers={"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    )


# -- the page -----------------------------------------------------------------------------------------------------------


def _page(text: str | None, dataset: list[tuple[str, str]]) -> Response | str:
    result, error, status = None, None, 200
    if text is not None:
        try:
            result = _result(guard.admit(text), dataset)
        except KgError as found:
            error, status = {"title": found.title, "detail": found.detail, "advice": found.advice}, found.status
    examples = [
        {"name": q.name, "title": q.title, "url": "/sparql?" + urlencode({"query": q.sample()})}
        for q in queries.examples()
    ]
    first = queries.examples()[0].sample() if queries.examples() else ""
    page = render_template("sparql.html", query=text or first, examples=examples, result=result, error=error,
                           result_formats=[{"ext": form.ext, "label": form.label} for form in (*_RESULTS, *_GRAPHS)])  # fmt: skip
    return Response(page, status=status, content_type="text/html; charset=utf-8", headers={"Vary": "Accept"})


def _result(query: guard.Query, dataset: list[tuple[str, str]]) -> dict[str, Any]:
    started = time.perf_counter()
    form = (_GRAPHS if query.gives_graph else _RESULTS)[0]
    answer = base().engine.stream(query.text, form.mimetype, dataset)
    try:
        shown = _graph(answer) if query.gives_graph else _table(answer)
    finally:
        answer.close()
    forms = _GRAPHS if query.gives_graph else _RESULTS
    downloads = [
        {"label": f.label, "url": "/sparql?" + urlencode({"query": query.text, "format": f.ext})} for f in forms
    ]
    return shown | {"took_ms": round((time.perf_counter() - started) * 1000), "downloads": downloads}


def _graph(answer: Answer) -> dict[str, Any]:
    text = b""
    for chunk in answer.chunks:
        text += chunk
        if len(text) > _GRAPH_TEXT:
            break
    return {"graph_text": text[:_GRAPH_TEXT].decode("utf-8", "ignore"), "cut": len(text) > _GRAPH_TEXT, "head": [], "rows": [],
            "count": None}  # fmt: skip


def _table(answer: Answer) -> dict[str, Any]:
    """Read rows until the page is full; the rest of a large answer is never fetched."""
    found = parse_query_results(io.BufferedReader(_Reader(answer.chunks)), format=QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        return {
            "head": ["answer"],
            "rows": [[Value("yes" if found else "no")]],
            "count": 1,
            "cut": False,
            "graph_text": None,
        }
    if not isinstance(found, QuerySolutions):
        raise BadInput("The engine answered with something that is no table.")
    names = [variable.value for variable in found.variables]
    rows = []
    for solution in found:
        rows.append([solution[name] for name in names])
        if len(rows) > _ROWS:
            break
    cut = len(rows) > _ROWS
    terms = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
    painter = Painter(base().model, base().settings.base, base().labels(terms))
    table = [[_cell(painter, term) for term in row] for row in rows[:_ROWS]]
    return {"head": names, "rows": table, "count": len(table), "cut": cut, "graph_text": None}


def _cell(painter: Painter, term: Any) -> Value:
    if term is None:
        return Value("")
    if isinstance(term, NamedNode | Literal):
        return painter.value(term)
    return Value(str(term))


class _Reader(io.RawIOBase):
    """Lets the parser read from the engine's chunks as from a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._chunks, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
