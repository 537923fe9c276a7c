"""The bibliography of a paper: exactly what it cites, at one revision of the base, so that it builds the same next year."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kg import queries
from kg.base import BATCH, Base, batched, parsed
from kg.citations import bibtex, cited
from kg.citations.entry import Entry
from kg.citations.records import entry_of
from kg.errors import BadInput
from kg.search.cards import preferred
from kg.search.index import Wanted
from kg.terms import NAMING, record_of

HEAD = "% Written by kg bib"
"""How a file begins that may be written anew: one that a person wrote is never overwritten."""


@dataclass
class Bibliography:
    """What a paper gets: entries under the keys it cites, and the keys that mean nothing, each with those that look like it."""

    revision: int
    entries: list[Entry] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)

    def text(self, base: Base, dialect: str) -> str:
        """Return the `.bib` file."""
        head = f"{HEAD}: {len(self.entries)} entries, revision {self.revision} of {base.settings.base}\n\n"
        return head + "".join(bibtex.write(self.entries, dialect))


def lock_of(path: Path) -> Path:
    """Return where the revision of a `.bib` file is kept."""
    return path.with_name(path.name + ".lock")


def locked(base: Base, path: Path) -> int | None:
    """Return the revision that a `.bib` file is locked to; None without a lock file."""
    lock = lock_of(path)
    if not lock.is_file():
        return None
    try:
        kept = json.loads(lock.read_text("utf-8"))
        revision, home = int(kept["revision"]), str(kept["base"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{lock} is no lock file of ours.", "Delete it, or restore it from your version control."
        ) from error
    if home != base.settings.base or revision > base.journal.revision:
        raise BadInput(
            f"{lock} holds revision {revision} of {home}; this is revision {base.journal.revision} of {base.settings.base}.",
            "Use the base that the paper was written with, or start anew with --update.",
        )
    return revision


def write(base: Base, made: Bibliography, path: Path, dialect: str) -> None:
    """Write a `.bib` file and its lock; a file that somebody wrote by hand is refused."""
    if path.is_file() and not path.read_text("utf-8", "replace").startswith(HEAD):
        raise BadInput(f"{path} was not written by kg bib.", "Name another file with --output.")
    path.write_text(made.text(base, dialect), "utf-8")
    kept = {"base": base.settings.base, "revision": made.revision, "keys": [entry.key for entry in made.entries]}
    lock_of(path).write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def of_paper(base: Base, paper: Path, revision: int | None, dialect: str) -> Bibliography:
    """Return what a paper cites; at a revision of the past, as the base then was."""
    wanted = cited.keys(paper)
    if cited.ALL in wanted:
        wanted = [row["key"].value for row in base.engine.select(queries.fill("keys"))]
    return of_keys(base, wanted, revision, dialect)


def of_keys(base: Base, wanted: list[str], revision: int | None, dialect: str) -> Bibliography:
    """Return the entries of these keys, each under the key that was asked for."""
    records = _records(base, wanted)
    states = _states(base, records.values(), revision)
    made = Bibliography(base.journal.revision if revision is None else revision)
    labels = _labels(base, states, revision)
    own: dict[str, Entry] = {}
    for key in wanted:
        iri = records.get(key, "")
        entry = entry_of(base.model, iri, states[iri], labels) if iri in states else None
        if entry is None:
            made.missing[key] = []
        elif dialect == "biblatex" and key in entry.fields.get("ids", "").split(", "):
            own.setdefault(entry.key, entry)  # biber finds it by its `ids`
        else:
            own[key] = replace(entry, key=key)
    made.entries = [_standing_alone(own[key], own, dialect) for key in sorted(own)]
    if made.missing:
        known = {row["key"].value: row["key"].value for row in base.engine.select(queries.fill("keys"))}
        for card in base.index.walk(Wanted(facets={"kind": _citable(base)})):
            address = card.iri.removeprefix(base.settings.base)
            known |= {address: address, address.rpartition("/")[2]: address}
        near = {key: cited.near(key, known) for key in made.missing}
        made.missing = {key: list(dict.fromkeys(known[name] for name in names)) for key, names in near.items()}
    return made


def of_search(base: Base, text: str, dialect: str) -> Bibliography:
    """Return the references that a search finds."""
    cards = base.index.cards(Wanted(text=text, facets={"kind": ("reference",)}))
    found = base.graphs(card.iri for card in cards)
    labels = base.labels_in(triple for triples in found.values() for triple in triples)
    entries = (entry_of(base.model, card.iri, found[card.iri], labels) for card in cards if card.iri in found)
    by_key = {entry.key: entry for entry in entries if entry is not None}
    return Bibliography(
        base.journal.revision, [_standing_alone(by_key[key], by_key, dialect) for key in sorted(by_key)]
    )


def _records(base: Base, wanted: Iterable[str]) -> dict[str, str]:
    """Return the record of each key: of a reference its key or another one, of any other citable record its address or slug."""
    found: dict[str, str] = {}
    for batch in batched(wanted, BATCH):
        rows = base.engine.select(queries.fill("aliases", keys=[Literal(key) for key in batch]))
        found |= {row["key"].value: row["record"].value for row in rows}
        slugs = {
            f"{base.settings.base}{kind}/{key}": key for kind in _citable(base) for key in batch if key not in found
        } | {
            base.settings.base + key: key
            for key in batch
            if key.startswith(tuple(f"{kind}/" for kind in _citable(base)))
        }
        found |= {slugs[iri]: iri for iri in base.index.get(slugs)}
    return found


def _citable(base: Base) -> tuple[str, ...]:
    return tuple(
        kind.name
        for kind in base.model.kinds
        if kind.name and (kind.bibtex_type or kind.biblatex_type) and kind.name != "reference"
    )


def _states(base: Base, iris: Iterable[str], revision: int | None) -> dict[str, list[Triple]]:
    if revision is None:
        return base.graphs(iris)
    found = {iri: parsed(base.journal.at(iri, revision)) for iri in iris}
    return {iri: triples for iri, triples in found.items() if triples}


def _labels(base: Base, states: Mapping[str, list[Triple]], revision: int | None) -> dict[str, str]:
    """Return what the things were called that the records point at."""
    labels = base.labels_in(triple for triples in states.values() for triple in triples)
    if revision is None:
        return labels
    then: dict[str, list[NamedNode | Literal]] = defaultdict(list)
    pointed = {
        triple.object.value for triples in states.values() for triple in triples if isinstance(triple.object, NamedNode)
    }
    for iri in pointed:
        for triple in parsed(base.journal.at(record_of(iri), revision)):
            if triple.subject == NamedNode(iri) and triple.predicate in NAMING and isinstance(triple.object, Literal):
                then[iri].append(triple.object)
    return labels | {iri: label.value for iri, named in then.items() if (label := preferred(named))}


def _standing_alone(entry: Entry, among: Mapping[str, Entry], dialect: str) -> Entry:
    """Leave out links to entries that are not in the file: what they lent is in the entry already."""
    gone = {name for name in ("crossref", "xref") if name in entry.fields and entry.fields[name] not in among}
    if dialect == "bibtex":
        gone |= {"crossref", "ids"} & entry.fields.keys()
    return (
        replace(entry, fields={name: text for name, text in entry.fields.items() if name not in gone})
        if gone
        else entry
    )
