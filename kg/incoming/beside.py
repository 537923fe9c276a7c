"""Records of a file beside the base: new, changed, the same or invalid, each with its reason; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Triple

from kg import filing
from kg.base import BATCH, Base, Progress, batched, canonical
from kg.entries import write_ontology
from kg.intake import Arrival
from kg.search.cards import preferred, statements
from kg.terms import NAMING


def compare(
    base: Base, records: Mapping[str, list[Triple]], progress: Progress = lambda done: None
) -> Iterator[Arrival]:
    """Yield each record with its state, in the order of the file.

    A record may point at others of the same file; one that points at a record which is invalid is invalid too.
    """
    write_ontology(base)
    faults = {iri: " ".join(why) for iri, triples in records.items() if (why := filing.reasons(base, iri, triples))}
    while fresh := _refused(base, {iri: triples for iri, triples in records.items() if iri not in faults}):
        faults |= fresh
    for batch in batched(records, BATCH):
        now = base.graphs(batch)
        for iri in batch:
            yield _arrival(base, iri, records[iri], now.get(iri), faults.get(iri, ""))
        progress(len(batch))


def _refused(base: Base, records: Mapping[str, list[Triple]]) -> dict[str, str]:
    """Return what the shapes refuse, with all that is said against it."""
    said: dict[str, list[str]] = {}
    for batch in batched(records, BATCH):
        for problem in base.check({iri: records[iri] for iri in batch}, among=records):
            if problem.severe:
                said.setdefault(problem.record, []).append(f"{problem.field}: {problem.message}")
    return {iri: " ".join(dict.fromkeys(told)) for iri, told in said.items()}


def _arrival(base: Base, iri: str, triples: list[Triple], now: list[Triple] | None, fault: str) -> Arrival:
    name, title = iri.removeprefix(base.settings.base), _title(iri, triples)
    if fault:
        return Arrival("invalid", None, iri, fault, name=name, title=title)
    if now is not None and canonical(dict.fromkeys(triples)) == canonical(now):
        return Arrival("same", None, iri, name=name, title=title)
    why = "" if now is None else ", ".join(_differing(now, triples))
    before = canonical(now) if now is not None else None
    return Arrival("changed" if now else "new", None, iri, why, before, tuple(dict.fromkeys(triples)), name, title)


def _title(iri: str, triples: list[Triple]) -> str:
    own = statements(triples, iri)
    found = preferred(term for path in NAMING for term in own.get(path.value, ()))
    return found.value if found else ""


def _differing(now: list[Triple], then: list[Triple]) -> list[str]:
    """Name the properties of which something differs, by the ends of their IRIs."""
    touched = {triple.predicate.value for triple in set(now) ^ set(then)}
    return sorted({path.rpartition("/")[2].rpartition("#")[2] for path in touched})
