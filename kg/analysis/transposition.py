"""Transposition: supranational texts by countries, with how each link is known kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg.analysis.evidence import Evidence, Policy, slug_of
from kg.analysis.tables import Table, Value
from kg.answers import Row
from kg.words import phrase

SEEN = {"work", "source"}
"""Bases of a link that are facts seen: the text itself, or another text, says so. The others are an editor's reading."""
WIDER = ("supranational", "global")
RELATIONS = {
    "transposes": phrase("transposes"), "implements": phrase("implements"), "follows": phrase("follows"),
    "buildsOn": phrase("builds on"), "cites": phrase("cites"), "amends": phrase("amends"), "repeals": phrase("repeals"),
    "replaces": phrase("replaces"), "relation": phrase("is related to"), "supplements": phrase("supplements"),
}  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """One link from a text to a wider one: the relation, on what it rests, and why."""

    source: Policy
    target: Policy
    relation: str
    basis: str
    why: str
    seen: str

    @property
    def fact(self) -> bool:
        """Tell whether a text seen says so; else it is an editor's reading."""
        return self.basis in SEEN


def ties(evidence: Evidence, rows: Iterable[Row]) -> list[Tie]:
    """Return the links from national and local texts to wider ones, or between wider ones."""
    found: set[Tie] = set()
    for row in rows:
        source, target = evidence.policies.get(row["from"].value), evidence.policies.get(row["to"].value)
        if source and target and target.level in WIDER:
            told = (row[name].value if name in row else "" for name in ("why", "seen"))
            basis = slug_of(row["basis"].value) if "basis" in row else ""
            found.add(Tie(source, target, slug_of(row["relation"].value), basis, *told))
    return sorted(found, key=lambda tie: (tie.target.title, tie.source.places, tie.source.title, tie.relation, tie.why))


def by_instrument(found: Iterable[Tie]) -> dict[Policy, list[Tie]]:
    """Group the links by the wider text."""
    grouped: dict[Policy, list[Tie]] = defaultdict(list)
    for tie in found:
        grouped[tie.target].append(tie)
    return dict(grouped)


def as_table(evidence: Evidence, found: Iterable[Tie], revision: int) -> Table:
    """Write the links as a table."""
    head = (
        "instrument",
        "instrument iri",
        "place",
        "text",
        "text iri",
        "relation",
        "known as",
        "basis",
        "why",
        "seen in",
    )
    rows: list[list[Value]] = [
        [tie.target.title, tie.target.iri, ", ".join(evidence.places.get(p, p) for p in tie.source.places), tie.source.title,
         tie.source.iri, RELATIONS.get(tie.relation, tie.relation), "fact seen" if tie.fact else "editor's reading", tie.basis,
         tie.why, tie.seen]
        for tie in found
    ]  # fmt: skip
    return Table(
        "Transposition", head, rows, "A country that is not listed was not seen; it may well have acted.", revision
    )
