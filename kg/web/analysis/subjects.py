"""Whom an analysis page is about, read from its address, with the words and cards that pages show beside the numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from pyoxigraph import NamedNode

from kg.analysis import gaps as measured
from kg.analysis import peers as neighbours
from kg.analysis import priority, roadmap
from kg.analysis.choice import Choice, chosen
from kg.analysis.evidence import WORDS, Cell, Evidence, Policy, concept
from kg.analysis.gaps import Gap, Gaps
from kg.analysis.peers import Subject
from kg.analysis.priority import Offer
from kg.analysis.roadmap import Plan
from kg.errors import BadInput, NotFound
from kg.search.cards import Card
from kg.terms import path_of
from kg.web.analysis import asking
from kg.web.analysis.held import kept, remembered
from kg.web.analysis.matrix import rate_shown
from kg.web.site import base
from kg.web.tongues import _, language, said

_KINDS_OF_HELP = {
    "practice": 3,
    "incentive": 1,
    "output": 2,
    "standard": 2,
    "dataset": 2,
    "interview": 2,
    "reference": 2,
}
_MOST_PEERS = 25
_TOOLKITS = 2


@dataclass(frozen=True)
class Asked:
    """A subject with its name and sector as pages write them."""

    subject: Subject
    name: str
    sector: str
    sector_label: str

    @property
    def title(self) -> str:
        """Return the subject's name, with its sector where one is asked for."""
        return (
            f"{self.name}, {self.sector_label.lower()}"
            if self.sector_label and self.name != self.sector_label
            else self.name
        )


def asked(held: Evidence) -> Asked | None:
    """Read `policy` (may be given again), `place` and `sector`; None where nothing is asked for."""
    sector = asking.one_of("sector", held.scheme("sector"))
    label = held.scheme("sector").get(sector, "")
    named = [value for value in request.args.getlist("policy") if value.strip()]
    if named:
        policies = [held.policies.get(asking.record(value.strip(), "policy")) for value in named]
        missing = [value for value, policy in zip(named, policies, strict=True) if policy is None]
        if missing:
            raise NotFound(
                _("There is no policy %(name)s.", name=repr(missing[0])), _("Search for it: /search?kind=policy.")
            )
        found = [policy for policy in policies if policy is not None]
        return Asked(neighbours.of_policies(found, sector), "; ".join(policy.title for policy in found), sector, label)
    place = asking.place(held)
    if place:
        return Asked(neighbours.of_place(held, place, sector), held.places[place], sector, label)
    if sector:
        return Asked(neighbours.of_policies(chosen(held, Choice(sector=sector)), sector), label, sector, label)
    return None


def measure(held: Evidence, subject: Subject) -> Gaps:
    """Measure a subject against the peers that the address chooses."""
    kind = asking.one_of("peers", neighbours.KINDS, "auto")
    named = [asking.record(value, "place") for value in request.args.getlist("peer") if value]
    if len(named) > _MOST_PEERS:
        raise BadInput(
            _("%(count)s peers are too many.", count=len(named)), _("Choose at most %(count)s.", count=_MOST_PEERS)
        )
    for one in named:
        if one not in held.places and one not in held.policies:
            raise NotFound(
                _("There is no peer <%(iri)s>.", iri=one), _("Name a place (de) or a policy (policy/de-dng-2021).")
            )
    return remembered(("gaps", subject, kind, *named), lambda: measured.find(held, subject, kind, named))


def offers(held: Evidence, place: str, sector: str) -> list[Offer]:
    """Return the datasets of a sector, most urgent first for a place."""
    term = NamedNode(concept("sector", sector))
    return remembered(
        ("offers", place, sector),
        lambda: priority.offers(
            held, place, kept("analysis-datasets", sector=term), kept("analysis-reuse", sector=term)
        ),
    )


def planned(held: Evidence, whose: Asked, found: Gaps, wanted: Iterable[str] = ()) -> Plan:
    """Return the plan of a subject; where a sector is asked for, its steps name standards and datasets."""
    published = offers(held, whose.subject.place, whose.sector) if whose.sector else []
    return roadmap.plan(held, found, wanted, published)


def shown(held: Evidence, gaps: Iterable[Gap], *, brief: bool = False, sector: str = "") -> list[dict[str, Any]]:
    """Return gaps as pages show them, with the cards of what helps, all looked up at once; `brief` leaves these out.

    What names the `sector` is marked.
    """
    found = list(gaps)
    cards = {} if brief else base().index.get({helper.iri for gap in found for helper in gap.helpers})
    return [
        {
            "gap": gap,
            "word": said(WORDS[gap.status]),
            "rate": rate_shown(gap.rate),
            "url": peers_url(gap.provision.slug),
            "examples": [cell_shown(held, cell, sector) for cell in gap.examples[:2]],
            "own": [cell_shown(held, cell) for cell in gap.own[:3]],
            "above": [cell_shown(held, cell) for cell in gap.above[:2]],
            "helpers": help_shown(
                [card for helper in gap.helpers if (card := cards.get(helper.iri))],
                {helper.iri for helper in gap.helpers if sector and sector in helper.sectors},
            ),
            "matches": gap.provision.matches[:6],
        }
        for gap in found
    ]


