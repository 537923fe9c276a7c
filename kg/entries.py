"""The verbs on records: load the corpus, read one, dump all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Triple

from kg import queries, shipped, turtle
from kg.base import BATCH, Base, Progress, Records, batched, canonical
from kg.citations import bibtex, graph, keys
from kg.errors import BadInput
from kg.incoming.pieces import moved
from kg.search.cards import classes_of, statements
from kg.shapes import Problem
from kg.terms import RECORDS, short

LOADER = "corpus"
"""Who the journal names for what `kg load` wrote."""


@dataclass
class Loading:
    """What a load did: how many records changed, were the same, or were left alone because a person had changed them."""

    changed: int = 0
    same: int = 0
    kept: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def refused(self) -> set[str]:
        """IRIs of the records that were not written because a shape complains."""
        return {problem.record for problem in self.problems if problem.severe}


def shipped_paths() -> list[Path]:
    """Return the folder of the corpus that came with the service."""
    return [shipped.folder("bibliography")]


def digest(paths: Iterable[Path]) -> str:
    """Return one hash of the ontology and of every file below these paths."""
    sum_ = hashlib.sha256()
    for path in sorted([*_files(paths), *_files([shipped.folder("ontologies")])]):
        sum_.update(path.name.encode() + b"\0" + path.read_bytes())
    return sum_.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (found for found in sorted(path.rglob("*")) if found.suffix in (".ttl", ".bib"))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"There is no file or folder {path}.", "Name a .ttl or .bib file, or a folder of them.")


def read_files(paths: Iterable[Path], base_iri: str) -> tuple[dict[str, list[Triple]], list[str]]:
    """Read Turtle and BibTeX files into records; what cannot be read is told, one sentence each, and stops nothing.

    A reference may stand in two files: its entry in a .bib, and its links in a Turtle file.
    """
    records: dict[str, list[Triple]] = {}
    seen: set[tuple[str, str]] = set()
    unreadable: list[str] = []
    for path in _files(paths):
        try:
            found = _read_bib(path, unreadable) if path.suffix == ".bib" else turtle.read(path)
        except BadInput as error:
            unreadable.append(str(error))
            continue
        for iri, triples in found.items():
            if iri in records and (iri, path.suffix) in seen:
                unreadable.append(f"{path} describes {iri}, which another file describes already.")
            seen.add((iri, path.suffix))
            records[iri] = [*records.get(iri, []), *triples]
    return moved(records, RECORDS, base_iri), unreadable


def _read_bib(path: Path, unreadable: list[str]) -> dict[str, list[Triple]]:
    reading = bibtex.read_bytes(path.read_bytes())
    unreadable += [
        f"{path}, line {broken.line}: {broken.key or 'entry'}: {broken.reason}." for broken in reading.broken
    ]
    found = {}
    for entry in reading.entries:
        iri = f"{RECORDS}reference/{keys.slug(entry.key)}"
        found[iri] = graph.to_triples(entry, iri)
    return found


def load(base: Base, paths: Iterable[Path], *, force: bool = False, progress: Progress = lambda done: None) -> Loading:
    """Load the ontology and files; with the same files twice, the second time changes nothing.

    A record that a person has changed since is left as it is, unless `force`. `progress` is called with the number of records done;
    `count` tells how many there are.
    """
    records, unreadable = read_files(paths, base.settings.base)
    loading = Loading(unreadable=unreadable)
    write_ontology(base)
    authors = base.journal.last_authors()
    for batch in batched(records, BATCH):
        chosen = {iri: records[iri] for iri in batch}
        now = base.graphs(chosen)
        fresh = {iri: triples for iri, triples in chosen.items() if canonical(now.get(iri)) != canonical(triples)}
        loading.same += len(chosen) - len(fresh)
        ours = {iri: triples for iri, triples in fresh.items() if force or authors.get(iri, LOADER) == LOADER}
        loading.kept += sorted(fresh.keys() - ours.keys())
        loading.problems += [*_misfits(base, ours), *base.check(ours, among=records)]
        sound = {iri: triples for iri, triples in ours.items() if iri not in loading.refused}
        loading.changed += len(base.write(sound, LOADER, "load", checked=True))
        progress(len(batch))
    return loading


def write_ontology(base: Base) -> None:
    """Bring the ontology and its concept schemes into the base: records are checked against what stands there."""
    schemes = {iri: [quad.triple for quad in quads] for iri, quads in base.model.graphs.items()}
    base.write(schemes, LOADER, "ontology", checked=True)


def load_shipped(base: Base, progress: Progress = lambda done: None) -> Loading | None:
    """Load the corpus that came with the service, once for each of its states; None when it was loaded before."""
    paths = shipped_paths()
    state = digest(paths)
    if base.journal.knows(state):
        return None
    loading = load(base, paths, progress=progress)
    if loading.changed:
        base.reindex()  # a record may have been indexed before the place or agent that it names
    if not loading.refused and not loading.unreadable:
        base.journal.remember(state)
    return loading


def count(paths: Iterable[Path]) -> int:
    """Return how many records files hold."""
    return len(read_files(paths, RECORDS)[0])


def all_records(base: Base) -> Iterator[tuple[str, list[Triple]]]:
    """Yield every record of a kind that the shapes know, in order of its IRI."""
    iris = sorted(row["graph"].value for row in base.engine.select(queries.fill("record-graphs")))
    for batch in batched((iri for iri in iris if iri not in base.model.graphs), BATCH):
        found = base.graphs(batch)
        yield from ((iri, found[iri]) for iri in batch if iri in found)


def dump(base: Base, folder: Path, progress: Progress = lambda done: None) -> int:
    """Write every record as the file that `load` reads; files that did not change keep their bytes."""
    entries, written = [], 0
    for iri, triples in all_records(base):
        path = iri.removeprefix(base.settings.base)
        if path.startswith("reference/"):
            entries.append(graph.from_triples(triples, iri))
            if rest := set(triples) - set(graph.to_triples(entries[-1], iri)):
                _put(folder / f"{path}.ttl", turtle.write(rest, base.settings.base))
        else:
            _put(folder / f"{path}.ttl", turtle.write(triples, base.settings.base))
        written += 1
        progress(1)
    if entries:
        entries.sort(key=lambda entry: entry.key)
        _put(folder / "references.bib", "".join(bibtex.write(entries, dialect="biblatex", ours=True)).encode())
    return written


def _put(path: Path, text: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(text)
    fresh.replace(path)


def check(base: Base, records: Records, progress: Progress = lambda done: None) -> Iterator[Problem]:
    """Yield the complaints about records, in batches, so that the first are told before the last are read.

    Of a record that the base has, one of its two files may be checked alone: the other says what it is.
    """
    for batch in batched(records, BATCH):
        chosen = {iri: records[iri] for iri in batch}
        halves = base.graphs(iri for iri, triples in chosen.items() if not classes_of(statements(triples or (), iri)))
        yield from _misfits(base, {iri: triples for iri, triples in chosen.items() if iri not in halves})
        yield from base.check(chosen, among=records)
        progress(len(batch))


def _misfits(base: Base, records: Records) -> Iterator[Problem]:
    """Yield a complaint about each record whose class no shape knows, or is not of the kind that its address names."""
    for iri, triples in records.items():
        classes = classes_of(statements(triples or (), iri))
        named = base.model.kind(iri.removeprefix(base.settings.base).partition("/")[0])
        found = base.model.kind_of(classes)
        if triples and (found is None or (named is not None and found is not named)):
            wanted = " or ".join(map(short, sorted(named.classes))) if named else "that a shape is for"
            yield Problem(
                iri, iri, "class", ", ".join(classes), f"Say what it is: give it a class {wanted}.", severe=True
            )


def check_all(base: Base, progress: Progress = lambda done: None) -> Iterator[Problem]:
    """Yield the complaints about every record of the base, of which no more than a batch is in memory."""
    for batch in batched(all_records(base), BATCH):
        yield from base.check(dict(batch))
        progress(len(batch))
