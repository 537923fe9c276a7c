"""SWOT: drafts derived by stated rules from what a policy lays down and its peers do, and the published ones as found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.analysis.evidence import WORDS, Cell, Evidence, Policy, slug_of
from kg.analysis.gaps import Gap, find
from kg.analysis.peers import of_policies
from kg.analysis.tables import Table, Value
from kg.answers import Row
from kg.words import phrase

QUADRANTS = {
    "strength": phrase("Strengths"), "weakness": phrase("Weaknesses"), "opportunity": phrase("Opportunities"),
    "threat": phrase("Threats"),
}  # fmt: skip
DERIVED = phrase(
    "Derived by the rules that are named, from what was read; a draft until a person signs it. "
    "What was not seen makes no factor."
)
_HELPING = ("addresses", "helpsToImplement", "realises")


@dataclass(frozen=True)
class Rule:
    """One rule of a draft: to which statuses and provisions it applies, what peers must do, and what it says."""

    name: str
    label: str
    quadrant: str
    statuses: frozenset[str]
    only: frozenset[str]
    least: float | None
    below: float | None
    needs_help: bool
    says: str
    definition: str

    def applies(self, gap: Gap) -> bool:
        """Tell whether a provision of a policy makes a factor by this rule; without peers read whole no comparison is made."""
        share = gap.rate.share
        if gap.status not in self.statuses or (self.only and gap.provision.iri not in self.only):
            return False
        if self.least is not None and (share is None or share < self.least):
            return False
        if self.below is not None and (share is None or share >= self.below):
            return False
        return not self.needs_help or any(helper.link in _HELPING for helper in gap.helpers)


@dataclass(frozen=True)
class Factor:
    """One factor of a draft with its evidence: the cell of the policy, the peers' rate, the rule."""

    policy: Policy
    quadrant: str
    text: str
    gap: Gap
    cell: Cell
    rule: Rule


def rules(rows: Iterable[Row]) -> list[Rule]:
    """Put the rules together from their rows."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["rule"].value].append(row)
    return [_rule(iri, those) for iri, those in sorted(grouped.items())]


def _rule(iri: str, rows: Sequence[Row]) -> Rule:
    first = rows[0]

    def number(name: str) -> float | None:
        return float(first[name].value) if name in first else None

    return Rule(
        slug_of(iri),
        first["label"].value,
        slug_of(first["quadrant"].value),
        frozenset(slug_of(row["status"].value) for row in rows),
        frozenset(row["only"].value for row in rows if "only" in row),
        number("from"),
        number("below"),
        "help" in first and first["help"].value == "true",
        first["says"].value,
        first["definition"].value,
    )


def draft(evidence: Evidence, policy: Policy, by: Iterable[Rule]) -> list[Factor]:
    """Derive the factors of one policy, quadrant by quadrant, what peers have most widely first."""
    gaps = find(evidence, of_policies([policy])).all
    made = [
        Factor(policy, rule.quadrant, _said(rule, gap), gap, evidence.cell(policy.iri, gap.provision.iri), rule)
        for rule in by
        for gap in gaps
        if rule.applies(gap)
    ]
    order = list(QUADRANTS)
    return sorted(
        made, key=lambda f: (order.index(f.quadrant), f.rule.name, [-part for part in f.gap.rate.weight], f.text)
    )


def _said(rule: Rule, gap: Gap) -> str:
    return rule.says.format(provision=called(gap), held=gap.rate.held, judged=gap.rate.judged)


def called(gap: Gap) -> str:
    """Return what a sentence calls the provision of a gap."""
    label = gap.provision.label
    return f"“{label if label[:2].isupper() else label[:1].lower() + label[1:]}”"


def rolled_up(drafts: Iterable[Factor]) -> dict[str, list[tuple[Gap, Rule, list[Policy]]]]:
    """Gather the same factor of several policies: by quadrant, provision and rule, the most common first."""
    grouped: dict[tuple[str, str, str], list[Factor]] = defaultdict(list)
    for factor in drafts:
        grouped[factor.quadrant, factor.gap.provision.iri, factor.rule.name].append(factor)
    found: dict[str, list[tuple[Gap, Rule, list[Policy]]]] = {quadrant: [] for quadrant in QUADRANTS}
    for (quadrant, *_), factors in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
        found[quadrant].append((factors[0].gap, factors[0].rule, [factor.policy for factor in factors]))
    return found


_HEAD = ("quadrant", "factor", "policy", "policy iri", "provision", "provision iri", "status", "place in the text", "note", "peers",
         "peers read whole", "rule", "signed by")  # fmt: skip


def as_table(factors: Sequence[Factor], title: str, revision: int) -> Table:
    """Write a draft as a table: a factor a row, with its evidence."""
    rows: list[list[Value]] = []
    for factor in factors:
        gap, cell = factor.gap, factor.cell
        rows.append([factor.quadrant, factor.text, factor.policy.title, factor.policy.iri, gap.provision.label,
                     gap.provision.iri, WORDS[cell.status], cell.where, cell.note, gap.rate.held, gap.rate.judged,
                     factor.rule.label, ""])  # fmt: skip
    return Table(title, _HEAD, rows, DERIVED, revision)


def tally(factors: Iterable[Factor]) -> dict[str, int]:
    """Count factors by quadrant."""
    counted = Counter(factor.quadrant for factor in factors)
    return {quadrant: counted[quadrant] for quadrant in QUADRANTS}
