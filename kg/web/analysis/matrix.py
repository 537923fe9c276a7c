"""The provision matrix: what policies lay down, as a page, a file, and cell by cell."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import matrix as matrices
from kg.analysis.choice import Choice, chosen, values
from kg.analysis.evidence import NOT_SEEN, READ, STATUSES, WORDS, Cell, Evidence, Policy, Provision, slug_of
from kg.analysis.matrix import Matrix
from kg.analysis.rates import Rate
from kg.answers import Row
from kg.errors import NotFound
from kg.terms import path_of
from kg.web.analysis import answers, asking
from kg.web.analysis.held import evidence, kept, opened, remembered
from kg.web.names import labels
from kg.web.negotiation import HTML
from kg.web.portrait import spoken
from kg.web.site import base, links, query_link
from kg.web.tongues import _, said, tongue
from kg.words import alphabetic

blueprint = Blueprint("matrix", __name__)

_ROWS = {"": 10, "all": 6}
_ROWS_OF_GROUP = 25
"""Rows on a page: every number is a link, and a page stays light."""
_TABLES = {"matrix": matrices.as_table, "rates": matrices.rates_table, "cells": matrices.cells_table}


@blueprint.get("/matrix")
@blueprint.get("/matrix.<ext>")
def matrix(ext: str | None = None) -> Response | str:
    """Show policies by provisions; without a group, the groups as columns and the rates of all provisions."""
    form, held = opened(ext)
    wanted = asking.choice(held)
    groups = {provision.group: provision.group_label for provision in held.provisions.values()}
    group = asking.one_of("group", ["all", *groups])
    rows = asking.one_of("rows", matrices.ROW_ORDERS, "held")
    columns = asking.one_of("columns", matrices.COLUMN_ORDERS, "code")
    made = matrices.build(held, chosen(held, wanted), "" if group == "all" else group, rows, columns)
    if form is not HTML:
        title = "Provisions of open data policies"
        return answers.table(
            _TABLES[asking.one_of("table", _TABLES, "matrix")](made, title, base().index.revision), form, "matrix"
        )
    size = _ROWS.get(group, _ROWS_OF_GROUP)
    pages = max(1, -(-len(made.policies) // size))
    page = min(asking.number("page", 1, 10_000) or 1, pages)
    shown = made.policies[(page - 1) * size : page * size]
    return asking.page(
        "matrix.html",
        group=group,
        groups=[
            {"name": name, "label": label, "url": asking.here(group=name, page=None)} for name, label in groups.items()
        ],
        columns=[_column(made, provision) for provision in made.provisions],
        rows=[_row(made, policy, group, groups) for policy in shown],
        total=len(made.policies),
        whole=sum(policy.iri in held.whole for policy in made.policies),
        form=form_fields(held, wanted),
        orders={"rows": matrices.ROW_ORDERS, "columns": matrices.COLUMN_ORDERS},
        order={"rows": rows, "columns": columns},
        page=page,
        pages=pages,
        previous=asking.here(page=page - 1) if page > 1 else None,
        next=asking.here(page=page + 1) if page < pages else None,
        note=matrices.NOTE,
        words=WORDS,
        formats=links("/matrix", answers.TABLE, asking.parameters(page=None)),
        query_url=query_link(queries.fill("analysis-cells")),
    )


def form_fields(held: Evidence, wanted: Choice) -> dict[str, Any]:
    """Return what the form of a choice offers and what is chosen in it."""
    return {
        **remembered("form", lambda: _offered(held)),
        "place": wanted.place.removeprefix(base().settings.base + "place/"),
        "chosen": {"level": wanted.level, "sector": wanted.sector, "type": wanted.type},
        "year": wanted.year or "",
    }


def _offered(held: Evidence) -> dict[str, Any]:
    """Return the places that have a policy, or a part with one, and the concepts with how many coded policies have them."""
    coded = [held.policies[iri] for iri in held.coded if iri in held.policies]
    known = values(coded)
    used = {place for policy in held.policies.values() for one in policy.places for place in held.around(one)}
    start = base().settings.base + "place/"
    named = ((iri.removeprefix(start), held.places[iri]) for iri in used if iri in held.places)
    schemes = {"level": "level", "sector": "sector", "type": "policy-type"}
    return {
        "places": sorted(named, key=lambda pair: alphabetic(pair[1])),
        "options": {
            name: [(slug, label, known[name].get(slug, 0)) for slug, label in held.scheme(scheme).items()]
            for name, scheme in schemes.items()
        },
    }


def _column(made: Matrix, provision: Provision) -> dict[str, Any]:
    kept = asking.parameters(group=None, page=None, rows=None, columns=None)
    url = asking.address("/matrix/provision/" + provision.slug, kept)
    return {"provision": provision, "rate": rate_shown(made.rates[provision.iri]), "url": url}


def rate_shown(rate: Rate) -> dict[str, Any]:
    """Return a rate as pages print it: whole per cents beside their numbers."""
    low, high = rate.interval
    return {
        "rate": rate,
        "share": f"{rate.share * 100:.0f} %" if rate.share is not None else _("none read"),
        "interval": f"{low * 100:.0f}–{high * 100:.0f} %" if rate.judged else "",
        "told": f"{rate.share * 100:.0f} % ({low * 100:.0f}–{high * 100:.0f} %)" if rate.share is not None else "",
    }


def _row(made: Matrix, policy: Policy, group: str, groups: dict[str, str]) -> dict[str, Any]:
    cells = made.row(policy)
    row: dict[str, Any] = {
        "policy": policy,
        "url": path_of(policy.iri, base().settings.base),
        "place": made.place(policy),
        "whole": policy.iri in made.evidence.whole,
        "tally": made.tally(policy),
        "rows": f"/rows/cells?policy={policy.slug}",
    }
    if group:
        row["cells"] = [_shown(cell, policy, provision) for provision, cell in zip(made.provisions, cells, strict=True)]
    else:
        row["groups"] = [
            {"name": name} | _summed([cell for p, cell in zip(made.provisions, cells, strict=True) if p.group == name])
            for name in groups
        ]
    return row


def _shown(cell: Cell, policy: Policy, provision: Provision) -> dict[str, Any]:
    return {
        "status": cell.status,
        "word": said(WORDS[cell.status]),
        "url": f"/matrix/cell/{policy.slug}/{provision.slug}",
        "differs": cell.second in STATUSES and cell.second != cell.first,
        "tag": cell.status != NOT_SEEN and cell.method != READ,
    }


def _summed(cells: list[Cell]) -> dict[str, Any]:
    known = [cell for cell in cells if cell.status != NOT_SEEN]
    return {"held": sum(cell.status in STATUSES[:2] for cell in known), "known": len(known), "all": len(cells)}


@blueprint.get("/matrix/cell/<policy>/<provision>")
def cell(policy: str, provision: str) -> str:
    """Show one cell: both readings, the note, the place in the text, how it was coded."""
    held = evidence()
    one = held.policies.get(f"{base().settings.base}policy/{policy}")
    what = asking.provision(held, provision)
    if one is None:
        raise NotFound(
            _("There is no policy %(name)s.", name=repr(policy)), _("Open the matrix and choose a cell: /matrix.")
        )
    policy_term, provision_term = NamedNode(one.iri), NamedNode(what.iri)
    written = kept("analysis-cell", policy=policy_term, provision=provision_term)
    coded = {slug_of(row["method"].value): row for row in kept("analysis-coded", policy=policy_term)}
    return asking.page(
        "cell.html",
        said=next(
            (_text(row) for row in written if slug_of(row["status"].value) == held.cell(one.iri, what.iri).first), {}
        ),
        coded={method: _text(row) for method, row in coded.items()},
        policy=one,
        provision=what,
        cell=held.cell(one.iri, what.iri),
        words=WORDS,
        method=held.scheme("coding-method"),
        read=READ,
        whole=one.iri in held.whole,
        policy_url=path_of(one.iri, base().settings.base),
        query_url=query_link(queries.fill("policy-cells", policy=NamedNode(one.iri))),
    )


def _text(row: Row) -> dict[str, str]:
    """Return the words of a row: a day and a language as readers write them, a concept as they call it."""
    told = {name: term.value for name, term in row.items()}
    if isinstance(on := row.get("date"), Literal):
        told["date"] = spoken(on)
    if code := told.get("language"):
        told["language"] = tongue(code)
    if extent := told.get("extent"):
        told["extent"] = labels([extent]).get(extent, slug_of(extent))
    return told
