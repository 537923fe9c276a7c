"""The history of a record, as the journal kept it: who changed what, when and why."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding, turtle
from kg.base import parsed
from kg.desk.accounts import Account
from kg.desk.journal import Change
from kg.errors import KgError, NotFound
from kg.terms import RECORDS
from kg.web import session
from kg.web.desk import PURPOSE, at_desk
from kg.web.site import base
from kg.web.tongues import _, day

blueprint = Blueprint("history", __name__)

_LONGEST = 400


@dataclass(frozen=True)
class Step:
    """One change: its revision, time and reason, and the lines that went (`-`) and came (`+`)."""

    revision: int
    at: str
    day: str
    who: str
    why: str
    what: str
    lines: list[tuple[str, str]]
    cut: int


@blueprint.get("/history/<kind>/<path:slug>")
def history(kind: str, slug: str) -> Response:
    """Show every change of a record, the newest first; a curator can put the record back as it was before any of them."""
    return _shown(kind, slug, session.signed_in())


@blueprint.post("/history/<kind>/<path:slug>")
@at_desk("curator")
def put_back(account: Account, kind: str, slug: str) -> AnyResponse:
    """Write the record as it was before the change that the curator points at."""
    iri = f"{base().settings.base}{kind}/{slug}"
    revision, seen = request.form.get("revision", 0, int), request.form.get("seen", 0, int)
    try:
        deciding.put_back(base(), iri, revision, seen, account.name)
    except KgError as error:
        answer = _shown(kind, slug, account, str(error))
        answer.status_code = error.status
        return answer
    return redirect(request.path, 303)


def _shown(kind: str, slug: str, account: Account | None, wrong: str = "") -> Response:
    iri = f"{base().settings.base}{kind}/{slug}"
    changes = base().journal.history(iri)
    if not changes:
        raise NotFound(
            _("The journal knows no <%(iri)s>.", iri=iri),
            _("Concepts and the ontology change with the repository, not here."),
        )
    card = base().index.get([iri]).get(iri)
    curator = account is not None and account.may("curator") and iri not in base().model.graphs
    page = render_template(
        "history.html",
        title=card.title if card else slug,
        url=f"/{kind}/{slug}" if card else None,
        steps=[_step(change) for change in changes],
        seen=changes[0].revision,
        wrong=wrong,
        signed=session.signature(PURPOSE) if curator else "",
    )
    return Response(page)


def _step(change: Change) -> Step:
    before, after = _text(change.before), _text(change.after)
    lines = [
        (line[:1], line[1:].rstrip()) for line in difflib.unified_diff(before, after, n=0, lineterm="") if _says(line)
    ]
    what = _("made") if change.before is None else _("withdrawn") if change.after is None else _("changed")
    cut = max(0, len(lines) - _LONGEST)
    return Step(
        change.revision,
        change.at,
        day(datetime.fromisoformat(change.at).date()),
        change.who,
        change.why,
        what,
        lines[:_LONGEST],
        cut,
    )


def _says(line: str) -> bool:
    """Tell whether a line of a diff is content: not its heads, not an empty line."""
    return line[:1] in "+-" and not line.startswith(("+++", "---")) and bool(line[1:].strip())


def _text(statements: bytes | None) -> list[str]:
    """Return statements as the lines of the file that `kg dump` writes."""
    return turtle.write(parsed(statements), RECORDS).decode().splitlines() if statements else []
