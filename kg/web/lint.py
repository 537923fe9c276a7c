"""The page `/lint`: what the last look at the references found, by rule, each remark with the repair that it proposes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from kg.errors import NotFound
from kg.lint import findings
from kg.terms import path_of
from kg.web.site import base
from kg.web.tongues import said
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
    """Show the remarks of the last `kg lint`, a page at a time, of all rules or of one."""
    rule, page = request.args.get("rule", ""), request.args.get("page", default=1, type=int)
    if rule and rule not in RULES:
        raise NotFound(f"There is no rule {rule!r}.", "The rules are " + ", ".join(RULES) + ".")
    found = findings(base())
    counts, last = found.counts(), found.run
    total = counts.get(rule, 0) if rule else sum(counts.values())
    pages = max(1, -(-total // _PAGE))
    if not 1 <= page <= pages:
        raise NotFound(f"The list has no page {page}.", f"It has pages 1 to {pages}.")
    return render_template(
        "lint.html",
        total=total,
        last=last,
        rule=rule,
        rules=[_rule(name, counts[name], rule) for name in RULES if name in counts],
        remarks=[vars(one) | {"url": path_of(one.record, base().settings.base), "rule_label": said(RULES[one.rule])}
                 for one in found.page(rule, (page - 1) * _PAGE, _PAGE)],
        page=page,
        pages=pages,
        previous_url=_address(rule, page - 1) if page > 1 else None,
        next_url=_address(rule, page + 1) if page < pages else None,
    )  # fmt: skip


def _rule(name: str, count: int, chosen: str) -> dict[str, Any]:
    return {"label": said(RULES[name]), "count": count, "url": _address(name), "selected": name == chosen}


def _address(rule: str, page: int = 1) -> str:
    given = ([f"rule={rule}"] if rule else []) + ([f"page={page}"] if page > 1 else [])
    return "/lint" + ("?" + "&".join(given) if given else "")
