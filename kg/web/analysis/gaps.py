"""Gaps: what a place, a policy or a sector lacks against its peers, and what would close each gap."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from kg import queries
from kg.analysis import gaps as measured
from kg.analysis.evidence import Evidence
from kg.analysis.gaps import HELD, MISSING, UNKNOWN, WEAK
from kg.analysis.matrix import NOTE
from kg.analysis.peers import KINDS as PEERS
from kg.analysis.peers import PASSED
from kg.analysis.tables import Table, Value
from kg.web.analysis import answers, asking, subjects
from kg.web.analysis.held import evidence, opened
from kg.web.analysis.matrix import form_fields
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import _
from kg.words import phrase

blueprint = Blueprint("gaps", __name__)

_IN_FULL = 6
_FULL, _FULL_LINKS, _ROW, _ROW_LINKS = 3800, 8, 640, 5
"""What weighs something: the words of a gap in full and its links that carry the address, and the same of a row."""
_UNREAD_SHOWN = 150


@blueprint.get("/gaps")
@blueprint.get("/gaps.<ext>")
def gaps(ext: str | None = None) -> Response | str:
    """Show the gaps of a subject; without one, ask whose."""
    form, held = opened(ext)
    whose = subjects.asked(held)
    fields = form_fields(held, asking.choice(held))
    if whose is None:
        answers.need_subject(form, "whose gaps: a place, a policy or a sector", "/gaps.csv?place=ke&sector=transport")
        return asking.page("gaps_start.html", form=fields, query_url=query_link(queries.fill("analysis-cells")))
    found = subjects.measure(held, whose.subject)
    if form is not HTML:
        title = _("Gaps: %(whom)s", whom=whose.title)
        return answers.table(measured.as_table(held, found, title, base().index.revision), form, "gaps")
    in_full = _IN_FULL if not asking.is_long() else _IN_FULL // 2
    open_gaps, held_gaps = found.of(MISSING, UNKNOWN, WEAK), found.of(HELD)
    opening = in_full * asking.weight(_FULL, _FULL_LINKS)
    rows, page, pages = asking.leaf((*open_gaps[in_full:], *held_gaps), asking.weight(_ROW, _ROW_LINKS), opening)
    first = open_gaps[:in_full] if page == 1 else ()
    return asking.page(
        "gaps.html",
        whose=whose,
        found=found,
        rest_on=subjects.grounds(held, whose.subject),
        full=subjects.shown(held, first, sector=whose.sector),
        rest=subjects.shown(held, [gap for gap in rows if gap.kind != HELD], brief=True, sector=whose.sector),
        laid_down=subjects.shown(held, [gap for gap in rows if gap.kind == HELD], brief=True),
        page=page,
        pages=pages,
        previous=asking.here(page=page - 1) if page > 1 else None,
        next=asking.here(page=page + 1) if page < pages else None,
        whole=held.whole,
        form=fields,
        peers=PEERS,
        passed=PASSED,
        peers_chosen=asking.one_of("peers", PEERS, "auto"),
        note=NOTE,
        formats=links("/gaps", answers.TABLE, asking.parameters(page=None)),
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
    return asking.page("corpus.html", sections=sections, bare=bare,
                           query_url=query_link(queries.fill("analysis-policies")))  # fmt: skip


def unread_table(held: Evidence) -> Table:
    """Return where we have looked at nothing, or at little, as a table."""
    titles = {iri: policy.title for iri, policy in held.policies.items()} | dict(held.places)
    rows: list[list[Value]] = [
        [name, titles.get(iri, iri), iri] for name, iris in measured.unread(held).items() for iri in iris
    ]
    rows += [
        [_BARE, provision.label, iri] for iri, provision in held.provisions.items() if not held.helpers_of.get(iri)
    ]
    return Table(
        phrase("Where we have looked at nothing yet"), ("what", "record", "iri"), rows, "", base().index.revision
    )


_BARE = "nothing helps"


def _section(name: str, iris: list[str], titles: dict[str, str]) -> dict[str, Any]:
    start = base().settings.base
    items = [{"label": titles.get(iri, iri), "url": "/" + iri.removeprefix(start)} for iri in iris[:_UNREAD_SHOWN]]
    return {"name": name, "count": len(iris), "more": max(0, len(iris) - _UNREAD_SHOWN), "items": items}
