"""The curators' desk: what was proposed, side by side with what is, and the verbs: accept, edit, decline, ask back, undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, render_template, request
from pyoxigraph import Triple
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding, lint
from kg.base import parsed
from kg.desk.accounts import Account, Accounts
from kg.errors import BadInput, KgError, Overtaken
from kg.forms import changes
from kg.terms import path_of
from kg.web import doubles, session, told
from kg.web.paging import paged
from kg.web.site import base
from kg.web.tongues import _, language

blueprint = Blueprint("desk", __name__)

PURPOSE = "desk"
"""What the forms of the desk are signed for."""
_PAGE = 50
_REMARKS = 100


def at_desk(role: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only those in who sit at the desk with that role; others are shown the way, and forms must be ours."""

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**given: Any) -> Any:
            account = session.at_desk(role)
            if account is None:
                return redirect("/desk/in", 303)
            if request.method == "POST":
                session.must_be_ours(PURPOSE)
            return view(account, **given)

        return guarded

    return wrap


@blueprint.after_request
def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


# -- coming and going -------------------------------------------------------------------------------------------------------


@blueprint.route("/desk/in", methods=["GET", "POST"])
def sign_in() -> AnyResponse | str:
    """Open a session with a token."""
    wrong = ""
    if request.method == "POST":
        session.must_be_ours(PURPOSE)
        try:
            session.sign_in(request.form.get("token", ""))
        except KgError as error:
            wrong = str(error)
        else:
            return redirect("/desk", 303)
    page = render_template("desk/in.html", wrong=wrong, signed=session.signature(PURPOSE), hours=session.HOURS)
    return Response(page, 401 if wrong else 200)


@blueprint.post("/desk/out")
def sign_out() -> AnyResponse:
    """End the session."""
    session.must_be_ours(PURPOSE)
    session.sign_out()
    return redirect("/desk/in", 303)


# -- proposals ----------------------------------------------------------------------------------------------------------------


@blueprint.get("/desk")
@at_desk("curator")
def queue(account: Account) -> str:
    """List the open proposals, oldest first, and those that were decided last."""
    kind = request.args.get("kind")
    table = deciding.desk(base())
    counts = table.counts()
    total = counts.get(kind, 0) if kind is not None else sum(counts.values())
    pages = paged(total, _PAGE)
    return _page(
        "desk/queue.html",
        account,
        proposals=table.all("open", kind, _PAGE, pages.offset),
        decided=table.decided(),
        counts=[
            {"kind": name, "label": _kind(name), "count": count, "selected": name == kind}
            for name, count in counts.items()
        ],
        total=total,
        paging=pages,
    )


def _kind(name: str) -> str:
    kind = base().model.kind(name)
    return kind.label_in(language()) if kind else _("In words")


@blueprint.get("/desk/<int:number>")
@at_desk("curator")
def proposal(account: Account, number: int) -> str:
    """Show one proposal with what it changes, what the check says, and what it may be a double of."""
    return _one(account, number)


@blueprint.post("/desk/<int:number>")
@at_desk("curator")
def decide(account: Account, number: int) -> AnyResponse | str:
    """Accept, decline, ask back or undo; where somebody was quicker, say so and show how it stands now."""
    note, verb = request.form.get("note", "").strip()[:2000], request.form.get("do", "")
    try:
        if verb == "accept":
            deciding.accept(base(), number, account.name, note, request.form.get("seen", ""))
        elif verb == "merge":
            _merge(account, number)
        elif verb == "undo":
            deciding.undo(base(), number, account.name)
        elif not note:
            return Response(_one(account, number, _("Say why, in a few words: who sent it will read them.")), 422)
        elif verb == "decline":
            deciding.decline(base(), number, account.name, note)
        elif verb == "ask":
            deciding.ask(base(), number, account.name, note)
        else:
            raise BadInput(
                _("There is nothing to do by the name of %(name)s.", name=repr(verb)), _("Use the buttons of the page.")
            )
    except KgError as error:
        return Response(_one(account, number, str(error)), error.status)
    return redirect(f"/desk/{number}", 303)


