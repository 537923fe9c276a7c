"""What comes in from files: compared with the base first, shown, and then written or proposed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, repeat
from pathlib import Path

from pyoxigraph import Literal, Triple

from kg import deciding, queries
from kg.base import BATCH, Base, Progress, batched, canonical
from kg.citations import bibtex, dialects, graph, keys, likeness
from kg.citations.connected import rewritten
from kg.citations.dialects import MONTH_NAMES
from kg.citations.entry import Entry
from kg.citations.likeness import Shelves
from kg.connect import Connector
from kg.entries import write_ontology
from kg.known import Known

STATES = ("new", "changed", "same", "duplicate", "invalid")

_OURS = frozenset(("annotation", "usage", "confidence", "evidence", "ids"))
"""Fields that this base adds to what others say: an import without them does not take them away."""


_AT_ONCE = 2_000
"""So many are written in one go: each go costs the search index a merge of its parts."""


@dataclass(frozen=True)
class Seen:
    """How sure we are of an entry that does not say so itself, and where it was seen: an address, words, or one after the other."""

    confidence: str = "unverified"
    evidence: str = ""
    holds: frozenset[str] | None = None
    """The fields that there was room for, where that was not every one: what it had no room for, a record keeps."""


def in_file(path: Path, holds: frozenset[str] | None = None) -> Seen:
    """Return what an entry rests on that somebody's file holds: the file, told apart by its content, and the day."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = " ".join(path.name.replace("|", " ").split())
    return Seen("reported", f"In the file {name} (SHA-256 {digest}), imported on {spoken(date.today())}.", holds)


