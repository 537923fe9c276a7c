"""The SPARQL page for people: a form, examples in plain words, and the answer as a table with labels and links, chart and map."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, render_template
from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results

from kg import queries
from kg.answers import Answer
from kg.chunks import as_file
from kg.errors import BadInput, KgError
from kg.web import copies, guard, limits, words
from kg.web.names import labels
from kg.web.pictures import answers
from kg.web.portrait import Painter
from kg.web.results import CITED, GRAPHS, ROWS
from kg.web.site import base
from kg.web.values import Value

_ROWS = 1000
_GRAPH_TEXT = 200_000
_EDITOR = "editor/editor.js"
_PLACE = re.compile(r"Line (\d+)(?:, column (\d+))?")

Dataset = tuple[tuple[str, str], ...]


def page(text: str, dataset: Dataset) -> Response:
    """Show the form, and below it the answer or what is wrong with the query."""
    result, error, status, headers = None, None, 200, {"Vary": "Accept"}
    if text.strip():
        try:
            limits.limits().count()
            query = guard.admit(text, base().settings.service_allow)
            with limits.limits().place():
                result = _result(query, dataset or query.dataset)
        except KgError as found:
            error, status = _told(found), found.status
            if found.retry_after:
                headers["Retry-After"] = str(found.retry_after)
    examples = [{"name": q.name, "title": q.title, "url": _address(q.sample())} for q in queries.examples()]
    first = queries.examples()[0].sample() if queries.examples() else ""
    shown = render_template("sparql.html", query=text if text.strip() else first, examples=examples, result=result, error=error,
                            result_formats=[{"ext": form.ext, "label": form.label} for form in (*ROWS, *GRAPHS)],
                            editor=_EDITOR if has_editor() else None, words=words.ADDRESS)  # fmt: skip
    return Response(shown, status=status, content_type="text/html; charset=utf-8", headers=headers)


def has_editor() -> bool:
    """Tell whether the editor was built from npm; without it the page is the plain form, which does the same."""
    return (Path(current_app.static_folder or "") / _EDITOR).is_file()


def _told(error: KgError) -> dict[str, Any]:
    """Return what is wrong in words, with the line and column that it names."""
    place = _PLACE.match(error.detail)
    line, column = place.groups() if place else (None, None)
    return {"title": error.title, "detail": error.detail, "advice": error.advice, "line": line, "column": column}


def _address(text: str, dataset: Dataset = (), **more: str) -> str:
    return "/sparql?" + urlencode([("query", text), *dataset, *more.items()])


def _result(query: guard.Query, dataset: Dataset) -> dict[str, Any]:
    started = time.perf_counter()
    forms = GRAPHS if query.gives_graph else ROWS
    answer = base().engine.stream(query.text, forms[0].mimetype, dataset)
    try:
        shown = _graph(answer) if query.gives_graph else _table(answer)
    finally:
        answer.close()
    downloads = [{"label": form.label, "url": _address(query.text, dataset, format=form.ext)} for form in forms]
    if shown.pop("has_records", False):
        downloads += [{"label": form.label, "url": _address(query.text, dataset, format=form.ext)} for form in CITED]
    return shown | {
        "took_ms": round((time.perf_counter() - started) * 1000),
        "downloads": downloads,
        "permalink": _address(query.text, dataset),
        "copies": copies.all_of(query.text, query.gives_graph),
        "notebook": _address(query.text, format="ipynb"),
    }


def _graph(answer: Answer) -> dict[str, Any]:
    text = b""
    for chunk in answer.chunks:
        text += chunk
        if len(text) > _GRAPH_TEXT:
            break
    return {
        "graph_text": text[:_GRAPH_TEXT].decode("utf-8", "ignore"),
        "cut": len(text) > _GRAPH_TEXT,
        "head": [],
        "rows": [],
        "count": None,
    }


def _table(answer: Answer) -> dict[str, Any]:
    """Read rows until the page is full; the rest of a large answer is never fetched."""
    found = parse_query_results(as_file(answer.chunks), format=QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        told = Value("yes" if found else "no")
        return {"head": ["answer"], "rows": [[told]], "count": 1, "cut": False, "graph_text": None}
    if not isinstance(found, QuerySolutions):
        raise BadInput("The engine answered with something that is no table.")
    head = [variable.value for variable in found.variables]
    rows = []
    for solution in found:
        rows.append([solution[name] for name in head])
        if len(rows) > _ROWS:
            break
    cut = len(rows) > _ROWS
    terms = {term.value for row in rows for term in row if isinstance(term, NamedNode)}
    painter = Painter(base().model, base().settings.base, labels(terms))
    table = [[_cell(painter, term) for term in row] for row in rows[:_ROWS]]
    ours = any(iri.startswith(base().settings.base) for iri in terms)
    drawn = answers.Answer(head, rows[:_ROWS], table)
    return {"head": head, "rows": table, "count": len(table), "cut": cut, "graph_text": None, "has_records": ours,
            "chart": answers.chart(drawn), "map": answers.world(drawn)}  # fmt: skip


def _cell(painter: Painter, term: Any) -> Value:
    if term is None:
        return Value("")
    if isinstance(term, NamedNode | Literal):
        return painter.value(term)
    return Value(str(term))
