"""Answers: the statements of a record as the fields of a form, and the fields of a form as statements, with nothing lost between.

A form is a mapping of field name to texts, as a browser sends it. `title` holds the answers to a question, `title@` their language.
A nested thing is named in the field of its question (`evidence` holds `evidence-1`), its parts are `evidence/evidence-1/source`.
`has` names the questions that were shown: what was not shown, and what no question asks for, stays as the record has it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import TooLarge
from kg.forms.blank import CHOICE, PARTS, Blank, Question
from kg.search.cards import Statements, statements
from kg.terms import OU, RDF, XSD
from kg.words import phrase

Form = Mapping[str, list[str]]
Shown = Callable[[str], str]
"""What a form shows for an IRI."""
Resolve = Callable[[str, Question], "NamedNode | str"]
"""The thing that somebody named, or the sentence that says why it is none."""
Term = NamedNode | Literal

HAS = "has"
DROPPED = "drop:"
_NEW = re.compile(r"new-\d{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_LONGEST = 20_000
_MOST = 300
_DAY, _MONTH, _YEAR = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d"), re.compile(r"\d{4}")


@dataclass
class Answers:
    """What a form says: the record's statements, and what is wrong with which field."""

    triples: list[Triple]
    complaints: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


# -- a record as a form -------------------------------------------------------------------------------------------------


