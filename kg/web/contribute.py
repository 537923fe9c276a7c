"""The pages `/contribute`: anyone proposes a record, a change or a word, saves a draft, and sees what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Triple
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding
from kg.base import parsed
from kg.desk.drafts import DAYS, Draft, Drafts
from kg.errors import BadInput, Gone, NotFound
from kg.forms import tidy
from kg.forms.answers import Answers
from kg.forms.blank import Blank
from kg.search.cards import statements
from kg.terms import OU
from kg.web import person, session, told
from kg.web.analysis import beginnings
from kg.web.blanks import Drawing, field_id, mistakes
from kg.web.sheets import Sheet, adding, blanks, filled, judged, opening
from kg.web.site import base

blueprint = Blueprint("contribute", __name__)

PURPOSE = "contribute"
"""What the forms of visitors are signed for."""
_DO = "do"
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
    step, _, name = request.form.get(_DO, "check").partition(" ")
    if step == "more":
        return _form(sheet, place, adding(form, blank, name), name)
    if step == "open":
        return _form(sheet, place, opening(form, sheet, name), name)
    if step == "edit":
        return _form(sheet, place, form, "")
    if step == "draft":
        return _kept(place, form)
    return _checked(sheet, place, form, step)


def _blank(kind: str) -> Blank:
    blank = blanks().of(kind)
    if blank is None:
        names = ", ".join(known.name or "" for known in blanks().kinds)
        raise NotFound(f"There is no form for {kind!r}.", f"There is one for each of {names}.")
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
            f"There is no record {kind}/{slug}.", f"Propose a new one: /contribute/{kind}."
        )
    return Sheet.over(blank, iri, parsed(text))


def _beginning(iri: str) -> list[Triple]:
    """Return the statements with which a new record begins: of the draft that the address takes over (`?from=roadmap`), or none."""
    page = request.args.get("from", "")
    if not page:
        return []
    if page not in beginnings:
        raise BadInput(f"Nothing is taken over from {page!r}.", f"Choose one of: {', '.join(beginnings)}.")
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
        complaints["sort"] = ["Choose one."]
    if not session.is_ours(PURPOSE):
        whole.append(
            "This form was open for too long, or did not come from our pages. Nothing is lost: check and send it again."
        )
    change = told.change(sheet.iri, sheet.before, found.triples)
    if not change.rows and not complaints:
        whole.append("Nothing is changed yet.")
    if complaints or whole:
        return _form(sheet, place, form, "", complaints, whole)
    if step != "send":
        advice = [text for texts in warnings.values() for text in texts]
        hidden = [(name, text) for name, texts in form.items() if name not in (_DO, session.FIELD) for text in texts]
        return render_template("contribute/review.html", place=place, change=change, advice=advice, hidden=hidden,
                               kind=sheet.blank.kind, signed=session.signature(PURPOSE))  # fmt: skip
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
    number, secret = deciding.send(
        base(), {sheet.iri: (sheet.before or None, found.triples)}, why, person.sender(kind.name or "")
    )
    drafts().forget(request.form.get("draft", ""))
    return redirect(f"/contribute/sent/{number}/{secret}", 303)


# -- drafts -----------------------------------------------------------------------------------------------------------------


def drafts() -> Drafts:
    """Return the drafts of this base."""
    return Drafts(base().settings.data / "drafts.sqlite")


def _kept(place: str, form: dict[str, list[str]]) -> AnyResponse:
    session.must_be_ours(PURPOSE)
    person.count()
    kept = {name: texts for name, texts in form.items() if name not in (_DO, session.FIELD)}
    secret = drafts().keep(place, kept, request.form.get("draft", ""))
    return redirect(f"/contribute/draft/{secret}", 303)


def _kept_draft(secret: str) -> Draft:
    found = drafts().get(secret)
    if found is None:
        raise NotFound(
            "There is no such draft.", f"A draft is kept for {DAYS} days after it was last saved, and until it is sent."
        )
    return found


def _left(sheet: Sheet, place: str) -> str:
    """Open a form that began with a draft of ours as it was left."""
    secret = request.args.get("draft", "")
    found = _kept_draft(secret)
    return _form(sheet, found.place, {**found.form, "draft": [secret]}, "", until=found.until)


@blueprint.get("/contribute/draft/<secret>")
def draft(secret: str) -> AnyResponse | str:
    """Open a form again as it was left."""
    found = _kept_draft(secret)
    if "?" in found.place:  # what it began with is in its address
        return redirect(f"{found.place}&draft={secret}", 303)
    kind, _, slug = found.place.removeprefix("/contribute/").partition("/")
    if kind == "words":
        return _words({name: texts[0] for name, texts in found.form.items() if texts}, {}, secret)
    form = {**found.form, "draft": [secret]}
    return _form(_sheet(_blank(kind), slug), found.place, form, "", until=found.until)


# -- in words ---------------------------------------------------------------------------------------------------------------


@blueprint.route("/contribute/words", methods=["GET", "POST"])
def words() -> AnyResponse | str:
    """Take a proposal in plain words, for a curator to make a record of."""
    given = request.form.to_dict()
    if request.method == "GET":
        return _words({"note": request.args.get("about", "")[:500]}, {})
    if request.form.get(_DO) == "draft":
        return _kept("/contribute/words", request.form.to_dict(flat=False))
    wrong = person.complaints()
    if not given.get("note", "").strip():
        wrong["note"] = ["Tell us in a few words what is missing or wrong."]
    if not session.is_ours(PURPOSE):
        wrong["form"] = ["This form was open for too long, or did not come from our pages. Send it again."]
    if wrong:
        return _words(given, wrong)
    if person.is_a_program():
        return redirect("/contribute", 303)
    person.count()
    sender = person.sender("")
    number, secret = deciding.send(base(), {}, "in words", sender)
    drafts().forget(given.get("draft", ""))
    return redirect(f"/contribute/sent/{number}/{secret}", 303)


def _words(given: Mapping[str, str], wrong: Mapping[str, list[str]], secret: str = "") -> str:
    found = [{"text": text, "id": field_id(name), "label": ""} for name, texts in wrong.items() for text in texts]
    return render_template("contribute/words.html", person=given, complaints=wrong, mistakes=found, days=DAYS,
                           draft=secret or given.get("draft", ""), signed=session.signature(PURPOSE))  # fmt: skip
