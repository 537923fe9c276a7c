"""The doors for readers: the home page, and search with its facets, as a page and as data."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import queries
from kg.errors import BadInput, NotFound
from kg.model import Field
from kg.search.cards import Card
from kg.search.index import KIND, Found, Wanted
from kg.terms import path_of
from kg.web import bibliography, negotiation
from kg.web.negotiation import BIBTEX, CSV, LIST, Format
from kg.web.site import base, item, links, query_link

blueprint = Blueprint("search", __name__)

_PAGE = 20
_SHOWN = 12
_FACETS_ON_PAGE = 200
_SORTS = {"relevance": "Best match", "newest": "Newest first", "oldest": "Oldest first", "title": "By title"}
_EXAMPLES = ("transport data", "privacy anonymisation", "Kenya")


# -- facets in addresses ------------------------------------------------------------------------------------------------


def short(facet: Field, value: str) -> str:
    """Write a facet value as addresses do: `transport` for a concept of the scheme, `ke` for a place, else the whole IRI."""
    for start in _starts(facet):
        if value.startswith(start):
            return value[len(start) :]
    return value


def long(facet: Field, text: str) -> str:
    """Read a facet value from an address."""
    return text if ":" in text or not _starts(facet) else _starts(facet)[0] + text


def _starts(facet: Field) -> list[str]:
    starts = [facet.scheme + "/"] if facet.scheme else []
    return starts + ([f"{base().settings.base}{facet.target}/"] if facet.target else [])


def wanted_from(args: Any, limit: int = _PAGE) -> Wanted:
    """Read a search from an address: `q`, `kind`, one parameter for each facet, `since`, `until`, `sort`, `page`."""
    facets: dict[str, list[str]] = {KIND: [value for value in args.getlist(KIND) if value]}
    for facet in base().model.facets:
        facets[facet.slug] = [long(facet, value) for value in args.getlist(facet.slug) if value]
    page = _number(args, "page")
    page = 1 if page is None else page
    if not 1 <= page <= 10_000:
        raise BadInput(f"There is no page {page}.", "Start from page 1.")
    return Wanted(
        text=args.get("q", ""),
        facets={slug: values for slug, values in facets.items() if values},
        since=_number(args, "since"),
        until=_number(args, "until"),
        sort=args.get("sort", "relevance"),
        offset=(page - 1) * limit,
        limit=limit,
    )


def _number(args: Any, name: str) -> int | None:
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"{name}={text!r} is not a whole number.", f"Give {name} as a number, such as 2015.") from None


def parameters(wanted: Wanted, **changed: Any) -> dict[str, Any]:
    """Write a search back as the parameters of its address; `page=None` leaves the page out."""
    facets = {facet.slug: facet for facet in base().model.facets}
    given: dict[str, Any] = {"q": wanted.text, "since": wanted.since, "until": wanted.until}
    given["sort"] = wanted.sort if wanted.sort != "relevance" else None
    for slug, values in wanted.facets.items():
        given[slug] = [short(facets[slug], value) if slug in facets else value for value in values]
    return {name: value for name, value in (given | changed).items() if value not in (None, "", [])}


def address(wanted: Wanted, **changed: Any) -> str:
    """Return the address of a search page."""
    query = urlencode(parameters(wanted, **changed), doseq=True)
    return "/search" + ("?" + query if query else "")


def _toggled(wanted: Wanted, slug: str, value: str) -> str:
    had = list(wanted.facets.get(slug, ()))
    now = [other for other in had if other != value] if value in had else [*had, value]
    return address(replace(wanted, facets={**wanted.facets, slug: now}))


# -- pages --------------------------------------------------------------------------------------------------------------


@blueprint.get("/")
def home() -> str:
    """Show what the base is and what is in it."""
    found = base().index.search(Wanted(limit=0))
    counts = dict(found.counts[KIND])
    kinds = [
        {"name": kind.name, "label": kind.label, "plural": kind.plural, "comment": kind.comment,
         "count": counts.get(kind.name or "", 0), "url": f"/search?kind={kind.name}"}
        for kind in base().model.kinds
    ]  # fmt: skip
    newest = base().index.search(Wanted(sort="newest", limit=5, facets={KIND: ["policy"]}))
    return render_template(
        "home.html",
        kinds=sorted(kinds, key=lambda kind: -kind["count"]),
        examples=[{"label": text, "url": "/search?" + urlencode({"q": text})} for text in _EXAMPLES],
        recent=[item(hit) for hit in newest.hits],
        places=_of_role(found, "place"),
        sectors=_of_slug(found, "sector"),
        questions=[{"title": q.title, "url": query_link(q.sample())} for q in queries.examples()],
    )


def _of_role(found: Found, role: str) -> list[dict[str, Any]]:
    slugs = [field.slug for kind in base().model.kinds if (field := kind.role(role)) and field.facet]
    return _of_slug(found, slugs[0]) if slugs else []


def _of_slug(found: Found, slug: str) -> list[dict[str, Any]]:
    facet = next((facet for facet in base().model.facets if facet.slug == slug), None)
    if facet is None:
        return []
    counts = found.counts[slug]
    labels = base().labels(value for value, _ in counts)
    return [
        {"label": labels.get(value, value), "count": count, "url": address(Wanted(facets={slug: [value]}))}
        for value, count in counts
    ]


@blueprint.get("/search")
@blueprint.get("/search.<ext>")
def search(ext: str | None = None) -> AnyResponse | str:
    """Answer a search as a page, or as data by extension or Accept header."""
    by_extension = next((form for form in LIST if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(
            f"A search is not written as .{ext}.", "It is written as ." + ", .".join(form.ext for form in LIST) + "."
        )
    form = negotiation.chosen(LIST, by_extension)
    wanted = wanted_from(request.args)
    if form is not negotiation.HTML:
        return _data(form, wanted)
    if wanted.sort not in _SORTS:
        return redirect(address(replace(wanted, sort="relevance")))
    started = time.perf_counter()
    found = base().index.search(wanted)
    took = (time.perf_counter() - started) * 1000
    return render_template("search.html", search=_page(wanted, found, took), q=wanted.text,
                           formats=links("/search", LIST, parameters(wanted)))  # fmt: skip


def _page(wanted: Wanted, found: Found, took: float) -> dict[str, Any]:
    page = wanted.offset // wanted.limit + 1
    pages = max(1, -(-found.total // wanted.limit))
    values = {value for counts in found.counts.values() for value, _ in counts[:_FACETS_ON_PAGE]}
    labels = base().labels(value for value in values if ":" in value)
    labels |= {kind.name: kind.plural for kind in base().model.kinds if kind.name}
    return {
        "q": wanted.text, "total": found.total, "took_ms": round(took, 1), "page": page, "pages": pages,
        "previous_url": address(wanted, page=page - 1) if page > 1 else None,
        "next_url": address(wanted, page=page + 1) if page < pages else None,
        "feed_url": address(wanted).replace("/search", "/search.atom", 1),
        "sort": wanted.sort,
        "sorts": [{"label": _SORTS[name], "url": address(wanted, sort=name), "current": name == wanted.sort} for name in _SORTS],
        "items": [item(hit) for hit in found.hits],
        "facets": _facets(wanted, found, labels),
        "chips": _chips(wanted, labels),
        "clear_url": address(Wanted(text=wanted.text)),
        "exports": links("/search", LIST, parameters(wanted)),
        "near": [],
        "hidden": [(name, value) for name, values in parameters(wanted, q=None).items()
                   for value in (values if isinstance(values, list) else [values])],
    }  # fmt: skip


def _facet_names() -> list[tuple[str, str]]:
    return [(KIND, "Kind"), *((facet.slug, facet.name.capitalize()) for facet in base().model.facets)]


def _facets(wanted: Wanted, found: Found, labels: dict[str, str]) -> list[dict[str, Any]]:
    facets = []
    for slug, name in _facet_names():
        chosen = wanted.facets.get(slug, ())
        shown = [
            {
                "label": labels.get(value, value),
                "count": count,
                "url": _toggled(wanted, slug, value),
                "selected": value in chosen,
            }
            for value, count in found.counts[slug][:_FACETS_ON_PAGE]
        ]
        shown.sort(key=lambda value: not value["selected"])
        if shown:
            facets.append({"name": slug, "label": name, "values": shown[:_SHOWN], "more": shown[_SHOWN:]})
    return facets


def _chips(wanted: Wanted, labels: dict[str, str]) -> list[dict[str, str]]:
    names = dict(_facet_names())
    chips = [
        {"label": f"{names[slug]}: {labels.get(value, value)}", "remove_url": _toggled(wanted, slug, value)}
        for slug, values in wanted.facets.items()
        for value in values
    ]
    for name, year in (("since", wanted.since), ("until", wanted.until)):
        if year is not None:
            chips.append({"label": f"{name} {year}", "remove_url": address(wanted, **{name: None})})
    return chips


# -- data ---------------------------------------------------------------------------------------------------------------


def _data(form: Format, wanted: Wanted) -> Response:
    cards = base().index.cards(wanted)
    if form is BIBTEX:
        return bibliography.answer([card.iri for card in cards], "search")
    lines = _csv(cards) if form is CSV else _json(cards)
    return negotiation.streamed(lines, form, "search")


_COLUMNS = ("iri", "kind", "title", "place", "year", "confidence", "summary")


def _csv(cards: list[Card]) -> Iterator[str]:
    for row in (_COLUMNS, *(tuple(getattr(card, name) for name in _COLUMNS) for card in cards)):
        line = io.StringIO()
        csv.writer(line).writerow(_harmless(value) for value in row)
        yield line.getvalue()


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from running a text that looks like a formula (OWASP: CSV injection)."""
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _json(cards: list[Card]) -> Iterator[str]:
    yield f'{{"total": {len(cards)}, "items": ['
    for number, card in enumerate(cards):
        shown = {name: value for name, value in asdict(card).items() if name in _COLUMNS and value not in (None, "")}
        shown["page"] = path_of(card.iri, base().settings.base)
        yield (",\n" if number else "\n") + json.dumps(shown, ensure_ascii=False)
    yield "\n]}\n"
