"""The rows behind every number of the analyses: one door, at which a number opens as exactly the rows that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import gaps as measured
from kg.analysis import matrix as matrices
from kg.analysis import priority, roadmap, swot, transposition
from kg.analysis.choice import chosen
from kg.analysis.evidence import ABSENT, NOT_SEEN, OPPOSITE, PARTLY, STATED, Evidence, Policy, Provision, concept
from kg.analysis.tables import Table, Value
from kg.errors import BadInput, NotFound
from kg.terms import path_of
from kg.web.analysis import answers, asking, columns, gaps, plans, principles, retold, sectors, subjects
from kg.web.analysis import swot as factors
from kg.web.analysis import transposition as registers
from kg.web.analysis.held import evidence, kept
from kg.web.names import labels
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import ENGLISH, _, language, sentence, speaking
from kg.words import phrase

blueprint = Blueprint("rows", __name__)

_PAGE = 200


ONLY: dict[str, Callable[[str, bool], bool]] = {
    "": lambda status, counts: True,
    "counted": lambda status, counts: counts,
    "held": lambda status, counts: counts and status in (STATED, PARTLY),
    "outright": lambda status, counts: counts and status == STATED,
    "in-part": lambda status, counts: counts and status == PARTLY,
    "contrary": lambda status, counts: counts and status == OPPOSITE,
    "absent": lambda status, counts: counts and status == ABSENT,
    "elsewhere": lambda status, counts: not counts and status in (STATED, PARTLY),
    "unknown": lambda status, counts: not counts and status == NOT_SEEN,
    "not-seen": lambda status, counts: status == NOT_SEEN,
    "seen": lambda status, counts: status != NOT_SEEN,
    "said": lambda status, counts: status in (STATED, PARTLY),
    "stated": lambda status, counts: status == STATED,
    "partly": lambda status, counts: status == PARTLY,
}
"""Which cells a number counts, by their status and whether they count in rates: judged, in a text read whole."""


@blueprint.get("/rows/<of>")
@blueprint.get("/rows/<of>.<ext>")
def rows(of: str, ext: str | None = None) -> Response | str:
    """Show the rows that a number counts, with the query that finds them."""
    form = answers.wanted(ext)
    if of not in _TABLES:
        raise NotFound(
            _("There are no rows of %(what)s.", what=repr(of)),
            _("There are rows of %(known)s.", known=", ".join(_TABLES)),
        )
    make, question = _TABLES[of]
    with speaking(ENGLISH):  # what an address narrows by is the same word in every language
        made = _narrowed(make(evidence()))
    if form is not HTML:
        return answers.table(made, form, of)
    page = asking.number("page", 1, 10_000) or 1
    pages = max(1, -(-len(made.rows) // _PAGE))
    shown = made.rows[(page - 1) * _PAGE : page * _PAGE]
    return asking.page(
        "rows.html",
        table=made,
        head=[columns.called(name) for name in made.head if not name.endswith("iri")],
        rows=_shown(made.head, retold.rows(made.head, shown)),
        note=sentence(made.note),
        page=page,
        pages=pages,
        previous=asking.here(page=page - 1) if page > 1 else None,
        next=asking.here(page=page + 1) if page < pages else None,
        formats=links(f"/rows/{of}", answers.TABLE, asking.parameters(page=None)),
        query_url=query_link(question()),
    )


def _narrowed(made: Table) -> Table:
    """Keep the rows of which a column says what the address asks for: `is=column:value`, or one of several with `|`."""
    for told in request.args.getlist("is"):
        column, _mark, value = told.partition(":")
        if column not in made.head:
            raise BadInput(
                _("is=%(told)s: there is no column %(column)s.", told=repr(told), column=repr(column)),
                _("Columns: %(known)s.", known=", ".join(made.head)),
            )
        at, wanted = list(made.head).index(column), value.split("|")
        made = replace(made, rows=[row for row in made.rows if str("" if row[at] is None else row[at]) in wanted])
    return made


def _shown(head: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[list[dict[str, Any]]]:
    """Return rows as a page writes them: things by what the reader's language calls them, with their pages."""
    at = [number for number, name in enumerate(head) if name.endswith("iri")]
    spoken = language() != ENGLISH
    names = labels(value for row in rows for number in at if isinstance(value := row[number], str)) if spoken else {}
    return [_linked(head, row, names) for row in rows]


