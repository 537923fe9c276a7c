"""The SPARQL door: the protocol for programs at one address, and a page for people at the same."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kg import filing
from kg.desk.journal import Change
from kg.web import cited, console, copies, cors, delivery, described, guard, limits, protocol, results, who
from kg.web.negotiation import prefers_page
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
        return _update(asked)
    if results.is_page(name) or (not name and prefers_page()):
        return console.page(asked.text, asked.dataset)
    if not asked.operation:
        return described.service_description()
    query = guard.admit(asked.text, base().settings.service_allow)
    if name == "ipynb":
        return copies.notebook(query.text, query.gives_graph)
    form = results.chosen(query, name)
    answer = cited.answer if form in results.CITED else delivery.answer
    return answer(query, form, asked.dataset or query.dataset)


def _update(asked: protocol.Asked) -> Response:
    """Apply a curator's update, and say which records it changed."""
    account = who.must_be("curator")
    limits.limits().count()
    text = guard.admit_update(asked.text, base().settings.service_allow)
    why = asked.parameters.get("why", "by SPARQL update")
    with limits.limits().place():
        changes = filing.update(base(), text, asked.dataset, account.name, why)
    changed = [{"record": change.graph, "revision": change.revision, "now": _fate(change)} for change in changes]
    told = {"changed": changed, "revision": base().journal.revision}
    if not changed:
        told["note"] = (
            "Nothing changed. Statements stand in their record's graph: GRAPH <record> { … } or WITH <record>."
        )
    return jsonify(told)


def _fate(change: Change) -> str:
    if change.before is None:
        return "made"
    return "removed" if change.after is None else "changed"
