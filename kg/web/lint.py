"""The page `/lint`: what is probably wrong in the references, by rule, each remark with the repair that it proposes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from kg import lint as linting
from kg.errors import NotFound
from kg.terms import path_of
from kg.web.paging import paged
from kg.web.site import base
from kg.web.tongues import _, said
from kg.words import phrase

blueprint = Blueprint("lint", __name__)

_PAGE = 100
RULES = {
    "missing": phrase("A field is missing"),
    "isbn": phrase("ISBN"),
    "issn": phrase("ISSN"),
    "doi": phrase("DOI"),
    "url": phrase("Address"),
    "future": phrase("A year to come"),
    "date": phrase("Date"),
    "pages": phrase("Pages"),
    "capitals": phrase("Title in capitals"),
    "stop": phrase("Full stop after a title"),
    "latex": phrase("LaTeX left over"),
    "name": phrase("Names"),
    "duplicate": phrase("Probably one work twice"),
    "journal": phrase("Two spellings of a journal"),
    "person": phrase("Two spellings of a person"),
}


@blueprint.get("/lint")
def lint() -> str:
    """Show the remarks of the last look, a page at a time, of all rules or of one; begin a new look where the base has moved on."""
    rule = request.args.get("rule", "")
    if rule and rule not in RULES:
        raise NotFound(
            _("There is no rule %(name)s.", name=repr(rule)), _("The rules are %(names)s.", names=", ".join(RULES))
        )
    found = linting.findings(base())
    counts, last = found.counts(), found.run
    total = counts.get(rule, 0) if rule else sum(counts.values())
    pages = paged(total, _PAGE)
    return render_template(
        "lint.html",
        total=total,
        last=last,
        begun=not linting.is_fresh(base()) and linting.begin(base()),
        rule=rule,
        rules=[_rule(name, counts[name], rule) for name in RULES if name in counts],
        remarks=[vars(one) | {"url": path_of(one.record, base().settings.base), "rule_label": said(RULES[one.rule])}
                 for one in found.page(rule, pages.offset, _PAGE)],
        paging=pages,
    )  # fmt: skip


def _rule(name: str, count: int, chosen: str) -> dict[str, Any]:
    return {"label": said(RULES[name]), "count": count, "url": _address(name), "selected": name == chosen}


def _address(rule: str) -> str:
    return "/lint" + (f"?rule={rule}" if rule else "")
