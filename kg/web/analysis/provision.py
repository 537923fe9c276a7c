"""One provision: the rows behind its rate, among the policies of a choice or among the peers of a subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response
from pyoxigraph import NamedNode

from kg import queries
from kg.analysis import matrix as matrices
from kg.analysis.choice import chosen
from kg.analysis.evidence import STATUSES, WORDS, Evidence, Policy
from kg.errors import BadInput
from kg.web.analysis import answers, asking, subjects
from kg.web.analysis.held import opened
from kg.web.analysis.matrix import form_fields, rate_shown
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import _, said

blueprint = Blueprint("provision", __name__)


@blueprint.get("/matrix/provision/<slug>")
@blueprint.get("/matrix/provision/<slug>.<ext>")
def provision(slug: str, ext: str | None = None) -> Response | str:
    """Show the rows behind the rate of one provision: every policy, its status and whether it counts."""
    form, held = opened(ext)
    what = asking.provision(held, slug)
    policies, among = _among(held)
    made = replace(matrices.build(held, policies), provisions=(what,))
    if form is not HTML:
        return answers.table(matrices.cells_table(made, what.label, base().index.revision), form, slug)
    rows: list[dict[str, Any]] = [
        {"policy": policy, "cell": held.cell(policy.iri, what.iri), "whole": policy.iri in held.whole, "place": made.place(policy),
         "url": f"/matrix/cell/{policy.slug}/{what.slug}"} for policy in made.policies
    ]  # fmt: skip
    rows.sort(key=lambda row: (STATUSES.index(row["cell"].status), not row["whole"]))
    cards = base().index.get({helper.iri for helper in held.helpers_of.get(what.iri, ())})
    return asking.page(
        "provision.html",
        provision=what,
        among=among,
        rows=rows,
        rate=rate_shown(made.rates[what.iri]),
        helpers=subjects.help_shown(sorted(cards.values(), key=lambda card: card.title)),
        words=WORDS,
        note=matrices.NOTE,
        form=form_fields(held, asking.choice(held)),
        formats=links(f"/matrix/provision/{slug}", answers.TABLE, asking.parameters()),
        query_url=query_link(queries.fill("provision-cells", provision=NamedNode(what.iri))),
        helpers_query=query_link(queries.fill("helpers-of-provision", provision=NamedNode(what.iri))),
    )


def _among(held: Evidence) -> tuple[tuple[Policy, ...], str]:
    """Return the policies that are meant and, where they are peers, whose and why."""
    if asking.one_of("among", ["peers"]) != "peers":
        return chosen(held, asking.choice(held)), ""
    found = subjects.among(held, "peers")
    if not found:
        raise BadInput(_("There are no such peers."), _("Choose others: peers=level, or peers=all."))
    whose = subjects.asked(held)
    why = subjects.measure(held, whose.subject if whose else subjects.nobody()).peers.why
    whom = whose.title if whose else _("a new policy")
    return found, _("the peers of %(whom)s: %(why)s", whom=whom, why=said(why))
