"""From gaps to papers: the roadmap of a place, a draft policy, and the guided way to both."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from kg import queries
from kg.analysis import gantt, roadmap, words
from kg.analysis.evidence import Evidence
from kg.analysis.gaps import MISSING, UNKNOWN, WEAK, Gap, Gaps
from kg.analysis.peers import PASSED
from kg.analysis.roadmap import Plan
from kg.web.analysis import answers, asking, plans, subjects
from kg.web.analysis.held import evidence, opened
from kg.web.analysis.matrix import form_fields
from kg.web.analysis.subjects import Asked
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import _
from kg.words import phrase

blueprint = Blueprint("plan", __name__)

_STEP, _STEP_LINKS, _WIN = 1250, 3, 120
"""What weighs something: the words of a step, its links that carry the address, and the mark-up of a quick win."""

_DRAFT = (HTML, answers.PAPER, answers.DOCX)


@blueprint.get("/roadmap")
@blueprint.get("/roadmap.<ext>")
def plan(ext: str | None = None) -> Response | str:
    """Show the roadmap of a subject: its gaps in an order in which they can be closed."""
    form, held = opened(ext, plans.FORMATS)
    if kept := asking.text("plan"):
        return plans.show(form, kept)
    whose = subjects.asked(held)
    if whose is None:
        answers.need_subject(
            form, "whose plan: a place, a policy or a sector", "/roadmap.csv?place=ke&sector=transport"
        )
        return _start(
            held,
            "/roadmap",
            _("A plan for your place"),
            _("Steps in order, who takes them, and who has done it before."),
        )
    found = subjects.measure(held, whose.subject)
    made = subjects.planned(held, whose, found, asking.provisions(held))
    title = _("Roadmap: %(whom)s", whom=whose.title)
    if form is HTML:
        return _plan_page(held, whose, found, made, title)
    if form is answers.SVG:
        legend = f"{_(gantt.EFFORT)} {_(gantt.QUICK)}"
        return answers.spoken(gantt.draw(gantt.bars(made, _), title, legend, _), form, "roadmap")
    if form in (answers.PAPER, answers.DOCX):
        text = words.plan(held, made, title, answers.hand(_named(made)), answers.stamp(queries.fill("analysis-steps")))
        return answers.paper(text, form, "roadmap")
    return answers.table(roadmap.as_table(held, made, title, base().index.revision), form, "roadmap")


def _named(made: Plan) -> dict[str, str]:
    """Return what the toolkits of a plan are called."""
    return {one["card"].iri: one["card"].title for those in subjects.toolkits(made).values() for one in those}


def _plan_page(held: Evidence, whose: Asked, found: Gaps, made: Plan, title: str) -> str:
    wins = sum(len(task.step.government) + _WIN for task in made.quick_wins)
    tasks, page, pages = asking.leaf(made.tasks, asking.weight(_STEP, _STEP_LINKS), asking.weight(wins, 12))
    shown = subjects.shown(held, [task.gap for task in tasks], brief=True, sector=whose.sector)
    gaps = {it["gap"].provision.iri: it for it in shown}
    return asking.page(
        "roadmap.html",
        title=title,
        whose=whose,
        found=found,
        rest_on=subjects.grounds(held, whose.subject),
        made=made,
        phases=roadmap.Plan(found, tuple(tasks)).phases,
        numbers={name: number for number, (name, _those) in enumerate(made.phases, 1)},
        quick_wins=made.quick_wins if page == 1 else [],
        page=page,
        pages=pages,
        previous=asking.here(page=page - 1) if page > 1 else None,
        next=asking.here(page=page + 1) if page < pages else None,
        shown=gaps,
        labels={iri: provision.label for iri, provision in held.provisions.items()},
        form=form_fields(held, asking.choice(held)),
        toolkits=subjects.toolkits(made),
        whole=held.whole,
        passed=PASSED,
        path=answers.path,
        judgement=roadmap.JUDGEMENT,
        efforts=plans.efforts(),
        kept=plans.of(whose.subject.place, (policy.iri for policy in whose.subject.own)),
        take=asking.address("/contribute/plan", {"from": "roadmap", **asking.parameters(page=None)}),
        formats=links("/roadmap", plans.FORMATS, asking.parameters(page=None)),
        query_url=query_link(queries.fill("analysis-steps")),
    )


@blueprint.get("/draft")
@blueprint.get("/draft.<ext>")
def draft(ext: str | None = None) -> Response | str:
    """Draft a policy from chosen provisions, or from the gaps of a subject."""
    form, held = opened(ext, _DRAFT)
    whose = subjects.asked(held)
    wanted = asking.provisions(held)
    if whose is None and not wanted:
        answers.need_subject(form, "what to draft", "/draft.md?place=ke or /draft.md?provisions=portal,api")
        return _start(
            held, "/draft", _("A draft to begin from"), _("Every paragraph names the policies that it follows.")
        )
    subject = whose.subject if whose else subjects.nobody()
    found = subjects.measure(held, subject)
    gaps = _chosen(found, wanted)
    title = _("Draft open data policy: %(whom)s", whom=whose.title) if whose else _("Draft open data policy")
    made = words.clauses(held, gaps)
    if form is HTML:
        return asking.page(
            "draft.html",
            title=title,
            clauses=[(clause, [subjects.cell_shown(held, cell) for cell in clause.follows]) for clause in made],
            whose=whose,
            found=found,
            rest_on=subjects.grounds(held, subject),
            whole=held.whole,
            passed=PASSED,
            disclaimer=words.DISCLAIMER,
            alone=words.ALONE,
            formats=links("/draft", _DRAFT, asking.parameters()),
            query_url=query_link(queries.fill("analysis-steps")),
        )
    text = words.draft(held, made, title, answers.hand(), answers.stamp(queries.fill("analysis-steps")))
    return answers.paper(text, form, "draft")


def _chosen(found: Gaps, wanted: list[str]) -> list[Gap]:
    if wanted:
        return [gap for gap in found.all if gap.provision.iri in wanted]
    return list(found.of(MISSING, UNKNOWN, WEAK))


@blueprint.get("/consultation")
def consultation() -> AnyResponse:
    """Lead those who spell it out to the guided page."""
    return redirect(asking.address("/consult", asking.parameters()), 301)


@blueprint.get("/consult")
def consult() -> str:
    """Guide step by step to gaps, plan, draft and reading list; the state is in the address."""
    held = evidence()
    who = asking.one_of("who", _WHO)
    whose = subjects.asked(held)
    have = asking.one_of("have", _HAVE)
    context: dict[str, Any] = {
        "who": who,
        "have": have,
        "whos": _WHO,
        "haves": _HAVE,
        "whose": whose,
        "found": None,
        "made": None,
    }
    if whose is not None:
        found = subjects.measure(held, whose.subject)
        made = subjects.planned(held, whose, found)
        reading = {helper.iri for gap in found.of(MISSING, UNKNOWN, WEAK)[:20] for helper in gap.helpers}
        found_cards = base().index.get(reading).values()
        cards = sorted((card for card in found_cards if card.kind in _READ), key=lambda card: (card.kind, card.title))
        context |= {
            "found": found,
            "rest_on": subjects.grounds(held, whose.subject),
            "made": made,
            "first": subjects.shown(held, found.of(MISSING, UNKNOWN, WEAK)[:5], sector=whose.sector),
            "whole": held.whole,
            "passed": PASSED,
            "reading": [subjects.card_shown(card) for card in cards][:15],
        }
    kept = asking.parameters(who=None, have=None)
    form, query = form_fields(held, asking.choice(held)), query_link(queries.fill("analysis-cells"))
    return asking.page("consult.html", form=form, parameters=kept, query_url=query, **context)


_WHO = {"national": phrase("A national government"), "city": phrase("A city"), "civic": phrase("A civic community")}
_HAVE = {
    "nothing": phrase("No policy yet"),
    "draft": phrase("A draft or a plan"),
    "policy": phrase("A policy in force"),
}
_READ = ("output", "reference", "practice", "interview")


def _start(held: Evidence, action: str, title: str, lede: str) -> str:
    return asking.page("start.html", action=action, title=title, lede=lede, kept=plans.of() if action == "/roadmap" else [],
                           form=form_fields(held, asking.choice(held)))  # fmt: skip
