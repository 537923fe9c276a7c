"""References as RDF: an entry to statements and back, with nothing lost on either way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from kg.citations import bibtex, dialects, keys
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.properties import CLASSES, CONFIDENCE, LANGUAGES, OURS, PEOPLE, SPOKEN, TAGS, paths
from kg.terms import BIBO, DCAT, DCT, FOAF, OU, RDF, XSD

_BETWEEN = " | "
_LISTS = ("keywords", "ids")


# -- to RDF -------------------------------------------------------------------------------------------------------------


def to_triples(entry: Entry, iri: str) -> list[Triple]:
    """Return the statements of one reference; what no property holds goes into its raw entry."""
    thing, pen = NamedNode(iri), _Pen(entry, iri)
    return [
        Triple(thing, RDF.type, OU.Reference),
        Triple(thing, RDF.type, CLASSES.get(entry.type, BIBO.Document)),
        Triple(thing, OU.citationKey, Literal(entry.key)),
        Triple(thing, OU.entryType, Literal(entry.type)),
        *pen.texts(),
        *pen.particulars(),
        *pen.people(),
        *pen.evidence(),
        *pen.rest(),
    ]


class _Pen:
    """Writes the fields of one entry, and remembers which ones are said."""

    def __init__(self, entry: Entry, iri: str) -> None:
        self.entry = entry
        self.thing = NamedNode(iri)
        self.said: set[str] = set()
        langid = entry.fields.get("langid", "")
        self.language = LANGUAGES.get(langid)

    def texts(self) -> Iterator[Triple]:
        named = paths(self.entry.type)
        for name, text in self.entry.fields.items():
            # What somebody wrote in the place of a DOI stays in the raw entry, where `kg lint` finds it.
            if name in named and (name != "doi" or keys.DOI.fullmatch(text)):
                self.said.add(name)
                yield Triple(self.thing, named[name], self._literal(name, text))

    def _literal(self, name: str, text: str) -> Literal:
        language = "en" if name in OURS else self.language if name in SPOKEN else None
        return Literal(text, language=language) if language else Literal(text)

    def particulars(self) -> Iterator[Triple]:
        fields = self.entry.fields
        date = fields.get("date", "")
        if dialects.is_date(date):
            self.said.add("date")
            datatype = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}[len(date)]
            yield Triple(self.thing, DCT.issued, Literal(date, datatype=datatype))
        if _is_address(fields.get("url", "")):
            self.said.add("url")
            yield Triple(self.thing, DCAT.landingPage, NamedNode(fields["url"]))
        if self.language:
            if TAGS[self.language] == fields["langid"]:
                self.said.add("langid")
            yield Triple(self.thing, OU.languageCode, Literal(self.language))
        others = dict.fromkeys(key.strip() for key in fields.get("ids", "").split(",") if key.strip())
        if others:
            self._listed("ids", others)
            yield from (Triple(self.thing, OU.alias, Literal(key)) for key in others)
        words = fields.get("keywords", "").split(",")
        if all(word.strip() for word in words) and len(set(words)) == len(words):
            self._listed("keywords", (word.strip() for word in words))
            yield from (Triple(self.thing, DCAT.keyword, Literal(word.strip())) for word in words)

    def _listed(self, name: str, words: Iterable[str]) -> None:
        """Note that statements say a list, which have no order: where it has one of its own, the raw entry keeps that."""
        if self.entry.fields[name] == ", ".join(sorted(words)):
            self.said.add(name)

    def people(self) -> Iterator[Triple]:
        for field, number, name in contributors(self.entry):
            self.said.add(field)
            node = NamedNode(f"{self.thing.value}#{field}-{number}")
            yield Triple(self.thing, PEOPLE[field], node)
            yield Triple(node, RDF.type, OU.Contributor)
            yield Triple(node, OU.position, Literal(number))
            yield from (Triple(node, path, Literal(text)) for path, text in _parts(name) if text)
        if "author" in self.said and OTHERS in self.entry.names["author"]:
            yield Triple(self.thing, OU.moreAuthors, Literal(True))

    def evidence(self) -> Iterator[Triple]:
        confidence = self.entry.fields.get("confidence", "")
        if confidence.isalpha():
            self.said.add("confidence")
            yield Triple(self.thing, OU.confidence, NamedNode(CONFIDENCE + confidence))
        if "evidence" not in self.entry.fields:
            return
        self.said.add("evidence")
        for number, text in enumerate(self.entry.fields["evidence"].split(_BETWEEN), 1):
            node = NamedNode(f"{self.thing.value}#evidence-{number}")
            first, _, words = text.partition(" ")
            source = _is_address(first)
            yield Triple(self.thing, OU.evidence, node)
            yield Triple(node, RDF.type, OU.Evidence)
            if source:
                yield Triple(node, OU.source, NamedNode(first))
            if words or not source:
                yield Triple(node, OU.sourceNote, Literal(words if source else text, language="en"))

    def rest(self) -> Iterator[Triple]:
        """Keep, as BibLaTeX, the fields that no statement holds, and the source's spelling where it says more."""
        kept = [
            name for name in [*self.entry.names, *self.entry.fields] if name not in self.said or name in self.entry.raw
        ]
        if kept:
            lines = (f"  {name} = {{{bibtex.spelled(self.entry, name, 'biblatex')}}}" for name in sorted(kept))
            raw = f"@{self.entry.type}{{{self.entry.key},\n" + ",\n".join(lines) + "\n}"
            yield Triple(self.thing, OU.rawEntry, Literal(raw))


