"""The page where references are pasted, or named by DOI: each is held beside the base, shown, and becomes a proposal of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import deciding, intake, libraries
from kg.base import parsed
from kg.citations import bibtex, fetch, formats, keys
from kg.citations.entry import Broken, Entry
from kg.errors import BadInput, KgError
from kg.intake import Arrival
from kg.libraries import Sent
from kg.terms import path_of
from kg.web import person, session, told
from kg.web.blanks import field_id
from kg.web.contribute import private
from kg.web.drafting import PURPOSE
from kg.web.site import base
from kg.web.tongues import _, ngettext, said
from kg.words import phrase

blueprint = Blueprint("pasting", __name__)
blueprint.before_request(person.limit_size)
blueprint.after_request(private)

_MOST = 40
_MOST_DOIS = 5
_STATES = {
    "new": phrase("New"),
    "changed": phrase("Changes what is there"),
    "same": phrase("There already, the same"),
    "duplicate": phrase("There already, under another key"),
    "invalid": phrase("Cannot be taken like this"),
}


@blueprint.route("/contribute/references", methods=["GET", "POST"])
def references() -> AnyResponse | str:
    """Take references in any form that reference managers write, show what each would be here, and send those that are chosen."""
    if request.method == "GET":
        return _page(request.args.get("text", "")[:500], request.args.get("doi", "")[:200])
    text, doi = request.form.get("text", "").strip(), request.form.get("doi", "").strip()
    if not session.is_ours(PURPOSE):
        late = _("This form was open for too long, or did not come from our pages. Nothing is lost: send it again.")
        return _page(text, doi, wrong={"form": [late]})
    try:
        entries, broken = _read(text, doi)
        arrivals = list(intake.compare(base(), entries))
    except KgError as error:
        return _page(text, doi, wrong={"doi" if doi else "text": [str(error)]})
    text = "\n".join(map(_as_text, entries, arrivals)) if doi else text
    chosen = {int(number) for number in request.form.getlist("entry") if number.isdigit()}
    if request.form.get("do") != "send":
        return _page(text, "", arrivals, broken)
    wrong = person.complaints()
    if not any(arrival.triples and number in chosen for number, arrival in enumerate(arrivals)):
        wrong["text"] = [_("Choose at least one that is new or changed.")]
    if wrong:
        return _page(text, "", arrivals, broken, wrong, chosen)
    library = Sent("", text.encode(), [entry.key for entry in entries]) if formats.is_pasted_library(text) else None
    try:
        return _sent(arrivals, chosen, library)
    except KgError as error:  # all are sent or none: what was pasted and ticked stands there still
        wrong = {"text": [_("Nothing was sent."), str(error)]}
        return Response(_page(text, "", arrivals, broken, wrong, chosen), error.status)


def _read(text: str, doi: str) -> tuple[list[Entry], list[Broken]]:
    """Read what was pasted, and fetch what was named by DOI."""
    named = doi.replace(",", " ").split()
    if strange := [one for one in named if not fetch.is_doi(one)]:
        raise BadInput(_("%(text)s is no DOI.", text=strange[0]), _("A DOI is written 10.1000/xyz."))
    if len(named) > _MOST_DOIS:
        raise BadInput(_("Name at most %(count)s DOIs at once.", count=_MOST_DOIS), _("Send the others after these."))
    if named:
        person.count()  # somebody else's service is asked
        services = fetch.services(base().settings)
        return [entry for one in named for entry in fetch.fetch(one, services)], []
    reading = formats.pasted(text)
    if reading is None or not (reading.entries or reading.broken):
        raise BadInput(
            _("There is no reference in this."),
            _("Paste BibTeX, BibLaTeX, RIS or CSL-JSON, as reference managers write it."),
        )
    if len(reading.entries) > _MOST:
        raise BadInput(
            _("These are %(count)s references; a page takes %(most)s.", count=len(reading.entries), most=_MOST),
            _("Send them in parts, or ask a curator to import the file."),
        )
    return reading.entries, reading.broken


def _as_text(entry: Entry, arrival: Arrival) -> str:
    """Write what was fetched as it could have been pasted, so that nobody is asked for it twice."""
    return bibtex.written(replace(entry, key=arrival.called[0] or keys.made(entry, set())), "biblatex", ours=True)


def _sent(arrivals: list[Arrival], chosen: set[int], library: Sent | None) -> AnyResponse | str:
    """Make a proposal of each that is chosen, of all or of none, keep the whole text, and show where each can be followed."""
    if person.is_a_program():
        return redirect("/contribute", 303)
    person.count()
    taken = [arrival for number, arrival in enumerate(arrivals) if arrival.triples and number in chosen]
    titles = [(title or key)[:100] for key, title in (arrival.called for arrival in taken)]
    wanted = [
        (
            f"{'change of' if arrival.before else 'new'} reference: {title}",
            {arrival.iri: (parsed(arrival.before) or None, list(arrival.triples))},
        )
        for arrival, title in zip(taken, titles, strict=True)
    ]
    sent = deciding.send_all(base(), wanted, person.sender("reference"))
    if library is not None:
        numbers = [number for number, _secret in sent]
        libraries.keep(base(), replace(library, name=f"pasted-{numbers[0]}.bib"), arrivals, "a visitor", numbers)
    kept = [
        {"title": title, "number": number, "url": f"/contribute/sent/{number}/{secret}"}
        for title, (number, secret) in zip(titles, sent, strict=True)
    ]
    if len(kept) == 1:
        return redirect(str(kept[0]["url"]), 303)
    return render_template("contribute/sent_many.html", sent=kept, root=request.host_url.rstrip("/"))


def _page(
    text: str,
    doi: str,
    arrivals: list[Arrival] | None = None,
    broken: list[Broken] | None = None,
    wrong: dict[str, list[str]] | None = None,
    chosen: set[int] | None = None,
) -> str:
    shown = [_shown(number, arrival, chosen) for number, arrival in enumerate(arrivals or [])]
    return render_template(
        "contribute/references.html",
        text=text,
        doi=doi,
        arrivals=shown,
        broken=broken or [],
        sendable=any(one["change"] for one in shown),
        count=ngettext("%(num)s reference read", "%(num)s references read", len(shown)),
        complaints=wrong or {},
        mistakes=[
            {"text": one, "id": "" if name == "form" else field_id(name), "label": ""}
            for name, texts in (wrong or {}).items()
            for one in texts
        ],
        person={name: request.form.get(name, "") for name in (*person.FIELDS, "licence")},
        signed=session.signature(PURPOSE),
    )


def _shown(number: int, arrival: Arrival, chosen: set[int] | None) -> dict[str, Any]:
    """Return a reference with what it would be here, and what it says or changes."""
    change = told.change(arrival.iri, parsed(arrival.before), list(arrival.triples)) if arrival.triples else None
    key, title = arrival.called
    there = arrival.iri and arrival.state in ("changed", "same", "duplicate")
    return {
        "number": number,
        "title": title or key or _("without a title"),
        "key": key,
        "state": said(_STATES[arrival.state]),
        "why": arrival.why,
        "change": change,
        "url": path_of(arrival.iri, base().settings.base) if there else None,
        "chosen": number in chosen if chosen is not None else change is not None,
    }
