"""SWOT pages: the draft of a policy, the roll-up of a place or sector, and the published analyses as found."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup, escape
from pyoxigraph import Literal

from kg import queries
from kg.analysis import swot
from kg.analysis.choice import chosen
from kg.analysis.evidence import Evidence, Policy, slug_of
from kg.analysis.swot import QUADRANTS, Factor
from kg.errors import BadInput
from kg.terms import path_of
from kg.web.analysis import answers, asking, signing, subjects
from kg.web.analysis.held import kept, opened
from kg.web.analysis.matrix import form_fields
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import _, language

blueprint = Blueprint("swot", __name__)

_SHOWN = 15
_POLICIES_NAMED = 6
_MOST = 80


@blueprint.get("/swot")
@blueprint.get("/swot.<ext>")
def show(ext: str | None = None) -> Response | str:
    """Show the SWOT of a policy, or rolled up for a place, level or sector; without one, what there is."""
    form, held = opened(ext)
    policies, title, factors = factors_asked(held)
    if not policies:
        answers.need_subject(form, "whose SWOT", "/swot.csv?policy=de-dng-2021 or /swot.csv?place=de")
        return _start(held, title)
    if form is not HTML:
        note = swot.SIGNED if all(factor.by for factor in factors) else swot.DERIVED
        return answers.table(
            swot.as_table(factors, _("SWOT: %(whom)s", whom=title), base().index.revision, note), form, "swot"
        )
    single = len(policies) == 1
    return asking.page(
        "swot.html" if single else "swot_many.html",
        title=title,
        policies=policies,
        quadrants=_single(held, factors) if single else _many(factors),
        tally=swot.tally(factors),
        words=QUADRANTS,
        derived=swot.DERIVED,
        signed=signing.of(policies[0].iri) if single else [],
        analysis=signing.told(analysis) if single and (analysis := signing.shown(policies[0].iri)) else None,
        published=_published(
            {policy.iri for policy in policies} | {place for policy in policies for place in policy.places}
        ),
        form=form_fields(held, asking.choice(held)),
        formats=links("/swot", answers.TABLE, asking.parameters()),
        query_url=query_link(queries.fill("analysis-swot-rules", language=Literal(language()))),
    )


def factors_asked(held: Evidence) -> tuple[list[Policy], str, list[Factor]]:
    """Return the policies that the address asks for, what to call them, and the factors of each: signed, else of its draft."""
    policies, title = _asked(held)
    return policies, title, [factor for policy in policies for factor in _factors(held, policy)]


def _factors(held: Evidence, policy: Policy) -> list[Factor]:
    analysis = signing.shown(policy.iri)
    return signing.factors(held, policy, analysis) if analysis else signing.draft(held, policy)


def _asked(held: Evidence) -> tuple[list[Policy], str]:
    """Return the policies read whole that the address asks for, and what to call them."""
    if asking.text("analysis"):
        policy = signing.analysed(held)
        return [policy], policy.title
    whose = subjects.asked(held)
    wanted = asking.choice(held)
    if whose is None and not (wanted.level or wanted.type):
        return [], ""
    if asking.text("policy") and whose is not None:
        return list(whose.subject.own), whose.title
    found = [policy for policy in chosen(held, wanted) if policy.iri in held.whole]
    if len(found) > _MOST:
        raise BadInput(
            _("%(count)s policies are too many for one page.", count=len(found)),
            _("Narrow it by place, level or sector."),
        )
    named = held.scheme("level").get(wanted.level, "")
    return found, ", ".join(filter(None, [whose.title if whose else "", named]))


def _single(held: Evidence, factors: list[Factor]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {quadrant: [] for quadrant in QUADRANTS}
    titles = signing.titles(factors)
    for factor in factors:
        cell = subjects.cell_shown(held, factor.cell) if factor.cell else None
        evidence = [{"url": answers.path(iri), "title": titles.get(iri, iri)} for iri in factor.evidence]
        found.setdefault(factor.quadrant, []).append(
            {"factor": factor, "said": _said(factor), "cell": cell, "evidence": evidence}
        )
    return {quadrant: those if those and those[0]["factor"].by else those[:_SHOWN] for quadrant, those in found.items()}


def _said(factor: Factor) -> Markup:
    """Return the words of a factor, those of a draft with its numbers as links to their rows."""
    if factor.rule is None or factor.gap is None:
        return escape(factor.text)
    address = f"/rows/peers?policy={factor.policy.slug}&provision={factor.gap.provision.slug}"
    link = Markup('<a class="n" href="{}&amp;only={}">{}</a>')
    held, judged = factor.gap.rate.held, factor.gap.rate.judged
    return escape(factor.rule.says).format(
        provision=swot.called(factor.gap),
        held=link.format(address, "held", held),
        judged=link.format(address, "counted", judged),
    )


def _many(factors: list[Factor]) -> dict[str, list[dict[str, Any]]]:
    return {
        quadrant: [
            {"shared": one, "count": len(one.policies), "policies": one.policies[:_POLICIES_NAMED]}
            for one in those[:_SHOWN]
        ]
        for quadrant, those in swot.rolled_up(factors).items()
    }


def _start(held: Evidence, title: str) -> str:
    ready = sorted((held.policies[iri] for iri in held.whole), key=lambda policy: policy.title)
    return asking.page(
        "swot_start.html",
        nothing=title,
        ready=ready,
        signed=signing.every(held),
        published=_published(set()),
        words=QUADRANTS,
        rules=signing.rules(),
        form=form_fields(held, asking.choice(held)),
        query_url=query_link(queries.fill("analysis-swot")),
    )


def _published(targets: set[str]) -> list[dict[str, Any]]:
    """Return published factors by their source, of some targets or of all; a quadrant that was not seen stays away."""
    grouped: dict[tuple[str, str], dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in kept("analysis-swot"):
        if targets and ("target" not in row or row["target"].value not in targets):
            continue
        source = row["source"].value if "source" in row else ""
        title = (
            row["title"].value if "title" in row else (row["object"].value if "object" in row else _("No source named"))
        )
        sorted_by = slug_of(row["sortedBy"].value) if "sortedBy" in row else ""
        quadrant = slug_of(row["quadrant"].value) if "quadrant" in row else "unsorted"
        url = path_of(row["factor"].value, base().settings.base) or ""
        grouped[source, title][quadrant].append({"text": row["text"].value, "sorted_by": sorted_by, "url": url})
    return [
        {"title": title, "url": path_of(source, base().settings.base) if source else None, "quadrants": dict(quadrants),
         "missing": [word for name, word in QUADRANTS.items() if name not in quadrants]}
        for (source, title), quadrants in grouped.items()
    ]  # fmt: skip
