"""The SPARQL door: the protocol for programs at one address, and a page for people at the same."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kg.errors import BadInput
from kg.web import cited, console, cors, delivery, guard, protocol, results
from kg.web.negotiation import BIBTEX, TURTLE, prefers_page
from kg.web.site import base

blueprint = Blueprint("sparql", __name__)
cors.open_to_all(blueprint)


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST"])
@blueprint.route("/sparql.<ext>", methods=["GET", "HEAD", "POST"])
def sparql(ext: str = "") -> Response:
    """Answer an operation in the form that the caller reads: rows, RDF, or a page with a table."""
    asked = protocol.read()
    name = ext or results.named(asked.parameters)
    if asked.operation == "update":
        raise BadInput("This address answers questions only.", "Send a query.")
    if results.is_page(name) or (not name and prefers_page()):
        return console.page(asked.text, asked.dataset)
    if not asked.operation:
        return _description()
    query = guard.admit(asked.text, base().settings.service_allow)
    form = results.chosen(query, name)
    return cited.answer(query, asked.dataset) if form is BIBTEX else delivery.answer(query, form, asked.dataset)


def _description() -> Response:
    """Describe the service (SPARQL 1.1 Service Description), as a request without an operation asks for."""
    text = render_template("service.ttl", endpoint=request.base_url)
    return Response(text, content_type=TURTLE.content_type, headers={"Vary": "Accept"})
