"""Drafts of visitors: a form is kept as it was left, and opened again by its secret address."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from kg.desk.drafts import DAYS, Draft, Drafts
from kg.errors import NotFound
from kg.web import person, session
from kg.web.site import base
from kg.web.tongues import _

PURPOSE = "contribute"
"""What the forms of visitors are signed for."""
DO = "do"
"""The field of a form that says which button was pressed."""
WORDS = "/contribute/words"


def drafts() -> Drafts:
    """Return the drafts of this base."""
    return Drafts(base().settings.data / "drafts.sqlite")


def kept(place: str, form: dict[str, list[str]]) -> AnyResponse:
    """Keep a form as it was left, and lead to where it is opened again."""
    session.must_be_ours(PURPOSE)
    person.count()
    fields = {name: texts for name, texts in form.items() if name not in (DO, session.FIELD)}
    secret = drafts().keep(place, fields, request.form.get("draft", ""))
    return redirect(f"/contribute/draft/{secret}", 303)


def draft(secret: str) -> Draft:
    """Return a draft by its secret."""
    found = drafts().get(secret)
    if found is None:
        raise NotFound(
            _("There is no such draft."),
            _("A draft is kept for %(days)s days after it was last saved, and until it is sent.", days=DAYS),
        )
    return found
