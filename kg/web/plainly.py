"""The page on which somebody proposes something in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding
from kg.desk.drafts import DAYS
from kg.web import drafting, person, session
from kg.web.blanks import field_id
from kg.web.contribute import private
from kg.web.drafting import DO, PURPOSE, WORDS
from kg.web.site import base
from kg.web.tongues import _

blueprint = Blueprint("plainly", __name__)
blueprint.before_request(person.limit_size)
blueprint.after_request(private)


@blueprint.route(WORDS, methods=["GET", "POST"])
def words() -> AnyResponse | str:
    """Take a proposal in plain words, for a curator to make a record of."""
    given = request.form.to_dict()
    if request.method == "GET":
        secret = request.args.get("draft", "")
        left = drafting.draft(secret).form if secret else {"note": [request.args.get("about", "")[:500]]}
        return _words({name: texts[0] for name, texts in left.items() if texts}, {}, secret)
    if request.form.get(DO) == "draft":
        return drafting.kept(WORDS, request.form.to_dict(flat=False))
    wrong = person.complaints()
    if not given.get("note", "").strip():
        wrong["note"] = [_("Tell us in a few words what is missing or wrong.")]
    if not session.is_ours(PURPOSE):
        wrong["form"] = [
            _("This form was open for too long, or did not come from our pages. Nothing is lost: send it again.")
        ]
    if wrong:
        return _words(given, wrong)
    if person.is_a_program():
        return redirect("/contribute", 303)
    person.count()
    sender = person.sender("")
    number, secret = deciding.send(base(), {}, "in words", sender)
    drafting.drafts().forget(given.get("draft", ""))
    return redirect(f"/contribute/sent/{number}/{secret}", 303)


def _words(given: Mapping[str, str], wrong: Mapping[str, list[str]], secret: str = "") -> str:
    found = [{"text": text, "id": field_id(name), "label": ""} for name, texts in wrong.items() for text in texts]
    return render_template("contribute/words.html", person=given, complaints=wrong, mistakes=found, days=DAYS,
                           draft=secret or given.get("draft", ""), signed=session.signature(PURPOSE))  # fmt: skip