def _merge(account: Account, number: int) -> None:
    """Put what the proposal wants over the records as they are now; where both changed a field, the curator has chosen."""
    chosen = {name.removeprefix(told.TAKE): value for name, value in request.form.items() if name.startswith(told.TAKE)}
    merged: dict[str, tuple[list[Triple] | None, list[Triple] | None]] = {}
    for iri, (before, after) in deciding.desk(base()).records(number).items():
        merged[iri] = (parsed(before) or None, parsed(after) or None)
    for stale in deciding.stale(base(), number):
        triples, both = changes.merged(stale.was, stale.now, stale.wanted, chosen)
        if both:
            raise Overtaken(
                _("%(iri)s and the proposal change the same field.", iri=stale.iri),
                _("Choose in the table which of the two counts, or edit the proposal first."),
            )
        merged[stale.iri] = (stale.now or None, triples or None)
    deciding.edit(base(), number, merged, account.name, request.form.get("seen", ""))


def _one(account: Account, number: int, wrong: str = "") -> str:
    table = deciding.desk(base())
    found, records = table.get(number), table.records(number)
    told_of, more = told.proposed(records)
    is_open = found.state == "open"
    given = {iri: parsed(after) for iri, (_, after) in list(records.items())[:50] if after}
    return _page(
        "desk/one.html",
        account,
        proposal=found,
        kind_label=_kind(found.kind),
        sender=table.sender(number),
        words=table.words(number),
        changes=told_of,
        more=more,
        problems=base().check(given) if is_open and given else [],
        doubles=[double for change in told_of if change.new for double in doubles.of(change, given.get(change.iri, []))]
        if is_open
        else [],
        stale=[told.clash(one) for one in deciding.stale(base(), number)] if is_open else [],
        undone=deciding.undone(base(), number),
        seen=deciding.mark(base(), number),
        wrong=wrong,
    )


# -- remarks and accounts -----------------------------------------------------------------------------------------------------


@blueprint.route("/desk/remarks", methods=["GET", "POST"])
@at_desk("curator")
def remarks(account: Account) -> AnyResponse | str:
    """List the remarks of the last lint that propose a repair, and write the repair that is accepted."""
    wrong = done = ""
    if request.method == "POST":
        try:
            mended = lint.repair(base(), request.form.get("number", 0, int), account.name)
            done = _("%(key)s, %(field)s: %(before)s → %(after)s", key=mended.key, field=mended.field, before=mended.before,
                     after=mended.repair)  # fmt: skip
        except KgError as error:
            wrong = str(error)
    found = lint.findings(base())
    total = found.repairable()
    pages = paged(total, _REMARKS)
    shown = [
        vars(one) | {"url": path_of(one.record, base().settings.base)} for one in found.repairs(pages.offset, _REMARKS)
    ]
    return _page(
        "desk/remarks.html", account, remarks=shown, total=total, paging=pages, wrong=wrong, done=done, last=found.run
    )


@blueprint.route("/desk/accounts", methods=["GET", "POST"])
@at_desk("admin")
def accounts(account: Account) -> AnyResponse | str:
    """List the accounts, and take one away."""
    table = cast(Accounts, current_app.extensions["accounts"])
    wrong = ""
    if request.method == "POST":
        name = request.form.get("name", "")
        try:
            if name == account.name:
                wrong = _("Nobody takes their own account away: `kg user remove` does.")
            else:
                table.remove(name)
                return redirect("/desk/accounts", 303)
        except KgError as error:
            wrong = str(error)
    return _page("desk/accounts.html", account, accounts=table.all(), wrong=wrong)


def _page(template: str, account: Account, **given: Any) -> str:
    return render_template(template, account=account, signed=session.signature(PURPOSE), **given)
