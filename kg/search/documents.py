"""Cards as the index keeps them: which fields a document has, and how a card goes in and comes out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import unquote

import tantivy

from kg.search import analysers, asking
from kg.search.cards import Card, Line

KIND = "kind"
YEAR = "year"
ORDER, SLUG, LETTER = "order", "slug", "letter"
"""Where a record stands in the order of titles, and in that of addresses, which is a bibliography's; capitals do not matter."""


def schema(facets: Iterable[str]) -> tantivy.Schema:
    """Return the fields of an index with these facets."""
    builder = tantivy.SchemaBuilder()
    for name in ("iri", "card", "lines"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(asking.TITLE, tokenizer_name="stem_en")
    builder.add_text_field(asking.NAMES, tokenizer_name=analysers.FOLDED)
    builder.add_text_field(asking.WORDS, tokenizer_name=analysers.FOLDED)
    for name in analysers.COLUMNS:
        builder.add_text_field(name, tokenizer_name=name.replace("text_", "stem_"))
    builder.add_json_field(asking.SAID, tokenizer_name=analysers.FOLDED, index_option="position")
    for name in (ORDER, SLUG, LETTER):
        builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
    builder.add_integer_field(YEAR, indexed=True, fast=True)
    for facet in facets:
        builder.add_text_field(column(facet), tokenizer_name="raw", fast=True, index_option="basic")
    return builder.build()


def slug_of(iri: str) -> str:
    """Return the last part of an address in the form in which records are put in order by it."""
    return unquote(iri.rpartition("/")[2]).casefold()


def column(facet: str) -> str:
    """Return the name of a facet's field."""
    return "facet_" + facet.replace("-", "_")


def document(card: Card) -> tantivy.Document:
    """Write a card as a document."""
    made = tantivy.Document()
    made.add_text("iri", card.iri)
    made.add_text(asking.TITLE, card.title)
    made.add_text(asking.NAMES, card.names)
    made.add_text(ORDER, card.title.casefold())
    slug = slug_of(card.iri)
    made.add_text(SLUG, slug)
    made.add_text(LETTER, slug[:1])
    if card.year is not None:
        made.add_integer(YEAR, card.year)
    said: dict[str, list[str]] = {}
    for line in card.lines:
        made.add_text(asking.WORDS, line.text)
        if text := analysers.column(line.language):
            made.add_text(text, line.text)
        said.setdefault(line.field, []).append(line.text)
    made.add_json(asking.SAID, {name: texts for name, texts in said.items() if name})
    for facet, values in {KIND: (card.kind,), **card.facets}.items():
        for value in values:
            made.add_text(column(facet), value)
    kept = {name: value for name, value in vars(card).items() if name not in ("names", "lines", "facets")}
    made.add_text("card", json.dumps(kept, ensure_ascii=False))
    made.add_text(
        "lines", json.dumps([[line.field, line.language, line.text] for line in card.lines], ensure_ascii=False)
    )
    return made


def card(document: tantivy.Document) -> Card:
    """Read back what lists show of a card."""
    return Card(**json.loads(str(document.get_first("card"))))


def lines(document: tantivy.Document) -> list[Line]:
    """Read back the text of a card, line by line."""
    return [Line(*line) for line in json.loads(str(document.get_first("lines")))]
