"""The Graph Store door (SPARQL 1.1 Graph Store HTTP Protocol): reading for everyone, writing for curators, one record at a time."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg import filing, queries
from kg.errors import BadInput, Gone, NotAllowed, NotFound, UnknownMedia, Unmet
from kg.web import cors, delivery, kept, limits, protocol, results, who
from kg.web.guard import Query, admit_update
from kg.web.negotiation import RDF_TYPES
from kg.web.site import base

blueprint = Blueprint("graphs", __name__)
cors.open_to_all(blueprint)

_WHY = "by way of the Graph Store Protocol"


@blueprint.route("/graphs", methods=["GET", "HEAD"])
def read() -> Response:
    """Return a named graph, or with `?default` the union of all, in the RDF format that the caller reads."""
    iri = _named()
    if iri is None:
        query = Query(queries.fill("everything"), "CONSTRUCT")
        return delivery.answer(query, results.chosen(query, request.args.get("format", "")), ())
    _must_be_there(iri)
    query = Query(queries.fill("graph", graph=NamedNode(iri)), "CONSTRUCT")
    form = results.chosen(query, request.args.get("format", ""))
    tag = f"{_state(iri)}-{form.ext}"
    if request.if_none_match.contains(tag) and not kept.wants_fresh():
        response = Response(status=304, headers={"Vary": "Accept, Accept-Encoding"})
    else:
        response = delivery.answer(query, form, ())
    response.set_etag(tag)
    return response


@blueprint.route("/graphs", methods=["PUT", "POST"])
def write() -> Response:
    """Replace a record (PUT), or add to it (POST)."""
    account, iri = who.must_be("curator"), _record()
    limits.limits().count()
    revision = _unless_unmet(iri)
    known = base().journal.now(iri)
    triples = _body(iri)
    if request.method == "POST" and known is not None:
        triples = [*_parsed(known), *triples]
    filing.put(base(), iri, list(dict.fromkeys(triples)) or None, account.name, _why(), since=revision)
    return _written(iri, known is not None)


@blueprint.route("/graphs", methods=["DELETE"])
def remove() -> Response:
    """Take a record out of the base; its history stays."""
    account, iri = who.must_be("curator"), _record()
    limits.limits().count()
    revision = _unless_unmet(iri)
    _must_be_there(iri)
    filing.put(base(), iri, None, account.name, _why(), since=revision)
    return Response(status=204)


@blueprint.route("/graphs", methods=["PATCH"])
def change() -> Response:
    """Apply a SPARQL update to one record."""
    account, iri = who.must_be("curator"), _record()
    limits.limits().count()
    if request.mimetype != protocol.UPDATE:
        raise UnknownMedia(
            f"A change is not read as {request.mimetype or 'a body without a type'}.", f"Send {protocol.UPDATE}."
        )
    revision = _unless_unmet(iri)
    known = base().journal.now(iri) is not None
    text = admit_update(protocol.read().text, base().settings.service_allow)
    with limits.limits().place():
        filing.patch(base(), iri, text, account.name, _why(), since=revision)
    return _written(iri, known)


def _state(iri: str) -> int:
    """Return the revision of a graph's last change, 0 where it was never written or is the ontology's."""
    return base().journal.states([iri]).get(iri, (0, ""))[0]


def _unless_unmet(iri: str) -> int:
    """Return the revision at which the caller's If-Match and If-None-Match hold (RFC 9110, 13.1); raise Unmet where they do not.

    A tag of any format will do, and so will the bare revision: they all say the same state of the graph.
    """
    revision, there = base().journal.revision, base().journal.now(iri) is not None
    tags = [str(_state(iri)), *(f"{_state(iri)}-{form.ext}" for form in results.GRAPHS)]

    def fits(header: str) -> bool:
        given = request.if_match if header == "If-Match" else request.if_none_match
        return there and (given.star_tag or any(map(given.contains, tags)))

    now = f"It stands at revision {_state(iri)}." if there else "It does not exist."
    if "If-Match" in request.headers and not fits("If-Match"):
        raise Unmet(f"If-Match does not fit the graph <{iri}>. {now}")
    if "If-None-Match" in request.headers and fits("If-None-Match"):
        raise Unmet(f"If-None-Match forbids what is there as <{iri}>. {now}")
    return revision


def _written(iri: str, known: bool) -> Response:
    """Tell that a graph was written, with the tag of its new state where it still exists."""
    response = Response(status=204) if known else Response(status=201, headers={"Location": _address(iri)})
    response.set_etag(str(_state(iri)))
    return response


def _named() -> str | None:
    """Return the graph that the address names, None for the default graph; anything else is a mistake."""
    graphs, default = request.args.getlist("graph"), "default" in request.args
    if len(graphs) + default != 1:
        raise BadInput(
            "Name one graph: `?graph=` and its IRI, or `?default`.", "A record's graph has the record's IRI."
        )
    if default:
        return None
    try:
        return NamedNode(graphs[0]).value
    except ValueError as error:
        raise BadInput(f"`graph` is {graphs[0]!r}, which is no absolute IRI: {error}.") from error


def _record() -> str:
    iri = _named()
    if iri is None:
        raise NotAllowed("The default graph is the union of all records and is not written.", "Name a record's graph.")
    return iri


def _address(iri: str) -> str:
    return f"{request.base_url}?graph={quote(iri, safe='')}"


def _must_be_there(iri: str) -> None:
    if base().journal.now(iri) is None:
        if base().journal.history(iri):
            raise Gone(f"The graph <{iri}> was withdrawn.")
        raise NotFound(f"There is no graph <{iri}>.", "A record's graph has the record's IRI.")


def _why() -> str:
    return request.args.get("why") or _WHY


def _body(iri: str) -> list[Triple]:
    form = RDF_TYPES.get(request.mimetype)
    if form is None:
        raise UnknownMedia(
            f"A graph is not read as {request.mimetype or 'a body without a type'}.",
            f"Send one of {', '.join(RDF_TYPES)}.",
        )
    return _parsed(request.get_data(), form, iri)


def _parsed(body: bytes, form: RdfFormat = RdfFormat.N_TRIPLES, base_iri: str | None = None) -> list[Triple]:
    try:
        return [quad.triple for quad in parse(body, format=form, base_iri=base_iri)]
    except SyntaxError as error:
        raise BadInput(
            f"The graph cannot be read, line {error.lineno}: {error.msg}.", "Mend it and send it again."
        ) from error
    except ValueError as error:
        raise BadInput(f"The graph cannot be read: {error}.", "Mend it and send it again.") from error