def _linked(head: Iterable[str], row: Iterable[Value], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Pair each value with the page of the thing whose IRI stands in the column beside it."""
    cells: list[dict[str, Any]] = []
    for name, value in zip(head, row, strict=True):
        if not name.endswith("iri"):
            cells.append({"text": columns.told(name, value), "url": None})
        elif cells and isinstance(value, str):
            cells[-1]["url"] = path_of(value, base().settings.base)
            cells[-1]["text"] = names.get(value, cells[-1]["text"])
    return cells


def _revision() -> int:
    return base().index.revision


# -- what there are rows of ----------------------------------------------------------------------------------------------


def _cells(held: Evidence) -> Table:
    only = asking.one_of("only", ONLY)
    provisions = _provisions(held)
    pairs = [
        (policy, provision)
        for policy in _policies_meant(held)
        for provision in provisions
        if ONLY[only](*held.verdicts.get(policy.iri, {}).get(provision.iri, (NOT_SEEN, False)))
    ]
    return matrices.listed(held, pairs, phrase("What policies lay down"), _revision())


def _provisions(held: Evidence) -> list[Provision]:
    if named := asking.text("provision"):
        return [asking.provision(held, slug) for slug in named.split(",")]
    group = asking.one_of("group", {provision.group for provision in held.provisions.values()})
    return [provision for provision in held.provisions.values() if group in ("", provision.group)]


def _policies_meant(held: Evidence) -> list[Policy]:
    """Return the policies of a choice or those that are named; or the peers of a subject; or those that name its sector."""
    of = str((request.view_args or {}).get("of"))
    if among := of if of in subjects.AMONG else asking.one_of("among", subjects.AMONG):
        return list(subjects.among(held, among))
    whose = subjects.asked(held) if asking.text("policy") else None
    return list(whose.subject.own) if whose else list(chosen(held, asking.choice(held)))


def _policies(held: Evidence) -> Table:
    named = asking.text("among") or asking.text("policy")
    coded = asking.one_of("coded", ["any"]) != "any"
    meant = _policies_meant(held) if named else chosen(held, asking.choice(held, coded=coded))
    rows: list[list[Value]] = [
        [policy.title, policy.iri, ", ".join(held.places.get(one, one) for one in policy.places), policy.level,
         ", ".join(policy.sectors), policy.year, "yes" if policy.iri in held.coded else "no",
         "yes" if policy.iri in held.whole else "no"]
        for policy in meant
    ]  # fmt: skip
    head = ("policy", "policy iri", "place", "level", "sectors", "year", "coded", "read whole")
    return Table(phrase("Policies"), head, rows, matrices.NOTE, _revision())


def _gaps(held: Evidence) -> Table:
    return measured.as_table(held, subjects.measure(held, subjects.needed(held).subject), phrase("Gaps"), _revision())


def _steps(held: Evidence) -> Table:
    if kept_plan := asking.text("plan"):
        return plans.steps_table(kept_plan)
    whose = subjects.needed(held)
    made = subjects.planned(held, whose, subjects.measure(held, whose.subject))
    return roadmap.as_table(held, made, phrase("Steps"), _revision())


def _factors(held: Evidence) -> Table:
    return swot.as_table(factors.factors_asked(held)[2], phrase("SWOT factors"), _revision())


def _ties(held: Evidence) -> Table:
    return transposition.as_table(held, transposition.ties(held, kept("analysis-links")), _revision())


def _offers(held: Evidence) -> Table:
    offers = subjects.offers(held, asking.place(held), sectors.needed(held))
    return priority.datasets_table(offers, _revision())


def _places(held: Evidence) -> Table:
    offers = subjects.offers(held, asking.place(held), sectors.needed(held))
    return priority.places_table(held, offers, _revision())


def _sector() -> NamedNode:
    return NamedNode(concept("sector", asking.text("sector") or "transport"))


_TABLES: dict[str, tuple[Callable[[Evidence], Table], Callable[[], str]]] = {
    **{of: (_cells, lambda: queries.fill("analysis-cells")) for of in ("cells", *subjects.AMONG)},
    "policies": (_policies, lambda: queries.fill("analysis-policies")),
    "gaps": (_gaps, lambda: queries.fill("analysis-cells")),
    "principles": (principles.principles_table, lambda: queries.fill("analysis-principles")),
    "steps": (_steps, lambda: queries.fill("analysis-steps")),
    "factors": (_factors, lambda: queries.fill("analysis-swot-rules", language=Literal(ENGLISH))),
    "links": (_ties, lambda: queries.fill("analysis-links")),
    "unresolved": (lambda held: registers.register(), lambda: queries.fill("analysis-unresolved")),
    "datasets": (_offers, lambda: queries.fill("analysis-datasets", sector=_sector())),
    "places": (_places, lambda: queries.fill("analysis-datasets", sector=_sector())),
    "records": (sectors.records_table, lambda: queries.fill("sector-records", sector=_sector())),
    "unread": (gaps.unread_table, lambda: queries.fill("analysis-policies")),
}
"""What there are rows of, and the question that finds them."""
