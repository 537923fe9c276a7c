"""A form as a page draws it: each question with its rows, choices and complaints, made from what was typed or from a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from kg.forms import answers
from kg.forms.answers import Form
from kg.forms.blank import CHOICE, PARTS, YES, Blank, Question
from kg.model import LANGUAGE
from kg.search.cards import Statements, statements
from kg.terms import OU
from kg.web.names import labels
from kg.web.sheets import Sheet
from kg.web.tongues import language
from kg.words import alphabetic

_ALL_BOXES = 12
"""More choices than this get a box to search them."""


@dataclass
class Row:
    """One answer: its text and language, and the id of its field."""

    id: str
    text: str = ""
    language: str = ""


@dataclass
class Choice:
    """One thing that can be chosen."""

    iri: str
    label: str
    chosen: bool


@dataclass
class Part:
    """One nested thing: open with its questions, or closed with a line that says what it is."""

    name: str
    title: str
    asked: list[Asked] = field(default_factory=list)


@dataclass
class Asked:
    """One question as it is drawn."""

    name: str
    id: str
    question: Question
    label: str
    help: str
    rows: list[Row] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    closed: list[Part] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def how(self) -> str:
        """How it is drawn: `boxes`, `list`, `yes`, `parts` or `lines`."""
        if self.question.answer == CHOICE:
            return "boxes" if self.question.many and not self.name.count("/") else "list"
        return {PARTS: "parts", YES: "yes"}.get(self.question.answer, "lines")

    @property
    def filled(self) -> bool:
        """Tell whether there is anything to show without being asked for."""
        said = any(row.text for row in self.rows) or any(choice.chosen for choice in self.choices)
        return said or bool(self.parts or self.closed or self.complaints)

    @property
    def searched(self) -> bool:
        """Tell whether the choices are so many that one looks for them."""
        return len(self.choices) > _ALL_BOXES


@dataclass
class Section:
    """A heading of the form: the questions that everyone sees, and those behind a fold."""

    name: str
    label: str
    first: list[Asked]
    more: list[Asked]


class Drawing:
    """Draws a form from its fields; `complaints` and `warnings` are by the name of the field."""

    def __init__(
        self,
        sheet: Sheet,
        form: Form,
        complaints: Mapping[str, Sequence[str]] | None = None,
        warnings: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.sheet, self.form = sheet, form
        self.complaints, self.warnings = complaints or {}, warnings or {}

    def sections(self) -> list[Section]:
        """Return the form under the headings of the shapes."""
        made = []
        for group, questions in self.sheet.blank.groups:
            asked = [self.asked(question, question.slug) for question in questions]
            first = [one for one in asked if one.filled or one.question.wanted or group.order <= 1.5]
            made.append(
                Section(group.name, group.label_in(language()), first, [one for one in asked if one not in first])
            )
        return made

    def asked(self, question: Question, name: str) -> Asked:
        """Draw one question."""
        made = Asked(
            name,
            field_id(name),
            question,
            question.field.name_in(language()),
            question.field.help_in(language()),
            complaints=list(self.complaints.get(name, ())),
            warnings=list(self.warnings.get(name, ())),
        )
        if question.answer == PARTS:
            self._parts(made)
        elif question.answer == CHOICE:
            made.choices = self._choices(question, self.form.get(name, []))
        else:
            made.rows = self._rows(question, name)
        return made

    def _rows(self, question: Question, name: str) -> list[Row]:
        texts, languages = self.form.get(name, []), self.form.get(name + "@", [])
        pairs = [(text, languages[place] if place < len(languages) else "") for place, text in enumerate(texts)]
        if not pairs:
            pairs.append(("", LANGUAGE))
        return [
            Row(field_id(name) + (f".{place}" if place else ""), text, language)
            for place, (text, language) in enumerate(pairs)
        ]

    def _choices(self, question: Question, chosen: Sequence[str]) -> list[Choice]:
        known = {option.iri for option in question.options}
        others = [iri for iri in chosen if iri and iri not in known]
        called = labels(known) if language() != LANGUAGE else {}
        choices = [
            Choice(option.iri, called.get(option.iri, option.label), option.iri in chosen)
            for option in question.options
        ]
        if called:
            choices.sort(key=lambda choice: alphabetic(choice.label))
        return choices + [Choice(iri, self.sheet.labels.get(iri, iri), True) for iri in others]

    def _parts(self, made: Asked) -> None:
        question = made.question
        own = statements(self.sheet.start, self.sheet.iri)
        opened = list(dict.fromkeys(self.form.get(question.slug, [])))
        there = sorted(answers.names(question, self.sheet.iri, own), key=self._position)
        for name in opened:
            asked = [
                self.asked(part, answers.inside(question, name, part))
                for part in question.parts
                if part.path != OU.position.value or name in there
            ]
            made.parts.append(Part(name, self._title(question, name) if name in there else "", asked))
        made.closed = [Part(name, self._title(question, name)) for name in there if name not in opened]

    def _said(self, name: str) -> Statements:
        return statements(self.sheet.start, f"{self.sheet.iri}#{name}")

    def _position(self, name: str) -> int:
        """Return where a nested thing stands among its like; those that say nothing of it stay as they are."""
        return next(
            (int(term.value) for term in self._said(name).get(OU.position.value, ()) if term.value.isdigit()), 0
        )

    def _title(self, question: Question, name: str) -> str:
        """Say in a line what a nested thing is: the field that its shape names for that, else its first few values."""
        said = self._said(name)
        line = next((part.path for part in question.parts if part.field.role == "line"), "")
        if line in said:
            return _shortened(said[line][0].value)
        words = []
        for path, terms in said.items():
            if path.rpartition("#")[2] != "type":
                words += [
                    self.sheet.labels.get(t.value, t.value) if isinstance(t, NamedNode) else t.value for t in terms
                ]
        return _shortened(" · ".join(sorted(words, key=len)[:3]))


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "…"


def field_id(name: str) -> str:
    """Return the id of a field's first input on the page."""
    return "f-" + name.replace("/", "--")


def mistakes(blank: Blank, complaints: Mapping[str, list[str]], whole: list[str]) -> list[dict[str, str]]:
    """Return every complaint with the field that it leads to."""
    found = [{"text": text, "id": "", "label": ""} for text in whole]
    for name, texts in complaints.items():
        question = blank.question(name.partition("/")[0])
        part = next((p for p in question.parts if p.slug == name.rpartition("/")[2]), None) if question else None
        label = (part or question).field.name_in(language()) if question else ""
        found += [{"text": text, "id": field_id(name), "label": label} for text in texts]
    return found
