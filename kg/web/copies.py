"""A query as a program: the same question in curl, Python, R and a Jupyter notebook, ready to paste."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request

_LANGUAGES = (("curl", "curl.txt"), ("Python", "python.txt"), ("R", "r.txt"))
_NOTEBOOK = "application/x-ipynb+json"


def all_of(query: str, gives_graph: bool) -> list[dict[str, str]]:
    """Return the query in each language: label and text."""
    return [{"label": label, "text": _text(file, query, gives_graph)} for label, file in _LANGUAGES]


def notebook(query: str, gives_graph: bool) -> Response:
    """Answer with a Jupyter notebook (nbformat 4.5) that asks the query."""
    cells = [
        _cell("markdown", "ask", f"# A question to Open Urban\n\nAsked at <{_endpoint()}>."),
        _cell("code", "install", "%pip install --quiet SPARQLWrapper pandas"),
        _cell("code", "answer", _text("python.txt", query, gives_graph)),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    told = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    headers = {"Content-Disposition": 'attachment; filename="open-urban.ipynb"'}
    return Response(json.dumps(told, indent=1), content_type=_NOTEBOOK, headers=headers)


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _text(file: str, query: str, gives_graph: bool) -> str:
    return render_template(f"copies/{file}", endpoint=_endpoint(), query=query.strip() + "\n", gives_graph=gives_graph,
                           python=_python(query), encoded=quote(query, safe=""))  # fmt: skip


def _python(query: str) -> str:
    """Write a query as a Python string: readable where that is safe, escaped where it is not."""
    plain = '"""' not in query and "\\" not in query and not query.endswith('"')
    return f'"""\n{query.strip()}\n"""' if plain else json.dumps(query)


def _endpoint() -> str:
    return request.host_url + "sparql"
