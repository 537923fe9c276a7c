"""Feeds: what is new, and the results of any search, as Atom (RFC 4287) with what OpenSearch 1.1 adds; and its description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from kg.errors import NotFound
from kg.search.cards import Card
from kg.terms import path_of
from kg.web.harvest.sets import register
from kg.web.harvest.writing import ATOM, OPENSEARCH, add, here, page_of, root, steady
from kg.web.search import parameters, wanted_from
from kg.web.site import base
from kg.web.tongues import _, language, ngettext, pair, told

_PAGE = 50
_DEEPEST = 200
_NAME = "Open Urban"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER = "1970-01-01T00:00:00Z"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def news() -> Response:
    """Answer with the records that changed last, and those that were withdrawn (RFC 6721)."""
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    if not 1 <= page <= _DEEPEST:
        raise NotFound(
            _("The news have no page %(page)s.", page=asked),
            _("They go back to page %(deepest)s; /oai has every change.", deepest=_DEEPEST),
        )
    entered = register().newest(_PAGE + 1, (page - 1) * _PAGE)
    shown = entered[:_PAGE]
    cards = base().index.get(one.graph for one in shown if not one.gone)
    feed = _feed("/feed.atom", {"page": page}, _("%(name)s: what is new", name=_NAME), shown[0].at if shown else _NEVER)
    _link(feed, "alternate", here("/"), "text/html")
    _neighbours(feed, "/feed.atom", {}, page, more=len(entered) > _PAGE)
    for one in shown:
        if one.gone:
            add(feed, f"{{{_TOMBSTONES}}}deleted-entry", ref=one.graph, when=one.at)
        elif one.graph in cards:
            _entry(feed, cards[one.graph], one.at)
    return told(steady(feed, "application/atom+xml"))


def results() -> Response:
    """Answer a search as a feed; its address is that of the search page with another extension."""
    wanted = wanted_from(request.args, _PAGE)
    page = wanted.offset // _PAGE + 1
    found = base().index.search(wanted)
    pages = max(1, -(-found.total // _PAGE))
    if page > pages:
        raise NotFound(
            _("This search has no page %(page)s.", page=page),
            ngettext("This search has %(num)s page.", "This search has %(num)s pages.", pages),
        )
    given = parameters(wanted)
    changed = register().get(hit.card.iri for hit in found.hits)
    title = pair(_NAME, wanted.text) if wanted.text else _("%(name)s: a search", name=_NAME)
    latest = max((one.at for one in changed.values()), default=_NEVER)
    feed = _feed("/search.atom", {**given, "page": page}, title, latest)
    _link(feed, "alternate", here("/search" + _tail({**given, "page": page})), "text/html")
    _link(feed, "search", here("/opensearch.xml"), "application/opensearchdescription+xml")
    _neighbours(feed, "/search.atom", given, page, more=page < pages, last=pages)
    for name, number in (("totalResults", found.total), ("startIndex", wanted.offset + 1), ("itemsPerPage", _PAGE)):
        add(feed, f"{{{OPENSEARCH}}}{name}", str(number))
    add(feed, f"{{{OPENSEARCH}}}Query", role="request", searchTerms=wanted.text, startPage=str(page))
    for hit in found.hits:
        if hit.card.iri in changed:
            _entry(feed, hit.card, changed[hit.card.iri].at)
    return told(steady(feed, "application/atom+xml"))


def description() -> Response:
    """Describe the search to browsers and programs (OpenSearch 1.1, draft 6)."""
    document = root("OpenSearchDescription", {None: OPENSEARCH})
    add(document, "ShortName", _NAME)
    add(
        document,
        "Description",
        _("Open data policy for smart and resilient cities: policies, datasets, standards, practices, references."),
    )
    for mimetype, path, rel in (
        ("text/html", "/search", "results"),
        ("application/atom+xml", "/search.atom", "results"),
        ("application/opensearchdescription+xml", "/opensearch.xml", "self"),
    ):
        tail = "?q={searchTerms}&page={startPage?}" if rel == "results" else ""
        add(document, "Url", type=mimetype, template=here(path) + tail, rel=rel, pageOffset="1")
    add(document, "Image", here("/static/favicon.svg"), type="image/svg+xml")
    add(document, "Query", role="example", searchTerms="transport")
    add(document, "Language", "*")
    add(document, "InputEncoding", "UTF-8")
    add(document, "OutputEncoding", "UTF-8")
    return told(steady(document, "application/opensearchdescription+xml"))


# -- pieces -------------------------------------------------------------------------------------------------------------


def _feed(path: str, given: dict[str, Any], title: str, updated: str) -> Any:
    """Begin a feed; its lasting name is its address below the base IRI, whichever host serves it."""
    feed = root("feed", {None: ATOM, "opensearch": OPENSEARCH, "at": _TOMBSTONES})
    first = {name: value for name, value in given.items() if name != "page"}
    add(feed, "id", base().settings.base + path.lstrip("/") + _tail(first))
    add(feed, "title", title).set(_LANG, language())
    add(feed, "updated", updated)
    add(add(feed, "author"), "name", _NAME)
    add(feed, "rights", "CC BY 4.0")
    _link(feed, "license", _LICENCE)
    _link(feed, "self", here(path + _tail(given)), "application/atom+xml")
    return feed


def _entry(feed: Any, card: Card, updated: str) -> None:
    entry = add(feed, "entry")
    add(entry, "id", card.iri)
    title = add(entry, "title", card.title)
    if card.language:
        title.set(_LANG, card.language)
    add(entry, "updated", updated)
    if card.summary:
        add(entry, "summary", card.summary)
    kind = base().model.kind(card.kind)
    add(entry, "category", term=card.kind, label=kind.label_in(language()) if kind else card.kind)
    _link(entry, "alternate", page_of(card.iri), "text/html")
    path = path_of(card.iri, base().settings.base)
    _link(entry, "alternate", here(f"{path}.ttl"), "text/turtle")


def _link(parent: Any, rel: str, href: str, mimetype: str | None = None) -> None:
    add(parent, "link", rel=rel, href=href, **({"type": mimetype} if mimetype else {}))


def _neighbours(feed: Any, path: str, given: dict[str, Any], page: int, *, more: bool, last: int | None = None) -> None:
    pages: Iterable[tuple[str, int | None]] = (
        ("first", 1),
        ("previous", page - 1 if page > 1 else None),
        ("next", page + 1 if more else None),
        ("last", last),
    )
    for rel, number in pages:
        if number is not None:
            _link(feed, rel, here(path + _tail({**given, "page": number})), "application/atom+xml")


def _tail(given: dict[str, Any]) -> str:
    kept = {name: value for name, value in given.items() if (name, value) != ("page", 1)}
    return "?" + urlencode(kept, doseq=True) if kept else ""
