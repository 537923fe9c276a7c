"""Whom an analysis page is about, read from its address, with the words and cards that pages show beside the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request

from kg.analysis import gaps as measured
from kg.analysis import peers as neighbours
from kg.analysis.choice import Choice, chosen
from kg.analysis.evidence import WORDS, Cell, Evidence
from kg.analysis.gaps import Gap, Gaps
from kg.analysis.peers import Subject
from kg.errors import BadInput, NotFound
from kg.search.cards import Card
from kg.terms import path_of
from kg.web.analysis import asking
from kg.web.analysis.held import remembered
from kg.web.analysis.matrix import rate_shown
from kg.web.site import base

_KINDS_OF_HELP = {
    "practice": 3,
    "incentive": 1,
    "output": 2,
    "standard": 2,
    "dataset": 2,
    "interview": 2,
    "reference": 2,
}
_MOST_PEERS = 40


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
            raise NotFound(f"There is no policy {missing[0]!r}.", "Search for it: /search?kind=policy.")
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
        raise BadInput(f"{len(named)} peers are too many.", f"Choose at most {_MOST_PEERS}.")
    for one in named:
        if one not in held.places and one not in held.policies:
            raise NotFound(f"There is no peer <{one}>.", "Name a place (de) or a policy (policy/de-dng-2021).")
    return remembered(("gaps", subject, kind, *named), lambda: measured.find(held, subject, kind, named))


def shown(held: Evidence, gaps: Iterable[Gap], *, brief: bool = False) -> list[dict[str, Any]]:
    """Return gaps as pages show them, with the cards of what helps, all looked up at once; `brief` leaves these out."""
    found = list(gaps)
    cards = {} if brief else base().index.get({helper.iri for gap in found for helper in gap.helpers})
    return [
        {
            "gap": gap,
            "word": WORDS[gap.status],
            "rate": rate_shown(gap.rate),
            "url": peers_url(gap.provision.slug),
            "examples": [cell_shown(held, cell) for cell in gap.examples[:2]],
            "own": [cell_shown(held, cell) for cell in gap.own[:3]],
            "above": [cell_shown(held, cell) for cell in gap.above[:2]],
            "helpers": help_shown([card for helper in gap.helpers if (card := cards.get(helper.iri))]),
            "matches": gap.provision.matches[:6],
        }
        for gap in found
    ]


_SUBJECT = ("place", "sector", "policy", "peers", "peer")


def peers_url(slug: str) -> str:
    """Return where the rows behind a peers' rate of this page open."""
    kept = {name: value for name, value in asking.parameters().items() if name in _SUBJECT}
    return asking.address(f"/matrix/provision/{slug}", {"among": "peers", **kept})


def cell_shown(held: Evidence, cell: Cell) -> dict[str, Any]:
    """Return a cell with the title of its policy and where it opens."""
    policy = held.policies[cell.policy]
    slug = held.provisions[cell.provision].slug
    return {"cell": cell, "policy": policy, "url": f"/matrix/cell/{policy.slug}/{slug}", "word": WORDS[cell.status]}


def help_shown(cards: Iterable[Card]) -> list[dict[str, Any]]:
    """Return what helps, a few of each kind, in the order in which one would use it."""
    found: list[dict[str, Any]] = []
    every = list({card.iri: card for card in cards}.values())
    for kind, most in _KINDS_OF_HELP.items():
        those = [card for card in every if card.kind == kind]
        found += [{"card": card, "url": path_of(card.iri, base().settings.base)} for card in those[:most]]
    return found


def nobody() -> Subject:
    """Return the subject of no place: everything is open, and all policies are peers."""
    return Subject(())
