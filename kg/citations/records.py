"""Any record as a bibliography entry: references by their own fields, the others by what their shape says of BibTeX."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import NamedNode, Triple

from kg.citations import graph
from kg.citations.entry import Entry
from kg.model import Kind, Model
from kg.search.cards import classes_of, preferred, statements
from kg.terms import OU


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
            text = preferred(terms)
            given = (
                [text.value]
                if text
                else [labels.get(t.value, t.value) if _named(field.bibtex, t) else t.value for t in terms]
            )
            values.setdefault(field.bibtex, []).extend(given)
    return graph.entry_from_fields(_key(kind, iri), kind.biblatex_type or kind.bibtex_type or "misc", values)


def _named(bibtex: str, term: object) -> bool:
    """Tell whether a value stands for the name of a thing: an address is written as it is."""
    return isinstance(term, NamedNode) and bibtex != "url"


def _key(kind: Kind, iri: str) -> str:
    """Return the key of a record that is no reference: its own slug, which never changes."""
    return iri.partition(f"/{kind.name}/")[2] or iri.rpartition("/")[2]