def written(
    blank: Blank, iri: str, triples: list[Triple], shown: Shown, opened: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """Write a record as the fields of its form; `opened` says which nested things of a question are shown part by part."""
    own = statements(triples, iri)
    form: dict[str, list[str]] = {HAS: [question.slug for question in blank.questions]}
    for question in blank.questions:
        if question.answer is not PARTS:
            _write(form, question.slug, question, own.get(question.path, []), shown)
            continue
        form[question.slug] = list(opened.get(question.slug, ()))
        for name in form[question.slug]:
            inner = statements(triples, f"{iri}#{name}")
            for part in question.parts:
                _write(form, inside(question, name, part), part, inner.get(part.path, []), shown)
    return form


def _write(form: dict[str, list[str]], name: str, question: Question, terms: Iterable[Term], shown: Shown) -> None:
    pairs = sorted((_pair(question, term, shown) for term in terms), key=lambda pair: (pair[1] != "en", pair))
    form[name] = [text for text, _ in pairs]
    if question.spoken:
        form[name + "@"] = [language for _, language in pairs]


def inside(question: Question, name: str, part: Question) -> str:
    """Return what the form calls one part of a nested thing."""
    return f"{question.slug}/{name}/{part.slug}"


def names(question: Question, iri: str, own: Statements) -> list[str]:
    """Return the fragments of the nested things of a question, in natural order."""
    found = [value.value for value in own.get(question.path, ()) if isinstance(value, NamedNode)]
    fragments = [value.removeprefix(iri + "#") for value in found if value.startswith(iri + "#")]
    return sorted(
        fragments, key=lambda name: [part.zfill(8) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
    )


def _pair(question: Question, term: Term, shown: Shown) -> tuple[str, str]:
    if isinstance(term, Literal):
        return _clean(term.value), (term.language or "") if question.spoken else ""
    return (term.value if question.answer == CHOICE else _clean(shown(term.value))), ""


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


# -- a form as a record ---------------------------------------------------------------------------------------------------


def read(blank: Blank, iri: str, start: list[Triple], form: Form, shown: Shown, resolve: Resolve) -> Answers:
    """Read a form over the record from which it was made; an answer that was not touched keeps its very term."""
    reader = _Reader(iri, start, form, shown, resolve)
    for question in blank.questions:
        if question.slug in form.get(HAS, ()):
            if question.answer is PARTS:
                reader.parts(question)
            else:
                reader.answers(NamedNode(iri), question, question.slug)
    return Answers([triple for triple in start if not reader.replaced(triple)] + reader.made, reader.complaints)


class _Reader:
    """Walks a form, and gathers what it replaces, what it says instead, and what it cannot mean."""

    def __init__(self, iri: str, start: list[Triple], form: Form, shown: Shown, resolve: Resolve) -> None:
        self.iri, self.form, self.shown, self.resolve = iri, form, shown, resolve
        self.said: dict[NamedNode, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in start:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
                self.said[triple.subject][triple.predicate.value].append(triple.object)
        self.gone: set[tuple[NamedNode, str]] = set()
        self.dropped: set[NamedNode] = set()
        self.made: list[Triple] = []
        self.complaints: dict[str, list[str]] = defaultdict(list)

    def replaced(self, triple: Triple) -> bool:
        """Tell whether the form says something in the place of a statement."""
        subject = triple.subject
        return isinstance(subject, NamedNode) and (
            subject in self.dropped
            or (subject, triple.predicate.value) in self.gone
            or (triple.object in self.dropped and subject == NamedNode(self.iri))
        )

    def answers(self, subject: NamedNode, question: Question, name: str) -> int:
        """Read the answers to one question; return how many there are."""
        self.gone.add((subject, question.path))
        pool: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for term in self.said[subject][question.path]:
            pool[_pair(question, term, self.shown)].append(term)
        found: dict[Term, None] = {}
        for text, language in self._rows(name, question):
            if kept := pool.get((text, language)):
                found[kept.pop(0) if len(kept) > 1 else kept[0]] = None
                continue
            made = self._term(question, text, language)
            if isinstance(made, str):
                self.complaints[name].append(made)
            else:
                found[made] = None
        self.made += (Triple(subject, NamedNode(question.path), term) for term in found)
        return len(found)

    def _rows(self, name: str, question: Question) -> Iterator[tuple[str, str]]:
        texts, languages = self.form.get(name, []), self.form.get(name + "@", [])
        if len(texts) > _MOST:
            raise TooLarge(f"{question.field.name} has {len(texts)} answers; a form takes {_MOST}.")
        for number, text in enumerate(texts):
            if len(text) > _LONGEST:
                raise TooLarge(
                    f"{question.field.name} has an answer of {len(text):,} characters; a form takes {_LONGEST:,}."
                )
            if cleaned := _clean(text):
                language = languages[number].strip() if question.spoken and number < len(languages) else ""
                yield cleaned, language

    def _term(self, question: Question, text: str, language: str) -> Term | str:
        match question.answer:
            case "words":
                if language and not _LANGUAGE.fullmatch(language):
                    return phrase("Give the language as a code, such as en, fr or pt-BR.")
                return Literal(text, language=language) if language else Literal(text)
            case "choice":
                chosen = next((option for option in question.options if option.iri == text), None)
                return NamedNode(chosen.iri) if chosen else phrase("Choose from the list.")
            case "thing" | "address":
                return self.resolve(text, question)
            case "date":
                return _date(text) or phrase("Write the date as a year, a month or a day: 2016, 2016-10 or 2016-10-07.")
            case "number":
                whole = re.fullmatch(r"-?\d{1,12}", text, re.ASCII)
                return Literal(int(text)) if whole else phrase("Write a whole number.")
            case "yes":
                return Literal(text == "true") if text in ("true", "false") else phrase("Say yes or no.")
        return Literal(text, datatype=NamedNode(question.datatype)) if question.datatype else Literal(text)

    # -- nested things --------------------------------------------------------------------------------------------------

    def parts(self, question: Question) -> None:
        """Read the nested things of a question that the form shows; the others stay."""
        for name in self.form.get(DROPPED + question.slug, []):
            if self._has(question, name):
                self.dropped.add(NamedNode(f"{self.iri}#{name}"))
        shown = [name for name in dict.fromkeys(self.form.get(question.slug, [])) if self._knows(question, name)]
        if len(shown) > _MOST:
            raise TooLarge(f"{question.field.name} has {len(shown)} parts open; a form takes {_MOST}.")
        last = self._last(question)
        for name in shown:
            node = NamedNode(f"{self.iri}#{name}")
            last += not self._has(question, name)
            if node not in self.dropped:
                self._part(question, name, node, last)

    def _part(self, question: Question, name: str, node: NamedNode, place: int) -> None:
        fresh = not self._has(question, name)
        if fresh:
            node = NamedNode(f"{self.iri}#{self._free(question)}")
        before = len(self.made)
        given = 0
        for part in question.parts:
            if part.path != OU.position.value:
                given += self.answers(node, part, inside(question, name, part))
        wrong = any(inside(question, name, part) in self.complaints for part in question.parts)
        if not given and not wrong:
            del self.made[before:]
            self.dropped.add(node)
            return
        for part in question.parts:
            if part.path == OU.position.value and not self.answers(node, part, inside(question, name, part)):
                self.made.append(Triple(node, OU.position, Literal(place)))
        if fresh:
            self.made.append(Triple(NamedNode(self.iri), NamedNode(question.path), node))
            self.made.append(Triple(node, RDF.type, NamedNode(question.part_class)))
            self.said[node][RDF.type.value].append(NamedNode(question.part_class))
            self.said[NamedNode(self.iri)][question.path].append(node)

    def _last(self, question: Question) -> int:
        """Return the last position among the nested things of a question that the record has, 0 where they have none."""
        nodes = [term for term in self.said[NamedNode(self.iri)][question.path] if isinstance(term, NamedNode)]
        found = [
            int(term.value) for node in nodes for term in self.said[node][OU.position.value] if term.value.isdigit()
        ]
        return max(found, default=0)

    def _has(self, question: Question, name: str) -> bool:
        return any(term.value == f"{self.iri}#{name}" for term in self.said[NamedNode(self.iri)][question.path])

    def _knows(self, question: Question, name: str) -> bool:
        return bool(_NEW.fullmatch(name)) or self._has(question, name)

    def _free(self, question: Question) -> str:
        """Return a fragment that nothing of the record has yet, called as its neighbours are."""
        local = re.split(r"[/#]", question.path)[-1].removeprefix("has")
        stem = min((question.slug, local[:1].lower() + local[1:]), key=len)
        number = 1
        while NamedNode(f"{self.iri}#{stem}-{number}") in self.said:
            number += 1
        return f"{stem}-{number}"


def _date(text: str) -> Literal | None:
    """Read a date as precisely as it was given."""
    for form, datatype, rest in ((_DAY, XSD.date, ""), (_MONTH, XSD.gYearMonth, "-01"), (_YEAR, XSD.gYear, "-01-01")):
        if form.fullmatch(text):
            try:
                date.fromisoformat(text + rest)
            except ValueError:
                return None
            return Literal(text, datatype=datatype)
    return None
