"""What a base knows that an entry could mean: works, people and bodies, journals and books, each by its headings.

An import asks for the few that its own entries could mean, so that it costs the same in a base of a thousand and of a million.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import repeat

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.base import Base
from kg.citations import containers, likeness, people
from kg.citations.containers import Container
from kg.citations.likeness import Work
from kg.citations.people import Agent
from kg.desk.headings import Headings
from kg.terms import BIBO, DCT, FOAF, OU, RDF, SCHEMA

_MOST_PEOPLE = 1_000
_FORM = "2"
"""Raised when headings are made in another way: a file of an older form is made anew."""

_TELLING = (
    RDF.type, OU.citationKey, OU.entryType, OU.position, DCT.title, DCT.issued, DCT.creator, BIBO.doi, BIBO.isbn, BIBO.issn,
    BIBO.volume, BIBO.issue, BIBO.pages, FOAF.name, FOAF.familyName, SCHEMA.sameAs,
)  # fmt: skip
_LINE = re.compile(b"> <(?:" + b"|".join(re.escape(path.value.encode()) for path in _TELLING) + b")> ")
_KINDS = (OU.citationKey.value.encode(), FOAF.Agent.value.encode(), OU.Container.value.encode())

_Said = Mapping[NamedNode, list[NamedNode | Literal]]


class Known:
    """The headings of one base."""

    def __init__(self, base: Base) -> None:
        self._headings = Headings(base.settings.data / "derived" / "headings.sqlite", base.journal, _lines, _FORM)

    def works(self, blocks: Iterable[str]) -> Iterator[Work]:
        """Yield the references that stand in these blocks of `likeness`; of a crowded block, enough to show that it is one."""
        for record, said in self._headings.under(blocks, likeness.CROWD + 1):
            told = json.loads(said)
            yield Work(**told | {"record": record, "isbns": frozenset(told["isbns"])})

    def agents(self, headings: Iterable[str]) -> Iterator[Agent]:
        """Yield the people and bodies under headings of `people`."""
        for record, said in self._headings.under(headings, _MOST_PEOPLE):
            yield Agent(**json.loads(said) | {"iri": record})

    def containers(self, headings: Iterable[str]) -> Iterator[tuple[str, Container]]:
        """Yield the journals, proceedings and books under headings of `containers`, with their records."""
        for record, said in self._headings.under(headings, likeness.CROWD + 1):
            told = json.loads(said)
            yield record, Container(told["title"], NamedNode(told["kind"]), told["year"], frozenset(told["issns"]))


def _lines(iri: str, text: bytes) -> Iterator[tuple[str, str]]:
    """Yield the headings of a record with what tells it apart; nothing for one that no entry can mean."""
    if not any(mark in text for mark in _KINDS):
        return
    said = _said(text)
    own = said.get(iri, {})
    if OU.citationKey in own:
        for work in _works(own, said):
            yield from zip(likeness.blocks(work), repeat(_written(work)))
    classes = own.get(RDF.type, [])
    if FOAF.Agent in classes:
        for agent in _agents(own):
            yield from zip(people.headings(agent.name, agent.person, agent.orcid), repeat(_written(agent)))
    if OU.Container in classes:
        for one in _containers(own):
            yield from zip(containers.headings(one), repeat(_written(one)))


def _said(text: bytes) -> dict[str, dict[NamedNode, list[NamedNode | Literal]]]:
    """Return what a record says that tells it apart, by subject and property; all else is not even read."""
    lines = b"\n".join(line for line in text.split(b"\n") if _LINE.search(line))
    found: dict[str, dict[NamedNode, list[NamedNode | Literal]]] = {}
    for quad in parse(lines, format=RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            found.setdefault(quad.subject.value, {}).setdefault(quad.predicate, []).append(quad.object)
    return found


def _works(own: _Said, said: Mapping[str, _Said]) -> Iterator[Work]:
    """Yield a reference under each of its titles."""
    writers = (said.get(node.value, {}) for node in own.get(DCT.creator, []))
    first = next((one for one in writers if _one(one, OU.position) == "1"), {})
    for title in own.get(DCT.title, []):
        yield Work(
            record="",
            key=_one(own, OU.citationKey),
            type=_one(own, OU.entryType),
            title=title.value,
            year=_one(own, DCT.issued)[:4],
            who=_one(first, FOAF.familyName) or _one(first, FOAF.name),
            doi=likeness.doi(_one(own, BIBO.doi)),
            isbns=likeness.isbns(_one(own, BIBO.isbn)),
            volume=_one(own, BIBO.volume),
            number=_one(own, BIBO.issue),
            page=likeness.page(_one(own, BIBO.pages)),
        )


def _agents(own: _Said) -> Iterator[Agent]:
    """Yield a person or body under each of its names and numbers."""
    numbers = {people.orcid(same.value) for same in own.get(SCHEMA.sameAs, [])}
    for name in own.get(FOAF.name, []):
        for number in sorted(numbers - {""}) or [""]:
            yield Agent("", name.value, FOAF.Person in own[RDF.type], number)


def _containers(own: _Said) -> Iterator[Container]:
    kinds = [kind for kind in own[RDF.type] if kind != OU.Container and isinstance(kind, NamedNode)]
    numbers = frozenset(number for text in own.get(BIBO.issn, []) for number in containers.issns(text.value))
    for title in own.get(DCT.title, []):
        yield from (Container(title.value, kind, _one(own, DCT.issued)[:4], numbers) for kind in kinds)


def _one(own: _Said, path: NamedNode) -> str:
    return min((value.value for value in own.get(path, [])), default="")


def _written(value: Work | Agent | Container) -> str:
    """Return a value as JSON, sets as sorted lists and IRIs as their text."""

    def plain(part: object) -> object:
        return part.value if isinstance(part, NamedNode) else sorted(part) if isinstance(part, frozenset) else part

    return json.dumps({one.name: plain(getattr(value, one.name)) for one in fields(value)}, ensure_ascii=False)
