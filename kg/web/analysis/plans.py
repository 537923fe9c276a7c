"""Plans that people took over: a derived roadmap as the beginning of a record, and such a record as page and papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response
from pyoxigraph import Literal, NamedNode, Triple

from kg import queries
from kg.analysis import gantt, kept, plans
from kg.analysis.evidence import concept, slug_of
from kg.analysis.plans import Line
from kg.analysis.roadmap import EFFORTS
from kg.analysis.tables import Table
from kg.errors import NotFound
from kg.search.cards import Statements, statements
from kg.terms import DCT, OU, PROV
from kg.web.analysis import answers, asking, held, subjects, voices
from kg.web.negotiation import CSV, HTML, JSON, Format
from kg.web.portrait import spoken
from kg.web.site import base, links, query_link
from kg.web.tongues import _, best, language, said

FORMATS = (HTML, CSV, answers.PAPER, answers.DOCX, answers.SVG, answers.XLSX, JSON)
_STEP, _LINK = 420, 75
"""What the mark-up of a step weighs, and that of a link."""


# -- from the page of a roadmap to a record ----------------------------------------------------------------------------------


def begin(iri: str) -> list[Triple]:
    """Return the statements with which a record of the roadmap begins that the address asks for."""
    evidence = held.evidence()
    whose = subjects.needed(evidence)
    made = subjects.planned(evidence, whose, subjects.measure(evidence, whose.subject), asking.provisions(evidence))
    thing, subject = NamedNode(iri), whose.subject
    title = Literal(_("Plan: %(subject)s", subject=whose.title), language=language())
    told: list[Triple] = [Triple(thing, DCT.title, title)]
    told += [Triple(thing, DCT.spatial, NamedNode(subject.place))] if subject.place else []
    told += [Triple(thing, OU.sector, NamedNode(concept("sector", whose.sector)))] if whose.sector else []
    if asking.text("policy"):
        told += [Triple(thing, OU.changesPolicy, NamedNode(policy.iri)) for policy in subject.own]
    return told + derived(iri, "roadmap") + plans.written(iri, plans.taken(evidence, made, _, language()))


def derived(iri: str, page: str) -> list[Triple]:
    """Return from which page, and at which revision of the base, a draft was taken over."""
    given = {name: value for name, value in asking.parameters().items() if name not in ("from", "draft")}
    address = asking.address(base().settings.base + page, given)
    return [
        Triple(NamedNode(iri), PROV.wasDerivedFrom, NamedNode(address)),
        Triple(NamedNode(iri), OU.derivedAt, Literal(base().index.revision)),
    ]


# -- a record as page and papers ---------------------------------------------------------------------------------------------


def show(form: Format, slug: str) -> Response | str:
    """Show a kept plan as the page of a roadmap, or as one of its papers."""
    iri, triples = _record(slug)
    own = statements(triples, iri)
    lines = plans.read(iri, triples)
    labels = _labels(lines)
    title, about = (_text(own, path) for path in (DCT.title, DCT.description))
    if form is answers.SVG:
        return answers.spoken(gantt.draw(plans.bars(lines, labels, _), title, _(gantt.EFFORT), _), form, slug_of(iri))
    if form in (answers.PAPER, answers.DOCX):
        stamp = answers.stamp(queries.fill("record", record=NamedNode(iri)))
        return answers.paper(kept.plan(lines, title, about, labels, answers.hand(), stamp), form, slug_of(iri))
    if form is not HTML:
        return answers.table(plans.as_table(lines, labels, title, base().index.revision), form, slug_of(iri))
    shown, page, pages = asking.leaf(lines, _weight(lines, labels))
    return asking.page(
        "kept_plan.html",
        title=title,
        about=about,
        lines=lines,
        phases=plans.phases(shown),
        numbers={name: number for number, (name, _those) in enumerate(plans.phases(lines), 1)},
        labels=labels,
        page=page,
        pages=pages,
        tally=plans.tally(lines),
        states=plans.STATES,
        state_words={state: said(word) for state, word in plans.STATES.items()},
        effort_words=efforts(),
        note=plans.NOTE,
        path=answers.path,
        slug=slug_of(iri),
        spoken=voices.on(iri),
        due={line.name: _spoken(line.due) for line in shown if line.due},
        formats=links("/roadmap", FORMATS, {"plan": slug_of(iri)}),
        query_url=query_link(queries.fill("record", record=NamedNode(iri))),
    )


def _record(slug: str) -> tuple[str, list[Triple]]:
    """Return the record of a plan, by the last part of its address."""
    iri = asking.record(slug, "plan")
    triples = base().graphs([iri]).get(iri)
    if triples is None or OU.hasStep.value not in statements(triples, iri):
        raise NotFound(
            _("There is no plan %(name)s.", name=repr(slug)), _("Plans that were taken over: /search?kind=plan.")
        )
    return iri, triples


def steps_table(slug: str) -> Table:
    """Return the steps of a kept plan as a table."""
    iri, triples = _record(slug)
    lines = plans.read(iri, triples)
    return plans.as_table(lines, _labels(lines), "Steps", base().index.revision)


def _weight(lines: Sequence[Line], labels: Mapping[str, str]) -> int:
    """Return what a step of a plan weighs on a page, in bytes, on average."""
    words = sum(len(line.task + line.community + line.who + line.said + line.note) for line in lines)
    links = sum(len(labels.get(one, one)) + _LINK for line in lines for one in line.evidence)
    return _STEP + (words + links) // max(1, len(lines))


def _text(own: Statements, path: NamedNode) -> str:
    found = best(own.get(path.value, []))
    return found.value if found else ""


def _labels(lines: Iterable[Line]) -> dict[str, str]:
    """Return what the provisions and the evidence of a plan are called."""
    named = {iri for line in lines for iri in (line.provision, *line.after, *line.evidence) if iri}
    return base().labels(named)


def _spoken(due: str) -> str:
    """Return a day, a month or a year as readers write it."""
    return spoken(Literal(due, datatype=plans.precision(due)))


def of(place: str = "", policies: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the plans that people took over for a place or for policies; without either, all of them."""
    wanted = {*policies, *([place] if place else [])}
    made: dict[str, dict[str, Any]] = {}
    for row in held.kept("analysis-plans"):
        about = {row[name].value for name in ("place", "policy") if name in row}
        if not wanted or wanted & about:
            slug = slug_of(row["plan"].value)
            made.setdefault(slug, {"url": f"/roadmap?plan={slug}", "title": row["title"].value, "steps": int(row["steps"].value),
                                   "done": int(row["done"].value)})  # fmt: skip
    return list(made.values())


def efforts() -> dict[str, str]:
    """Return what pages call each effort, from the least to the most."""
    return {effort: said(effort) for effort in EFFORTS}
