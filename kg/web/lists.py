"""A search as data: one table says which format is written how, a piece at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from flask import Response
from pyoxigraph import Triple, serialize

from kg import turtle
from kg.base import batched
from kg.search.index import Wanted
from kg.terms import path_of
from kg.web import citing, negotiation
from kg.web.negotiation import CSV, JSON, JSON_LD, N_TRIPLES, TURTLE, Format
from kg.web.site import base

_COLUMNS = ("iri", "kind", "title", "place", "year", "confidence", "summary")
_CHUNK = 100


def answer(form: Format, wanted: Wanted, name: str = "search") -> Response:
    """Stream everything that a search finds in a format of the table."""
    if form not in _WRITERS:
        return citing.search(form, wanted, name)
    return negotiation.streamed(_WRITERS[form](wanted), form, name)


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield rows as lines of CSV (RFC 4180) that no spreadsheet takes for formulas."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(harmless(value) for value in row)
        yield line.getvalue()


def harmless(value: Any) -> Any:
    """Keep a spreadsheet from running a text that looks like a formula (OWASP: CSV injection)."""
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _csv(wanted: Wanted) -> Iterator[str]:
    yield from csv_lines([_COLUMNS])
    yield from csv_lines([getattr(card, name) for name in _COLUMNS] for card in base().index.walk(wanted))


def _json(wanted: Wanted) -> Iterator[str]:
    yield f'{{"total": {base().index.count(wanted)}, "items": ['
    for number, card in enumerate(base().index.walk(wanted)):
        shown = {name: value for name, value in asdict(card).items() if name in _COLUMNS and value not in (None, "")}
        shown["page"] = path_of(card.iri, base().settings.base)
        yield (",\n" if number else "\n") + json.dumps(shown, ensure_ascii=False)
    yield "\n]}\n"


def _statements(wanted: Wanted) -> Iterator[list[Triple]]:
    """Yield the statements of the records found, some records at a time."""
    for batch in batched((card.iri for card in base().index.walk(wanted)), _CHUNK):
        found = base().graphs(batch)
        yield [triple for iri in batch for triple in turtle.arranged(found.get(iri, ()))]


def _turtle(wanted: Wanted) -> Iterator[str]:
    for triples in _statements(wanted):
        yield turtle.write(triples, base().settings.base).decode()


def _n_triples(wanted: Wanted) -> Iterator[str]:
    for triples in _statements(wanted):
        yield "".join(f"{triple} .\n" for triple in triples)


def _json_ld(wanted: Wanted) -> Iterator[str]:
    """Yield one JSON-LD document: a list of expanded nodes, which needs no context."""
    yield "["
    number = 0
    for triples in _statements(wanted):
        for node in _nodes(triples):
            yield (",\n" if number else "\n") + json.dumps(node, ensure_ascii=False)
            number += 1
    yield "\n]\n"


def _nodes(triples: list[Triple]) -> list[dict[str, Any]]:
    read = json.loads(serialize(triples, format=JSON_LD.rdf) or b"[]")
    nodes: list[dict[str, Any]] = read if isinstance(read, list) else read.get("@graph", [read])
    return nodes


_WRITERS: dict[Format, Callable[[Wanted], Iterator[str]]] = {
    CSV: _csv, JSON: _json, TURTLE: _turtle, N_TRIPLES: _n_triples, JSON_LD: _json_ld,
}  # fmt: skip
