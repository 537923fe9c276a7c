"""Peers: the policies that a place, a policy or a sector is measured against, and why these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.analysis.evidence import Evidence, Policy

ENOUGH = 5
"""Fewer texts read whole than this say too little; the choice is then widened, and says so."""

KINDS = {
    "auto": "the nearest that are enough",
    "region": "same region",
    "level": "same level",
    "sector": "same sector",
    "all": "all",
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
    """The policies to compare with, and in words why these."""

    policies: tuple[str, ...]
    why: str


def of_place(evidence: Evidence, place: str, sector: str = "") -> Subject:
    """Return the subject of a place: policies of that very place, and of what it is a part of."""
    held = [policy for policy in evidence.policies.values() if policy.iri in evidence.coded]
    own = tuple(policy for policy in held if place in policy.places)
    wider = evidence.around(place) - {place}
    above = tuple(policy for policy in held if policy not in own and wider.intersection(policy.places))
    return Subject(own, above, place, sector, _level(evidence, own, place))


def of_policies(policies: Sequence[Policy], sector: str = "") -> Subject:
    """Return the subject of some policies, or of a sector."""
    return Subject(tuple(policies), sector=sector, level=policies[0].level if policies else "")


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
        return Peers(tuple(policy.iri for policy in found), "the peers that were chosen")
    kinds = ("region", "level", "all") if kind == "auto" else (kind,)
    if kind == "auto" and subject.sector:
        kinds = ("sector", *kinds)
    passed: list[tuple[str, int]] = []
    for one in kinds:
        found = [policy for policy in others if _alike(evidence, subject, policy, one)]
        whole = sum(policy.iri in evidence.whole for policy in found)
        if whole >= ENOUGH or one == kinds[-1]:
            told = f"{_SAID[one]} ({len(found)} coded, {whole} of them read whole)"
            few = "; ".join(f"{_SAID[other]}: only {number} read whole" for other, number in passed)
            return Peers(tuple(policy.iri for policy in found), told + (f"; {few}" if few else ""))
        passed.append((one, whole))
    return Peers((), "no peers")


_SAID = {
    "region": "policies of the same level in the same region",
    "level": "policies of the same level",
    "sector": "policies of the same level that name the sector",
    "all": "all coded policies",
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
