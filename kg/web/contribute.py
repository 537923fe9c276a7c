"""The pages `/contribute`: anyone proposes a record, a change or a word, saves a draft, and sees what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Triple
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding
from kg.base import parsed
from kg.desk.drafts import DAYS
from kg.errors import BadInput, Gone, NotFound
from kg.forms import tidy
from kg.forms.answers import Answers
from kg.forms.blank import Blank
from kg.search.cards import statements
from kg.terms import OU
from kg.web import drafting, person, session, told
from kg.web.analysis import beginnings
from kg.web.blanks import Drawing, field_id, mistakes
from kg.web.drafting import DO, PURPOSE, WORDS
from kg.web.newcomers import CHOSEN
from kg.web.sheets import Sheet, adding, blanks, filled, judged, opening
from kg.web.site import base
from kg.web.tongues import _

blueprint = Blueprint("contribute", __name__)

_LONGEST_TITLE = 100


@blueprint.before_request
def _measured() -> None:
    person.limit_size()


@blueprint.after_request
def private(response: Response) -> Response:
    """Keep what somebody typed out of caches and search engines."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/contribute")
def choose() -> str:
    """Let somebody choose what to propose."""
    return render_template("contribute/choose.html", kinds=blanks().kinds)


# -- a record -------------------------------------------------------------------------------------------------------------


@blueprint.route("/contribute/<kind>", methods=["GET", "POST"])
@blueprint.route("/contribute/<kind>/<path:slug>", methods=["GET", "POST"])
def record(kind: str, slug: str = "") -> AnyResponse | str:
    """Show the form of a kind or of a record, or take what was typed into it a step further."""
    blank = _blank(kind)
    sheet = _sheet(blank, slug)
    place = f"/contribute/{kind}" + (f"/{slug}" if slug else "")
    if sheet.new and sheet.start:
        place = request.full_path
    if request.method == "GET":
        return _left(sheet, place) if "draft" in request.args else _form(sheet, place, _given(sheet), "")
    form = request.form.to_dict(flat=False)
    step, _rest, name = request.form.get(DO, "check").partition(" ")
    if step == "more":
        return _form(sheet, place, adding(form, blank, name), name)
    if step == "open":
        return _form(sheet, place, opening(form, sheet, name), name)
    if step == "edit":
        return _form(sheet, place, form, "")
    if step == "draft":
        return drafting.kept(place, form)
    return _checked(sheet, place, form, step)


def _blank(kind: str) -> Blank:
    blank = blanks().of(kind)
    if blank is None:
        names = ", ".join(known.name or "" for known in blanks().kinds)
        raise NotFound(
            _("There is no form for %(name)s.", name=repr(kind)), _("There is one for each of %(names)s.", names=names)
        )
    return blank


def _sheet(blank: Blank, slug: str) -> Sheet:
    kind = blank.kind.name or ""
    if not slug:
        iri = base().settings.base + f"{kind}/new"
        return Sheet.over(blank, iri, _beginning(iri), new=True)
    iri = base().settings.base + f"{kind}/{slug}"
    text = base().journal.now(iri)
    if text is None:
        known = base().journal.known([iri])
        raise (Gone if known else NotFound)(
            _("There is no record %(name)s.", name=f"{kind}/{slug}"),
            _("Propose a new one: %(url)s.", url=f"/contribute/{kind}"),
        )
    return Sheet.over(blank, iri, parsed(text))


def _beginning(iri: str) -> list[Triple]:
    """Return the statements with which a new record begins: of the draft that the address takes over (`?from=roadmap`), or none."""
    page = request.args.get("from", "")
    if not page:
        return []
    if page not in beginnings:
        raise BadInput(
            _("Nothing is taken over from %(name)s.", name=repr(page)),
            _("Choose one of: %(known)s.", known=", ".join(beginnings)),
        )
    return beginnings[page](iri)


def _given(sheet: Sheet) -> dict[str, list[str]]:
    """Return a fresh form; an address may bring answers along, by the name of a field or of a facet (`?title=…&place=…`)."""
    form = sheet.form()
    facets = {facet.path: facet.slug for facet in base().model.facets}
    for question in sheet.blank.questions:
        given = next((name for name in (question.slug, facets.get(question.path)) if name in request.args), None)
        if given and not question.parts and not sheet.start:
            form[question.slug] = [text[:500] for text in request.args.getlist(given)]
    if (own := sheet.blank.kind.role("confidence")) and not sheet.start and not form[own.slug]:
        form[own.slug] = [
            option.iri for option in _question_options(sheet, own.slug) if option.iri.endswith("/unverified")
        ]
    return form


def _question_options(sheet: Sheet, slug: str) -> Any:
    question = sheet.blank.question(slug)
    return question.options if question else ()


