"""What the editor offers while a query is typed: prefixes, classes, properties, concepts and places, as one small JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Blueprint, Response
from pyoxigraph import Literal, NamedNode

from kg.model import LANGUAGE, Model
from kg.search.index import KIND, Wanted
from kg.terms import DCT, FOAF, PREFIXES, RDF, RDFS, SKOS, short
from kg.vocabulary import Vocabulary
from kg.web import cors, kept
from kg.web.site import base

blueprint = Blueprint("words", __name__)
cors.open_to_all(blueprint)

ADDRESS = "/sparql/words.json"

_MOST_PLACES = 2000
_LONGEST_NOTE = 140
_COMMON = (RDF.type, RDFS.label, DCT.title, DCT.isPartOf, SKOS.prefLabel, SKOS.broader, SKOS.inScheme, FOAF.name)
"""Properties of every such base, whether or not a field is named after them."""

Word = dict[str, Any]


@blueprint.get(ADDRESS)
def words() -> Response:
    """Return the prefixes, and each word with its IRI, what it is, its label, other labels and a note."""
    tag = kept.tag(base().journal.revision, "words")
    if kept.has(tag):
        response = Response(status=304)
    else:
        body = kept.kept().get(tag)
        if body is None:
            body = json.dumps({"prefixes": PREFIXES, "words": list(_words())}, ensure_ascii=False).encode()
            kept.kept().put(tag, body)
        response = Response(body, content_type="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _words() -> Iterator[Word]:
    """Yield each word once; what the ontology itself says of a term comes before what a field calls it."""
    seen: set[tuple[str, str]] = set()
    model = base().model
    for word in (*_classes(model), *_properties(model), *_concepts(model), *_places()):
        if (word["kind"], word["iri"]) not in seen:
            seen.add((word["kind"], word["iri"]))
            yield {name: value for name, value in word.items() if value}


def _classes(model: Model) -> Iterator[Word]:
    for term in Vocabulary(model).classes():
        yield _word("class", term.iri, term.label, term.comment)
    for kind in (*model.kinds, *model.nested.values()):
        for iri in sorted(kind.classes):
            yield _word("class", iri, kind.label, kind.comment)


def _properties(model: Model) -> Iterator[Word]:
    for term in Vocabulary(model).properties():
        yield _word("property", term.iri, term.label, term.comment)
    for kind in (*model.kinds, *model.nested.values()):
        for field in kind.fields:
            yield _word("property", field.path, field.name, field.help)
    for node in _COMMON:
        yield _word("property", node.value, short(node.value).partition(":")[2], "")


def _concepts(model: Model) -> Iterator[Word]:
    """Yield every concept with its labels in all languages: whoever types `mobilité` finds the same concept."""
    store = model.shapes
    schemes = {scheme.iri: scheme.title for scheme in Vocabulary(model).schemes()}
    for quad in store.quads_for_pattern(None, SKOS.inScheme, None):
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        labels = [
            found.object
            for naming in (SKOS.prefLabel, SKOS.altLabel)
            for found in store.quads_for_pattern(quad.subject, naming, None)
            if isinstance(found.object, Literal)
        ]
        labels.sort(key=lambda label: (label.language != LANGUAGE, label.language or ""))
        if labels:
            also = list(dict.fromkeys(label.value for label in labels[1:] if label.value != labels[0].value))
            scheme = schemes.get(quad.object.value, "")
            yield _word("concept", quad.subject.value, labels[0].value, scheme, also)


def _places() -> Iterator[Word]:
    """Yield the places of the base, whose IRIs nobody knows by heart."""
    kind = next((facet.target for facet in base().model.facets if facet.role == "place"), None)
    if kind:
        for card in islice(base().index.walk(Wanted(facets={KIND: [kind]})), _MOST_PLACES):
            yield _word("place", card.iri, card.title, card.place)


def _word(kind: str, iri: str, label: str, note: str, also: list[str] | None = None) -> Word:
    return {"iri": iri, "kind": kind, "label": label, "also": also or [], "note": _brief(note)}


def _brief(note: str) -> str:
    first = note.partition("\n")[0].partition(". ")[0]
    return first if len(first) <= _LONGEST_NOTE else first[: _LONGEST_NOTE - 1].rstrip() + "…"
