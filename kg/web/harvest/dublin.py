"""A record as simple Dublin Core: what every harvester of OAI-PMH reads (`oai_dc`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations.records import entry_of
from kg.model import Kind, Model
from kg.search.cards import classes_of, statements
from kg.terms import BIBO, DCAT, DCT, OU, RDFS
from kg.web.harvest.writing import add, legal, root

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_REFINED = {
    "title": ("title", "alternative"),
    "subject": ("subject",),
    "description": ("description", "abstract", "tableOfContents"),
    "publisher": ("publisher",),
    "contributor": ("contributor",),
    "date": ("date", "issued", "created", "modified", "available", "valid"),
    "type": ("type",),
    "format": ("format", "medium", "extent"),
    "identifier": ("identifier", "bibliographicCitation"),
    "source": ("source",),
    "language": ("language",),
    "relation": ("relation", "conformsTo", "isPartOf", "hasPart", "references", "replaces", "isReplacedBy", "requires"),
    "coverage": ("coverage", "spatial", "temporal"),
    "rights": ("rights", "license", "accessRights"),
}
"""The fifteen elements and the terms that refine them (DCMI Metadata Terms); creators come from the entry of the record."""

_ELEMENT = {getattr(DCT, term).value: element for element, terms in _REFINED.items() for term in terms} | {
    DCAT.keyword.value: "subject",
    BIBO.doi.value: "identifier",
    OU.languageCode.value: "language",
    OU.annotation.value: "description",
}
_ROLES = {"title": "title", "summary": "description", "date": "date", "place": "coverage", "address": "identifier"}


def element_for(model: Model, kind: Kind, path: str) -> str | None:
    """Return the element that a property goes to: by its part on pages, by DCMI, or by the property that it refines."""
    for role, element in _ROLES.items():
        field = kind.role(role)
        if field is not None and field.path == path:
            return element
    if path in _ELEMENT:
        return _ELEMENT[path]
    wider = (quad.object for quad in model.shapes.quads_for_pattern(NamedNode(path), RDFS.subPropertyOf, None))
    return next((_ELEMENT[to.value] for to in wider if isinstance(to, NamedNode) and to.value in _ELEMENT), None)


def write(model: Model, iri: str, triples: list[Triple], labels: Mapping[str, str]) -> Any:
    """Return the `oai_dc:dc` element of a record; `labels` tells what things are called."""
    dc = root("dc", {None: OAI_DC, "dc": DC, "xsi": XSI})
    dc.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {SCHEMA}")
    seen = set()
    for element, text, language in _said(model, iri, triples, labels):
        if (element, text) not in seen:
            seen.add((element, text))
            made = add(dc, f"{{{DC}}}{element}", text)
            if language:
                made.set(_LANG, legal(language))
    return dc


def _said(
    model: Model, iri: str, triples: list[Triple], labels: Mapping[str, str]
) -> Iterator[tuple[str, str, str | None]]:
    found = statements(triples, iri)
    kind = model.kind_of(classes_of(found))
    if kind is None:
        return
    entry = entry_of(model, iri, triples, labels)
    people = (entry.names.get("author") or entry.names.get("editor") or ()) if entry else ()
    yield "identifier", iri, None
    yield from (("creator", ", ".join(filter(None, (name.family, name.given))), None) for name in people)
    yield "type", kind.label, None
    for field in kind.fields:
        element = element_for(model, kind, field.path)
        for term in found.get(field.path, ()) if element else ():
            text = _address(field.path, term) or labels.get(term.value, term.value)
            yield element or "", text, term.language if isinstance(term, Literal) else None


def _address(path: str, term: NamedNode | Literal) -> str | None:
    """Write a DOI as the address it is meant to be."""
    return f"https://doi.org/{term.value}" if path == BIBO.doi.value and not term.value.startswith("http") else None
