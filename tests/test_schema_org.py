"""What pages say in schema.org's words is schema.org: its vocabulary comes with the npm package schema-dts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from kg.base import Base
from kg.search.index import KIND, Wanted
from kg.terms import PREFIXES, RDFS
from kg.web.harvest.schemaorg import Words

TYPED = Path(__file__).resolve().parent.parent / "node_modules" / "schema-dts" / "dist" / "schema.d.ts"
SCHEMA = PREFIXES["schema"]
TEXTS = {"Text", "URL", "Date", "DateTime", "Number", "Integer", "Boolean", "string"}
BEYOND = {("SearchAction", "query-input")}
"""What Google asks for and schema.org's vocabulary does not hold."""


class Vocabulary:
    """schema.org's classes: what each is narrower than, and which properties with which values it may have."""

    def __init__(self, text: str) -> None:
        self._wider: dict[str, list[str]] = {}
        self._own: dict[str, dict[str, set[str]]] = {}
        pieces = re.findall(r"interface (\w+)(Base|Leaf) extends ([^{]+)\{(.*?)\n\}", text, re.DOTALL)
        for name, part, wider, body in pieces:
            if part == "Base" or name not in self._wider:  # a class without properties of its own has a leaf only
                self._wider[name] = re.findall(r"\b(\w+)Base\b", wider)
                self._own[name] = dict(self._properties(body))
        self.members = set(re.findall(r'"https://schema\.org/(\w+)"', text))

    @staticmethod
    def _properties(body: str) -> Iterator[tuple[str, set[str]]]:
        for name, values in re.findall(r'^    "(\w+)"\?: SchemaValue<([^;]*?)(?:, "\w+")?>;', body, re.MULTILINE):
            yield name, set(re.findall(r"\w+", values))

    def __contains__(self, name: str) -> bool:
        return name in self._wider

    @cached_property
    def properties(self) -> set[str]:
        """Every property there is."""
        return {name for own in self._own.values() for name in own}

    def wider(self, name: str) -> set[str]:
        """Return a class with all that it is narrower than."""
        return {name}.union(*(self.wider(up) for up in self._wider.get(name, ())))

    def takes(self, name: str, word: str) -> set[str] | None:
        """Return what a property of a class takes; None where it has no such property."""
        found = [self._own[up][word] for up in self.wider(name) if word in self._own.get(up, ())]
        return set().union(*found) if found else None

    def faults(self, thing: Any) -> Iterator[str]:
        """Yield what a thing says that schema.org does not let it say; one that only has an `@id` and a name is told elsewhere."""
        if isinstance(thing, list):
            for one in thing:
                yield from self.faults(one)
        if not isinstance(thing, dict) or "@type" not in thing:
            return
        names = several(thing["@type"])
        yield from (f"{name} is no class" for name in names if name not in self)
        for word, values in thing.items():
            if word.startswith("@") or any((name, word) in BEYOND for name in names):
                continue
            allowed = [found for name in names if (found := self.takes(name, word)) is not None]
            if not allowed:
                yield f"{names} has no {word}"
                continue
            for value in several(values):
                if not self._fits(value, set().union(*allowed)):
                    yield f"{word} of {names} takes {sorted(set().union(*allowed))}, not {value}"
                yield from self.faults(value)

    def _fits(self, value: Any, allowed: set[str]) -> bool:
        if isinstance(value, dict):
            return "@type" not in value or any(allowed & self.wider(name) for name in several(value["@type"]))
        return bool(allowed & TEXTS) or str(value).startswith("http")


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    if not TYPED.is_file():
        pytest.skip("schema.org's vocabulary is not here: it needs npm ci in the top folder")
    read = Vocabulary(TYPED.read_text("utf-8"))
    assert {"Legislation", "ScholarlyArticle", "AdministrativeArea"} <= set(read._wider)
    assert "CreativeWork" in read.wider("ScholarlyArticle")
    assert read.takes("Legislation", "name")
    assert read.takes("Legislation", "startDate") is None
    return read


def test_our_terms_have_words_that_schema_org_knows(base: Base, vocabulary: Vocabulary) -> None:
    for ours, words in Words(base.model).called.items():
        for word in words:
            assert word in vocabulary or word in vocabulary.properties or word in vocabulary.members, ours


def test_what_we_say_again_of_schema_org_is_so(base: Base, vocabulary: Vocabulary) -> None:
    def said(predicate: NamedNode) -> list[tuple[str, str]]:
        quads = base.model.shapes.quads_for_pattern(None, predicate, None)
        pairs = [(str(quad.subject)[1:-1], str(quad.object)[1:-1]) for quad in quads]
        return [(a.removeprefix(SCHEMA), b.removeprefix(SCHEMA)) for a, b in pairs if a.startswith(SCHEMA)]

    narrower, domains = said(RDFS.subClassOf), said(NamedNode(SCHEMA + "domainIncludes"))
    ranges = said(NamedNode(SCHEMA + "rangeIncludes"))
    assert min(len(narrower) - 8, len(domains) - 30, len(ranges) - 15) > 0
    assert [pair for pair in narrower if pair[1] not in vocabulary.wider(pair[0])] == []
    assert [(word, name) for word, name in domains if vocabulary.takes(name, word) is None] == []
    for word, name in ranges:
        taken = [found for owner in vocabulary._own if (found := vocabulary.takes(owner, word))]
        assert any(found & (vocabulary.wider(name) if name in vocabulary else {name}) for found in taken), (word, name)


def test_every_kind_of_record_says_only_what_schema_org_lets_it_say(
    client: FlaskClient, base: Base, vocabulary: Vocabulary
) -> None:
    paths = ["/", "/concept/sector/transport", "/reference/janssen2012benefits", "/reference/abdelrahman2021ogd"]
    for kind in base.index.tally(Wanted(), KIND):
        hits = base.index.search(Wanted(facets={KIND: [kind]}, limit=2)).hits
        paths += [hit.card.iri.removeprefix("https://w3id.org/open-urban") for hit in hits]
    told = 0
    for path in paths:
        page = client.get(path, headers={"Accept": "text/html"}).text
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page):
            told += 1
            assert list(vocabulary.faults(json.loads(block))) == [], path
    assert told > 20


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"@type": "Law", "name": "x"}, "Law is no class"),
        ({"@type": "Place", "startDate": "2016"}, "has no startDate"),
        ({"@type": "Event", "location": {"@type": "Person", "name": "x"}}, "location of"),
        ({"@type": "Event", "organizer": [{"@type": "Organization", "isbn": "1"}]}, "has no isbn"),
    ],
)
def test_a_wrong_word_is_noticed(document: dict[str, Any], fault: str, vocabulary: Vocabulary) -> None:
    assert fault in " ".join(vocabulary.faults(document))
