"""The formats of SPARQL answers: one table, the names by which Fuseki, Virtuoso and YASGUI ask for them, and who gets which."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flask import request

from kg.errors import NotAcceptable
from kg.web.guard import GRAPH_FORMS, Query
from kg.web.negotiation import CITATION, CSV, HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format, accepted

SELECT_JSON = Format("json", "application/sparql-results+json", "JSON")
SELECT_XML = Format("xml", "application/sparql-results+xml", "XML")
SELECT_TSV = Format("tsv", "text/tab-separated-values", "TSV")
ROWS = (SELECT_JSON, SELECT_XML, CSV, SELECT_TSV)
GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
CITED = CITATION
"""For rows that hold citable records; never given to a caller who did not name it."""

_ALSO_TYPES = {
    "application/json": "application/sparql-results+json",
    "text/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
_ALSO_GRAPH_TYPES = {
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "application/x-turtle": "text/turtle",
    "text/n3": "text/turtle",
    "text/rdf+n3": "text/turtle",
    "text/plain": "application/n-triples",
    "text/ntriples": "application/n-triples",
}
_ALSO_NAMES = {
    "srj": "json", "sparql-json": "json", "json-sparql": "json", "srx": "xml", "sparql-xml": "xml", "tab": "tsv", "bibtex": "bib",
    "csljson": "csl.json", "csl": "csl.json", "csl-json": "csl.json",
}  # fmt: skip
_ALSO_GRAPH_NAMES = {
    "turtle": "ttl", "n3": "ttl", "n-triples": "nt", "ntriples": "nt", "text": "nt", "xml": "rdf", "rdfxml": "rdf", "rdf/xml":
    "rdf", "rdf+xml": "rdf", "json": "jsonld", "json-ld": "jsonld",
}  # fmt: skip
NAMES = ("format", "output", "results")
"""The parameters by which clients name a format: ours and Virtuoso's, Fuseki's, SPARQLWrapper's."""


def named(parameters: Mapping[str, str]) -> str:
    """Return the name of a format that a request's parameters hold, else nothing; `auto` is Virtuoso's word for none."""
    asked = next((parameters[name] for name in NAMES if parameters.get(name)), "")
    return "" if asked.lower() == "auto" else asked


def chosen(query: Query, asked: str) -> Format:
    """Choose the format of an answer: the one that is named, else the one that the Accept header likes best, else the first."""
    return _chosen(query.form, asked.lower().replace(" ", "+"), request.headers.get("Accept", ""))


@lru_cache(maxsize=256)
def _chosen(form: str, asked: str, header: str) -> Format:
    graph = form in GRAPH_FORMS
    formats = GRAPHS if graph else (*ROWS, *CITED) if form == "SELECT" else ROWS
    also = _ALSO_GRAPH_TYPES if graph else _ALSO_TYPES
    offered = {known.mimetype: known for known in formats}
    offered |= {alias: offered[meant] for alias, meant in also.items()}
    if asked:
        name = (_ALSO_GRAPH_NAMES if graph else _ALSO_NAMES).get(asked, asked)
        named = next((known for known in formats if known.ext == name), offered.get(asked))
        if named is None:
            raise NotAcceptable(f"A {form} answer is not written as {asked!r}.", _offer(formats))
        return named
    accept = accepted(header)
    if not accept:
        return formats[0]
    best = accept.best_match(list(offered))
    if best is None or (offered[best] in CITED and best not in accept.values()):
        raise NotAcceptable(f"You asked for {accept}, and a {form} answer is not written so.", _offer(formats))
    return offered[best]


def is_page(asked: str) -> bool:
    """Tell whether a format's name is that of a page."""
    return asked.lower() in (HTML.ext, HTML.mimetype)


def _offer(formats: tuple[Format, ...]) -> str:
    return "Ask for one of: " + ", ".join(f"{form.ext} ({form.mimetype})" for form in formats) + "."
