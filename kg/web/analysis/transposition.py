"""Who carries out which supranational text, and the register of what is unresolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from kg import queries
from kg.analysis import transposition
from kg.analysis.evidence import WORDS, slug_of
from kg.analysis.tables import Table, Value
from kg.answers import Row
from kg.terms import path_of
from kg.web.analysis import answers, asking
from kg.web.analysis.held import kept, opened
from kg.web.names import labels
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import said
from kg.words import phrase

blueprint = Blueprint("transposition", __name__)

_PAGE = 80


@blueprint.get("/transposition")
@blueprint.get("/transposition.<ext>")
def show(ext: str | None = None) -> Response | str:
    """Show supranational texts with who transposes, implements or follows them, and how we know."""
    form, held = opened(ext)
    found = transposition.ties(held, kept("analysis-links"))
    if form is not HTML:
        return answers.table(transposition.as_table(held, found, base().index.revision), form, "transposition")
    grouped = transposition.by_instrument(found)
    wider = [policy for policy in held.policies.values() if policy.level in transposition.WIDER]
    return asking.page(
        "transposition.html",
        grouped=sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0].title)),
        bare=sorted((policy for policy in wider if policy not in grouped), key=lambda policy: policy.title),
        total=len(found),
        facts=sum(tie.fact for tie in found),
        places=held.places,
        relations=transposition.RELATIONS,
        formats=links("/transposition", answers.TABLE),
        query_url=query_link(queries.fill("analysis-links")),
    )


@blueprint.get("/unresolved")
@blueprint.get("/unresolved.<ext>")
def unresolved(ext: str | None = None) -> Response | str:
    """Show what two readings judge differently, and what was never read in its source."""
    form = answers.wanted(ext)
    readings, unsure = kept("analysis-unresolved"), kept("analysis-unsure")
    if form is not HTML:
        return answers.table(register(), form, "unresolved")
    page = asking.number("page", 1, 1000) or 1
    pages = max(1, -(-max(len(readings), len(unsure)) // _PAGE))
    part = slice((page - 1) * _PAGE, page * _PAGE)
    levels = labels(row["confidence"].value for row in unsure[part])
    called = labels(row["provision"].value for row in readings[part])
    return asking.page(
        "unresolved.html",
        readings=[_reading(row, called) for row in readings[part]],
        unsure=[_doubt(row) | {"confidence": levels.get(row["confidence"].value, "")} for row in unsure[part]],
        counts=(len(readings), len(unsure)),
        page=page,
        pages=pages,
        previous=asking.here(page=page - 1) if page > 1 else None,
        next=asking.here(page=page + 1) if page < pages else None,
        formats=links("/unresolved", answers.TABLE),
        query_url=query_link(queries.fill("analysis-unresolved")),
        other_query=query_link(queries.fill("analysis-unsure")),
    )


def _reading(row: Row, called: Mapping[str, str]) -> dict[str, Any]:
    first, second = (slug_of(row[name].value) for name in ("first", "second"))
    policy, provision = slug_of(row["policy"].value), slug_of(row["provision"].value)
    label = called.get(row["provision"].value, row["label"].value)
    return {"title": row["title"].value, "label": label, "url": f"/matrix/cell/{policy}/{provision}",
            "first": (first, said(WORDS.get(first, first))), "second": (second, said(WORDS.get(second, second)))}  # fmt: skip


def _doubt(row: Row) -> dict[str, Any]:
    notes = [row[name].value for name in ("dateNote", "statusNote") if name in row]
    return {"title": row["title"].value, "url": path_of(row["record"].value, base().settings.base) or "#",
            "confidence": slug_of(row["confidence"].value), "notes": notes}  # fmt: skip


def register() -> Table:
    """Return everything that is unresolved as a table."""
    readings, unsure = kept("analysis-unresolved"), kept("analysis-unsure")
    rows: list[list[Value]] = [
        ["readings differ", row["title"].value, row["policy"].value, row["label"].value,
         f"{slug_of(row['first'].value)} / {slug_of(row['second'].value)}"]
        for row in readings
    ]  # fmt: skip
    rows += [["not read in the source", row["title"].value, row["record"].value, slug_of(row["confidence"].value),
              "; ".join(_doubt(row)["notes"])] for row in unsure]  # fmt: skip
    return Table(phrase("Unresolved"), ("what", "record", "iri", "about", "note"), rows, "", base().index.revision)
