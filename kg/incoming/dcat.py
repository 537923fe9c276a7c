"""Datasets of others: a DCAT or DCAT-AP catalogue as records of ours, field by field as the shape of a dataset asks for them.

What a field cannot hold, a publisher without a record or a format that no table knows, gets a record of its own or stands in
words; nothing is guessed. The second time, what rests on the same address is the same record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import queries
from kg.base import BATCH, Base, batched
from kg.citations import keys, people
from kg.citations.entry import Broken
from kg.citations.names import Name
from kg.citations.people import Directory
from kg.forms.blank import PARTS, Blank, Blanks, Question
from kg.incoming import pieces, rdf
from kg.incoming.pieces import Found
from kg.incoming.values import NONE, WEB, Content, chosen, content, contents, date, web
from kg.known import Known
from kg.terms import DCAT, DCT, FOAF, NAMING, OU, RDF, record_of

_IN_WORDS = {
    DCT.accrualPeriodicity: OU.frequencyNote, DCT.license: OU.licenceNote, DCT.spatial: OU.placeNote,
    DCT.conformsTo: OU.conformsNote, DCT.format: OU.formatNote,
}  # fmt: skip
"""Where stands in words what a property cannot hold."""

_ALSO = {DCAT.accessURL: (DCAT.downloadURL,), DCT.format: (DCAT.mediaType,)}
"""What says the same where a property is missing."""

_PERSONS = {
    FOAF.Person,
    NamedNode("https://schema.org/Person"),
    NamedNode("http://www.w3.org/2006/vcard/ns#Individual"),
}
_HERE = "catalogue://file/"
_NAMELESS = "dataset"

_Said = dict[NamedNode, list[NamedNode | Literal]]


def read(base: Base, text: str, note: str) -> Found:
    """Read a catalogue in Turtle, RDF/XML or JSON-LD; `note` says, as evidence, where its datasets were seen."""
    found, said = _read(text)
    sets = [iri for iri, own in said.items() if DCAT.Dataset in own.get(RDF.type, [])]
    if not sets and not found.broken:
        found.broken.append(Broken(1, "", "it holds no dcat:Dataset", text))
    _Catalogue(base, said, note, found).take(sets)
    return found


def _read(text: str) -> tuple[Found, dict[str, _Said]]:
    """Return what could not be read, and what could: the statements of each thing; things without a name get one for now."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<?xml") or start.startswith("<rdf"):
        found, triples = Found(), []
        try:
            triples = [quad.triple for quad in parse(start.encode(), format=RdfFormat.RDF_XML, base_iri=_HERE)]
        except (SyntaxError, ValueError) as error:
            found.broken.append(Broken(getattr(error, "lineno", 1) or 1, "", f"it is no RDF/XML: {error}", text))
        named = rdf.named_nodes(triples)
        triples = [
            Triple(named(one.subject) or one.subject, one.predicate, named(one.object) or one.object) for one in triples
        ]
    else:
        found = rdf.jsonld(text, _HERE) if start.startswith(("{", "[")) else rdf.turtle(text, _HERE)
        triples = [triple for told in found.records.values() for triple in told]
        found.records = {}
    said: dict[str, _Said] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            said.setdefault(triple.subject.value, {}).setdefault(triple.predicate, []).append(triple.object)
    return found, said


