"""The index itself: a tantivy folder with one document a card, its revision beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

import tantivy

from kg.search import analysers, asking, counting, documents
from kg.search.cards import Card
from kg.search.counting import Counts
from kg.search.documents import KIND, YEAR
from kg.search.excerpts import Excerpts
from kg.search.wanted import Wanted, narrowed

__all__ = ["KIND", "MOST", "TOLD", "YEAR", "Counts", "Found", "Hit", "Index", "Wanted"]

T = TypeVar("T")

_WRITER_BYTES = 64_000_000
_WALKED = 20_000
TOLD, MOST = 40, 500
"""How many values of a facet a page of results has use for, and how many are told at all; each costs time."""
_REMEMBERED = 256
_SHARED = 2
_CROWD = 5_000  # a value that more records share than this says nothing of two of them, and takes long to look through
_NEAR = 3
_VERSION = 7
"""Raised when the documents change shape: an index of another version is built anew."""


@dataclass(frozen=True)
class Hit:
    """One result: the stored card, where the text matched, as HTML with <b>, and in which field that was."""

    card: Card
    snippet: str
    where: str = ""


@dataclass(frozen=True)
class Found:
    """The answer to a search: how many in all, this page, and nearer texts where nothing was found."""

    total: int
    hits: list[Hit]
    near: list[str] = field(default_factory=list)


class Index:
    """The search index of one base; `facets` are the slugs of the model's facet fields, `fields` what a search may name."""

    def __init__(self, folder: Path, facets: Iterable[str], fields: Iterable[str] = ()) -> None:
        self._folder = folder
        self._facets = (KIND, *facets)
        self.fields = tuple(dict.fromkeys(fields))
        self._schema = documents.schema(self._facets)
        folder.mkdir(parents=True, exist_ok=True)
        self._noted: tuple[tuple[int, int], dict[str, object]] = ((0, 0), {})
        if self._note().get("shape") != self._shape:
            for path in folder.iterdir():
                path.unlink()
        self._shown: dict[str, object] = {}
        self._remembered: dict[Hashable, object] = {}
        self._index = tantivy.Index(self._schema, path=str(folder))
        analysers.register(self._index)

    # -- revision ---------------------------------------------------------------------------------------------------

    @property
    def _shape(self) -> list[object]:
        return [_VERSION, *self._facets]

    def _note(self) -> dict[str, object]:
        """Return what is written beside the index; the file is replaced with each change, so another file is read anew."""
        path = self._folder / "revision.json"
        try:
            found = os.stat(path)
        except FileNotFoundError:
            return {}
        of = (found.st_ino, found.st_mtime_ns)
        if self._noted[0] != of:
            self._noted = (of, json.loads(path.read_text()))
        return self._noted[1]

    @property
    def revision(self) -> int:
        """Revision of the base that this index stands at; 0 when it is new."""
        found = self._note().get("revision", 0)
        return found if isinstance(found, int) else 0

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, cards: Iterable[Card], gone: Iterable[str], revision: int, *, anew: bool = False) -> None:
        """Put cards in the place of their elder ones and take out those that are gone, then note the revision."""
        writer = self._index.writer(_WRITER_BYTES, 1)
        try:
            if anew:
                writer.delete_all_documents()
            for iri in gone:
                writer.delete_documents_by_term("iri", iri)
            for card in cards:
                writer.delete_documents_by_term("iri", card.iri)
                writer.add_document(documents.document(card))
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()  # lets go of the lock too, whoever still holds the writer
        note = self._folder / "revision.json.new"
        note.write_text(json.dumps({"revision": revision, "shape": self._shape}))
        note.replace(self._folder / "revision.json")

    # -- reading ----------------------------------------------------------------------------------------------------

    def _searcher(self) -> tantivy.Searcher:
        """Return a searcher of the state that was noted last, by us or by another process."""
        if self._shown is not (noted := self._note()):
            self._index.reload()
            self._shown = noted
        return self._index.searcher()

    def search(self, wanted: Wanted) -> Found:
        """Return one page of what is found."""
        searcher = self._searcher()
        text = self._text_query(wanted.text)
        query = narrowed(self._schema, text, wanted)
        by, direction = wanted.order
        result = searcher.search(query, max(wanted.limit, 1), offset=wanted.offset, order_by_field=by, order=direction)
        excerpts = Excerpts(searcher, text, self._schema) if wanted.text.strip() else None
        hits = [self._hit(searcher.doc(address), excerpts) for _, address in result.hits[: wanted.limit]]
        total = _total(result)
        near = [] if total or not wanted.text.strip() else list(islice(asking.near(searcher, wanted.text), _NEAR))
        return Found(total, hits, near)

    def counts(self, wanted: Wanted, facets: Iterable[str] | None = None, most: int = TOLD) -> Counts:
        """Count what is found by the most frequent values of some facets, of all where none is named.

        The counts of a facet leave out what is chosen of it, so that others can be added; what is chosen is counted however rare
        it is. They are remembered until the index changes: all pages and orders of a search have the same.
        """
        asked = self._facets if facets is None else tuple(facets)
        return self._counted(wanted, (asked, most), lambda: self._count(wanted, asked, most))

    @property
    def size(self) -> int:
        """Number of records in the index."""
        return int(self._searcher().num_docs)

    def get(self, iris: Iterable[str]) -> dict[str, Card]:
        """Return the cards of these records; one that is not in the index is not in the answer."""
        asked = list(iris)
        if not asked:
            return {}
        searcher = self._searcher()
        result = searcher.search(tantivy.Query.term_set_query(self._schema, "iri", asked), len(asked), count=False)
        found = (documents.card(searcher.doc(address)) for _, address in result.hits)
        return {card.iri: card for card in found}

    def related(self, iri: str, values: Iterable[tuple[str, str]], limit: int = 5) -> list[Card]:
        """Return the records that share two of these values or more, the rarer the weightier; what a crowd shares is nothing."""
        searcher = self._searcher()
        named = ((documents.column(facet), value) for facet, value in values)
        telling = [one for one in named if searcher.doc_freq(*one) <= _CROWD]
        terms = [tantivy.Query.term_query(self._schema, *one) for one in telling]
        if len(terms) < _SHARED:
            return []
        shared = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms], _SHARED)
        itself = tantivy.Query.term_query(self._schema, "iri", iri)
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, shared), (tantivy.Occur.MustNot, itself)])
        return [documents.card(searcher.doc(address)) for _, address in searcher.search(query, limit, count=False).hits]

    def tally(self, wanted: Wanted, facet: str) -> dict[str, int]:
        """Count what is found by the values of one facet, the most frequent first; at most 500 of them."""
        return dict(self.counts(wanted, [facet], MOST)[facet])

    def cross(self, wanted: Wanted, rows: str, columns: str) -> dict[tuple[str, str], int]:
        """Count the records that a search finds by two facets at once; `kind` and `year` count as facets too."""
        return self._counted(
            wanted, (rows, columns), lambda: counting.crossed(self._searcher(), self._query(wanted), rows, columns)
        )

    def count(self, wanted: Wanted) -> int:
        """Return how many cards a search finds."""
        return _total(self._searcher().search(self._query(wanted), 1))

    def cards(self, wanted: Wanted) -> list[Card]:
        """Return every card that a search finds, in its order, without page or snippets."""
        return list(self.walk(wanted))

    def walk(self, wanted: Wanted) -> Iterator[Card]:
        """Yield what `cards` returns one by one, from one state of the index, in memory that does not grow: what exports walk."""
        searcher = self._searcher()
        query = self._query(wanted)
        by, direction = wanted.order
        for offset in range(0, searcher.num_docs, _WALKED):
            result = searcher.search(query, _WALKED, count=False, offset=offset, order_by_field=by, order=direction)
            yield from (documents.card(searcher.doc(address)) for _, address in result.hits)
            if len(result.hits) < _WALKED:
                return

    def by_slug(self, wanted: Wanted) -> list[Card]:
        """Return one page of what a search finds, in the order of the last parts of their addresses."""
        searcher = self._searcher()
        query = self._query(wanted)
        result = searcher.search(
            query,
            wanted.limit,
            count=False,
            offset=wanted.offset,
            order_by_field=documents.SLUG,
            order=tantivy.Order.Asc,
        )
        return [documents.card(searcher.doc(address)) for _, address in result.hits]

    def letters(self, wanted: Wanted) -> list[tuple[str, int]]:
        """Return how many of the cards that a search finds begin with which letter, in the order of `by_slug`."""
        return counting.letters(self._searcher(), self._query(wanted))

    def _hit(self, document: tantivy.Document, excerpts: Excerpts | None) -> Hit:
        card = documents.card(document)
        if excerpts is None:
            return Hit(card, "")
        snippet, where = excerpts.best(documents.lines(document))
        return Hit(card, snippet, where)

    def _text_query(self, text: str) -> tantivy.Query:
        return asking.query(self._index, text, self.fields)

    def _query(self, wanted: Wanted) -> tantivy.Query:
        return narrowed(self._schema, self._text_query(wanted.text), wanted)

    def _counted(self, wanted: Wanted, what: Hashable, count: Callable[[], T]) -> T:
        """Return what was counted before at this state of the index, or count it now."""
        key = (self.revision, wanted.key, what)
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[key] = count()
        return cast("T", found)

    def _count(self, wanted: Wanted, facets: Sequence[str], most: int) -> Counts:
        searcher, text = self._searcher(), self._text_query(wanted.text)
        free = [facet for facet in facets if not wanted.facets.get(facet)]
        counts = counting.of(searcher, narrowed(self._schema, text, wanted), free, most)
        for facet in (facet for facet in facets if facet not in counts):
            others = narrowed(self._schema, text, wanted, but=facet)
            counts |= counting.of(searcher, others, [facet], most)
            told = dict(counts[facet])
            for value in wanted.facets[facet]:
                if value not in told and (
                    rare := self.count(replace(wanted, facets={**wanted.facets, facet: [value]}))
                ):
                    counts[facet].append((value, rare))
        return counts


def _total(result: tantivy.SearchResult) -> int:
    return int(getattr(result, "count", 0))  # missing in the library's type stub
