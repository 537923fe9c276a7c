"""A query's answer for papers: every citable record that its rows name, once each, in their order, as BibTeX, RIS or CSL-JSON."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from kg.chunks import as_file
from kg.terms import record_of
from kg.web import citing, limits
from kg.web.guard import Query
from kg.web.negotiation import Format
from kg.web.results import SELECT_JSON
from kg.web.site import base


def answer(query: Query, form: Format, dataset: tuple[tuple[str, str], ...]) -> Response:
    """Stream the records that a query finds; its rows are read first, so that what is wrong with it is told by the status."""
    limits.limits().count()
    allowance = limits.limits().allowance()
    with limits.limits().place():
        found = base().engine.stream(query.text, SELECT_JSON.mimetype, dataset)
        try:
            iris = _records(allowance.counted(found.chunks, SELECT_JSON.mimetype))
        finally:
            found.close()
    return citing.answer(form, iris, "query")


def _records(chunks: Iterator[bytes]) -> list[str]:
    """Return the records of ours in the rows, in order; a nested thing stands for its record."""
    found = parse_query_results(as_file(chunks), format=QueryResultsFormat.JSON)
    iris: dict[str, None] = {}
    if isinstance(found, QuerySolutions):
        names = [variable.value for variable in found.variables]
        for row in found:
            for term in (row[name] for name in names):
                if isinstance(term, NamedNode) and term.value.startswith(base().settings.base):
                    iris[record_of(term.value)] = None
    return list(iris)
