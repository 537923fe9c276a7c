"""One door for every record, of whatever kind: its page, drawn from its shape, and its statements in every RDF format."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode, Triple, serialize

from kg import queries, turtle
from kg.citations import bibtex
from kg.citations.records import entry_of
from kg.engine import statement
from kg.errors import BadInput, Gone, NotFound
from kg.model import Kind
from kg.search.cards import called, classes_of, statements
from kg.terms import DCT, NAMING, OU, PREFIXES, RDF, RECORDS, SKOS, node, path_of
from kg.web import cite, citing, collected, inbound, names, negotiation, signposting, tongues
from kg.web.analysis import five
from kg.web.harvest import pagehead
from kg.web.names import above
from kg.web.negotiation import CITABLE, CITATION, CSV, HTML, JSON, RECORD, TURTLE, Format
from kg.web.portrait import Painter, Portrait, full_page, local_name
from kg.web.site import base, item, links, query_link
from kg.web.tongues import _, language
from kg.words import Text, small

blueprint = Blueprint("records", __name__)


class Record:
    """A thing with what it says and the names of what it points at, read with one query."""

    def __init__(self, iri: str, triples: list[Triple], named: Mapping[str, list[NamedNode | Literal]]) -> None:
        self.iri = iri
        self.triples = triples
        self.named = named
        self.kind: Kind | None = base().model.kind_of(classes_of(statements(triples, iri)))

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the things are called that it points at, as data says it."""
        return {thing: label for thing, values in self.named.items() if (label := called(values))}

    @cached_property
    def spoken(self) -> dict[str, Text]:
        """What the things are called that it points at, in the reader's language."""
        said = statements(self.triples, self.iri)
        own = [v for path in NAMING for v in said.get(path.value, ())]
        return names.spoken({self.iri: own, **self.named})

    @property
    def label(self) -> str:
        """What the thing is called; its IRI where it has no name."""
        return Painter(base().model, base().settings.base, self.spoken).paint(self.kind, self.iri, self.triples).title


def read(iri: str) -> Record | None:
    """Read a record by its graph, or any other thing (a concept, a foreign IRI) by its own statements."""
    name = node(iri)
    if name is None:
        return None
    for question in ("record", "thing"):
        triples, named = [], defaultdict(list)
        for row in base().engine.select(queries.fill(question, record=name)):
            if row["inner"].value == "true":
                named[row["s"].value].append(row["o"])
            else:
                triples.append(statement(row))
        if triples:
            return Record(iri, triples, named)
    return None


@blueprint.get("/<kind>/<path:slug>")
def record(kind: str, slug: str) -> Response:
    """Answer at a record's own address."""
    root = RECORDS if kind == "concept" else base().settings.base
    stem, form = negotiation.split(slug, CITABLE)
    found = (
        read(f"{root}{kind}/{slug}") if form is None else read(f"{root}{kind}/{stem}") or read(f"{root}{kind}/{slug}")
    )
    if found is not None and found.iri.endswith(slug):
        form = None
    if found is None:
        raise _missing(f"{root}{kind}/{stem}", kind)
    return _answer(found, f"/{kind}/{found.iri.removeprefix(root + kind + '/')}", form)


@blueprint.get("/about")
def about() -> Response:
    """Show what the base says of a thing whose IRI is not ours."""
    iri = request.args.get("iri", "")
    if node(iri) is None or urlsplit(iri).scheme not in ("http", "https", "urn"):
        raise BadInput(_("Say which thing: /about?iri= and its IRI."), _("IRIs begin with http:// or https://."))
    found = read(iri)
    if found is None:
        raise NotFound(_("The base says nothing of <%(iri)s>.", iri=iri))
    return _answer(found, None, None)


def _missing(iri: str, kind: str) -> NotFound | Gone:
    if history := base().journal.history(iri):
        when = tongues.day(date.fromisoformat(history[0].at[:10]))
        return Gone(_("<%(iri)s> was withdrawn on %(date)s (%(why)s).", iri=iri, date=when, why=history[0].why))
    known = base().model.kind(kind)
    plural, url = small(known.plural_in(language())) if known else "", f"/search?kind={kind}"
    hint = _("Look for it among the %(kinds)s: %(url)s.", kinds=plural, url=url) if known else None
    return NotFound(_("There is no <%(iri)s>.", iri=iri), hint)


def _answer(found: Record, path: str | None, by_extension: Format | None) -> Response:
    entry = entry_of(base().model, found.iri, found.triples, found.labels)
    formats = RECORD if entry is None else CITABLE
    form = negotiation.chosen(formats, by_extension)
    if form in (*CITATION, CSV) and entry is None:
        raise NotFound(
            _("<%(iri)s> is not something to cite.", iri=found.iri),
            _("Policies, datasets, practices, interviews and references are."),
        )
    body: str | bytes
    if form is HTML:
        body = _page(found, path, entry)
    elif form in (*CITATION, CSV):
        body = "".join(citing.written([entry], form)) if entry else ""
    elif form is JSON:
        body = json.dumps(_plain(found), ensure_ascii=False, indent=1)
    else:
        body = _rdf(found, form)
    response = Response(body, content_type=form.content_type, headers={"Vary": "Accept"})
    if path is not None:
        kind = pagehead.words().type(statements(found.triples, found.iri))
        signposting.sign(response, found.iri, path, formats, form, kind)
    response.headers.add("Link", f'<{_canonical(found, path)}>; rel="canonical"')
    return response


