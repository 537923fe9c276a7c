"""Names in forms: what a form shows for a thing, and which thing somebody means by a name, an address or an id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Triple

from kg.forms.blank import THING, Question
from kg.model import Model
from kg.search.cards import Card
from kg.search.index import KIND, Index, Wanted
from kg.terms import RECORDS, node
from kg.words import phrase

_BRACKETED = re.compile(r"\[([^\[\]\s]+)\]\s*$")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ADDRESSES = ("http", "https", "ftp", "urn", "mailto")
"""Schemes of addresses that a record may hold; a program's (`javascript:`, `data:`) is none of them."""
_RECORD = re.compile(r"([a-z]+)/([^\s#?<>\"{}|\\^`/][^\s#?<>\"{}|\\^`]*)")
_WORD = re.compile(r"\w+")
_LOOKED_AT = 40
_NEAR = 5


def pointed(triples: Iterable[Triple]) -> set[str]:
    """Return the IRIs that statements point at."""
    return {triple.object.value for triple in triples if isinstance(triple.object, NamedNode)}


def shown(iri: str, labels: Mapping[str, str], base: str) -> str:
    """Write a thing as forms show it: `Kenya [place/ke]`; an address, and what has no name, as it is."""
    label = " ".join(labels.get(iri, "").replace("[", "(").replace("]", ")").split())
    root = next((root for root in (base, RECORDS) if iri.startswith(root)), "")
    short = iri[len(root) :] if _RECORD.fullmatch(iri[len(root) :]) and root else iri
    return f"{label} [{short}]" if label else short


class Names:
    """Finds what somebody names, by way of the search index; `labels` knows what concepts are called."""

    def __init__(self, model: Model, index: Index, base: str) -> None:
        self._model, self._index, self._base = model, index, base

    def resolve(self, text: str, question: Question) -> NamedNode | str:
        """Return the thing that a text names, or a sentence that says why it names none."""
        bracketed = _BRACKETED.search(text)
        text = bracketed[1] if bracketed else text
        if found := _RECORD.fullmatch(text):
            return self._record(text, found[1])
        if _SCHEME.match(text) and not (question.answer == THING and " " in text):
            return _address(text)
        if question.answer != THING:
            return phrase("An address begins with https:// or http://.")
        return self._called(text, question)

    def near(self, text: str, kind: str | None, limit: int = _NEAR) -> list[Card]:
        """Return records that may be meant by some words, of one kind or of any."""
        words = _WORD.findall(text)
        facets = {KIND: [kind]} if kind else {}
        for joined in (" ".join(words), " OR ".join(words)):
            if joined.strip():
                hits = self._index.search(Wanted(text=joined, facets=facets, limit=limit)).hits
                if hits:
                    return [hit.card for hit in hits]
        return []

    def _record(self, name: str, kind: str) -> NamedNode | str:
        if self._model.kind(kind) is None:
            return f"There is no kind of record called {kind}."
        iri = node((RECORDS if kind == "concept" else self._base) + name)
        known = iri is not None and (iri.value in self._index.get([iri.value]) or self._is_concept(iri))
        return iri if known and iri is not None else f"There is no record {name}."

    def _is_concept(self, iri: NamedNode) -> bool:
        return any(True for _ in self._model.shapes.quads_for_pattern(iri, None, None))

    def _called(self, text: str, question: Question) -> NamedNode | str:
        wanted = _flat(text)
        found = self.near(text, question.field.target, _LOOKED_AT)
        same = [card for card in found if _flat(card.title) == wanted]
        if len(same) == 1 and (iri := node(same[0].iri)):
            return iri
        told = ", ".join(shown(card.iri, {card.iri: card.title}, self._base) for card in (same or found)[:_NEAR])
        if same:
            return f"More than one record has the name {text}. Which: {told}?"
        return f"No record has the name {text}." + (f" Do you mean {told}?" if told else "")


def _address(text: str) -> NamedNode | str:
    parts = urlsplit(text)
    if parts.scheme.lower() not in _ADDRESSES or (
        parts.scheme.lower() in ("http", "https", "ftp") and not parts.netloc
    ):
        return phrase("An address begins with https:// or http://.")
    return node(text) or phrase(
        "This address holds signs that an address cannot hold, such as a space or a quotation mark."
    )


def _flat(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_WORD.findall("".join(char for char in bare if not unicodedata.combining(char))))
