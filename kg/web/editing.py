"""The form in which a curator words a proposal anew before it is accepted."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Triple
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding
from kg.base import parsed
from kg.desk.accounts import Account
from kg.errors import BadInput, KgError
from kg.web import session, told
from kg.web.blanks import Drawing, field_id, mistakes
from kg.web.desk import PURPOSE, at_desk
from kg.web.sheets import Sheet, adding, blanks, judged, opening
from kg.web.site import base
from kg.web.tongues import _

blueprint = Blueprint("editing", __name__)


@blueprint.route("/desk/<int:number>/edit", methods=["GET", "POST"])
@at_desk("curator")
def edit(account: Account, number: int) -> AnyResponse | str:
    """Show what a proposal says as a form, and put what was typed in its place."""
    sheet, before = _sheet(number)
    if request.method == "GET":
        return _form(account, number, sheet, sheet.form(), deciding.mark(base(), number))
    form = request.form.to_dict(flat=False)
    seen = request.form.get("seen", "")
    step, _blank, name = request.form.get("do", "check").partition(" ")
    if step in ("more", "open"):
        changed = adding(form, sheet.blank, name) if step == "more" else opening(form, sheet, name)
        return _form(account, number, sheet, changed, seen, focus=name)
    found = sheet.read(form)
    complaints, _advice, whole = judged(sheet, found)
    if complaints or whole:
        return Response(_form(account, number, sheet, form, seen, complaints, whole), 422)
    try:
        deciding.edit(base(), number, {sheet.iri: (before or None, found.triples)}, account.name, seen)
    except KgError as error:
        return Response(_form(account, number, sheet, form, seen, whole=[str(error)]), error.status)
    return redirect(f"/desk/{number}", 303)


def _sheet(number: int) -> tuple[Sheet, list[Triple]]:
    """Lay a form over what a proposal of one record wants; return it with what the record said before."""
    records = deciding.desk(base()).records(number)
    if len(records) != 1:
        raise BadInput(
            _("Proposal %(number)s is about %(count)s records.", number=number, count=len(records)),
            _("Only a proposal of one record has a form."),
        )
    [(iri, (before, after))] = records.items()
    blank = blanks().of(iri.removeprefix(base().settings.base).partition("/")[0])
    if blank is None or not after:
        raise BadInput(_("There is no form for %(name)s.", name=f"<{iri}>"), _("Decline it, and say why."))
    return Sheet.over(blank, iri, parsed(after)), parsed(before)


def _form(
    account: Account,
    number: int,
    sheet: Sheet,
    form: Mapping[str, list[str]],
    seen: str,
    complaints: Mapping[str, list[str]] | None = None,
    whole: list[str] | None = None,
    focus: str = "",
) -> str:
    return render_template(
        "desk/edit.html",
        account=account,
        number=number,
        place=f"/desk/{number}/edit",
        title=told.title(sheet.iri, sheet.start),
        sections=Drawing(sheet, form, complaints).sections(),
        mistakes=mistakes(sheet.blank, complaints or {}, whole or []),
        focus=field_id(focus) if focus else "",
        seen=seen,
        signed=session.signature(PURPOSE),
    )
