"""A base: the parts of one service held together, and the one path that a change takes through them.

A change is checked, written to the journal, then to the engine in one atomic update, then to the search index. The journal is
ahead of the engine or level with it, never behind: after a crash `open_base` brings engine and index up to its last row.
"""

from __future__ import annotations

import fcntl
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import model, oxigraph, queries
from kg.desk.journal import Change, Journal
from kg.engine import Engine, statement
from kg.errors import BrokenHouse, Overtaken, Refused
from kg.model import Model
from kg.search import cards
from kg.search.index import Index
from kg.settings import Settings
from kg.shapes import Checker, Problem
from kg.terms import OU, XSD

Records = Mapping[str, list[Triple] | None]
"""Record IRI to its statements; None takes the record out."""

Progress = Callable[[int], None]

Item = TypeVar("Item")

BATCH = 500
_UNFINISHED = 0
"""The revision of an index that is being built."""


@dataclass
class Base:
    """The open parts of one service."""

    settings: Settings
    model: Model
    engine: Engine
    journal: Journal
    index: Index
    checker: Checker
    attachment: oxigraph.Attachment | None = None

    def close(self) -> None:
        """Let go of the engine; the embedded one ends with its last client."""
        if self.attachment is not None:
            self.attachment.close()

    # -- reading ----------------------------------------------------------------------------------------------------

    def graphs(self, iris: Iterable[str]) -> dict[str, list[Triple]]:
        """Return the statements of several records, by IRI; a record that is not there is not in the answer.

        They are read in the journal, where every literal stands as it was written: an engine may write it in its own form.
        """
        return {iri: parsed(text) for iri, text in self.journal.texts(iris).items()}

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Return what things are called, in the language of the pages where there is a choice."""
        named: dict[str, list[NamedNode | Literal]] = defaultdict(list)
        for batch in batched(sorted(set(iris)), BATCH):
            for row in self.engine.select(queries.fill("labels", things=map(NamedNode, batch))):
                named[row["thing"].value].append(row["label"])
        return {iri: label for iri, values in named.items() if (label := cards.called(values))}

    def labels_in(self, triples: Iterable[Triple]) -> dict[str, str]:
        """Return what the things are called that statements point at."""
        return self.labels(triple.object.value for triple in triples if isinstance(triple.object, NamedNode))

    def wider(self, iris: Iterable[str]) -> dict[str, list[str]]:
        """Return the places and concepts above these, the nearest and the furthest; what has nothing above it is left out."""
        found: dict[str, list[str]] = defaultdict(list)
        for batch in batched(sorted(set(iris)), BATCH):
            for row in self.engine.select(queries.fill("wider", things=map(NamedNode, batch))):
                found[row["thing"].value].append(row["wider"].value)
        return found

    # -- writing ----------------------------------------------------------------------------------------------------

    def check(self, records: Records, among: Records | None = None) -> list[Problem]:
        """Check records with the ring of what they point at, which may stand `among` others not yet written."""
        given = {iri: triples for iri, triples in records.items() if triples}
        pointed = self.checker.ring_of(given)
        ring = [triple for iri in pointed & (among or {}).keys() for triple in (among or {})[iri] or ()]
        coded = {iri: self.model.said(iri) for iri in pointed - (among or {}).keys()}
        ring += [triple for triples in coded.values() for triple in triples]
        for batch in batched(sorted(iri for iri, triples in coded.items() if not triples), BATCH):
            for row in self.engine.select(queries.fill("ring", things=map(NamedNode, batch))):
                ring.append(statement(row))
        return self.checker.check(given, ring)

    def write(
        self, records: Records, who: str, why: str, *, checked: bool = False, since: int | None = None, part: int = 0
    ) -> list[Change]:
        """Check, journal, store and index the records that really change; raise Refused when a shape complains.

        With `since`, the records were made from what the base said at that revision: Overtaken when it has moved on.
        With `part`, the engine gets so many at once and not all, and each part is indexed while the next is stored: a third of
        the time of an import. Who asks meanwhile may see the first without the last; the journal has all or nothing.
        """
        with self._writing():
            if since is not None and self.journal.revision != since:
                raise Overtaken(f"The base has moved on from revision {since} to {self.journal.revision}.")
            now = self.graphs(records)
            changes = [
                (iri, before, after)
                for iri, triples in records.items()
                if (before := canonical(now.get(iri))) != (after := canonical(triples))
            ]
            if not checked:
                complaints = [
                    problem for problem in self.check({iri: records[iri] for iri, *_ in changes}) if problem.severe
                ]
                if complaints:
                    raise Refused("\n".join(str(problem) for problem in complaints))
            written = self.journal.append(who, why, changes)
            if written:
                gone = [change.graph for change in written if change.after is None]
                self.index.write(self._arriving(written, records, part or len(written)), gone, written[-1].revision)
        return written

    def _arriving(self, changes: Sequence[Change], told: Records, size: int) -> Iterator[cards.Card]:
        """Store changes, part by part, and yield the cards of each part that is stored while the next one is on its way."""
        parts = list(batched(changes, size))
        with ThreadPoolExecutor(1) as beside:
            stored = beside.submit(self._store, parts[0])
            for place, part in enumerate(parts, 1):
                stored.result()
                if place < len(parts):
                    stored = beside.submit(self._store, parts[place])
                yield from self._cards({one.graph: sorted(told[one.graph] or (), key=str) for one in part if one.after})

    def catch_up(self) -> None:
        """Bring engine and index to the last row of the journal, wherever a crash left them."""
        if self._engine_revision() == self.journal.revision == self.index.revision:
            return
        with self._writing():
            at = self._engine_revision()
            if at > self.journal.revision:
                raise BrokenHouse(
                    f"The triples stand at revision {at}, the journal at {self.journal.revision}.",
                    "The data folder was mixed from two bases: restore a backup, or empty the folder and load again.",
                )
            for batch in batched(self.journal.since(at), BATCH):
                self._store(batch)
            if self.index.revision > self.journal.revision or not self.index.revision:
                self.reindex()
            else:
                for batch in batched(self.journal.since(self.index.revision), BATCH):
                    self._index(batch)

    def reindex(self, progress: Progress = lambda done: None) -> int:
        """Build the search index anew from the engine; return how many records it holds.

        Its revision is noted last: an index that was left half built is begun anew when the base is next opened.
        """
        iris = sorted(row["graph"].value for row in self.engine.select(queries.fill("record-graphs")))
        revision, held = self.journal.revision, 0
        self.index.write((), (), _UNFINISHED, anew=True)
        for batch in batched(iris, BATCH):
            made = self._cards(self.graphs(batch))
            self.index.write(made, (), _UNFINISHED)
            held += len(made)
            progress(len(batch))
        self.index.write((), (), revision)
        return held

    def _store(self, changes: Sequence[Change]) -> None:
        last = {change.graph: change for change in changes}
        first = {change.graph: change for change in reversed(changes)}
        revision = max(change.revision for change in last.values())
        root = NamedNode(self.settings.base)
        state = f"{root} {OU.revision} {Literal(str(revision), datatype=XSD.integer)} .".encode()
        graphs = {change.graph: change.after for change in last.values()}
        fresh = {iri for iri, change in first.items() if change.before is None and change is last[iri]}
        self.engine.replace(graphs | {self.settings.base + "state": state}, fresh)

    def _index(self, changes: Iterable[Change]) -> None:
        last = {change.graph: change for change in changes}
        kept = {iri: parsed(change.after) for iri, change in last.items() if change.after is not None}
        revision = max(change.revision for change in last.values())
        self.index.write(self._cards(kept), last.keys() - kept.keys(), revision)

    def _cards(self, records: Mapping[str, list[Triple]]) -> list[cards.Card]:
        pointed = {
            triple.object.value
            for triples in records.values()
            for triple in triples
            if isinstance(triple.object, NamedNode)
        }
        wider = self.wider(pointed)
        labels = self.labels(pointed.union(*wider.values()))
        made = (
            cards.make(iri, triples, self.model, labels.get, lambda thing: wider.get(thing, ()))
            for iri, triples in records.items()
        )
        return [card for card in made if card is not None]

    def _engine_revision(self) -> int:
        rows = self.engine.select(queries.fill("revision", base=NamedNode(self.settings.base)))
        return int(rows[0]["revision"].value) if rows and rows[0].get("revision") else 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Let one process write at a time; another waits here."""
        with (self.settings.data / "write.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def batched(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield items in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def canonical(triples: Iterable[Triple] | None) -> bytes | None:
    """Return statements as sorted N-Triples, one form for one content; None for nothing."""
    lines = sorted(f"{triple} ." for triple in triples or ())
    return "\n".join(lines).encode() if lines else None


def parsed(text: bytes | None) -> list[Triple]:
    """Read N-Triples back."""
    return [quad.triple for quad in parse(text or b"", format=RdfFormat.N_TRIPLES)]


@contextmanager
def open_base(settings: Settings) -> Iterator[Base]:
    """Open the data folder and the engine, mend what a crash left behind, and close everything at the end."""
    settings.data.mkdir(parents=True, exist_ok=True)
    attachment = None
    if settings.engine:
        engine = Engine(
            settings.engine,
            settings.engine_update or settings.engine.rstrip("/").removesuffix("/query") + "/update",
            settings.engine_graphs or settings.engine.rstrip("/").removesuffix("/query") + "/store",
            settings.engine_timeout,
            user=settings.engine_user,
            password=settings.engine_password,
        )
    else:
        attachment = oxigraph.attach(settings.data, settings.engine_memory, settings.engine_timeout)
        url = attachment.url
        engine = Engine(
            f"{url}/query",
            f"{url}/update",
            f"{url}/store",
            settings.engine_timeout,
            renew=attachment.renew,
            stop=attachment.stop,
        )
    read = model.read()
    fields = [cards.name_of(field) for kind in read.kinds for field in kind.fields]
    index = Index(settings.data / "search", [facet.slug for facet in read.facets], fields)
    base = Base(settings, read, engine, Journal(settings.data / "journal.sqlite"), index, Checker(read), attachment)
    try:
        base.catch_up()
        yield base
    finally:
        base.close()
