"""What a record page says to machines in its head: schema.org, Highwire, Dublin Core, Open Graph, and where to fetch more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from flask import current_app
from markupsafe import Markup
from pyoxigraph import Triple

from kg.citations.entry import Entry
from kg.web.harvest import cite
from kg.web.harvest.schemaorg import Speaker, Words, script
from kg.web.harvest.writing import here
from kg.web.site import base

_LONGEST = 300


@dataclass(frozen=True)
class Head:
    """The machines' part of a record page; `coins` is the title of the span that stands for the work."""

    iri: str
    schema: Markup | None
    tags: list[tuple[str, str]]
    graph: list[tuple[str, str]]
    coins: str
    oembed: str


def head(iri: str, path: str, triples: list[Triple], labels: Mapping[str, str], entry: Entry | None) -> Head:
    """Return what the page of a record, at that path, says to machines."""
    page = here(path)
    document = Speaker(words(), labels).say(iri, triples, page, entry)
    return Head(
        iri=iri,
        schema=script(document) if document else None,
        tags=[*cite.highwire(entry, page), *cite.dublin_core(entry, iri)] if entry else [],
        graph=_graph(iri, page),
        coins=cite.coins(entry) if entry else "",
        oembed="/oembed?" + urlencode({"url": page}),
    )


def words() -> Words:
    """Return schema.org's words for the model of this application, read once."""
    held = current_app.extensions
    if "schema.org" not in held:
        held["schema.org"] = Words(base().model)
    return cast(Words, held["schema.org"])


def _graph(iri: str, page: str) -> list[tuple[str, str]]:
    """Return the card that a link becomes in a chat (ogp.me); without a picture, as we have none of the thing itself."""
    card = base().index.get([iri]).get(iri)
    if card is None:
        return []
    told = [("type", "article"), ("site_name", "Open Urban"), ("title", card.title), ("url", page)]
    summary = " ".join(card.summary.split())
    told.append(("description", summary if len(summary) <= _LONGEST else summary[: _LONGEST - 1] + "…"))
    return [(f"og:{name}", text) for name, text in told if text]
