"""Excerpts: the piece of a record in which a search matched best, its words marked, and the field that says it."""

from __future__ import annotations

from collections.abc import Iterable

import tantivy

from kg.search import analysers, asking
from kg.search.cards import Line

_LENGTH = 240
_SUMMARY = "summary"
_LOOKED_AT = 80


class Excerpts:
    """Finds excerpts for one search; one marker for each language, made when a text of that language comes."""

    def __init__(self, searcher: tantivy.Searcher, query: tantivy.Query, schema: tantivy.Schema) -> None:
        self._searcher = searcher
        self._query = query
        self._schema = schema
        self._markers: dict[str, tantivy.SnippetGenerator] = {}

    def best(self, lines: Iterable[Line]) -> tuple[str, str]:
        """Return the best excerpt as HTML and its field's name; the summary wins a tie; no excerpt where only the name matches."""
        given = sorted((line for line in lines if line.field != asking.TITLE), key=lambda line: line.field != _SUMMARY)
        found, most, where = "", 0, asking.TITLE
        for line in given[:_LOOKED_AT]:
            snippet = self._snippet(line)
            if (matches := len(snippet.highlighted())) > most:
                found, most, where = snippet.to_html(), matches, line.field
        return found, where

    def _snippet(self, line: Line) -> tantivy.Snippet:
        column = analysers.column(line.language) or asking.WORDS
        document = tantivy.Document()
        document.add_text(column, line.text)
        return self._marker(column).snippet_from_doc(document)

    def _marker(self, column: str) -> tantivy.SnippetGenerator:
        if column not in self._markers:
            made = tantivy.SnippetGenerator.create(self._searcher, self._query, self._schema, column)
            made.set_max_num_chars(_LENGTH)
            self._markers[column] = made
        return self._markers[column]
