"""What follows from an answer: the class of a work from its type, the parts of a name from the name, a key for a new work."""

from __future__ import annotations

import re
import unicodedata

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations import names
from kg.citations.properties import CLASSES
from kg.search.cards import statements
from kg.terms import BIBO, FOAF, OU, RDF

_PARTS = (FOAF.familyName, FOAF.givenName, OU.namePrefix, OU.suffix)
_WORDS = re.compile(r"[a-z0-9]+")
_LONGEST = 60


def tidied(iri: str, before: list[Triple], after: list[Triple]) -> list[Triple]:
    """Bring what follows from an answer in line with it, where the answer has changed."""
    made = after
    said = statements(after, iri)
    for kind in said.get(OU.entryType.value, ()):
        if statements(before, iri).get(OU.entryType.value) != said[OU.entryType.value]:
            works = {*CLASSES.values(), BIBO.Document}
            made = [triple for triple in made if not (triple.predicate == RDF.type and triple.object in works)]
            made.append(Triple(NamedNode(iri), RDF.type, CLASSES.get(kind.value, BIBO.Document)))
    return _named(before, made)


def _named(before: list[Triple], after: list[Triple]) -> list[Triple]:
    """Part each author's name anew where it was changed: `Family, Given`, or a body's name without a comma."""
    old = {(triple.subject, triple.object) for triple in before if triple.predicate == FOAF.name}
    people = {triple.subject for triple in after if triple.predicate == RDF.type and triple.object == OU.Contributor}
    fresh = [
        triple
        for triple in after
        if triple.predicate == FOAF.name and triple.subject in people and (triple.subject, triple.object) not in old
    ]
    changed = {triple.subject for triple in fresh}
    kept = [triple for triple in after if not (triple.subject in changed and triple.predicate in (*_PARTS, FOAF.name))]
    persons = {triple.subject for triple in before if triple.predicate == FOAF.familyName}
    for triple in fresh:
        text = triple.object.value if isinstance(triple.object, Literal) else ""
        spoken = triple.subject in persons and "," not in text
        name = next(iter(names.read(text)), names.Name(text, body=True)) if spoken else names.inverted(text)
        kept.append(Triple(triple.subject, FOAF.name, Literal(name.spoken)))
        parts = zip(_PARTS, (name.family, name.given, name.prefix, name.suffix), strict=True)
        kept += [Triple(triple.subject, path, Literal(text)) for path, text in parts if text and not name.body]
    return kept


def slug(title: str) -> str:
    """Make the last part of an address from a title: small ASCII words with hyphens, at most 60 signs."""
    flat = unicodedata.normalize("NFKD", title.casefold().replace("ß", "ss"))
    words = _WORDS.findall("".join(char for char in flat if char.isascii() and char not in "'’"))
    made = ""
    for word in words:
        if len(made) + len(word) >= _LONGEST:
            break
        made = f"{made}-{word}" if made else word
    return made or "record"
