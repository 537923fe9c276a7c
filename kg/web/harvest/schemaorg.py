"""A record in the words of schema.org, as JSON-LD in its page; which words, says `ontologies/schema-org.ttl`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from kg.citations.entry import Entry
from kg.model import Model
from kg.search.cards import Statements, classes_of, preferred, statements
from kg.terms import OU, PREFIXES, RDFS
from kg.web.harvest import cite

_NS = PREFIXES["schema"]
_DOMAIN, _RANGE = NamedNode(_NS + "domainIncludes"), NamedNode(_NS + "rangeIncludes")


class Words:
    """What `ontologies/schema-org.ttl` says: the words for our terms, where each belongs and what it takes."""

    def __init__(self, model: Model) -> None:
        def table(predicate: NamedNode) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for quad in model.shapes.quads_for_pattern(None, predicate, None):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                    found.setdefault(quad.subject.value, []).append(quad.object.value.removeprefix(_NS))
            return {subject: sorted(words) for subject, words in found.items()}

        self.model = model
        self.called = table(OU.schemaTerm)
        self._domains, self._ranges, self._wider = table(_DOMAIN), table(_RANGE), table(RDFS.subClassOf)

    def type(self, found: Statements) -> str | None:
        """Return the word for a thing's class; the classes of others say more than our own."""
        names = sorted(classes_of(found), key=lambda name: (name.startswith(OU.iri), name))
        return next((word for name in names for word in self.called.get(name, ())), None)

    def belongs(self, word: str, name: str) -> bool:
        """Tell whether a thing of that type may have that property."""
        domain = self._domains.get(_NS + word)
        return domain is None or not {name, *self._wider.get(_NS + name, ())}.isdisjoint(domain)

    def takes(self, word: str) -> list[str]:
        """Return the types of value that a property takes."""
        return self._ranges.get(_NS + word, [])


class Speaker:
    """Says records in schema.org's words; `labels` tells what things are called."""

    def __init__(self, words: Words, labels: Mapping[str, str]) -> None:
        self._words, self._labels = words, labels

    def say(self, iri: str, triples: list[Triple], page: str, entry: Entry | None) -> dict[str, Any] | None:
        """Return a record as a JSON-LD document; None where schema.org has no word for what it is."""
        found = statements(triples, iri)
        name = self._words.type(found)
        kind = self._words.model.kind_of(classes_of(found))
        if name is None or kind is None:
            return None
        said: dict[str, Any] = {"@context": "https://schema.org", "@type": name, "@id": iri, "mainEntityOfPage": page}
        roles = {
            role: found.get(field.path, []) for role in ("title", "summary", "address") if (field := kind.role(role))
        }
        titles = [term.value for term in roles.get("title", ()) if isinstance(term, Literal)]
        best = preferred(roles.get("title", ()))
        said["name"] = best.value if best else iri
        said["alternateName"] = [title for title in titles if title != said["name"]]
        if summary := preferred(roles.get("summary", ())):
            said["description"] = summary.value
        said["url"] = next((term.value for term in roles.get("address", ())), page)
        if entry is not None and OU.citationKey.value in found:
            said |= _by_entry(entry)
        for key, value in self._properties(name, found, triples).items():
            fresh = [one for one in value if not _told(said.get(key), one)]
            said[key] = said[key] + fresh if isinstance(said.get(key), list) else said.get(key) or fresh
        return {key: _single(value) for key, value in said.items() if value not in (None, "", [])}

    def _properties(self, name: str, found: Statements, triples: list[Triple]) -> dict[str, list[Any]]:
        said: dict[str, list[Any]] = {}
        for path, terms in found.items():
            for word in self._words.called.get(path, ()):
                if self._words.belongs(word, name):
                    values = said.setdefault(word, [])
                    values += [value for value in self._values(word, terms, triples) if value not in values]
        return said

    def _values(self, word: str, terms: Iterable[NamedNode | Literal], triples: list[Triple]) -> list[Any]:
        """Return values as the property takes them: text in one language, addresses, or things with a type and a name."""
        ranges = set(self._words.takes(word))
        ordered = sorted(terms, key=str)
        if any(isinstance(term, Literal) and term.language for term in ordered):
            best = preferred(ordered)
            ordered = [best] if best else []
        return [value for term in ordered if (value := self._value(term, ranges, triples)) is not None]

    def _value(self, term: NamedNode | Literal, ranges: set[str], triples: list[Triple]) -> Any:
        types = ranges - {"URL", "Text"}
        text = self._labels.get(term.value)
        if isinstance(term, Literal):
            return {"@type": _single(sorted(types)), "name": term.value} if types else term.value
        if words := self._words.called.get(term.value):
            return _NS + words[0]
        inner = statements(triples, term.value)
        if inner:
            name = self._words.type(inner)
            return {"@type": name} | _singled(self._properties(name, inner, triples)) if name else None
        if "URL" in ranges or text is None:
            return term.value
        if "Text" in ranges:
            return text
        return ({"@type": _single(sorted(types))} if types else {}) | {"@id": term.value, "name": text}


def _told(said: Any, thing: Any) -> bool:
    """Tell whether a thing was said already by its name, maybe inside another; then say there which one it is."""
    if isinstance(said, list):
        return any(_told(one, thing) for one in said)
    if not isinstance(said, dict) or not isinstance(thing, dict) or "@id" not in thing:
        return False
    if said.get("name") != thing.get("name"):
        return _told(said.get("isPartOf"), thing)
    said.setdefault("@id", thing["@id"])
    return True


def _by_entry(entry: Entry) -> dict[str, Any]:
    """Say who made a cited work and in what it stands."""
    fields = entry.fields
    makers = [
        {"@type": "Organization" if person.body or not person.given else "Person", "name": person.spoken}
        for person in cite.people(entry)
    ]
    said: dict[str, Any] = {"author": makers}
    if doi := fields.get("doi"):
        said["sameAs"] = [f"https://doi.org/{doi}"]
    container = fields.get("journaltitle") or fields.get("booktitle")
    if container and entry.type == "article":
        volume = {"@type": ["PublicationVolume", "Periodical"], "name": container, "issn": fields.get("issn"),
                  "volumeNumber": fields.get("volume")}  # fmt: skip
        issue = {"@type": "PublicationIssue", "issueNumber": fields.get("number"), "isPartOf": _filled(volume)}
        said["isPartOf"] = [_filled(issue)]
    elif container:
        said["isPartOf"] = [{"@type": "Book", "name": container}]
    return said


def _filled(thing: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if value}


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _singled(values: dict[str, list[Any]]) -> dict[str, Any]:
    return {key: _single(value) for key, value in values.items() if value}


def script(document: dict[str, Any]) -> Markup:
    """Write a document so that no text in it can end the element, or begin a comment, of the page in which it stands."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
