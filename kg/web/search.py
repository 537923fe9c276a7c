"""The doors for readers: the home page, and search with its facets, as a page and as data."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import queries
from kg.errors import NotFound
from kg.search.index import KIND, MOST, Counts, Found, Wanted
from kg.web import facets, lists, negotiation
from kg.web.asked import Toggled, address, parameters, unknown, wanted_from
from kg.web.harvest.offers import offers
from kg.web.names import Name, names
from kg.web.negotiation import LIST
from kg.web.pictures import world
from kg.web.site import base, item, links, query_link
from kg.web.tongues import _, language, ngettext, pair, said
from kg.words import phrase

__all__ = ["address", "blueprint", "parameters", "wanted_from"]

blueprint = Blueprint("search", __name__)

_QUESTIONS = 8
_WORD = re.compile(r"\w+")
_SIGNS = re.compile(r"[\":*\[\](){}]|\b(?:AND|OR|NOT)\b|(?:^|\s)-")
"""What makes more of a search than some words."""
_SORTS = {
    "relevance": phrase("Best match"),
    "newest": phrase("Newest first"),
    "oldest": phrase("Oldest first"),
    "title": phrase("By title"),
}
_SHOWN_FIELDS = ("title", "summary", "place", "author", "publisher", "keyword", "provisions", "year")
_EXAMPLES = ("transport data", "privacy anonymisation", "Kenya")


# -- pages --------------------------------------------------------------------------------------------------------------


@blueprint.get("/")
def home() -> str:
    """Show what the base is and what is in it."""
    counts = base().index.tally(Wanted(), KIND)
    kinds = [
        {"name": kind.name, "label": kind.label_in(language()), "plural": kind.plural_in(language()),
         "comment": kind.comment_in(language()), "count": counts.get(kind.name or "", 0), "url": f"/search?kind={kind.name}"}
        for kind in base().model.kinds
    ]  # fmt: skip
    newest = base().index.search(Wanted(sort="newest", limit=6, facets={KIND: ["policy"]}))
    return render_template(
        "home.html",
        kinds=kinds,
        examples=[{"label": text, "url": "/search?" + urlencode({"q": text})} for text in _EXAMPLES],
        recent=[item(hit) for hit in newest.hits],
        countries=world.countries(Wanted()),
        steps=world.STEPS,
        sectors=_by("sector"),
        questions=[{"title": q.title, "url": query_link(q.sample())} for q in queries.examples()[:_QUESTIONS]],
    )


def _by(slug: str) -> list[dict[str, Any]]:
    """Return the values of a facet as doors to their records; none where the model has no such facet."""
    if all(facet.slug != slug for facet in base().model.facets):
        return []
    counts = base().index.tally(Wanted(), slug)
    named = names(counts)
    return [
        {"label": named[value].label, "count": count, "url": address(Wanted(facets={slug: [value]}))}
        for value, count in counts.items()
    ]


@blueprint.get("/search")
@blueprint.get("/search.<ext>")
def search(ext: str | None = None) -> AnyResponse | str:
    """Answer a search as a page, or as data by extension or Accept header."""
    by_extension = next((form for form in LIST if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(
            _("A search is not written as .%(ext)s.", ext=ext),
            _("It is written as %(formats)s.", formats=", ".join(f".{form.ext}" for form in LIST)),
        )
    form = negotiation.chosen(LIST, by_extension)
    wanted = wanted_from(request.args)
    if form is not negotiation.HTML:
        return lists.answer(form, wanted)
    if wanted.sort not in _SORTS:
        return redirect(address(replace(wanted, sort="relevance")))
    started = time.perf_counter()
    found, counts = base().index.search(wanted), base().index.counts(wanted)
    took = (time.perf_counter() - started) * 1000
    if wanted.offset and wanted.offset >= found.total:
        raise NotFound(
            ngettext("This search has %(num)s page.", "This search has %(num)s pages.", _pages(found, wanted)),
            _("Its first page is %(url)s.", url=address(wanted)),
        )
    return render_template("search.html", search=_page(wanted, found, counts, took), q=wanted.text,
                           formats=[*links("/search", LIST, parameters(wanted)), *offers(parameters(wanted))])  # fmt: skip


def _pages(found: Found, wanted: Wanted) -> int:
    """Return how many pages a search has; an empty one has one."""
    return max(1, -(-found.total // wanted.limit))


def _page(wanted: Wanted, found: Found, counts: Counts, took: float) -> dict[str, Any]:
    page = wanted.offset // wanted.limit + 1
    pages = _pages(found, wanted)
    named = facets.labels(counts, wanted)
    return {
        "q": wanted.text, "total": found.total, "took_ms": round(took, 1), "page": page, "pages": pages,
        "previous_url": address(wanted, page=page - 1) if page > 1 else None,
        "next_url": address(wanted, page=page + 1) if page < pages else None,
        "sort": wanted.sort,
        "sorts": [{"label": said(label), "url": address(wanted, sort=name), "current": name == wanted.sort}
                  for name, label in _SORTS.items()],
        "items": [item(hit) for hit in found.hits],
        "facets": facets.facets(counts, wanted, named),
        "chips": _chips(wanted, named),
        "clear_url": address(Wanted(text=wanted.text)),
        "unknown": unknown(request.args),
        "either": None if found.total else _either(wanted),
        "near": [{"text": text, "url": address(replace(wanted, text=text))} for text in found.near],
        "fields": [field for field in _SHOWN_FIELDS if field in base().index.fields],
        "since": wanted.since, "until": wanted.until,
        "hidden": [(name, value) for name, values in parameters(wanted, q=None, since=None, until=None).items()
                   for value in (values if isinstance(values, list) else [values])],
    }  # fmt: skip


def _either(wanted: Wanted) -> dict[str, Any] | None:
    """Return the search for any of the words, where there are several plain ones and one of them finds something."""
    words = _WORD.findall(wanted.text)
    if len(words) < 2 or _SIGNS.search(wanted.text):
        return None
    looser = replace(wanted, text=" OR ".join(words))
    count = base().index.count(looser)
    return {"count": count, "url": address(looser)} if count else None


def _called(value: str, named: dict[str, Name]) -> str:
    """Return what a chosen value is called; of one that nothing is known of, the end of its address."""
    label = named[value].label
    return (
        _("%(name)s (not known here)", name=value.rstrip("/").rpartition("/")[2])
        if label == value and ":" in value
        else label
    )


def _chips(wanted: Wanted, named: dict[str, Name]) -> list[dict[str, str]]:
    titles, toggled = facets.titles(), Toggled(wanted)
    chips = [
        {"label": pair(titles[slug], _called(value, named)), "remove_url": toggled.address(slug, value)}
        for slug, values in wanted.facets.items()
        for value in values
    ]
    if wanted.since is not None:
        chips.append(
            {"label": _("since %(year)s", year=wanted.since), "remove_url": address(replace(wanted, since=None))}
        )
    if wanted.until is not None:
        chips.append(
            {"label": _("until %(year)s", year=wanted.until), "remove_url": address(replace(wanted, until=None))}
        )
    if wanted.only:
        chips.append(
            {
                "label": ngettext("among %(num)s of a list", "among %(num)s of a list", len(wanted.only)),
                "remove_url": address(replace(wanted, only=())),
            }
        )
    return chips


@blueprint.get("/search/by/<slug>")
def by(slug: str) -> str:
    """Show every value of one facet that a search counts."""
    titles = facets.titles()
    if slug not in titles:
        raise NotFound(_("There is no facet %(name)s.", name=slug), _("There are %(names)s.", names=", ".join(titles)))
    wanted = wanted_from(request.args)
    counts = base().index.counts(wanted, [slug], MOST)
    named = facets.labels(counts, wanted)
    return render_template(
        "by.html",
        title=titles[slug],
        total=base().index.count(wanted),
        choices=facets.choices(slug, counts[slug], wanted, named),
        chips=_chips(wanted, named),
        back=address(wanted),
        q=wanted.text,
    )
