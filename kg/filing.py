"""How a curator's program changes the base: whole records, and updates that are tried on a copy so that every change is known."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from kg.base import Base, Records, parsed
from kg.desk.journal import Change
from kg.dumps import quads
from kg.errors import Overtaken, Refused, TooLarge
from kg.scratch import Scratch, scratch
from kg.search.cards import classes_of, statements
from kg.terms import record_of

_ATTEMPTS = 3
_SLUG = re.compile(r"[^\s/#?<>]+")
_TOLD = 50

Dataset = Iterable[tuple[str, str]]


def put(
    base: Base, iri: str, triples: list[Triple] | None, who: str, why: str, since: int | None = None
) -> list[Change]:
    """Put one record in the place of what stands there (None takes it out), judged and checked like any write."""
    records = {iri: triples}
    judge(base, records)
    return base.write(records, who, why, since=since)


def judge(base: Base, records: Records) -> None:
    """Raise Refused, with every reason, unless each graph is one record of ours and says only things of its own."""
    told = [reason for iri, triples in records.items() for reason in reasons(base, iri, triples)]
    if told:
        more = [f"… and {len(told) - _TOLD:,} more."] if len(told) > _TOLD else []
        raise Refused("\n".join(told[:_TOLD] + more))


def reasons(base: Base, iri: str, triples: list[Triple] | None) -> list[str]:
    """Return why a graph is no record of ours that says only things of its own; nothing where it is one."""
    if iri in base.model.graphs:
        return [f"<{iri}> belongs to the ontology, which is changed in its files."]
    name, _, slug = iri.removeprefix(base.settings.base).partition("/")
    kind = base.model.kind(name) if iri.startswith(base.settings.base) else None
    if kind is None or not _SLUG.fullmatch(slug):
        return [f"<{iri}> is no record: its graph is named {base.settings.base}<kind>/<slug>."]
    if triples is None:
        return []
    found = []
    if base.model.kind_of(classes_of(statements(triples, iri))) is not kind:
        found.append(f"<{iri}> must have a class of a {kind.label.lower()}: " + " or ".join(sorted(kind.classes)) + ".")
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or record_of(triple.subject.value) != iri:
            found.append(f"<{iri}> speaks of {triple.subject}: a record speaks of itself and of its own #fragments.")
        if not isinstance(triple.object, NamedNode) and not hasattr(triple.object, "datatype"):
            found.append(f"<{iri}> holds {triple.object}: give a nested thing a name, such as <{iri}#evidence-1>.")
    return found


def update(base: Base, text: str, dataset: Dataset, who: str, why: str) -> list[Change]:
    """Apply a SPARQL update: to a copy first, then what it changed there to the base, record by record, checked and journalled.

    An update that another change overtakes is tried again. Raises TooLarge above the size that is set, Refused with the complaints.
    """
    for left in reversed(range(_ATTEMPTS)):
        revision, records = _tried(base, text, dataset)
        judge(base, records)
        try:
            return base.write(records, who, why, since=revision)
        except Overtaken:
            if not left:
                raise
    return []


def patch(base: Base, iri: str, text: str, who: str, why: str, since: int | None = None) -> list[Change]:
    """Apply an update to one record, which is its default graph (Graph Store Protocol, 5.7)."""
    revision = base.journal.revision if since is None else since
    with scratch(base.settings.engine_memory, base.settings.engine_timeout) as store:
        store.fill(base.journal.now(iri) or b"")
        store.update(text)
        elsewhere = {
            str(quad.graph_name) for quad in _quads(store.statements()) if isinstance(quad.graph_name, NamedNode)
        }
        if elsewhere:
            raise Refused(f"The update writes to {', '.join(sorted(elsewhere))}, and a PATCH changes <{iri}> alone.")
        triples = parsed(store.default())
    return put(base, iri, triples or None, who, why, since=revision)


def _tried(base: Base, text: str, dataset: Dataset) -> tuple[int, dict[str, list[Triple] | None]]:
    """Return the revision that was copied, and the records as the update leaves them, of those that it changes."""
    with scratch(base.settings.engine_memory, base.settings.engine_timeout) as store:
        revision = _fill(base, store)
        before = set(store.statements().splitlines())
        store.update(text, dataset)
        after = set(store.statements().splitlines())
    touched = {quad.graph_name for quad in _quads(b"\n".join(before ^ after))}
    records: dict[str, list[Triple] | None] = {}
    for graph in touched:
        if not isinstance(graph, NamedNode):
            raise Refused("The update writes outside the records.", "Say which: GRAPH <record> { … } or WITH <record>.")
        records[graph.value] = None
    ends = tuple(f"<{iri}> .".encode() for iri in records)
    for quad in _quads(b"\n".join(line for line in after if line.endswith(ends))) if ends else ():
        name = quad.graph_name
        if isinstance(name, NamedNode) and name.value in records:
            records[name.value] = [*(records[name.value] or []), quad.triple]
    return revision, records


def _fill(base: Base, store: Scratch) -> int:
    """Copy the base, as the journal has it, into a scratch store; return its revision."""
    most, held = base.settings.update_statements, 0
    parts: list[bytes] = []
    with base.journal.snapshot() as (revision, graphs):
        for iri, content in graphs:
            held += content.count(b"\n") + 1
            if held > most:
                raise TooLarge(
                    f"The base has more than {most:,} statements, too many to try an update on a copy.",
                    "Change records one at a time at /graphs, or have KG_UPDATE_STATEMENTS raised.",
                )
            parts.append(quads(iri, content))
    store.fill(b"".join(parts))
    return revision


def _quads(text: bytes) -> Iterable[Quad]:
    return parse(text, format=RdfFormat.N_QUADS)