class _Catalogue:
    """Makes records of the datasets of one catalogue, and of those who publish them."""

    def __init__(self, base: Base, said: dict[str, _Said], note: str, found: Found) -> None:
        self._base, self._said, self._note, self._found = base, said, note, found
        self._blanks = Blanks(base.model)
        self._known, self._people = Known(base), Directory()
        self._same: dict[str, dict[str, set[str]]] = {}

    def take(self, sets: Sequence[str]) -> None:
        """Make a record of each dataset; one that is there already keeps what a catalogue does not say."""
        kind = self._base.model.kind_of([DCAT.Dataset.value])
        blank = self._blanks.of(str(kind.name)) if kind else None
        if kind is None or blank is None:
            return
        for batch in batched(sets, BATCH):
            self._meet(batch)
            named = {iri: self._address(iri, str(kind.name), _NAMELESS) for iri in batch}
            there = self._base.graphs(named.values())
            for source, iri in named.items():
                self._found.records[iri] = self._dataset(iri, source, blank, there.get(iri, []))

    def _dataset(self, iri: str, source: str, blank: Blank, old: list[Triple]) -> list[Triple]:
        """Return what a dataset says: the catalogue's word on each field, and of an elder record what the catalogue leaves open."""
        thing = NamedNode(iri)
        made = list(self._thing(thing, source, blank.questions, contents(old)))
        if old:
            made += self._kept(iri, old, made)
        else:
            made += (Triple(thing, RDF.type, NamedNode(name)) for name in blank.classes)
            made += pieces.seen(iri, blank.kind, made, self._note, source if source.startswith(WEB) else "")
        return list(dict.fromkeys(made))

    def _kept(self, iri: str, old: list[Triple], made: list[Triple]) -> Iterator[Triple]:
        """Yield what an elder record says beside what the catalogue says anew."""
        thing = NamedNode(iri)
        replaced = {triple.predicate for triple in made if triple.subject == thing}
        gone = {triple.object for triple in old if triple.subject == thing and triple.predicate in replaced}
        for triple in old:
            if not (triple.subject == thing and triple.predicate in replaced) and triple.subject not in gone:
                yield triple

    # -- who and what is meant --------------------------------------------------------------------------------------

    def _meet(self, sources: Sequence[str]) -> None:
        """Ask, for some datasets at once, which of the things that they point at have records."""
        pointed = dict.fromkeys(sources)
        for source in sources:
            for values in self._said[source].values():
                pointed |= {value.value: None for value in values if isinstance(value, NamedNode)}
        asked = [iri for iri in pointed if iri.startswith(WEB)]
        for batch in batched(asked, BATCH):
            for row in self._base.engine.select(queries.fill("same-things", addresses=map(NamedNode, batch))):
                own = self._same.setdefault(row["address"].value, {})
                own.setdefault(row["class"].value, set()).add(record_of(row["record"].value))
        names = {name for iri in pointed for name in self._names(iri)}
        for agent in self._known.agents(
            sorted(heading for name in names for body in (True, False) for heading in people.headings(name, not body))
        ):
            self._people.put(agent)

    def _names(self, iri: str) -> list[str]:
        """Return what the catalogue calls a thing."""
        own = self._said.get(iri, {})
        return [term.value for path in NAMING for term in own.get(path, []) if isinstance(term, Literal)]

    def _address(self, source: str, kind: str, name: str) -> str:
        """Return the record of a dataset: itself where it is ours, the one that rests on its address, or a new one."""
        root = self._base.settings.base
        if source.startswith(f"{root}{kind}/"):
            return source
        return self._met(source, DCAT.Dataset.value) or self._free(kind, next(iter(self._names(source)), name))

    def _free(self, kind: str, text: str) -> str:
        plain = iri = f"{self._base.settings.base}{kind}/{keys.address(text)}"
        number = 1
        while iri in self._found.records or self._base.journal.known([iri]):
            number += 1
            iri = f"{plain}-{number}"
        self._found.records[iri] = []
        return iri

    def _agent(self, source: str) -> str:
        """Return the record of who publishes: by the same address, by the whole name, or a new one."""
        if known := self._met(source, FOAF.Agent.value):
            return known
        names = self._names(source)
        if not names:
            return ""
        person = bool(_PERSONS & set(self._said[source].get(RDF.type, [])))
        name = Name(names[0], body=not person)
        if known := self._people.whose(name).agent:
            return known
        iri = self._free("agent", names[0])
        thing = NamedNode(iri)
        told = [Triple(thing, RDF.type, FOAF.Agent), Triple(thing, RDF.type, FOAF.Person if person else FOAF.Organization),
                Triple(thing, FOAF.name, Literal(names[0]))]  # fmt: skip
        kind = self._base.model.kind_of([FOAF.Agent.value])
        proof = pieces.seen(iri, kind, told, self._note, source if source.startswith(WEB) else "") if kind else []
        self._found.records[iri] = [*told, *proof]
        self._people.put(people.Agent(iri, names[0], person))
        return iri

    # -- field by field ---------------------------------------------------------------------------------------------

    def _thing(
        self, thing: NamedNode, source: str, questions: Sequence[Question], named: Mapping[Content, NamedNode] = NONE
    ) -> Iterator[Triple]:
        own = self._said.get(source, {})
        for question in questions:
            path = NamedNode(question.path)
            values = next((own[one] for one in (path, *_ALSO.get(path, ())) if own.get(one)), [])
            if question.answer is PARTS:
                yield from self._parts(thing, question, [value.value for value in values], named)
                continue
            made = []
            for value in values:
                term = self._term(question, value)
                if term is not None:
                    made.append(Triple(thing, path, term))
                elif path in _IN_WORDS:
                    yield from (Triple(thing, _IN_WORDS[path], Literal(text)) for text in self._words(value))
            yield from sorted(made, key=str)[: question.most or len(made)]

    def _parts(
        self, thing: NamedNode, question: Question, sources: list[str], named: Mapping[Content, NamedNode]
    ) -> Iterator[Triple]:
        """Make the nested things of a question; one that an elder record has too keeps its name (`named`)."""
        path = NamedNode(question.path)
        required = [NamedNode(part.path) for part in question.parts if part.required]
        told: dict[Content, list[Triple]] = {}
        for source in sources:
            made = sorted(self._thing(thing, source, question.parts), key=str)
            if made and all(any(triple.predicate == one for triple in made) for one in required):
                told[content(made)] = made
        taken, numbers = set(named.values()), count(1)
        for made in sorted(told.values(), key=str):
            free = (NamedNode(f"{thing.value}#{question.slug}-{number}") for number in numbers)
            node = named.get(content(made)) or next(name for name in free if name not in taken)
            yield Triple(thing, path, node)
            yield Triple(node, RDF.type, NamedNode(question.part_class))
            yield from (Triple(node, triple.predicate, triple.object) for triple in made)

    def _term(self, question: Question, value: NamedNode | Literal) -> NamedNode | Literal | None:
        """Return a value as a field of ours holds it; None where it cannot."""
        match question.answer:
            case "words" | "text" if isinstance(value, Literal) and (text := value.value.strip()):
                return Literal(text, language=value.language) if value.language else Literal(text)
            case "address":
                return web(value)
            case "date" if isinstance(value, Literal):
                return date(value.value)
            case "choice":
                return chosen(question, value)
            case "thing":
                return self._record(question, value)
        return None

    def _record(self, question: Question, value: NamedNode | Literal) -> NamedNode | None:
        if not isinstance(value, NamedNode):
            return None
        kind = question.field.target or ""
        if value.value.startswith(f"{self._base.settings.base}{kind}/") and self._base.index.get([value.value]):
            return value
        if FOAF.Agent.value in question.classes:
            found = self._agent(value.value)
        else:
            found = next(filter(None, (self._met(value.value, name) for name in question.classes)), "")
        return NamedNode(found) if found else None

    def _met(self, address: str, class_: str) -> str:
        """Return the one record of a class that is the same as an address or rests on it; nothing where two do."""
        found = self._same.get(address, {}).get(class_, set())
        return next(iter(found)) if len(found) == 1 else ""

    def _words(self, value: NamedNode | Literal) -> list[str]:
        """Return a value in words: what the catalogue calls it, else its address."""
        if isinstance(value, Literal):
            return [value.value.strip()] if value.value.strip() else []
        return self._names(value.value)[:1] or ([value.value] if value.value.startswith(WEB) else [])
