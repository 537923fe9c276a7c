"""Gaps: what a place, a policy or a sector lacks against its peers, and what would close each gap."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from kg import queries
from kg.analysis import gaps as measured
from kg.analysis.gaps import MISSING, UNKNOWN, WEAK
from kg.analysis.matrix import NOTE
from kg.analysis.peers import KINDS as PEERS
from kg.errors import BadInput
from kg.web.analysis import answers, asking, subjects
from kg.web.analysis.held import evidence
from kg.web.analysis.matrix import form_fields
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link

blueprint = Blueprint("gaps", __name__)

_IN_FULL = 12
_UNREAD_SHOWN = 150


@blueprint.get("/gaps")
@blueprint.get("/gaps.<ext>")
def gaps(ext: str | None = None) -> Response | str:
    """Show the gaps of a subject; without one, ask whose."""
    form = answers.wanted(ext)
    held = evidence()
    whose = subjects.asked(held)
    fields = form_fields(held, asking.choice(held))
    if whose is None:
        if form is not HTML:
            raise BadInput(
                "Say whose gaps: a place, a policy or a sector.", "For example /gaps.csv?place=ke&sector=transport."
            )
        return render_template(
            "analysis/gaps_start.html", form=fields, query_url=query_link(queries.fill("analysis-cells"))
        )
    found = subjects.measure(held, whose.subject)
    if form is not HTML:
        title = f"Gaps: {whose.title}"
        return answers.table(measured.as_table(held, found, title, base().index.revision), form, "gaps")
    opened = found.of(MISSING, UNKNOWN, WEAK)
    return render_template(
        "analysis/gaps.html",
        whose=whose,
        found=found,
        full=subjects.shown(held, opened[:_IN_FULL]),
        rest=subjects.shown(held, opened[_IN_FULL:], brief=True),
        laid_down=subjects.shown(held, found.of(measured.HELD), brief=True),
        principles=[one for one in measured.principles(found) if "/sunlight/" not in one.iri],
        kinds=measured.KINDS,
        whole=held.whole,
        form=fields,
        peers=PEERS,
        peers_chosen=asking.one_of("peers", PEERS, "auto"),
        here=asking.here,
        parameters=asking.parameters(),
        address=asking.address,
        note=NOTE,
        formats=links("/gaps", answers.TABLE, asking.parameters()),
        query_url=query_link(queries.fill("analysis-cells")),
    )


@blueprint.get("/gaps/corpus")
def corpus() -> str:
    """Show where we have looked at nothing yet, as an invitation."""
    held = evidence()
    found = measured.unread(held)
    titles = {iri: policy.title for iri, policy in held.policies.items()} | dict(held.places)
    sections = [_section(name, iris, titles) for name, iris in found.items()]
    bare = [provision for iri, provision in held.provisions.items() if not held.helpers_of.get(iri)]
    return render_template("analysis/corpus.html", sections=sections, bare=bare,
                           query_url=query_link(queries.fill("analysis-policies")))  # fmt: skip


def _section(name: str, iris: list[str], titles: dict[str, str]) -> dict[str, Any]:
    start = base().settings.base
    items = [{"label": titles.get(iri, iri), "url": "/" + iri.removeprefix(start)} for iri in iris[:_UNREAD_SHOWN]]
    return {"name": name, "count": len(iris), "more": max(0, len(iris) - _UNREAD_SHOWN), "items": items}
