"""Records of a base as bibliography entries, a batch at a time: what every citation export and document is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from pyoxigraph import NamedNode, Triple

from kg.base import Base
from kg.citations.entry import Entry
from kg.citations.properties import CONFIDENCE
from kg.citations.records import entry_of
from kg.desk.journal import Change
from kg.search.cards import Card
from kg.search.index import KIND, Wanted
from kg.shelf import Shelf
from kg.terms import OU

REFERENCE = "reference"
UNVERIFIED = CONFIDENCE + "unverified"
_BATCHES = (25, 100, 400)
"""The first batch is small, so that the first entry is written at once."""


def entries(base: Base, iris: Iterable[str]) -> Iterator[Entry]:
    """Yield the citable records among these as entries, in their order."""
    shelf = _shelf(base)
    for batch in _batched(iris):
        states = _states(base, batch)
        kept = shelf.get(states)
        fresh = {iri: (entry, triples) for iri, entry, triples in read(base, (iri for iri in batch if iri not in kept))}
        own = {iri: entry for iri, (entry, triples) in fresh.items() if iri in states and _is_reference(triples, iri)}
        if own:
            shelf.put(own, states)
        made = kept | {iri: entry for iri, (entry, _) in fresh.items()}
        yield from (made[iri] for iri in batch if iri in made)


def keep(base: Base, changes: Iterable[Change], made: Mapping[str, Entry]) -> None:
    """Keep the entries that records were made of with those changes, so that the first export need not read them back."""
    states = {change.graph: f"{change.revision} {change.at}" for change in changes if change.graph in made}
    _shelf(base).put({iri: made[iri] for iri in states}, states)


def _shelf(base: Base) -> Shelf:
    return Shelf(base.settings.data / "derived" / "entries.sqlite")


def _states(base: Base, iris: list[str]) -> dict[str, str]:
    """Return the states of the records that engine and index hold already; a change on its way has none yet."""
    arrived = base.index.revision
    found = base.journal.states(iris)
    return {iri: f"{revision} {at}" for iri, (revision, at) in found.items() if revision <= arrived}


def read(base: Base, iris: Iterable[str]) -> Iterator[tuple[str, Entry, list[Triple]]]:
    """Yield the citable records among these with their entries and statements."""
    for batch in _batched(iris):
        said = base.graphs(batch)
        others = [triple for iri, triples in said.items() if not _is_reference(triples, iri) for triple in triples]
        labels = base.labels_in(others) if others else {}
        for iri in batch:
            if iri in said and (entry := entry_of(base.model, iri, said[iri], labels)) is not None:
                yield iri, entry, said[iri]


def _is_reference(said: list[Triple], iri: str) -> bool:
    """Tell whether a record carries its own entry, in which nothing is called by the name of another record."""
    return any(triple.predicate == OU.citationKey for triple in said if triple.subject == NamedNode(iri))


def _batched(iris: Iterable[str]) -> Iterator[list[str]]:
    rest, sizes = iter(iris), iter(_BATCHES)
    while batch := list(islice(rest, next(sizes, _BATCHES[-1]))):
        yield batch


def references(wanted: Wanted) -> Wanted:
    """Return a search for references, where it names no kind."""
    return wanted if KIND in wanted.facets else replace(wanted, facets={**wanted.facets, KIND: [REFERENCE]})


def found(base: Base, wanted: Wanted, *, unverified: bool) -> tuple[Iterator[str], int]:
    """Return the IRIs of the records that a search takes, and how many it leaves out because nobody has seen the thing itself."""
    taken, left = narrowed(base, wanted, unverified=unverified)
    return (card.iri for card in base.index.walk(taken)), left


def narrowed(base: Base, wanted: Wanted, *, unverified: bool) -> tuple[Wanted, int]:
    """Return a search without the records of which only a mention was seen, unless it asks for them; and how many these are."""
    confidence = next((field.slug for kind in base.model.kinds if (field := kind.role("confidence"))), None)
    if unverified or confidence is None or wanted.facets.get(confidence):
        return wanted, 0
    left = base.index.count(replace(wanted, facets={**wanted.facets, confidence: [UNVERIFIED]}))
    return replace(wanted, without={**wanted.without, confidence: [UNVERIFIED]}), left


def seen(base: Base, cards: Iterable[Card]) -> Iterator[str]:
    """Yield the IRIs of the cards of which more than a mention was seen."""
    word = base.labels([UNVERIFIED]).get(UNVERIFIED)
    yield from (card.iri for card in cards if card.confidence != word)


def left_out(number: int) -> str:
    """Say in a sentence what an export does not hold; nothing when it holds all."""
    if not number:
        return ""
    return f"{number:,} of which only a mention was seen {'is' if number == 1 else 'are'} left out; unverified=1 takes them in."
