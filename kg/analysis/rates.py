"""Adoption rates that say what they stand on: a numerator, a denominator of texts read whole, and an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from kg.analysis.evidence import ABSENT, NOT_SEEN, OPPOSITE, PARTLY, STATED, STATUSES, Evidence

_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True)
class Rate:
    """How many of the texts read whole lay a provision down, and what was seen beside them.

    `elsewhere` counts policies, read only in part or known by an earlier tag, in which it was seen. They are told and not counted:
    nothing could have been found absent there, so that counting them would only ever raise the rate. `against` counts those of them
    that say the contrary, `unknown` the policies of the choice of which nothing is known here.
    """

    provision: str
    stated: int
    partly: int
    opposite: int
    absent: int
    elsewhere: int = 0
    against: int = 0
    unknown: int = 0

    @property
    def judged(self) -> int:
        """The denominator: texts read whole for this provision."""
        return self.stated + self.partly + self.opposite + self.absent

    @property
    def held(self) -> int:
        """The numerator: texts that state it, wholly or partly."""
        return self.stated + self.partly

    @property
    def share(self) -> float | None:
        """Share of the judged texts that state it wholly or partly; None where none was judged."""
        return self.held / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share; from 0 to 1 where nothing was judged."""
        return wilson(self.held, self.judged)

    @property
    def bounds(self) -> tuple[float, float]:
        """The share among all chosen policies if none, and if all, of the unknown ones lay it down: what cannot be ruled out."""
        everyone = self.judged + self.elsewhere + self.against + self.unknown
        if not everyone:
            return 0.0, 1.0
        low = self.held + self.elsewhere
        return low / everyone, (low + self.unknown) / everyone

    @property
    def weight(self) -> tuple[float, float]:
        """How widely and how strongly it is laid down: the lower end of the interval, then the share that states it outright."""
        return self.interval[0], self.stated / self.judged if self.judged else 0.0


def wilson(held: int, judged: int) -> tuple[float, float]:
    """Return the Wilson score interval (95 %) of a share. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
    if not judged:
        return 0.0, 1.0
    share, square = held / judged, _Z * _Z
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    half = _Z / (1 + square / judged) * sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    return max(0.0, middle - half), min(1.0, middle + half)


def adoption(evidence: Evidence, policies: Iterable[str]) -> dict[str, Rate]:
    """Return the rate of every provision among some policies."""
    chosen = set(policies)
    found: dict[str, Counter[tuple[str, bool]]] = {provision: Counter() for provision in evidence.provisions}
    for policy in chosen & evidence.verdicts.keys():
        for provision, verdict in evidence.verdicts[policy].items():
            if provision in found:
                found[provision][verdict] += 1
    return {provision: _rate(provision, counts, len(chosen)) for provision, counts in found.items()}


def _rate(provision: str, found: Counter[tuple[str, bool]], chosen: int) -> Rate:
    other = {status: found[status, False] for status in STATUSES}
    return Rate(
        provision,
        stated=found[STATED, True],
        partly=found[PARTLY, True],
        opposite=found[OPPOSITE, True],
        absent=found[ABSENT, True],
        elsewhere=other[STATED] + other[PARTLY],
        against=other[OPPOSITE] + other[ABSENT],
        unknown=other[NOT_SEEN] + chosen - found.total(),
    )