def spoken(day: date) -> str:
    """Write a day as `7 October 2016`, whatever the language of the machine."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


@dataclass(frozen=True)
class Arrival:
    """One entry or record of a file beside the base: its state and why, and the statements it would write, if any."""

    state: str
    entry: Entry | None
    iri: str
    why: str = ""
    before: bytes | None = None
    triples: tuple[Triple, ...] = ()
    name: str = ""
    title: str = ""

    @property
    def called(self) -> tuple[str, str]:
        """What it is called: the key of an entry or the address of a record, and the title."""
        return (self.entry.key, self.entry.fields.get("title", "")) if self.entry else (self.name, self.title)


def compare(
    base: Base, entries: Sequence[Entry], progress: Progress = lambda done: None, seen: Sequence[Seen] = ()
) -> Iterator[Arrival]:
    """Yield every entry with its state, in the order of the file; nothing is written.

    `seen` tells, entry by entry, where they were seen; without it, they are mentions that nobody has looked at.
    The work grows with the file; of the base only what the entries could mean is looked at.
    """
    write_ontology(base)
    shelves, connector = _shelves(base, entries), Connector(base)
    taken: set[str] = {entry.key for entry in entries}
    for batch in batched(zip(entries, chain(seen, repeat(Seen())), strict=False), BATCH):
        known = _known_keys(base, [entry.key for entry, _ in batch if entry.key])
        there = base.graphs(known.values())
        past = base.journal.known(address(base, entry.key) for entry, _ in batch)
        staged = [_placed(base, entry, how, known.get(entry.key), there, past, shelves, taken) for entry, how in batch]
        yield from _checked(base, _connected(connector, staged))
        progress(len(batch))


def _shelves(base: Base, entries: Iterable[Entry]) -> Shelves:
    wanted = {block for entry in entries for block in likeness.blocks(likeness.work(entry))}
    shelves = Shelves()
    for one in Known(base).works(sorted(wanted)):
        shelves.put(one, wanted)
    return shelves


def _known_keys(base: Base, asked: Iterable[str]) -> dict[str, str]:
    """Return the record of each key that the base has or knows as another key of a work."""
    rows = base.engine.select(queries.fill("aliases", keys=[Literal(key) for key in asked]))
    return {row["key"].value: row["record"].value for row in rows}


def _placed(
    base: Base,
    entry: Entry,
    seen: Seen,
    iri: str | None,
    there: dict[str, list[Triple]],
    past: set[str],
    shelves: Shelves,
    taken: set[str],
) -> Arrival:
    one = likeness.work(entry, iri or "")
    if iri is not None:
        now = graph.from_triples(there[iri], iri)
        if not likeness.another(one, likeness.work(now, iri)):
            return _beside(entry, seen, now, iri, there[iri])
    found = shelves.like(one)
    if found is not None:
        other, why = found
        return Arrival("duplicate", entry, other.record or address(base, other.key), f"{why} as {other.key}")
    why = ""
    if not entry.key or iri is not None or address(base, entry.key) in past:
        if entry.key:
            why = f"the key {entry.key} is another work's, and a key is never given twice"
        entry = replace(entry, key=_free_key(base, entry, taken))
    taken.add(entry.key)
    if "confidence" not in entry.fields:
        evidence = {"evidence": seen.evidence} if seen.evidence and "evidence" not in entry.fields else {}
        entry = replace(entry, fields={**entry.fields, "confidence": seen.confidence, **evidence})
    iri = address(base, entry.key)
    shelves.put(replace(one, key=entry.key))
    return Arrival("new", entry, iri, why, None, tuple(graph.to_triples(entry, iri)))


def address(base: Base, key: str) -> str:
    """Return the IRI of the reference that has this key for its own."""
    return f"{base.settings.base}reference/{keys.slug(key)}"


def _free_key(base: Base, entry: Entry, taken: set[str]) -> str:
    """Return a key that neither the base, nor its past, nor this file has for another work."""
    refused = set(taken)
    while True:
        key = keys.made(entry, refused)
        if not _known_keys(base, [key]) and not base.journal.known([address(base, key)]):
            return key
        refused.add(key)


def _beside(entry: Entry, seen: Seen, now: Entry, iri: str, triples: list[Triple]) -> Arrival:
    """Compare an entry with the one that is there; sentences and links that are ours stay."""

    def stays(name: str) -> bool:
        return name not in entry.fields and (name in _OURS or (seen.holds is not None and name not in seen.holds))

    kept = {name: text for name, text in now.fields.items() if stays(name)}
    people = {name: found for name, found in now.names.items() if stays(name)}
    alike = {name for name, text in entry.fields.items() if now.fields.get(name) == text}
    alike |= {name for name, found in entry.names.items() if now.names.get(name) == found}
    spelled = {*kept, *people, *(alike if seen.holds is not None else ())}
    raw = {name: text for name, text in now.raw.items() if name in spelled}
    whole = Entry(now.key, entry.type, {**entry.fields, **kept}, {**people, **entry.names}, {**raw, **entry.raw})
    ours = all(whole.fields.get(name) == now.fields.get(name) for name in dialects.OURS)
    if ours and any(bibtex.written(whole, one) == bibtex.written(now, one) for one in dialects.DIALECTS):
        return Arrival("same", entry, iri)
    after = tuple(rewritten(triples, iri, now, whole))
    if canonical(after) == canonical(triples):
        return Arrival("same", entry, iri)
    return Arrival("changed", whole, iri, ", ".join(_differing(now, whole)), canonical(triples), after)


def _differing(now: Entry, then: Entry) -> list[str]:
    """Name what differs between two entries."""

    def said(entry: Entry, name: str) -> object:
        text = entry.fields.get(name, "")
        return sorted(text.split(", ")) if name in ("keywords", "ids") else text or entry.names.get(name)

    names = sorted({*now.fields, *then.fields, *now.names, *then.names})
    differing = [name for name in names if said(now, name) != said(then, name)]
    return (["type"] if now.type != then.type else []) + (differing or ["spelling"])


def _connected(connector: Connector, staged: list[Arrival]) -> list[Arrival]:
    """Link what would be written with the people and journals that have records; new ones are made by `kg connect`."""
    works = [
        (arrival.iri, arrival.entry, list(arrival.triples)) for arrival in staged if arrival.triples and arrival.entry
    ]
    links = connector.connect(works, make=False).links
    return [
        replace(arrival, triples=tuple(dict.fromkeys([*arrival.triples, *links[arrival.iri]])))
        if arrival.triples and arrival.iri in links
        else arrival
        for arrival in staged
    ]


def _checked(base: Base, staged: list[Arrival]) -> Iterator[Arrival]:
    """Yield arrivals, those that the shapes refuse as invalid."""
    given = {arrival.iri: list(arrival.triples) for arrival in staged if arrival.triples}
    complaints: dict[str, list[str]] = {}
    for problem in base.check(given) if given else ():
        if problem.severe:
            complaints.setdefault(problem.record, []).append(f"{problem.field}: {problem.message}")
    for arrival in staged:
        if arrival.triples and arrival.iri in complaints:
            yield replace(arrival, state="invalid", why=" ".join(dict.fromkeys(complaints[arrival.iri])), triples=())
        else:
            yield arrival


# -- what becomes of it ---------------------------------------------------------------------------------------------------


def accept(
    base: Base, arrivals: Iterable[Arrival], who: str, why: str, progress: Progress = lambda done: None
) -> Counter[str]:
    """Write new and changed entries, and give a duplicate's key to the work that it is; count what was done.

    Each batch is written whole or not at all, other keys last; after a crash the same import goes on where it stopped.
    """
    done: Counter[str] = Counter()
    duplicates: list[Arrival] = []
    for batch in batched(arrivals, _AT_ONCE):
        records = {arrival.iri: list(arrival.triples) for arrival in batch if arrival.triples}
        written = {change.graph for change in base.write(records, who, why, checked=True)}
        done.update(arrival.state for arrival in batch if arrival.iri in written and arrival.triples)
        duplicates += (arrival for arrival in batch if arrival.state == "duplicate")
        progress(len(batch))
    for some in batched(duplicates, _AT_ONCE):
        aliases, number = _with_aliases(base, some)
        if base.write(aliases, who, f"{why}: another key of the same work", checked=True):
            done["alias"] += number
    return done


def _with_aliases(base: Base, duplicates: Sequence[Arrival]) -> tuple[dict[str, list[Triple]], int]:
    """Return the records of works that duplicates mean, each with the keys of those as other keys; and how many keys."""
    found = base.graphs({arrival.iri for arrival in duplicates})
    named = {arrival.entry.key: arrival.iri for arrival in duplicates if arrival.entry and arrival.entry.key}
    known = _known_keys(base, named) if named else {}
    past = base.journal.known(address(base, key) for key in named)
    made: dict[str, list[Triple]] = {}
    added = 0
    for key, iri in named.items():
        if iri in found and key not in known and address(base, key) not in past:
            now = made.get(iri, found[iri])
            made[iri] = [*now, graph.alias(iri, key)]
            added += 1
    return made, added


def propose(base: Base, arrivals: Iterable[Arrival], who: str, why: str) -> int:
    """Keep new and changed entries as one proposal for a curator; return its number."""
    records = {arrival.iri: (arrival.before, canonical(arrival.triples)) for arrival in arrivals if arrival.triples}
    return deciding.desk(base).make(who, why, records)


def take(base: Base, number: int, who: str, note: str = "") -> int:
    """Accept a proposal: write its records, unless one has changed since it was made; return how many changed."""
    return len(deciding.accept(base, number, who, note))
