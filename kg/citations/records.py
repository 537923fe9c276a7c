"""Any record as a bibliography entry: references by their own fields, the others by what their shape says of BibTeX."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations import graph
from kg.citations.entry import Entry
from kg.model import Kind, Model
from kg.search.cards import Statements, classes_of, preferred, statements
from kg.terms import OU
from kg.words import PersonsName


def entry_of(model: Model, iri: str, triples: list[Triple], labels: Mapping[str, str]) -> Entry | None:
    """Return the entry of a record; None for a kind that is not cited."""
    found = statements(triples, iri)
    kind = model.kind_of(classes_of(found))
    if kind is None or not (kind.bibtex_type or kind.biblatex_type):
        return None
    if OU.citationKey.value in found:
        return graph.from_triples(triples, iri)
    values: dict[str, list[str]] = {}
    for field in kind.fields:
        terms = found.get(field.path)
        if field.bibtex and terms:
            values.setdefault(field.bibtex, []).extend(_words(field.bibtex, terms, labels))
    if kind.entry_subtype:
        values["entrysubtype"] = [kind.entry_subtype]
    entry_type = _type(model, kind, found)
    bodies = [name for name in values.get("author", ()) if not isinstance(name, PersonsName)]
    if entry_type == "report" and bodies:  # a report comes from an institution
        values.setdefault("institution", bodies[:1])
    return graph.entry_from_fields(_key(kind, iri), entry_type, values)


def _type(model: Model, kind: Kind, found: Statements) -> str:
    """Return the entry type of a record: what the concept it is typed with says, else its kind."""
    concepts = (term for field in kind.fields if field.bibtex == "type" for term in found.get(field.path, ()))
    narrower = (model.said_of(term.value, OU.biblatexType) for term in concepts)
    return next((said for said in narrower if said), kind.biblatex_type or kind.bibtex_type or "misc")


def _words(bibtex: str, terms: list[NamedNode | Literal], labels: Mapping[str, str]) -> list[str]:
    text = preferred(terms)
    if text:
        return [text.value]
    return [labels.get(term.value, term.value) if _named(bibtex, term) else term.value for term in terms]


def _named(bibtex: str, term: object) -> bool:
    """Tell whether a value stands for the name of a thing: an address is written as it is."""
    return isinstance(term, NamedNode) and bibtex != "url"


def _key(kind: Kind, iri: str) -> str:
    """Return the key of a record that is no reference: its address, which no other has and never changes (`policy/x`)."""
    return f"{kind.name}/{iri.partition(f'/{kind.name}/')[2]}"