def _canonical(found: Record, path: str | None) -> str:
    """Return the address under which search engines should know the page: a record's own on this host."""
    return request.host_url.rstrip("/") + path if path else found.iri


# -- the page -----------------------------------------------------------------------------------------------------------


def _page(found: Record, path: str | None, entry: bibtex.Entry | None) -> str:
    painter = Painter(base().model, base().settings.base, found.spoken)
    portrait = painter.paint(found.kind, found.iri, found.triples)
    formats = links(path, RECORD if entry is None else CITABLE) if path else []
    return render_template(
        "record.html",
        record=_context(portrait, found, path),
        canonical=_canonical(found, path),
        machines=pagehead.head(found.iri, path, found.triples, found.labels, entry) if path else None,
        inbound=inbound.groups(found.iri),
        inbound_query=inbound.query_url(found.iri),
        collection=collected.under(found.iri),
        five=_gaps(found),
        related=[item(card) for card in base().index.related(found.iri, _sorted_under(found))],
        own=_own(path, found) if path and not path.startswith("/concept/") else None,
        citation=_citation(entry, path) if entry is not None and path else None,
        formats=formats,
        query_url=query_link(queries.fill("record" if path else "thing", record=NamedNode(found.iri))),
    )


def _gaps(found: Record) -> dict[str, Any] | None:
    """Return the first gaps of a record of a kind whose shape says that analyses measure it, and by which parameter."""
    parameter = base().model.said_of(found.kind.iri, OU.measuredAs) if found.kind else None
    return five.of(parameter, found.iri) if parameter else None


def _wider(found: Record) -> list[str]:
    """Return what a record says that it is a part of."""
    said = statements(found.triples, found.iri)
    terms = (term for path in (DCT.isPartOf, SKOS.broader) for term in said.get(path.value, ()))
    return sorted(term.value for term in terms if isinstance(term, NamedNode))


def _context(portrait: Portrait, found: Record, path: str | None) -> dict[str, Any]:
    kind = found.kind
    crumbs = [{"label": _("Browse"), "url": "/search"}]
    if kind is not None and kind.name:
        crumbs.append({"label": kind.plural_in(language()), "url": f"/search?kind={kind.name}"})
    return vars(portrait) | {
        "url": path or "/about?iri=" + found.iri,
        "breadcrumbs": [
            *crumbs,
            *(
                {"label": name.label, "url": path_of(iri, base().settings.base) or f"/about?iri={iri}"}
                for iri, name in above(found.iri, _wider(found))
            ),
        ],
        "kind_plural_url": crumbs[-1]["url"],
        "address_label": urlsplit(portrait.address).hostname if portrait.address else None,
    }


def _sorted_under(found: Record) -> list[tuple[str, str]]:
    """Return the facet values of a record, but how sure we are of it: pairs of facet and value."""
    said = statements(found.triples, found.iri)
    facets = [facet for facet in base().model.facets if facet.role != "confidence"] if found.kind else []
    return [(facet.slug, term.value) for facet in facets for term in said.get(facet.path, ())]


def _own(path: str, found: Record) -> dict[str, str | None]:
    """Return the pages about a record that stand beside it; `shown` is one that shows it in full, where its shape names one."""
    shown = full_page(base().model, found.kind, found.iri)
    return {"history": f"/history{path}", "around": f"/around{path}", "propose": f"/contribute{path}", "shown": shown}


def _citation(entry: bibtex.Entry, path: str) -> dict[str, Any]:
    return {
        "bibtex": "".join(bibtex.write([entry], dialect="bibtex")),
        "downloads": citing.exports(path, {}),
        "key": entry.key,
    } | cite.of_record(entry, path.removeprefix("/"))


# -- data ---------------------------------------------------------------------------------------------------------------


def _rdf(found: Record, form: Format) -> bytes:
    if form is TURTLE:
        return turtle.write(found.triples, RECORDS)
    if form.rdf is None:
        raise BadInput(f"{form.label} is not an RDF format.")
    return serialize(turtle.arranged(found.triples), format=form.rdf, prefixes=PREFIXES) or b""


def _plain(found: Record) -> dict[str, Any]:
    """Return a record as plain JSON: field names of the shape, nested things as objects."""

    def value(term: Any) -> Any:
        if isinstance(term, Literal):
            return {"text": term.value, "lang": term.language} if term.language else term.value
        if term.value.startswith(found.iri + "#"):
            return thing(term.value)
        return {"iri": term.value} | ({"label": found.labels[term.value]} if term.value in found.labels else {})

    def thing(iri: str) -> dict[str, Any]:
        said = dict(statements(found.triples, iri))
        own = kind if iri == found.iri else base().model.nested_of(classes_of(said))
        said.pop(RDF.type.value, None)
        fields = [(field.slug, said.pop(field.path)) for field in (own.fields if own else ()) if field.path in said]
        rest = [(local_name(path).replace(" ", "_"), terms) for path, terms in sorted(said.items())]
        return {"iri": iri} | {name: [value(term) for term in terms] for name, terms in fields + rest}

    kind = found.kind
    return {"kind": kind.name if kind else None} | thing(found.iri)
