"""The door for people who cite: some records as one list of references in a style of their choice, to be copied."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, render_template, request

from kg import cited
from kg.citations.entry import Entry
from kg.citations.out import styles
from kg.errors import BadInput
from kg.formatted import Formatted
from kg.web import citing
from kg.web.negotiation import DOCUMENT
from kg.web.site import base, links
from kg.web.tongues import ENGLISH, _, language, number

blueprint = Blueprint("cite", __name__)

_MOST = 200


def register(app: Flask) -> None:
    """Give the application its memory of printed references."""
    app.extensions["formatted"] = Formatted(app.extensions["base"].settings.data / "derived" / "formatted.sqlite")


def formatted() -> Formatted:
    """Return the printed references of this application's base."""
    return cast(Formatted, current_app.extensions["formatted"])


def locale() -> str:
    """Return the language in which styles say their own words; theirs, where the reader's is English."""
    return "" if language() == ENGLISH else language()


def choices(chosen: str) -> list[dict[str, Any]]:
    """Return the styles that a form offers, the chosen one among them even when it is none of the well known."""
    names = dict.fromkeys([*styles.NAMED, chosen])
    return [{"name": name, "label": styles.label(name), "chosen": name == chosen} for name in names]


def style() -> str:
    """Return the citation style that the caller asks for."""
    asked = request.args.get("style") or styles.DEFAULT
    styles.path(asked)
    return asked


def of_record(entry: Entry, name: str) -> dict[str, Any]:
    """Return what a record's page says on how to cite it; `name` is its kind and slug."""
    return {
        "text": formatted().known(entry, styles.DEFAULT, locale()),
        "style": styles.label(styles.DEFAULT),
        "styles": choices(styles.DEFAULT),
        "ids": name,
    }


@blueprint.get("/cite")
def cite() -> Response | str:
    """Show records as references in a style."""
    iris = citing.listed()
    if not iris:
        raise BadInput(
            _("Nothing is named to be cited."),
            _("Name it: %(example)s.", example="/cite?ids=janssen2012benefits,policy/in-ndsap-2012"),
        )
    if len(iris) > _MOST:
        raise BadInput(
            _("These are %(count)s records; %(most)s are shown at once.", count=number(len(iris)), most=_MOST),
            _("Take them as a document: %(address)s", address="/bibliography.docx?ids="),
        )
    chosen = style()
    entries = list(cited.entries(base(), iris))
    if not entries:
        raise BadInput(
            _("None of these is something to cite."), _("Policies, datasets, practices, interviews and references are.")
        )
    ids = ",".join(iri.removeprefix(base().settings.base) for iri in iris)
    printed = formatted().printed(entries, chosen, locale())
    asked = {"ids": ids}
    return render_template(
        "cite.html",
        references=[
            {"html": text, "iri": citing.iri(entry.key), "title": entry.fields.get("title", entry.key)}
            for text, entry in zip(printed, entries, strict=True)
        ],
        style=styles.label(chosen),
        styles=choices(chosen),
        ids=ids,
        exports=citing.exports("/bibliography", asked),
        documents=links("/bibliography", DOCUMENT, asked | {"style": chosen}),
        address="/cite?" + urlencode(asked | {"style": chosen}),
    )
