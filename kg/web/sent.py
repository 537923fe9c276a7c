"""What became of a proposal, for whoever sent it, and the names that its form suggests."""

from __future__ import annotations

from flask import Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding, libraries
from kg.desk.proposals import ANSWERED
from kg.errors import BadInput, NotFound
from kg.forms import naming
from kg.terms import path_of
from kg.web import person, session, told
from kg.web.contribute import blueprint
from kg.web.drafting import PURPOSE
from kg.web.site import base
from kg.web.tongues import _


@blueprint.route("/contribute/sent/<int:number>/<secret>", methods=["GET", "POST"])
def sent(number: int, secret: str) -> AnyResponse | str:
    """Show to who sent a proposal what became of it, and take an answer to a curator's question."""
    table = deciding.desk(base())
    if not table.opened_by(number, secret):
        raise NotFound(_("There is no such proposal."), _("The address of a proposal is told once, when it is sent."))
    proposal = table.get(number)
    if request.method == "POST":
        session.must_be_ours(PURPOSE)
        answer = request.form.get("answer", "").strip()
        if not answer or len(answer) > 10_000 or proposal.state != "open":
            raise BadInput(_("There is no answer to take."), _("Write a few words, while the proposal is open."))
        person.count()
        table.say(number, "sender", ANSWERED, answer)
        return redirect(request.path, 303)
    changes, more = told.proposed(table.records(number))
    there = base().index.get(change.iri for change in changes)
    live = {iri: path_of(iri, base().settings.base) for iri in there}
    return render_template(
        "contribute/sent.html",
        proposal=proposal,
        words=table.words(number),
        changes=changes,
        more=more,
        live=live,
        address=request.base_url,
        signed=session.signature(PURPOSE),
        sender=table.sender(number),
        library=libraries.shelf(base()).sent_with(number),
    )


@blueprint.get("/contribute/sent/<int:number>/<secret>.bib")
def library(number: int, secret: str) -> Response:
    """Give who pasted references the whole text back, with what has been corrected since."""
    kept = libraries.shelf(base()).sent_with(number)
    if kept is None or not deciding.desk(base()).opened_by(number, secret):
        raise NotFound(_("There is no such proposal."), _("The address of a proposal is told once, when it is sent."))
    headers = {"Content-Disposition": f'attachment; filename="{kept.name}"'}
    return Response(libraries.given_back(base(), kept), content_type="application/x-bibtex", headers=headers)


@blueprint.get("/contribute/names")
def names() -> Response:
    """Suggest what a field may name, as the script of the form asks."""
    found = naming.Names(base().model, base().index, base().settings.base).near(
        request.args.get("q", "")[:200], request.args.get("kind") or None, 8
    )
    return jsonify([naming.shown(card.iri, {card.iri: card.title}, base().settings.base) for card in found])
