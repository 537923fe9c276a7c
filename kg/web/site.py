"""What every page shares: the base it speaks for, its doors, its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, current_app, request
from markupsafe import Markup

from kg.base import Base
from kg.search.cards import Card, name_of
from kg.search.index import Hit
from kg.terms import path_of
from kg.web.negotiation import Format
from kg.web.tongues import ENGLISH, day, language, said
from kg.words import Text, phrase

_DOORS = (
    (phrase("Browse"), "/search"),
    (phrase("Evidence"), "/matrix"),
    (phrase("Gaps"), "/gaps"),
    (phrase("Bibliography"), "/bibliography"),
    (phrase("Data"), "/sparql"),
)


def base() -> Base:
    """Return the base that this application serves."""
    return cast(Base, current_app.extensions["base"])


def register(app: Flask) -> None:
    """Give every template the site, its doors, the search text, the formats of the page and the query behind it."""
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    return {"site": _site(), "doors": _doors(), "q": request.args.get("q", ""), "formats": [], "query_url": None}


def _site() -> dict[str, Any]:
    journal = base().journal
    changed = journal.changed_at
    return {
        "name": "Open Urban",
        "records": base().index.size,
        "revision": journal.revision,
        "date": day(date.fromisoformat(changed[:10])) if changed else "",
        "licence": "CC BY 4.0",
        "propose": "/contribute",
    }


def _doors() -> list[dict[str, Any]]:
    return [{"label": said(label), "url": url, "current": request.path.startswith(url)} for label, url in _DOORS]


def links(path: str, formats: Iterable[Format], query: dict[str, Any] | None = None) -> list[dict[str, str]]:
    """Return the addresses of a page in its other formats."""
    tail = "?" + urlencode(query, doseq=True) if query else ""
    return [
        {"label": form.label, "url": f"{path}.{form.ext}{tail}", "mimetype": form.mimetype, "ext": form.ext}
        for form in formats
        if form.ext != "html"
    ]


def query_link(query: str) -> str:
    """Return the address where a query can be read, changed and run."""
    return "/sparql?" + urlencode({"query": query})


def item(found: Hit | Card) -> dict[str, Any]:
    """Return a search result, or a card, as lists show it."""
    card, snippet, where = (found.card, found.snippet, found.where) if isinstance(found, Hit) else (found, "", "")
    kind = base().model.kind(card.kind)
    return {
        "iri": card.iri,
        "url": path_of(card.iri, base().settings.base),
        "kind": card.kind,
        "kind_label": kind.label_in(language()) if kind else card.kind,
        "title": card.title,
        "title_lang": card.language,
        "place": Text(card.place, ENGLISH),
        "places": card.places,
        "year": card.year,
        "by": card.by,
        "confidence": Text(card.confidence, ENGLISH),
        "sureness": card.sureness,
        "summary": card.summary,
        "snippet": marked(snippet),
        "citable": kind is not None and bool(kind.bibtex_type or kind.biblatex_type),
        "where": _field_name(card.kind, where) if where not in ("", "title", "summary") else "",
    }


def _field_name(kind_name: str, name: str) -> str:
    """Return what readers call the field that a search calls `name`."""
    kind = base().model.kind(kind_name)
    return next((field.name_in(language()) for field in (kind.fields if kind else ()) if name_of(field) == name), name)


def marked(snippet: str) -> Markup:
    """Return the index's escaped excerpt with its matches as <mark>; the index escapes everything else itself."""
    return Markup(snippet.replace("<b>", "<mark>").replace("</b>", "</mark>"))
