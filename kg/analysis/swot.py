"""SWOT: drafts derived by stated rules from what a policy lays down and its peers do, and the published ones as found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.analysis.evidence import WORDS, Cell, Evidence, Policy, Provision, concept, slug_of
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
HELPING = ("addresses", "helpsToImplement", "realises")
"""Links by which a record shows how to have a provision."""


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
        return not self.needs_help or any(helper.link in HELPING for helper in gap.helpers)


@dataclass(frozen=True)
class Factor:
    """One factor: of a draft, with the peers' rate and what helps, the cell of the policy and the rule; or as it was signed.

    One that was signed has its evidence in words (`said`) and as IRIs, a note, who signs (`by`) and the rule that once derived it.
    """

    policy: Policy
    quadrant: str
    text: str
    provision: Provision | None = None
    gap: Gap | None = None
    cell: Cell | None = None
    rule: Rule | None = None
    claim: str = ""
    said: str = ""
    note: str = ""
    evidence: tuple[str, ...] = ()
    by: str = ""
    ruled: str = ""
    ruled_iri: str = ""

    @property
    def rule_iri(self) -> str:
        """The rule that derives it, or once did; empty for a person's own."""
        return concept("swot-rule", self.rule.name) if self.rule else self.ruled_iri

    @property
    def by_rule(self) -> str:
        """What the rule is called that derives it, or once did; empty for a person's own."""
        return self.rule.label if self.rule else self.ruled


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
    order = list(QUADRANTS)
    applied = sorted(
        ((rule, gap) for rule in by for gap in gaps if rule.applies(gap)),
        key=lambda pair: (
            order.index(pair[0].quadrant),
            pair[0].name,
            [-part for part in pair[1].rate.weight],
            _said(*pair),
        ),
    )
    return [
        Factor(
            policy,
            rule.quadrant,
            _said(rule, gap),
            gap.provision,
            gap,
            evidence.cell(policy.iri, gap.provision.iri),
            rule,
        )
        for rule, gap in applied
    ]


def _said(rule: Rule, gap: Gap) -> str:
    return rule.says.format(provision=called(gap), held=gap.rate.held, judged=gap.rate.judged)


SIGNED = phrase(
    "Signed by those who are named; the rules leave it alone. The evidence is as it was when it was signed."
)


def called(gap: Gap) -> str:
    """Return what a sentence calls the provision of a gap."""
    return in_sentence(gap.provision.label)


def in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence: an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Shared:
    """A factor that several policies have: on one provision, by one rule; what people put in their own words stands alone."""

    text: str
    provision: Provision | None
    rule: str
    rule_iri: str
    policies: tuple[Policy, ...]
    signed: int


def rolled_up(drafts: Iterable[Factor]) -> dict[str, list[Shared]]:
    """Gather the same factor of several policies: by quadrant, provision and rule, the most common first."""
    grouped: dict[tuple[str, str, str], list[Factor]] = defaultdict(list)
    for factor in drafts:
        about = factor.provision.iri if factor.provision and factor.rule_iri else factor.text
        grouped[factor.quadrant, about, factor.rule_iri].append(factor)
    found: dict[str, list[Shared]] = {quadrant: [] for quadrant in QUADRANTS}
    for (quadrant, _, rule), factors in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
        first = factors[0]
        shared = Shared(first.text, first.provision, first.by_rule, rule, tuple(factor.policy for factor in factors),
                        sum(bool(factor.by) for factor in factors))  # fmt: skip
        found.setdefault(quadrant, []).append(shared)
    return found


_HEAD = ("quadrant", "factor", "policy", "policy iri", "provision", "provision iri", "status", "place in the text", "note", "peers",
         "peers read whole", "rule", "rule iri", "signed by", "what the evidence says", "evidence", "own note")  # fmt: skip


def as_table(factors: Sequence[Factor], title: str, revision: int, note: str = DERIVED) -> Table:
    """Write factors as a table, one a row, with its evidence and with who signs it, where somebody does."""
    rows: list[list[Value]] = []
    for factor in factors:
        provision, cell, rate = factor.provision, factor.cell, factor.gap.rate if factor.gap else None
        rows.append([factor.quadrant, factor.text, factor.policy.title, factor.policy.iri,
                     provision.label if provision else "", provision.iri if provision else "",
                     WORDS[cell.status] if cell else "", cell.where if cell else "", cell.note if cell else "",
                     rate.held if rate else None, rate.judged if rate else None, factor.by_rule, factor.rule_iri, factor.by,
                     factor.said,
                     "; ".join(factor.evidence), factor.note])  # fmt: skip
    return Table(title, _HEAD, rows, note, revision)


def tally(factors: Iterable[Factor]) -> dict[str, int]:
    """Count factors by quadrant."""
    counted = Counter(factor.quadrant for factor in factors)
    return {quadrant: counted[quadrant] for quadrant in QUADRANTS}
