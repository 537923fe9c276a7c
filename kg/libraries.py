"""Libraries of people: what stands in their `.bib` files beside the entries is kept, and the whole file is given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg import cited
from kg.base import BATCH, Base, batched, parsed
from kg.citations import bibtex, graph, library, likeness
from kg.citations.entry import Entry
from kg.citations.library import Correction
from kg.desk.libraries import Libraries, Library
from kg.errors import NotFound
from kg.intake import Arrival


@dataclass(frozen=True)
class Sent:
    """A `.bib` file that came in: its name, its bytes, and the keys of its entries in their order."""

    name: str
    file: bytes
    keys: Sequence[str]


def shelf(base: Base) -> Libraries:
    """Return the libraries of a base."""
    return Libraries(base.settings.data / "libraries.sqlite")


def keep(base: Base, sent: Sent, arrivals: Iterable[Arrival], who: str, proposals: Iterable[int] = ()) -> None:
    """Keep a file beside what became of its entries, when that has been written or proposed.

    Comments, groups, macros, what could not be read: all of it stays in the file, which is private. It goes back to who sent it.
    """
    became = {
        key: arrival.iri for key, arrival in zip(sent.keys, arrivals, strict=True) if key and arrival.state != "invalid"
    }
    shelf(base).keep(sent.name, sent.file, became, who, base.journal.revision, list(proposals))


def named(base: Base, name: str) -> Library:
    """Return the library of this name or number; raise NotFound with those that there are."""
    found = shelf(base).named(name)
    if found is None:
        known = ", ".join(f"{one.name} ({one.number}, of {one.at[:10]})" for one in shelf(base).all()[:10])
        raise NotFound(
            f"There is no library {name}.",
            f"There are: {known}." if known else "`kg import FILE.bib --accept` keeps one under the name of its file.",
        )
    return found


def given_back(base: Base, kept: Library) -> bytes:
    """Return a file as it was sent, but for what the base has corrected since in the works that it holds.

    Where nothing was corrected, it is the same byte for byte.
    """
    file, records = shelf(base).file(kept), shelf(base).records(kept)
    since = _moved(base, set(records.values()), kept.revision)
    moved = {key: iri for key, iri in records.items() if iri in since}
    return library.corrected(file, lambda mine: _corrections(base, mine, moved, kept.revision)) if moved else file


def _moved(base: Base, iris: set[str], revision: int) -> set[str]:
    """Return the records that have changed since a revision."""
    states = (base.journal.states(batch) for batch in batched(sorted(iris), BATCH))
    return {iri for found in states for iri, (last, _) in found.items() if last > revision}


def _corrections(
    base: Base, mine: Mapping[str, Entry], moved: Mapping[str, str], revision: int
) -> dict[str, Correction]:
    """Return what the base said and says of works that have changed; a record that is another work by now corrects nothing."""
    made: dict[str, Correction] = {}
    for batch in batched(sorted(mine.keys() & moved.keys()), BATCH):
        now = base.graphs(moved[key] for key in batch)
        for key in batch:
            iri = moved[key]
            if iri not in now:
                continue
            entry, before = graph.from_triples(now[iri], iri), parsed(base.journal.at(iri, revision))
            if before or not likeness.another(likeness.work(mine[key]), likeness.work(entry, iri)):
                made[key] = graph.from_triples(before, iri) if before else None, entry
    return made


def entries(base: Base, kept: Library) -> Iterator[Entry]:
    """Yield the entries of a library as the base has them now, in the order of the file and under its keys.

    One that has no record is yielded as it was sent.
    """
    mine = bibtex.read_bytes(shelf(base).file(kept)).entries
    records = shelf(base).records(kept)
    for batch in batched(mine, BATCH):
        wanted = [records[entry.key] for entry in batch if entry.key in records]
        found = {iri: entry for iri, entry, _ in cited.read(base, wanted)}
        for entry in batch:
            now = found.get(records.get(entry.key, ""))
            yield replace(now, key=entry.key) if now else entry
