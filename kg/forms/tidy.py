"""What follows from an answer: the class of a work from its type, the parts of a name from the name, a key for a new work."""

from __future__ import annotations

import re
import unicodedata

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations import names, people
from kg.citations.properties import CLASSES
from kg.search.cards import statements
from kg.terms import BIBO, DCT, FOAF, OU, RDF
from kg.words import phrase

_PARTS = (FOAF.familyName, FOAF.givenName, OU.namePrefix, OU.suffix)
_WORDS = re.compile(r"[a-z0-9]+")
_LONGEST = 60
_MOST_WORDS = 4
DOUBT = phrase("A person? Write the family name first: Lee, Maria. A body? Put its name in braces: {City Press}.")


def tidied(iri: str, before: list[Triple], after: list[Triple]) -> list[Triple]:
    """Bring what follows from an answer in line with it, where the answer has changed."""
    made = after
    said = statements(after, iri)
    for kind in said.get(OU.entryType.value, ()):
        if statements(before, iri).get(OU.entryType.value) != said[OU.entryType.value]:
            works = {*CLASSES.values(), BIBO.Document}
            made = [triple for triple in made if not (triple.predicate == RDF.type and triple.object in works)]
            made.append(Triple(NamedNode(iri), RDF.type, CLASSES.get(kind.value, BIBO.Document)))
    return _unlinked(iri, before, _named(before, made))


def _unlinked(iri: str, before: list[Triple], after: list[Triple]) -> list[Triple]:
    """Take the link of a name to somebody's record away where the name has become another and the link was not given anew."""
    old, new = _by_node(before), _by_node(after)
    lost = {
        node: said[OU.agent]
        for node, said in new.items()
        if OU.agent in said and said[OU.agent] == old.get(node, {}).get(OU.agent)
        if said.get(FOAF.name) != old[node].get(FOAF.name)
    }
    kept = [one for one in after if not (one.subject in lost and one.predicate in (OU.agent, OU.matchedBy))]
    still = {one.object for one in kept if one.predicate == OU.agent}
    gone = {Triple(NamedNode(iri), DCT.contributor, agent) for agent in lost.values() if agent not in still}
    return [one for one in kept if one not in gone]


def _by_node(triples: list[Triple]) -> dict[NamedNode, dict[NamedNode, NamedNode]]:
    """Return, of each thing, the values of properties that have one, as terms."""
    found: dict[NamedNode, dict[NamedNode, NamedNode]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            found.setdefault(triple.subject, {})[triple.predicate] = triple.object  # type: ignore[assignment]
    return found


def doubts(before: list[Triple], after: list[Triple]) -> list[str]:
    """Return the names (nodes) of which nobody can tell whether they are a person's or a body's; `DOUBT` asks."""
    known = {(one.subject, one.object) for one in before if one.predicate == FOAF.name}
    persons = {one.subject for one in before if one.predicate == FOAF.familyName}
    writers = {one.subject for one in after if one.predicate == RDF.type and one.object == OU.Contributor}
    return [
        one.subject.value
        for one in after
        if one.predicate == FOAF.name and one.subject in writers - persons and (one.subject, one.object) not in known
        if isinstance(one.object, Literal) and isinstance(one.subject, NamedNode) and _is_doubtful(one.object.value)
    ]


def _is_doubtful(text: str) -> bool:
    """Tell whether a name without a comma or braces has as many words as a person's and none that only bodies have."""
    words = text.split()
    spoken = 2 <= len(words) <= _MOST_WORDS and not any(sign in text for sign in ",{&0123456789")
    return (
        spoken
        and not people.is_body(names.Name(text))
        and people.is_whole(next(iter(names.read(text)), names.Name("")))
    )


def _named(before: list[Triple], after: list[Triple]) -> list[Triple]:
    """Part each author's name anew where it was changed: `Family, Given`, or a body's name without a comma or in braces."""
    old = {(triple.subject, triple.object) for triple in before if triple.predicate == FOAF.name}
    writers = {triple.subject for triple in after if triple.predicate == RDF.type and triple.object == OU.Contributor}
    fresh = [
        triple
        for triple in after
        if triple.predicate == FOAF.name and triple.subject in writers and (triple.subject, triple.object) not in old
    ]
    changed = {triple.subject for triple in fresh}
    kept = [triple for triple in after if not (triple.subject in changed and triple.predicate in (*_PARTS, FOAF.name))]
    persons = {triple.subject for triple in before if triple.predicate == FOAF.familyName}
    for triple in fresh:
        text = triple.object.value if isinstance(triple.object, Literal) else ""
        spoken = triple.subject in persons and "," not in text
        whole = spoken or text.startswith("{")
        name = next(iter(names.read(text)), names.Name(text, body=True)) if whole else names.inverted(text)
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
