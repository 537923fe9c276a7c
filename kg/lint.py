"""Lint of the base: every reference looked at, the remarks kept for the page, and repairs written like any other change."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from kg.base import Base, Progress, batched
from kg.citations import bibtex, graph, lint
from kg.citations.connected import rewritten
from kg.citations.entry import Entry
from kg.citations.lint import Remark
from kg.desk.findings import Finding, Findings
from kg.errors import BadInput, KgError
from kg.search.index import Wanted

_CHUNK = 200
_REFERENCES = Wanted(facets={"kind": ("reference",)})
_AT_ONCE = 20_000
"""More references than this are looked at by `kg lint` only."""


def findings(base: Base) -> Findings:
    """Return the remarks of the last lint of a base."""
    return Findings(base.settings.data / "lint.sqlite")


def is_fresh(base: Base) -> bool:
    """Tell whether the last look was at the base as it stands."""
    last = findings(base).run
    return last is not None and last[0] == base.journal.revision


def begin(base: Base) -> bool:
    """Look at every reference behind the back of whoever asks, unless somebody does already or there are too many; tell whether."""
    if base.index.count(_REFERENCES) > _AT_ONCE:
        return False
    lock = (base.settings.data / "lint.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return True

    def look() -> None:
        with lock, suppress(KgError, OSError):  # the base may be closed meanwhile; the next who asks begins anew
            run(base)

    threading.Thread(target=look, name="lint", daemon=True).start()
    return True


def run(base: Base, progress: Progress = lambda done: None) -> int:
    """Look at every reference and keep the remarks; return how many there are."""
    known: dict[str, str] = {}
    made = list(lint.remarks(_entries(base, known, progress)))
    records = {remark.key: known[remark.key] for remark in made}
    before = dict(_some(base, records.values()))
    rows = (_row(remark, records[remark.key], before[records[remark.key]]) for remark in made)
    findings(base).replace(base.journal.revision, len(known), rows)
    return len(made)


def _entries(base: Base, known: dict[str, str], progress: Progress) -> Iterator[Entry]:
    """Yield every reference, a batch in memory at a time, and note which record has which key."""
    iris = (card.iri for card in base.index.walk(_REFERENCES))
    for iri, entry in _some(base, iris, progress):
        known[entry.key] = iri
        yield entry


def _some(base: Base, iris: Iterable[str], progress: Progress = lambda done: None) -> Iterator[tuple[str, Entry]]:
    for batch in batched(dict.fromkeys(iris), _CHUNK):
        for iri, triples in base.graphs(batch).items():
            yield iri, graph.from_triples(triples, iri)
        progress(len(batch))


def _row(remark: Remark, iri: str, entry: Entry) -> tuple[str, str, str, str, str, str, str]:
    return (iri, remark.key, remark.rule, remark.field, remark.message, _spelled(entry, remark.field), remark.repair)


def _spelled(entry: Entry, field: str) -> str:
    return bibtex.spelled(entry, field, "biblatex") if field in entry.fields or field in entry.names else ""


def repair(base: Base, number: int, who: str) -> Finding:
    """Write the repair that a remark proposes, if the field still says what it said; return the remark."""
    finding = findings(base).get(number)
    if finding is None:
        raise BadInput(f"There is no remark {number}.", "`kg lint` lists them with their numbers.")
    if not finding.repair:
        raise BadInput(f"Remark {number} proposes no repair: only a person can know.", "Correct the record by hand.")
    triples = base.graphs([finding.record]).get(finding.record, [])
    now = graph.from_triples(triples, finding.record)
    if _spelled(now, finding.field) != finding.before:
        raise BadInput(f"{finding.key} has changed since remark {number} was made.", "Run `kg lint` again.")
    part = bibtex.entry(now.key, now.type, {finding.field: finding.repair})
    raw = {name: text for name, text in now.raw.items() if name != finding.field}
    mended = replace(
        now, fields={**now.fields, **part.fields}, names={**now.names, **part.names}, raw={**raw, **part.raw}
    )
    base.write({finding.record: rewritten(triples, finding.record, now, mended)}, who, f"lint: {finding.message}")
    findings(base).done(number)
    return finding
