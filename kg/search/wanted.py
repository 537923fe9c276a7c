"""A search as it is asked, and as the index reads what narrows it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import tantivy

from kg.search import documents

_FIRST, _LAST = -9999, 9999
"""The years that a search without a beginning or an end looks at."""
_ORDERS = {
    "title": (documents.ORDER, tantivy.Order.Asc),
    "newest": (documents.YEAR, tantivy.Order.Desc),
    "oldest": (documents.YEAR, tantivy.Order.Asc),
}


@dataclass(frozen=True)
class Wanted:
    """One search: text, chosen facet values by facet slug (`kind` too), years, the records to look among, order and page.

    `without` names facet values that no record found may have.
    """

    text: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    only: Sequence[str] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 20

    @property
    def order(self) -> tuple[str | None, tantivy.Order]:
        """The field that puts what is found in order, and its direction; no field is by how well records match."""
        best = _ORDERS["title"] if not self.text.strip() else (None, tantivy.Order.Desc)
        return _ORDERS.get(self.sort, best)

    @property
    def key(self) -> Hashable:
        """What decides which records are found: the same for every page and order of a search."""
        chosen, without = (
            frozenset((facet, frozenset(values)) for facet, values in facets.items() if values)
            for facets in (self.facets, self.without)
        )
        return (self.text, chosen, without, self.since, self.until, tuple(self.only))


def narrowed(schema: tantivy.Schema, text: tantivy.Query, wanted: Wanted, but: str | None = None) -> tantivy.Query:
    """Add the chosen facets (any of the values of one, all of the facets; `but` one) and years to the query of a text."""
    parts = [(tantivy.Occur.Must, text)]
    for facet, values in wanted.facets.items():
        if values and facet != but:
            any_of = [(tantivy.Occur.Should, term) for term in _terms(schema, facet, values)]
            parts.append((tantivy.Occur.Must, tantivy.Query.boolean_query(any_of)))
    for facet, values in wanted.without.items():
        parts += [(tantivy.Occur.MustNot, term) for term in _terms(schema, facet, values)]
    if wanted.since is not None or wanted.until is not None:
        low = _FIRST if wanted.since is None else wanted.since
        high = _LAST if wanted.until is None else wanted.until
        years = tantivy.Query.range_query(schema, documents.YEAR, tantivy.FieldType.Integer, low, high)
        parts.append((tantivy.Occur.Must, years))
    if wanted.only:
        parts.append((tantivy.Occur.Must, tantivy.Query.term_set_query(schema, "iri", list(wanted.only))))
    return tantivy.Query.boolean_query(parts) if len(parts) > 1 else text


def _terms(schema: tantivy.Schema, facet: str, values: Sequence[str]) -> list[tantivy.Query]:
    return [tantivy.Query.term_query(schema, documents.column(facet), value) for value in values]
