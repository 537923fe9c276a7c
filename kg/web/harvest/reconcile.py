"""Reconciliation API 0.2 (W3C community group): OpenRefine matches a column of names against the records of the base."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Response, jsonify, render_template, request
from rapidfuzz import fuzz, utils
from werkzeug.exceptions import RequestEntityTooLarge

from kg.errors import BadInput, NotFound
from kg.search.cards import Card
from kg.search.index import KIND, Wanted
from kg.terms import PREFIXES, path_of
from kg.web.harvest.writing import here
from kg.web.site import base, item

_BATCH = 50
_LIMIT, _MOST = 10, 50
_LONGEST = 500
_CANDIDATES = 50
_SURE = 99.0
_WORD = re.compile(r"\w+")
_NAME_WEIGHT = 0.8
_FRAMED = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
_PROPERTIES = {"place": "Place", "year": "Year"}
"""What a query may add to a name: what cards show of a record besides its title."""


def reconcile() -> Response:
    """Answer without parameters with the manifest, else the queries of a batch."""
    batch = request.values.get("queries")
    if batch is None:
        return _open(_manifest())
    queries = _read(batch)
    if len(queries) > _BATCH:
        raise RequestEntityTooLarge(f"There are {len(queries)} queries in one batch: send at most {_BATCH} at a time.")
    return _open({name: {"result": _candidates(query)} for name, query in queries.items()})


def suggest(what: str) -> Response:
    """Complete what somebody types: entities, types or properties."""
    prefix = request.args.get("prefix", "")
    cursor = request.args.get("cursor", default=0, type=int)
    if not 0 <= cursor <= 10_000:
        raise BadInput(f"cursor={cursor} lies beyond what is suggested.")
    if what == "entity":
        cards = _search(prefix + "*" if prefix[-1:].isalnum() else prefix, [], cursor, _LIMIT)
        return _open(
            {"result": [_named(card) | {"description": card.summary, "notable": [card.kind]} for card in cards]}
        )
    offered = _types() if what == "type" else [{"id": key, "name": name} for key, name in _PROPERTIES.items()]
    begin = prefix.casefold()
    return _open({"result": [one for one in offered if one["name"].casefold().startswith(begin)][cursor:]})


def preview() -> Response:
    """Show a record in a small frame of its own."""
    asked = request.args.get("id", "")
    iri = base().settings.base + asked
    card = base().index.get([iri]).get(iri)
    if card is None:
        raise NotFound(f"There is no record {asked}.", "The id of a record is kind/name, such as place/ke.")
    response = Response(render_template("preview.html", it=item(card)))
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _open(told: Any) -> Response:
    """Answer scripts of any site, as the API asks (4.1): nothing here is secret."""
    response = jsonify(told)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _manifest() -> dict[str, Any]:
    root = here("/reconcile")
    return {
        "versions": ["0.2"],
        "name": "Open Urban",
        "identifierSpace": base().settings.base,
        "schemaSpace": PREFIXES["ou"],
        "defaultTypes": _types(),
        "batchSize": _BATCH,
        "view": {"url": here("/{{id}}")},
        "preview": {"url": root + "/preview?id={{id}}", "width": 430, "height": 230},
        "suggest": {
            what: {"service_url": root, "service_path": f"/suggest/{what}"} for what in ("entity", "type", "property")
        },
    }


def _types() -> list[dict[str, str]]:
    return [{"id": kind.name or "", "name": kind.label} for kind in base().model.kinds]


# -- matching -----------------------------------------------------------------------------------------------------------


def _read(batch: str) -> dict[str, dict[str, Any]]:
    try:
        queries = json.loads(batch)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"queries is not JSON: {error}.") from None
    if not isinstance(queries, dict) or not all(isinstance(query, dict) for query in queries.values()):
        raise BadInput('queries must be an object of objects, such as {"q0": {"query": "Kenya"}}.')
    return queries


def _candidates(query: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records that a query may mean, the likeliest first; one is a match where only it has that very name."""
    name, limit, kinds = query.get("query", ""), query.get("limit", _LIMIT), query.get("type") or []
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(name, str) or len(name) > _LONGEST:
        raise BadInput(f"The query of a batch is a text of at most {_LONGEST} characters.")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= 10_000:
        raise BadInput(f"limit={limit!r} is no number of results.")
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise BadInput("type is the id of a type, or a list of them.")
    given = _properties(query.get("properties") or [])
    scored = sorted(
        ((_score(card, name, given), card) for card in _found(name, kinds)), key=lambda pair: (-pair[0], pair[1].title)
    )
    sure = sum(score >= _SURE for score, _ in scored) == 1
    return [
        _named(card) | {"score": score, "match": sure and score >= _SURE, "description": card.summary,
                        "features": [{"id": "name", "value": _alike(card, name)}]}
        for score, card in scored[: min(limit, _MOST)]
    ]  # fmt: skip


def _properties(given: Any) -> dict[str, str]:
    """Return the values that a query adds, as text; those of which cards say nothing are left aside."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadInput('properties is a list of objects, such as {"pid": "year", "v": 2016}.')
    values = {str(one.get("pid")): one.get("v") for one in given}
    plain = {
        key: value.get("name", value.get("id")) if isinstance(value, dict) else value for key, value in values.items()
    }
    return {key: str(value) for key, value in plain.items() if key in _PROPERTIES and value not in (None, "", [])}


def _found(name: str, kinds: list[str]) -> list[Card]:
    """Search for all of the words, and where nothing has them all, for any."""
    words = _WORD.findall(name)
    return _search(" ".join(words), kinds, 0, _CANDIDATES) or _search(" OR ".join(words), kinds, 0, _CANDIDATES)


def _search(text: str, kinds: list[str], offset: int, limit: int) -> list[Card]:
    if not text.strip():
        return []
    facets = {KIND: kinds} if kinds else {}
    return [hit.card for hit in base().index.search(Wanted(text=text, facets=facets, offset=offset, limit=limit)).hits]


def _alike(card: Card, name: str) -> float:
    """Tell how alike two names are, from 0 to 100, whatever their case and the order of their words."""
    return round(fuzz.token_sort_ratio(card.title, name, processor=utils.default_process), 1)


def _score(card: Card, name: str, given: dict[str, str]) -> float:
    if not given:
        return _alike(card, name)
    said = {"place": card.place, "year": str(card.year or "")}
    met = sum(fuzz.ratio(said[key], text, processor=utils.default_process) for key, text in given.items()) / len(given)
    return round(_NAME_WEIGHT * _alike(card, name) + (1 - _NAME_WEIGHT) * met, 1)


def _named(card: Card) -> dict[str, Any]:
    kind = base().model.kind(card.kind)
    name = {"id": card.kind, "name": kind.label if kind else card.kind}
    return {"id": (path_of(card.iri, base().settings.base) or "")[1:], "name": card.title, "type": [name]}