def contributors(entry: Entry) -> Iterator[tuple[str, int, Name]]:
    """Yield the authors and editors that have a node each: role, place from 1, and name."""
    for role in PEOPLE:
        people = entry.names.get(role, ())
        if OTHERS in people and (role == "editor" or people[-1] != OTHERS):
            continue
        yield from ((role, number, name) for number, name in enumerate((one for one in people if one != OTHERS), 1))


def _parts(name: Name) -> Iterator[tuple[NamedNode, str]]:
    yield FOAF.name, name.spoken
    if not name.body:
        yield FOAF.familyName, name.family
        yield FOAF.givenName, name.given
        yield OU.namePrefix, name.prefix
        yield OU.suffix, name.suffix


def _is_address(text: str) -> bool:
    if urlsplit(text).scheme not in ("http", "https", "ftp") or any(sign in text for sign in ' <>"{}|\\^`'):
        return False
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


# -- from RDF -----------------------------------------------------------------------------------------------------------


def from_triples(triples: Iterable[Triple], iri: str) -> Entry:
    """Return the entry of a reference; the source's spelling is used wherever it still says the same."""
    said: dict[str, dict[NamedNode, list[NamedNode | Literal]]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            said.setdefault(triple.subject.value, {}).setdefault(triple.predicate, []).append(triple.object)
    own = said.get(iri, {})
    key, kind = _text(own, OU.citationKey), _text(own, OU.entryType) or "misc"
    kept = _kept(_text(own, OU.rawEntry))
    fields = _fields(own, kind)
    people = {name: found for name, path in PEOPLE.items() if (found := _people(said, own, path))}
    if OU.moreAuthors in own and "author" in people:
        people["author"] += (OTHERS,)
    fields |= {
        name: kept.fields[name]
        for name in _LISTS
        if name in kept.fields and _listed(kept.fields, name) == _listed(fields, name)
    }
    if LANGUAGES.get(kept.fields.get("langid", "")) == _text(own, OU.languageCode) != "":
        fields["langid"] = kept.fields["langid"]  # `german` and `ngerman` are one language with two spellings
    if proofs := _evidence(said, own):
        fields["evidence"] = _BETWEEN.join(proofs)
    raw = {
        name: spelling
        for name, spelling in kept.raw.items()
        if (fields.get(name) or people.get(name)) in (None, kept.fields.get(name), kept.names.get(name))
    }
    return Entry(key, kind, {**kept.fields, **fields}, {**kept.names, **people}, raw)


def _listed(fields: Mapping[str, str], name: str) -> set[str]:
    return {word.strip() for word in fields.get(name, "").split(",")}


def _kept(raw: str) -> Entry:
    found = bibtex.read(raw).entries if raw else []
    return found[0] if found else Entry("", "misc")


def _text(own: Mapping[NamedNode, list[NamedNode | Literal]], path: NamedNode) -> str:
    return min((value.value for value in own.get(path, [])), default="")


def _fields(own: Mapping[NamedNode, list[NamedNode | Literal]], kind: str) -> dict[str, str]:
    fields = {name: _text(own, path) for name, path in paths(kind).items() if path in own}
    for name, path in (("date", DCT.issued), ("url", DCAT.landingPage)):
        if path in own:
            fields[name] = _text(own, path)
    if tag := _text(own, OU.languageCode):
        fields["langid"] = TAGS.get(tag, tag)
    if words := sorted(value.value for value in own.get(DCAT.keyword, [])):
        fields["keywords"] = ", ".join(words)
    if others := sorted(value.value for value in own.get(OU.alias, [])):
        fields["ids"] = ", ".join(others)
    if confidence := _text(own, OU.confidence):
        fields["confidence"] = confidence.removeprefix(CONFIDENCE)
    return fields


def _people(
    said: Mapping[str, Mapping[NamedNode, list[NamedNode | Literal]]],
    own: Mapping[NamedNode, list[NamedNode | Literal]],
    path: NamedNode,
) -> tuple[Name, ...]:
    nodes = [said[node.value] for node in own.get(path, []) if node.value in said]
    nodes.sort(key=lambda node: int(_text(node, OU.position) or 0))
    return tuple(_name(node) for node in nodes)


def _name(node: Mapping[NamedNode, list[NamedNode | Literal]]) -> Name:
    family = _text(node, FOAF.familyName)
    if not family:
        return Name(_text(node, FOAF.name), body=True)
    return Name(family, _text(node, FOAF.givenName), _text(node, OU.namePrefix), _text(node, OU.suffix))


def _evidence(
    said: Mapping[str, Mapping[NamedNode, list[NamedNode | Literal]]],
    own: Mapping[NamedNode, list[NamedNode | Literal]],
) -> list[str]:
    nodes = sorted((node.value for node in own.get(OU.evidence, [])), key=lambda iri: (len(iri), iri))
    found = [said.get(node, {}) for node in nodes]
    return [" ".join(part for part in (_text(node, OU.source), _text(node, OU.sourceNote)) if part) for node in found]


def entry_from_fields(key: str, kind: str, values: Mapping[str, list[str]]) -> Entry:
    """Make the entry of a record that is no reference from what its shape says is citable."""
    fields = {name: ", ".join(dict.fromkeys(found)) for name, found in values.items() if name not in dialects.NAMES}
    people = {
        name: tuple(Name(one, body=True) for one in dict.fromkeys(found))
        for name, found in values.items()
        if name in dialects.NAMES
    }
    return Entry(key, kind, fields, people)


def alias(iri: str, key: str) -> Triple:
    """Return the statement that a reference has another key."""
    return Triple(NamedNode(iri), OU.alias, Literal(key))
