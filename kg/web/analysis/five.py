"""The gaps of a record in five lines: what its peers have most widely and its texts lack, with a door to each in full."""

from __future__ import annotations

from typing import Any

from kg.analysis import gaps as measured
from kg.analysis import peers
from kg.analysis.evidence import WORDS, Evidence
from kg.analysis.gaps import MISSING, UNKNOWN, WEAK
from kg.analysis.peers import Subject
from kg.web.analysis import asking
from kg.web.analysis.held import evidence, is_ready, remembered
from kg.web.analysis.subjects import grounds
from kg.web.site import base
from kg.web.tongues import said

_LINES = 5
_LARGE = 20_000
"""Records of a base from which the evidence is not gathered for one page."""


def of(parameter: str, iri: str) -> dict[str, Any] | None:
    """Return the first gaps of a record that analyses measure as `place` or as `policy`; None where they know nothing of it.

    In a large base that nobody has analysed since it changed there are only the doors: a page of a record waits for no more
    than the record.
    """
    query = {parameter: iri.removeprefix(base().settings.base + parameter + "/")}
    doors = {name: asking.address(f"/{name}", query) for name in ("gaps", "roadmap", "draft")}
    if base().index.size > _LARGE and not is_ready():
        return {"lines": [], "rest_on": None, **doors}
    held = evidence()
    subject = _subject(held, parameter, iri)
    if subject is None:
        return None
    found = remembered(("gaps", subject, "auto"), lambda: measured.find(held, subject))
    lines = [
        {
            "label": gap.provision.label,
            "status": gap.status,
            "word": said(WORDS[gap.status]),
            "held": gap.rate.held,
            "judged": gap.rate.judged,
            "rows": asking.address("/rows/peers", query | {"provision": gap.provision.slug, "only": "held"}),
            "all": asking.address("/rows/peers", query | {"provision": gap.provision.slug, "only": "counted"}),
            "url": asking.address(f"/matrix/provision/{gap.provision.slug}", {"among": "peers"} | query),
        }
        for gap in found.of(MISSING, UNKNOWN, WEAK)[:_LINES]
    ]
    return {"lines": lines, "rest_on": grounds(held, subject), **doors}


def _subject(held: Evidence, parameter: str, iri: str) -> Subject | None:
    if parameter == "place":
        return peers.of_place(held, iri) if iri in held.places else None
    policy = held.policies.get(iri)
    return peers.of_policies([policy]) if policy else None
