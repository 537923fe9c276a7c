"""The annotated bibliography: a page that reads like one, and the same as a file, of everything, of a search, or of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from kg import annotated, cited
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import styles
from kg.errors import NotFound
from kg.terms import path_of
from kg.web import cite, citing, negotiation
from kg.web.asked import parameters, short
from kg.web.negotiation import CITATION, CSV, DOCUMENT, HTML
from kg.web.site import base, links

blueprint = Blueprint("bibliography", __name__)

_PAGE = 50
_PEOPLE = 8
_CHAPTERS = ("keyword", "entryType", "sector")
_MOST_VALUES = 24
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
    return _page(sorted(iris), left, asked)


def _page(iris: list[str], left: int, asked: dict[str, Any]) -> str:
    """Draw one page of works in the order of their keys, with the chapters that lead to a part of them."""
    pages = max(1, -(-len(iris) // _PAGE))
    page = request.args.get("page", default=1, type=int)
    if not 1 <= page <= pages:
        raise NotFound(f"The bibliography has no page {page}.", f"It has pages 1 to {pages}.")
    shown = iris[(page - 1) * _PAGE : page * _PAGE]
    chosen = cite.style() if request.args.get("style") else ""
    linked = annotated.linked(base(), shown)
    read = list(cited.read(base(), shown))
    printed = cite.formatted().printed([entry for _, entry, _ in read], chosen) if chosen and read else []
    lines = [
        _line(iri, entry) | {"linked": _links(linked.get(iri, ())), "printed": printed[number] if printed else None}
        for number, (iri, entry, _) in enumerate(read)
    ]
    kept = asked | ({"style": chosen} if chosen else {})
    return render_template(
        "bibliography.html",
        total=len(iris),
        left_out=left,
        everything=_address(kept | {"unverified": "1"}),
        lines=lines,
        letters=_letters(iris, kept),
        chapters=_chapters(asked),
        asked=[
            (name, value)
            for name, values in asked.items()
            for value in (values if isinstance(values, list) else [values])
        ],
        narrowed=bool(asked),
        styles=cite.choices(chosen or styles.DEFAULT),
        style=chosen,
        page=page,
        pages=pages,
        previous=_address(kept | {"page": page - 1}) if page > 1 else None,
        following=_address(kept | {"page": page + 1}) if page < pages else None,
        exports=citing.exports("/bibliography", asked),
        documents=links("/bibliography", DOCUMENT, kept),
        formats=links("/bibliography", _FORMATS, asked),
    )


def _address(asked: dict[str, Any]) -> str:
    return "/bibliography" + ("?" + urlencode(asked, doseq=True) if asked else "")


def _links(found: Iterable[tuple[str, str]]) -> list[dict[str, str | None]]:
    return [{"title": title, "url": path_of(iri, base().settings.base)} for title, iri in found]


def _chapters(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the largest values of each facet of these works, as doors to the works that have them."""
    if "ids" in asked:
        return []
    wanted = cited.references(citing.narrowed())
    counts = base().index.search(replace(wanted, limit=0, offset=0)).counts
    facets = {facet.slug: facet for facet in base().model.facets}
    shown = [(facets[slug], counts[slug]) for slug in _CHAPTERS if slug in facets and len(counts.get(slug, ())) > 1]
    labels = base().labels(value for _, values in shown for value, _ in values if "://" in value)
    return [
        {
            "label": facet.name,
            "values": [
                {
                    "label": annotated.heading(labels.get(value, value)),
                    "count": count,
                    "url": _address(asked | {facet.slug: [short(facet, value)]}),
                }
                for value, count in sorted(
                    values[:_MOST_VALUES], key=lambda pair: labels.get(pair[0], pair[0]).casefold()
                )
            ],
        }
        for facet, values in shown
    ]


def chosen() -> tuple[Iterable[str], int, dict[str, Any]]:
    """Return the records that an address asks for, how many it leaves out, and the parameters that say so.

    `ids=a,b` names records by key or by kind and key (`policy/in-ndsap-2012`), and keeps their order; else every parameter of a
    search narrows them. References are meant where no kind is named.
    """
    if iris := citing.listed():
        return iris, 0, {"ids": ",".join(iri.removeprefix(base().settings.base) for iri in iris)}
    wanted, unverified = citing.narrowed(), citing.unverified()
    asked = parameters(wanted) | ({"unverified": "1"} if unverified else {})
    found, left = cited.found(base(), cited.references(wanted), unverified=unverified)
    return found, left, asked


def _letters(iris: list[str], asked: dict[str, Any]) -> list[dict[str, str]]:
    """Return where each first letter begins."""
    first: dict[str, str] = {}
    for place, iri in enumerate(iris):
        slug = iri.rpartition("/")[2]
        first.setdefault(slug[:1].upper(), f"{_address(asked | {'page': place // _PAGE + 1})}#{slug}")
    return [{"label": letter, "url": url} for letter, url in first.items()]


def _line(iri: str, entry: Entry) -> dict[str, Any]:
    """Return one entry as a bibliography shows it: who, when, what, where, and what it is good for."""
    fields = entry.fields
    container = next((fields[name] for name in _CONTAINERS if name in fields), "")
    issue = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    publishers = dict.fromkeys(fields[name] for name in _PUBLISHERS if name in fields)
    return {
        "iri": iri,
        "slug": iri.rpartition("/")[2],
        "letter": iri.rpartition("/")[2][:1].upper(),
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
