"""What a change says in words: field by field, before and after, the words that went and the words that came."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pyoxigraph import Literal, NamedNode, Triple

from kg.forms.blank import PARTS, Blank, Question
from kg.terms import DCAT, OA, RDF

Told = Callable[["NamedNode | Literal"], str]
"""What a reader is told of a value."""
Key = tuple[str, str]
"""A subject and a property: what one row of a change is about."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST = 4_000
NOW, WANTED = "now", "wanted"
_WIDER = (DCAT.Resource, OA.Annotation)
"""Classes that follow from the kind and tell a reader nothing."""


@dataclass(frozen=True)
class Row:
    """One field that a change touches; `pieces` are (sign, words) with `-` for what went, `+` for what came, ` ` for what stays."""

    group: str
    label: str
    part: str
    before: list[str]
    after: list[str]
    pieces: list[tuple[str, str]]


@dataclass(frozen=True)
class Clash:
    """One field that two changes touch: as it was when the proposal was made, as it is now, as the proposal wants it.

    `key` names it in a form; `both` says that a curator has to choose.
    """

    key: str
    label: str
    part: str
    was: list[str]
    now: list[str]
    wanted: list[str]
    both: bool


def rows(blank: Blank, iri: str, before: Iterable[Triple], after: Iterable[Triple], told: Told) -> list[Row]:
    """Return what differs between two states of a record, in the order of its form."""
    old, new = _by_key(before), _by_key(after)
    touched = [key for key in {**old, **new} if set(old.get(key, ())) != set(new.get(key, ()))]
    names = _Names(blank, iri, [*before, *after])
    made = []
    for key in sorted(touched, key=names.place):
        group, label, part = names.of(key)
        was, now = _texts(old.get(key, ()), told), _texts(new.get(key, ()), told)
        made.append(Row(group, label, part, was, now, _pieces(was, now)))
    return made


def clashes(
    blank: Blank, iri: str, was: Iterable[Triple], now: Iterable[Triple], wanted: Iterable[Triple], told: Told
) -> list[Clash]:
    """Return the fields that have changed since a proposal was made, or that it wants to change."""
    was, now, wanted = list(was), list(now), list(wanted)
    first, second, third = _by_key(was), _by_key(now), _by_key(wanted)
    names = _Names(blank, iri, [*was, *now, *wanted])
    found = []
    for key in sorted({**first, **second, **third}, key=names.place):
        old, here, asked = (set(state.get(key, ())) for state in (first, second, third))
        if here != old or asked != old:
            _, label, part = names.of(key)
            both = here != old and asked != old and here != asked
            found.append(
                Clash(" ".join(key), label, part, _texts(old, told), _texts(here, told), _texts(asked, told), both)
            )
    return found


def merged(
    was: Iterable[Triple], now: Iterable[Triple], wanted: Iterable[Triple], chosen: Mapping[str, str] | None = None
) -> tuple[list[Triple], bool]:
    """Apply to a record as it is now what a proposal changes.

    Where both changed the same field in different ways, `chosen` says by its key which counts, `now` or `wanted`;
    the second value tells whether such a field was left open.
    """
    old, here, asked = set(was), set(now), set(wanted)
    first, second, third = ({key: set(terms) for key, terms in _by_key(state).items()} for state in (old, here, asked))
    both = {
        key
        for key in {**first, **second, **third}
        if len({frozenset(state.get(key, ())) for state in (first, second, third)}) == 3
    }
    joined = (here - (old - asked)) | (asked - old)
    for key in both:
        whose = here if (chosen or {}).get(" ".join(key)) == NOW else asked
        joined = {one for one in joined if _about(one) != key} | {one for one in whose if _about(one) == key}
    return sorted(joined, key=str), any((chosen or {}).get(" ".join(key)) not in (NOW, WANTED) for key in both)


def _about(triple: Triple) -> Key:
    return getattr(triple.subject, "value", ""), triple.predicate.value


class _Names:
    """Says what a row is called and where it stands: by its question, else by the end of its property."""

    def __init__(self, blank: Blank, iri: str, triples: Iterable[Triple]) -> None:
        self._blank, self._iri = blank, iri
        self._within = {
            triple.object.value: triple.predicate.value
            for triple in triples
            if isinstance(triple.object, NamedNode) and triple.object.value.startswith(iri + "#")
        }

    def of(self, key: Key) -> tuple[str, str, str]:
        """Return heading, field and nested thing of a row."""
        question, part = self._asked(key)
        shown = part or question
        label = shown.field.name if shown else re.split(r"[/#]", key[1])[-1]
        group = question.field.group.label if question else "Also said"
        nested = "" if key[0] == self._iri else key[0].rpartition("#")[2]
        return group, label, (f"{question.field.name}, {nested}" if question and nested else nested)

    def place(self, key: Key) -> tuple[object, ...]:
        question, part = self._asked(key)
        order = self._blank.questions.index(question) if question else len(self._blank.questions)
        inner = question.parts.index(part) if question and part else -1
        return order, key[0], inner, key[1]

    def _asked(self, key: Key) -> tuple[Question | None, Question | None]:
        if key[0] == self._iri:
            return self._blank.asks(key[1]), None
        question = self._blank.asks(self._within.get(key[0], ""))
        return question, next((part for part in question.parts if part.path == key[1]), None) if question else None


def _by_key(triples: Iterable[Triple]) -> dict[Key, list[NamedNode | Literal]]:
    """Group statements by what they are about; that a nested thing is there is told by its parts."""
    found: dict[Key, list[NamedNode | Literal]] = defaultdict(list)
    for triple in triples:
        subject, value = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            inner = isinstance(value, NamedNode) and value.value.startswith(subject.value + "#")
            nested_class = triple.predicate == RDF.type and "#" in subject.value.rpartition("/")[2]
            if not inner and not nested_class and not (triple.predicate == RDF.type and value in _WIDER):
                found[subject.value, triple.predicate.value].append(value)
    return found


def _texts(terms: Iterable[NamedNode | Literal], told: Told) -> list[str]:
    return sorted(told(term) + (f" ({term.language})" if isinstance(term, Literal) and term.language not in (None, "en") else "")
                  for term in terms)  # fmt: skip


def _pieces(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """Mark what went and what came, word by word, where one text became another that is like it."""
    if len(before) != 1 or len(after) != 1 or max(len(before[0]), len(after[0])) > _LONGEST:
        return []
    old, new = _WORDS.findall(before[0]), _WORDS.findall(after[0])
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.4:
        return []
    pieces = []
    for sign, start, end, low, high in matcher.get_opcodes():
        if sign == "equal":
            pieces.append((" ", "".join(old[start:end])))
        else:
            pieces += [("-", "".join(old[start:end]))] if end > start else []
            pieces += [("+", "".join(new[low:high]))] if high > low else []
    return pieces


def asked_of(blank: Blank, focus: str, path: str, iri: str, triples: Iterable[Triple]) -> str | None:
    """Return what the form calls the field that a complaint is about; None where it is about the record as a whole."""
    question, part = _Names(blank, iri, triples)._asked((focus, path))
    if focus == iri or question is None or question.answer is not PARTS:
        return question.slug if question else None
    return f"{question.slug}/{focus.rpartition('#')[2]}/{part.slug}" if part else question.slug