def _form(
    sheet: Sheet,
    place: str,
    form: Mapping[str, list[str]],
    focus: str,
    complaints: Mapping[str, list[str]] | None = None,
    whole: list[str] | None = None,
    until: str = "",
) -> str:
    drawing = Drawing(sheet, form, complaints)
    return render_template(
        "contribute/form.html",
        place=place,
        kind=sheet.blank.kind,
        title=told.title(sheet.iri, sheet.before) if sheet.before else "",
        url=None if sheet.new else place.removeprefix("/contribute"),
        sections=drawing.sections(),
        sorts=sheet.blank.sorts if sheet.new else [],
        sort=(form.get("sort") or [""])[0],
        mistakes=mistakes(sheet.blank, complaints or {}, whole or []),
        complaints=complaints or {},
        person={name: (form.get(name) or [""])[0] for name in (*person.FIELDS, "licence")},
        focus=field_id(focus) if focus else "",
        draft=(form.get("draft") or [""])[0],
        signed=session.signature(PURPOSE),
        days=DAYS,
        until=until,
        draft_url=request.url,
        is_signed=_is_signed(sheet.blank),
        unknown=list(sheet.newcomers.unknown.values()) if sheet.newcomers else [],
        decided=[]
        if sheet.newcomers
        else [(name, form[name][-1]) for name in form if name.startswith(CHOSEN) and form[name]],
    )


def _is_signed(blank: Blank) -> bool:
    """Tell whether the shape of a kind says that whoever proposes a record of it gives a name."""
    return base().model.said_of(blank.kind.iri, OU.signed) == "true"


def _checked(sheet: Sheet, place: str, form: dict[str, list[str]], step: str) -> AnyResponse | str:
    """Check what was typed; show what is wrong, or what would change, or send it."""
    found = sheet.read(form)
    if sheet.new:
        sheet, found = _christened(sheet, found, form)
    complaints, warnings, whole = judged(sheet, found)
    complaints |= person.complaints(signed=_is_signed(sheet.blank))
    if sheet.new and sheet.blank.sorts and (form.get("sort") or [""])[0] not in {s.iri for s in sheet.blank.sorts}:
        complaints["sort"] = [_("Choose one.")]
    if not session.is_ours(PURPOSE):
        whole.append(
            _("This form was open for too long, or did not come from our pages. Nothing is lost: send it again.")
        )
    change = told.change(sheet.iri, sheet.before, found.triples)
    if not change.rows and not complaints:
        whole.append(_("Nothing is changed yet."))
    if complaints or whole:
        return _form(sheet, place, form, "", complaints, whole)
    if step != "send":
        advice = [text for texts in warnings.values() for text in texts]
        hidden = [(name, text) for name, texts in form.items() if name not in (DO, session.FIELD) for text in texts]
        others = [told.change(iri, [], triples) for iri, triples in sheet.others.items()]
        taken = told.change(sheet.iri, sheet.start, found.triples) if sheet.new and sheet.start else None
        return render_template("contribute/review.html", place=place, change=taken or change, taken=taken, others=others,
                               advice=advice, hidden=hidden, kind=sheet.blank.kind,
                               signed=session.signature(PURPOSE))  # fmt: skip
    return _sent(sheet, found, change)


def _christened(sheet: Sheet, found: Answers, form: dict[str, list[str]]) -> tuple[Sheet, Answers]:
    """Give a new record its address, made from its title or key, and its classes."""
    kind = sheet.blank.kind
    named = statements(found.triples, sheet.iri).get(OU.citationKey.value)
    stem = f"{base().settings.base}{kind.name}/"
    slug = tidy.slug(told.title(sheet.iri, filled(sheet, found.triples, ""))) if not named else named[0].value
    iri, number = stem + slug, 2
    while base().journal.known([iri]):
        iri, number = f"{stem}{slug}-{number}", number + 1
    fresh = sheet.renamed(iri)
    read = fresh.read(form)
    read.triples = filled(fresh, read.triples, (form.get("sort") or [""])[0])
    return fresh, read


def _sent(sheet: Sheet, found: Answers, change: told.Told) -> AnyResponse:
    kind = sheet.blank.kind
    if person.is_a_program():
        return redirect("/contribute", 303)
    person.count()
    why = f"{'new' if change.new else 'change of'} {kind.label.lower()}: {change.title[:_LONGEST_TITLE]}"
    others: deciding.States = {iri: (None, triples) for iri, triples in sheet.others.items()}
    states = {sheet.iri: (sheet.before or None, found.triples), **others}
    number, secret = deciding.send(base(), states, why, person.sender(kind.name or ""))
    drafting.drafts().forget(request.form.get("draft", ""))
    return redirect(f"/contribute/sent/{number}/{secret}", 303)


# -- drafts -----------------------------------------------------------------------------------------------------------------


def _left(sheet: Sheet, place: str) -> str:
    """Open a form that began with a draft of ours as it was left."""
    secret = request.args.get("draft", "")
    found = drafting.draft(secret)
    return _form(sheet, found.place, {**found.form, "draft": [secret]}, "", until=found.until)


@blueprint.get("/contribute/draft/<secret>")
def draft(secret: str) -> AnyResponse | str:
    """Open a form again as it was left."""
    found = drafting.draft(secret)
    if "?" in found.place or found.place == WORDS:  # what it began with is in its address, or it is a page of its own
        return redirect(f"{found.place}{'&' if '?' in found.place else '?'}draft={secret}", 303)
    kind, _rest, slug = found.place.removeprefix("/contribute/").partition("/")
    form = {**found.form, "draft": [secret]}
    return _form(_sheet(_blank(kind), slug), found.place, form, "", until=found.until)
