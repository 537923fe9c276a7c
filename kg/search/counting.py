"""Counts of what a search finds: by the values of facets, by two facets at once, by first letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tantivy

from kg.search import documents
from kg.search.documents import LETTER, YEAR

Counts = Mapping[str, Sequence[tuple[str, int]]]
"""For each facet its values with how many records have them, the most frequent first."""

_CROSSED = 5_000
_LETTERS = 500


def of(
    searcher: tantivy.Searcher, query: tantivy.Query, facets: Iterable[str], most: int
) -> dict[str, list[tuple[str, int]]]:
    """Count the `most` frequent values of each facet; the time hangs on how many records are found and how many values are told."""
    asked = {facet: {"terms": {"field": documents.column(facet), "size": most}} for facet in facets}
    answer = searcher.aggregate(query, asked) if asked else {}
    return {facet: [(bucket["key"], bucket["doc_count"]) for bucket in _buckets(answer, facet)] for facet in asked}


def crossed(searcher: tantivy.Searcher, query: tantivy.Query, rows: str, columns: str) -> dict[tuple[str, str], int]:
    """Count by two facets at once; `kind` and `year` count as facets too."""
    inner = {"columns": {"terms": {"field": _column(columns), "size": _CROSSED}}}
    answer = searcher.aggregate(query, {"rows": {"terms": {"field": _column(rows), "size": _CROSSED}, "aggs": inner}})
    return {
        (_key(row), _key(column)): column["doc_count"]
        for row in _buckets(answer, "rows")
        for column in _buckets(row, "columns")
    }


def letters(searcher: tantivy.Searcher, query: tantivy.Query) -> list[tuple[str, int]]:
    """Count by the first letters of the last parts of addresses, in their order."""
    answer = searcher.aggregate(query, {"letters": {"terms": {"field": LETTER, "size": _LETTERS}}})
    found = ((bucket["key"], bucket["doc_count"]) for bucket in _buckets(answer, "letters"))
    return sorted(found, key=lambda pair: pair[0].encode())


def _buckets(answer: Mapping[str, Any], name: str) -> list[Any]:
    found: list[Any] = answer.get(name, {}).get("buckets", [])
    return found


def _column(facet: str) -> str:
    return YEAR if facet == YEAR else documents.column(facet)


def _key(bucket: Mapping[str, Any]) -> str:
    """Return a bucket's value; numbers come as floats."""
    return bucket["key"] if isinstance(bucket["key"], str) else str(int(bucket["key"]))
