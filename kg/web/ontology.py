"""The door to the ontology: its words, its shapes and its concept schemes, as pages and in every RDF format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Triple, serialize
from werkzeug.wrappers import Response as AnyResponse

from kg import queries, turtle
from kg.errors import BadInput, NotFound
from kg.model import SHAPES_GRAPH, Field, Kind
from kg.search.index import KIND, Wanted
from kg.terms import PREFIXES, RECORDS, path_of, short
from kg.vocabulary import ONTOLOGY, Node, Vocabulary, page_of
from kg.web import negotiation, tongues
from kg.web.negotiation import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from kg.web.search import address
from kg.web.site import base, item, links, query_link
from kg.web.tongues import _
from kg.words import small

blueprint = Blueprint("ontology", __name__)

_OWN_NAMES = {"en": "English", "es": "español", "fr": "français", "he": "עברית"}
_FORMATS = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML)


def vocabulary() -> Vocabulary:
    """Return the words of the base's model, in the reader's language where they are written in it."""
    return Vocabulary(base().model, tongues.language())


# -- doors --------------------------------------------------------------------------------------------------------------


@blueprint.get("/ontology")
@blueprint.get("/ontology.<ext>")
def ontology(ext: str | None = None) -> Response:
    """Show the classes and properties of the ontology with examples, and its concept schemes."""
    form = _form(ext)
    if form is not HTML:
        return _data(vocabulary().statements(ONTOLOGY), form)
    words = vocabulary()
    classes = [_told(term) | {"kind": _kind_of(term.iri), "examples": _examples(term.iri)} for term in words.classes()]
    return _page(
        "ontology/ontology.html",
        "/ontology",
        words=words,
        iri=ONTOLOGY,
        classes=classes,
        properties=[_told(term) | {"kinds": _users(term.iri)} for term in words.properties()],
        annotations=[_told(term) for term in words.annotations()],
        reused=[{"name": short(path), "iri": path, "fields": fields} for path, fields in words.reused()],
        schemes=[asdict(scheme) | {"url": _scheme_url(scheme.iri)} for scheme in words.schemes()],
        unsourced=query_link(queries.fill("unsourced")),
        spoken=_languages(),
    )


@blueprint.get("/shapes")
@blueprint.get("/shapes.<ext>")
def shapes(ext: str | None = None) -> Response:
    """Show what each kind of record may say."""
    form = _form(ext)
    if form is not HTML:
        return _data(vocabulary().statements(SHAPES_GRAPH), form)
    return _page("ontology/shapes.html", "/shapes", kinds=_kinds(), fields=_fields(), iri=SHAPES_GRAPH)


@blueprint.get("/shapes/<name>")
def shape(name: str) -> Response:
    """Show what one kind of record, or of nested thing, may say: every field with its values and what the check says."""
    kind = next((kind for kind in _kinds() if _anchor(kind.iri) == name), None)
    if kind is None:
        raise NotFound(_("There is no shape %(name)s with fields.", name=repr(name)), _("/shapes lists them all."))
    rows = [_row(own) for own in kind.fields]
    return _page("ontology/shape.html", None, kind=kind, anchor=name, rows=rows, classes=_classes(kind))


@blueprint.get("/ns")
def namespace() -> AnyResponse:
    """Send the IRI of a class or property to the page that has its place; a browser keeps the fragment."""
    return redirect("/ontology", 303)


@blueprint.get("/concept/<name>")
def own_scheme(name: str) -> Response:
    """Answer at the IRI of a concept scheme of ours."""
    stem, form = negotiation.split(name, _FORMATS)
    return _scheme(f"{RECORDS}concept/{stem}", f"/concept/{stem}", form)


@blueprint.get("/scheme")
def foreign_scheme() -> Response:
    """Show a concept scheme of others, of which the base keeps the concepts that it uses."""
    iri = request.args.get("iri", "")
    if not iri:
        raise BadInput(_("Say which scheme: /scheme?iri= and its IRI."), _("/ontology lists the schemes."))
    return _scheme(iri, None, None)


# -- concept schemes ----------------------------------------------------------------------------------------------------


def _scheme(iri: str, path: str | None, by_extension: Format | None) -> Response:
    words = vocabulary()
    try:
        scheme = words.scheme(iri)
    except ValueError as error:
        raise BadInput(_("%(name)s is not an IRI: %(why)s.", name=repr(iri), why=error)) from error
    if scheme is None:
        raise NotFound(_("There is no concept scheme <%(iri)s>.", iri=iri), _("/ontology lists the schemes."))
    form = negotiation.chosen(_FORMATS, by_extension)
    if form is not HTML:
        return _data(words.concepts(iri), form)
    facet = _facet_of(iri)
    counts = base().index.tally(Wanted(), facet.slug) if facet else {}
    tree = [_leaf(node, facet, counts) for node in words.tree(iri)]
    fields = sorted({own.name_in(tongues.language()) for own in _fields() if own.scheme == iri})
    return _page("ontology/scheme.html", path, scheme=scheme, tree=tree, counted=facet is not None, fields=fields)


def _leaf(node: Node, facet: Field | None, counts: dict[str, int]) -> dict[str, Any]:
    count = counts.get(node.iri, 0)
    return {
        "label": node.label,
        "definition": node.definition,
        "notation": node.notation,
        "url": path if (path := path_of(node.iri, RECORDS)) and not page_of(node.iri) else _about(node.iri),
        "iri": node.iri,
        "count": count,
        "records": address(Wanted(facets={facet.slug: [node.iri]})) if facet and count else None,
        "narrower": [_leaf(below, facet, counts) for below in node.narrower],
    }


def _facet_of(scheme: str) -> Field | None:
    """Return the facet whose values are the concepts of a scheme; fields that share a property share one facet."""
    paths = {own.path for own in _fields() if own.facet and own.scheme == scheme}
    return next((facet for facet in base().model.facets if facet.path in paths), None)


def _scheme_url(iri: str) -> str:
    path = path_of(iri, RECORDS)
    return path or "/scheme?iri=" + quote(iri, safe="")


def _about(iri: str) -> str:
    return "/about?iri=" + quote(iri, safe="")


# -- what the pages show ------------------------------------------------------------------------------------------------


def _told(term: Any) -> dict[str, Any]:
    ties = {name: [_link(iri) for iri in getattr(term, name)] for name in ("broader", "close", "domain", "range")}
    return {"iri": term.iri, "anchor": term.anchor, "label": term.label, "comment": term.comment} | ties


def _link(iri: str) -> dict[str, Any]:
    return {"text": short(iri), "url": page_of(iri) or iri, "external": page_of(iri) is None}


def _kinds() -> list[Kind]:
    """Return the kinds in order, and after them the nested things that have fields."""
    model = base().model
    return [*model.kinds, *(kind for kind in model.nested.values() if kind.fields)]


def _fields() -> list[Field]:
    """Return every field once, by name."""
    found = {own.iri: own for kind in _kinds() for own in kind.fields}
    return sorted(found.values(), key=lambda own: (own.name.casefold(), own.iri))


def _kind_of(iri: str) -> str | None:
    """Return the name of the shape that records of a class have to fit."""
    return next((_anchor(kind.iri) for kind in _kinds() if iri in kind.classes), None)


def _users(path: str) -> list[str]:
    return [_anchor(kind.iri) for kind in _kinds() if kind.field(path)]


def _examples(iri: str) -> dict[str, Any] | None:
    """Return a record of a class and how many there are of its kind."""
    kind = next((kind for kind in base().model.kinds if iri in kind.classes), None)
    if kind is None or kind.name is None:
        return None
    wanted = Wanted(facets={KIND: [kind.name]}, limit=1)
    found = base().index.search(wanted)
    if not found.hits:
        return None
    return {
        "first": item(found.hits[0]),
        "total": found.total,
        "plural": small(kind.plural_in(tongues.language())),
        "url": address(wanted),
    }


def _row(own: Field) -> dict[str, Any]:
    demand = vocabulary().demand(own)
    return {
        "anchor": _anchor(own.iri),
        "field": own,
        "path": _link(own.path),
        "count": tongues.said(demand.count),
        "sort": tongues.said(demand.values),
        "scheme": _scheme_link(own.scheme),
        "message": own.message_in(tongues.language()),
        "languages": [(language, own.name_in(language)) for language, _ in own.names if language != tongues.language()],
    }


def _scheme_link(iri: str | None) -> dict[str, str] | None:
    found = vocabulary().scheme(iri) if iri else None
    return {"url": _scheme_url(found.iri), "text": found.title} if found else None


def _classes(kind: Kind) -> list[dict[str, Any]]:
    return [_link(iri) for iri in sorted(kind.classes)]


def _languages() -> list[str]:
    spoken = {language for own in _fields() for language, _ in own.names}
    return [_OWN_NAMES.get(language, language) for language in sorted(spoken)]


def _anchor(iri: str) -> str:
    return iri.rpartition("#")[2]


# -- answers ------------------------------------------------------------------------------------------------------------


def _form(ext: str | None) -> Format:
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(
            _("This page is not written as .%(ext)s.", ext=ext),
            _("It is written as %(formats)s.", formats=", ".join(f".{f.ext}" for f in _FORMATS)),
        )
    return negotiation.chosen(_FORMATS, by_extension)


def _data(triples: Iterable[Triple], form: Format) -> Response:
    body = (
        turtle.write(triples, RECORDS)
        if form is TURTLE
        else serialize(turtle.arranged(triples), format=form.rdf, prefixes=PREFIXES) or b""
    )
    return Response(
        body, content_type=form.content_type, headers={"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    )


def _page(template: str, path: str | None, **context: Any) -> Response:
    page = render_template(
        template, formats=links(path, _FORMATS) if path else [], short=short, anchor_of=_anchor, **context
    )
    response = Response(page, content_type=HTML.content_type, headers={"Vary": "Accept"})
    for other in links(path, _FORMATS) if path else []:
        response.headers.add("Link", f'<{other["url"]}>; rel="alternate"; type="{other["mimetype"]}"')
    return response
