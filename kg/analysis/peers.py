"""Peers: the policies that a place, a policy or a sector is measured against, and why these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.analysis.evidence import Evidence, Policy
from kg.words import Say, phrase, plainly

ENOUGH = 5
"""Fewer texts read whole than this say too little; the choice is then widened, and says so."""
PASSED = phrase("Passed over, since fewer than 5 texts read whole say too little")

KINDS = {
    "auto": phrase("the nearest that are enough"),
    "region": phrase("same region"),
    "level": phrase("same level"),
    "sector": phrase("same sector"),
    "all": phrase("all"),
}


@dataclass(frozen=True)
class Subject:
    """Whom the analysis is about: its own policies, and those of wider places, which may or may not bind here."""

    own: tuple[Policy, ...]
    above: tuple[Policy, ...] = ()
    place: str = ""
    sector: str = ""
    level: str = ""


@dataclass(frozen=True)
class Peers:
    """The policies to compare with, in words why these, how many of them were read whole, and which nearer ones were passed over.

    `passed` are those in words, their kind, and how many of them were read whole.
    """

    policies: tuple[str, ...]
    why: str
    whole: int = 0
    passed: tuple[tuple[str, str, int], ...] = ()

    def told(self, say: Say = plainly) -> str:
        """Return all of it in sentences."""
        counted = phrase("Peers: %(why)s (%(count)s coded, %(whole)s of them read whole).")
        first = say(counted, why=say(self.why), count=len(self.policies), whole=self.whole)
        if not self.passed:
            return first
        one = phrase("%(why)s (%(count)s read whole)")
        few = say("; ").join(say(one, why=say(said), count=number) for said, _, number in self.passed)
        return f"{first} {say('%(what)s: %(text)s', what=say(PASSED), text=few)}."


def of_place(evidence: Evidence, place: str, sector: str = "") -> Subject:
    """Return the subject of a place: policies of that very place, and of what it is a part of."""
    held = [policy for policy in evidence.policies.values() if policy.iri in evidence.coded]
    own = tuple(policy for policy in held if place in policy.places)
    wider = evidence.around(place) - {place}
    above = tuple(policy for policy in held if policy not in own and wider.intersection(policy.places))
    return Subject(own, above, place, sector, _level(evidence, own, place))


def unread(evidence: Evidence, subject: Subject) -> tuple[Policy, ...]:
    """Return the policies of a subject's place that are held and that nobody has coded: its gaps do not rest on them."""
    if not subject.place:
        return ()
    held = (
        policy
        for policy in evidence.policies.values()
        if policy.iri not in evidence.coded and subject.place in policy.places
    )
    return tuple(sorted(held, key=lambda policy: (policy.title.casefold(), policy.iri)))


def of_policies(policies: Sequence[Policy], sector: str = "") -> Subject:
    """Return the subject of some policies, or of a sector; of several levels it is at none."""
    levels = {policy.level for policy in policies}
    return Subject(tuple(policies), sector=sector, level=levels.pop() if len(levels) == 1 else "")


def _level(evidence: Evidence, own: Sequence[Policy], place: str) -> str:
    levels = sorted(policy.level for policy in own)
    if levels:
        return max(levels, key=levels.count)
    national = {one for policy in evidence.policies.values() if policy.level == "national" for one in policy.places}
    return "local" if national & (evidence.around(place) - {place}) else "national"


def peers_of(evidence: Evidence, subject: Subject, kind: str = "auto", named: Iterable[str] = ()) -> Peers:
    """Return the peers of a subject: those named (policies or places), else those of a kind; `auto` widens till enough."""
    own = {policy.iri for policy in subject.own}
    others = [policy for iri, policy in evidence.policies.items() if iri in evidence.coded and iri not in own]
    chosen = set(named)
    if chosen:
        found = [
            policy for policy in others if policy.iri in chosen or any(evidence.inside(policy, one) for one in chosen)
        ]
        return Peers(
            tuple(policy.iri for policy in found), phrase("the peers that were chosen"), _whole(evidence, found)
        )
    kinds = ("region", "level", "all") if kind == "auto" else (kind,)
    naming = evidence.naming(subject.sector) if subject.sector else frozenset()
    if kind == "auto" and naming - own:
        kinds = ("sector", *kinds)
    passed: list[tuple[str, str, int]] = []
    for one in kinds:
        found = [policy for policy in others if _alike(evidence, subject, policy, one)]
        whole = _whole(evidence, found)
        if whole >= ENOUGH or one == kinds[-1]:
            return Peers(tuple(policy.iri for policy in found), _SAID[one], whole, tuple(passed))
        passed.append((_SAID[one], one, whole))
    return Peers((), phrase("no peers"))


def _whole(evidence: Evidence, policies: Iterable[Policy]) -> int:
    return sum(policy.iri in evidence.whole for policy in policies)


_SAID = {
    "region": phrase("policies of the same level in the same region"),
    "level": phrase("policies of the same level"),
    "sector": phrase("policies of the same level that name the sector"),
    "all": phrase("all coded policies"),
}


def _alike(evidence: Evidence, subject: Subject, policy: Policy, kind: str) -> bool:
    same_level = not subject.level or policy.level == subject.level
    if kind == "level":
        return same_level
    if kind == "sector":
        return same_level and subject.sector in policy.sectors
    if kind == "region":
        return same_level and bool(_regions(evidence, subject) & _regions(evidence, Subject((policy,))))
    return True


def _regions(evidence: Evidence, subject: Subject) -> set[str]:
    """Return what the places of a subject are a part of, the widest left out: all are a part of the world."""
    places = {subject.place} if subject.place else {place for policy in subject.own for place in policy.places}
    wider = {whole for place in places for whole in evidence.around(place)} - places
    return {whole for whole in wider if evidence.wholes.get(whole)}