_SUBJECT = ("place", "sector", "policy", "peers", "peer")
AMONG = ("peers", "sector", "own", "above")
"""Policies that a page of a subject speaks of: its peers, those that name its sector, its own, and those of wider places."""


def peers_url(slug: str) -> str:
    """Return where a peers' rate of this page is told with all that it stands on."""
    kept = {name: value for name, value in asking.parameters().items() if name in _SUBJECT}
    return asking.address(f"/matrix/provision/{slug}", {"among": "peers", **kept})


def needed(held: Evidence) -> Asked:
    """Return the subject that the address asks for; without one, say how to name one."""
    whose = asked(held)
    if whose is None:
        raise BadInput(
            _("Say of whom: a place, a policy or a sector."),
            _("For example %(example)s.", example="?place=ke&sector=transport"),
        )
    return whose


def among(held: Evidence, which: str) -> tuple[Policy, ...]:
    """Return the policies of a subject that are meant, by title; without a subject its peers are all."""
    whose = asked(held)
    subject = whose.subject if whose else nobody()
    if which in ("own", "above"):
        found = subject.own if which == "own" else subject.above
    elif which == "sector":
        own = {policy.iri for policy in subject.own}
        found = tuple(held.policies[iri] for iri in held.naming(subject.sector) - own)
    else:
        found = tuple(held.policies[iri] for iri in measure(held, subject).peers.policies)
    return tuple(sorted(found, key=lambda policy: (policy.title.casefold(), policy.iri)))


def cell_shown(held: Evidence, cell: Cell, sector: str = "") -> dict[str, Any]:
    """Return a cell with the title of its policy, where it opens, and whether the policy names a sector."""
    policy = held.policies[cell.policy]
    slug = held.provisions[cell.provision].slug
    return {"cell": cell, "policy": policy, "url": f"/matrix/cell/{policy.slug}/{slug}", "word": said(WORDS[cell.status]),
            "names": bool(sector) and sector in policy.sectors}  # fmt: skip


def toolkits(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return the first toolkits of each step of a plan, by its provision."""
    cards = base().index.get({helper.iri for task in plan.tasks for helper in task.toolkits[:_TOOLKITS]})
    return {
        task.step.provision: [
            card_shown(card) for helper in task.toolkits[:_TOOLKITS] if (card := cards.get(helper.iri))
        ]
        for task in plan.tasks
    }


def help_shown(cards: Iterable[Card], serving: Container[str] = ()) -> list[dict[str, Any]]:
    """Return what helps, a few of each kind, in the order in which one would use it; `serving` are those of the sector."""
    found: list[dict[str, Any]] = []
    every = list({card.iri: card for card in cards}.values())
    for kind, most in _KINDS_OF_HELP.items():
        those = [card for card in every if card.kind == kind]
        found += [card_shown(card) | {"names": card.iri in serving} for card in those[:most]]
    return found


def card_shown(card: Card) -> dict[str, Any]:
    """Return a card with what its kind is called and where it opens."""
    kind = base().model.kind(card.kind)
    return {"card": card, "kind": kind.label_in(language()) if kind else card.kind,
            "url": path_of(card.iri, base().settings.base)}  # fmt: skip


_OWN_NAMED = 12


def grounds(held: Evidence, subject: Subject) -> dict[str, Any]:
    """Return on which texts of a place its gaps rest, each with its type and how it was read, and which nobody has coded."""
    types = held.scheme("policy-type")

    def told(policy: Policy) -> dict[str, Any]:
        return {
            "title": policy.title,
            "url": path_of(policy.iri, base().settings.base),
            "type": types.get(policy.type, policy.type).lower(),
            "year": policy.year,
            "whole": policy.iri in held.whole,
        }

    return {
        "place": subject.place,
        "own": [told(policy) for policy in subject.own[:_OWN_NAMED]],
        "number": len(subject.own),
        "all": asking.address("/rows/policies", {"place": subject.place.rpartition("/")[2], "among": "own"}),
        "unread": [told(policy) for policy in neighbours.unread(held, subject)],
    }


def nobody() -> Subject:
    """Return the subject of no place: everything is open, and all policies are peers."""
    return Subject(())
