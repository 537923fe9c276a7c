"""A choice of policies: by place, level, sector, type and years in force, as addresses write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.analysis.evidence import Evidence, Policy


@dataclass(frozen=True)
class Choice:
    """What is asked for; an empty part narrows nothing. `place` is an IRI and takes in its parts; `year` means in force then."""

    place: str = ""
    level: str = ""
    sector: str = ""
    type: str = ""
    year: int | None = None
    coded: bool = True

    def admits(self, evidence: Evidence, policy: Policy) -> bool:
        """Tell whether a policy belongs to the choice."""
        return (
            (not self.place or evidence.inside(policy, self.place))
            and (not self.level or policy.level == self.level)
            and (not self.sector or self.sector in policy.sectors)
            and (not self.type or policy.type == self.type)
            and (self.year is None or in_force(policy, self.year))
            and (not self.coded or policy.iri in evidence.coded)
        )


def in_force(policy: Policy, year: int) -> bool:
    """Tell whether a policy applied in a year, as far as its dates tell: from its date on, until its end where one was seen."""
    return policy.since is not None and policy.since <= year and (policy.ends is None or year <= policy.ends)


def chosen(evidence: Evidence, choice: Choice) -> tuple[Policy, ...]:
    """Return the policies of a choice by title."""
    found = (policy for policy in evidence.policies.values() if choice.admits(evidence, policy))
    return tuple(sorted(found, key=lambda policy: (policy.title.casefold(), policy.iri)))


def values(policies: Iterable[Policy]) -> dict[str, dict[str, int]]:
    """Count the levels, sectors and types that policies have: what a form can offer."""
    counts: dict[str, dict[str, int]] = {"level": {}, "sector": {}, "type": {}}
    for policy in policies:
        for name, found in (("level", (policy.level,)), ("sector", policy.sectors), ("type", (policy.type,))):
            for value in filter(None, found):
                counts[name][value] = counts[name].get(value, 0) + 1
    return {name: dict(sorted(found.items())) for name, found in counts.items()}
