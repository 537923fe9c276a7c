"""The annotated bibliography: a page that reads like one, and the same as a file, of everything, of a search, or of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg import cited
from kg.citations import keys
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.errors import BadInput, NotFound
from kg.search.index import KIND
from kg.terms import path_of
from kg.web import citing, negotiation
from kg.web.asked import parameters, wanted_from
from kg.web.negotiation import CITATION, CSV, DOCUMENT, HTML
from kg.web.site import base, links

blueprint = Blueprint("bibliography", __name__)

_PAGE = 50
_PEOPLE = 8
_MOST_IDS = 2000
_CONTAINERS = ("journaltitle", "booktitle", "series", "howpublished", "type")
_PUBLISHERS = ("institution", "publisher", "organization")
_FORMATS = (HTML, *CITATION, CSV, *DOCUMENT)


@blueprint.get("/bibliography")
@blueprint.get("/bibliography.<ext>")
def bibliography(ext: str | None = None) -> Response | str:
    """Show references with their annotations, a page at a time in the order of their keys, or write them all as a file."""
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        named = ", ".join(f".{form.ext}" for form in _FORMATS)
        raise NotFound(f"The bibliography is not written as .{ext}.", f"It is written as {named}.")
    form = negotiation.chosen(_FORMATS, by_extension)
    iris, left, asked = chosen()
    if form in DOCUMENT:
        return citing.document(form, iris, left)
    if form is not HTML:
        return citing.answer(form, iris, "bibliography", left)
    iris = list(iris)
    pages = max(1, -(-len(iris) // _PAGE))
    page = request.args.get("page", default=1, type=int)
    if not 1 <= page <= pages:
        raise NotFound(f"The bibliography has no page {page}.", f"It has pages 1 to {pages}.")
    shown = iris[(page - 1) * _PAGE : page * _PAGE]
    formats = links("/bibliography", _FORMATS, asked)
    return render_template(
        "bibliography.html",
        total=len(iris),
        left_out=cited.left_out(left),
        lines=[_line(iri, entry) for iri, entry in zip(shown, cited.entries(base(), shown), strict=True)],
        letters=_letters(iris),
        page=page,
        pages=pages,
        exports=formats,
        formats=formats,
    )


def chosen() -> tuple[Iterable[str], int, dict[str, Any]]:
    """Return the records that an address asks for, how many it leaves out, and the parameters that say so.

    `ids=a,b` names records by key or by kind and key (`policy/in-ndsap-2012`), and keeps their order; else every parameter of a
    search narrows them. References are meant where no kind is named.
    """
    ids = [name.strip() for part in request.args.getlist("ids") for name in part.split(",") if name.strip()]
    if ids:
        return _listed(ids), 0, {"ids": ",".join(ids)}
    wanted, unverified = wanted_from(request.args), citing.unverified()
    asked = parameters(wanted) | ({"unverified": "1"} if unverified else {})
    if KIND not in wanted.facets:
        wanted = replace(wanted, facets={**wanted.facets, KIND: ["reference"]})
    iris, left = cited.found(base(), wanted, unverified=unverified)
    return iris, left, asked


def _listed(ids: list[str]) -> list[str]:
    if len(ids) > _MOST_IDS:
        raise BadInput(
            f"These are {len(ids):,} ids; {_MOST_IDS:,} are read at once.", "Ask in parts, or take a search."
        )
    iris = [base().settings.base + (name if "/" in name else f"reference/{keys.slug(name)}") for name in ids]
    found = base().index.get(iris)
    missing = [name for name, iri in zip(ids, iris, strict=True) if iri not in found]
    if missing:
        raise NotFound(
            f"There is no {', '.join(missing[:10])}{' and others' if len(missing) > 10 else ''}.",
            "Name references by their keys, other records with their kind: ids=janssen2012benefits,policy/in-ndsap-2012.",
        )
    return list(dict.fromkeys(iris))


def _letters(iris: list[str]) -> list[dict[str, str]]:
    """Return where each first letter begins."""
    first: dict[str, str] = {}
    for place, iri in enumerate(iris):
        slug = iri.rpartition("/")[2]
        first.setdefault(slug[:1].upper(), f"/bibliography?page={place // _PAGE + 1}#{slug}")
    return [{"label": letter, "url": url} for letter, url in first.items()]


def _line(iri: str, entry: Entry) -> dict[str, Any]:
    """Return one entry as a bibliography shows it: who, when, what, where, and what it is good for."""
    fields = entry.fields
    container = next((fields[name] for name in _CONTAINERS if name in fields), "")
    issue = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    publishers = dict.fromkeys(fields[name] for name in _PUBLISHERS if name in fields)
    return {
        "slug": iri.rpartition("/")[2],
        "url": path_of(iri, base().settings.base),
        "key": entry.key,
        "people": _people(entry.names.get("author") or entry.names.get("editor") or ()),
        "edited": "author" not in entry.names and "editor" in entry.names,
        "year": fields.get("date", fields.get("year", ""))[:4],
        "title": fields.get("title", entry.key),
        "container": container,
        "where": ", ".join(part for part in (issue, fields.get("pages", "").replace("--", "–")) if part),
        "publisher": ", ".join(name for name in publishers if name != container),
        "address": fields.get("url", ""),
        "annotation": fields.get("annotation", ""),
        "use": fields.get("usage", ""),
    }


def _people(people: tuple[Name, ...]) -> str:
    """Return names in the order of a bibliography; a long list is cut, and says so."""
    cut = len(people) > _PEOPLE or OTHERS in people
    shown = [name for name in people if name != OTHERS][: _PEOPLE - 2 if len(people) > _PEOPLE else None]
    told = "; ".join(
        ", ".join(part for part in (f"{name.prefix} {name.family}".strip(), name.suffix, name.given) if part)
        for name in shown
    )
    return told + (" and others" if cut else "")
