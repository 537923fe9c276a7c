"""Tables of one kind of record: a row a record, a column a field of its shape; written, and read back without loss.

The first heading is the name of the kind, its cells the last parts of addresses. `title@fr` holds words in a language,
`distribution/2/accessURL` a part of the second nested thing; several values of a cell stand between ` | `. A line that begins
with `#` is a remark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kg.citations.out.table import harmful, harmless
from kg.forms import answers
from kg.forms.answers import Resolve, Shown
from kg.forms.blank import CHOICE, PARTS, Blank, Question
from kg.model import LANGUAGE
from kg.search.cards import Statements, classes_of, statements
from kg.terms import RECORDS, record_of

_HEADING = re.compile(r"(?P<slug>[\w-]+)(?:/(?P<number>[1-9]\d?)/(?P<part>[\w-]+))?(?:@(?P<language>[A-Za-z0-9-]*))?")
_BARS = re.compile(r" \| ")
_ESCAPED = re.compile(r"\\([\\|])")
_EXAMPLES = 1
SORT = "sort"


@dataclass(frozen=True)
class Column:
    """One column: a question, which of its nested things and which part of it, and the language of its words."""

    question: Question
    number: int = 0
    part: Question | None = None
    language: str = ""

    @property
    def asked(self) -> Question:
        """The question that its cells answer."""
        return self.part or self.question

    @property
    def heading(self) -> str:
        """What stands on top of it."""
        inner = f"/{self.number}/{self.part.slug}" if self.part else ""
        return self.question.slug + inner + (f"@{self.language}" if self.language else "")


# -- out ----------------------------------------------------------------------------------------------------------------


def template(blank: Blank) -> Iterator[str]:
    """Yield an empty table of a kind: its headings, and a remark that says what belongs under each."""
    columns = list(_columns(blank, {}, {}))
    yield _row([*_first(blank), *(column.heading for column in columns)])
    told = (_told(column.asked) for column in columns)
    sorts = ["one of: " + "; ".join(option.label for option in blank.sorts)] if blank.sorts else []
    yield _row([f"# last part of the address; empty for a new {blank.kind.label.lower()}", *sorts, *told])


def _first(blank: Blank) -> list[str]:
    """Return the headings before those of the fields: the kind, and the sort where there are some."""
    return [str(blank.kind.name), *([SORT] if blank.sorts else [])]


def _told(question: Question) -> str:
    need = "needed: " if question.required else ""
    choice = "; ".join(_short(option.iri) for option in question.options[:8])
    more = f" (such as {choice})" if choice else ""
    return f"{need}{question.field.help or question.field.name}{more}"


def write(blank: Blank, records: Callable[[], Iterable[tuple[str, list[Triple]]]], shown: Shown) -> Iterator[str]:
    """Yield the table of records, which are walked twice: once for the columns that they need, once for their rows."""
    languages: dict[str, dict[str, None]] = {}
    most: dict[str, int] = {}
    for iri, triples in records():
        _measure(blank, iri, triples, languages, most)
    columns = list(_columns(blank, languages, most))
    yield _row([*_first(blank), *(column.heading for column in columns)])
    for iri, triples in records():
        form = _form(blank, iri, triples, shown)
        first = [iri.partition(f"/{blank.kind.name}/")[2], *([_sort(blank, iri, triples)] if blank.sorts else [])]
        yield _row([*first, *(_cell(form, column, _names(blank, iri, triples)) for column in columns)])


def _sort(blank: Blank, iri: str, triples: list[Triple]) -> str:
    classes = classes_of(statements(triples, iri))
    return next((option.label for option in blank.sorts if option.iri in classes), "")


def _measure(
    blank: Blank, iri: str, triples: list[Triple], languages: dict[str, dict[str, None]], most: dict[str, int]
) -> None:
    own = statements(triples, iri)
    for question in blank.questions:
        if question.answer is PARTS:
            names = answers.names(question, iri, own)
            most[question.slug] = max(most.get(question.slug, 0), len(names))
            for part, name in ((part, name) for part in question.parts if part.spoken for name in names):
                _note(languages, f"{question.slug}/{part.slug}", part, statements(triples, f"{iri}#{name}"))
        elif question.spoken:
            _note(languages, question.slug, question, own)


def _note(languages: dict[str, dict[str, None]], name: str, question: Question, own: Statements) -> None:
    for term in own.get(question.path, ()):
        languages.setdefault(name, {})[getattr(term, "language", None) or ""] = None


def _columns(blank: Blank, languages: Mapping[str, Iterable[str]], most: Mapping[str, int]) -> Iterator[Column]:
    for question in blank.questions:
        if question.answer is PARTS:
            for number in range(1, most.get(question.slug, _EXAMPLES) + 1):
                for part in question.parts:
                    spoken = languages.get(f"{question.slug}/{part.slug}", [LANGUAGE]) if part.spoken else [""]
                    yield from (Column(question, number, part, language) for language in sorted(spoken))
        else:
            spoken = languages.get(question.slug, [LANGUAGE]) if question.spoken else [""]
            yield from (Column(question, language=language) for language in sorted(spoken))


def _names(blank: Blank, iri: str, triples: list[Triple]) -> dict[str, list[str]]:
    """Return the nested things of each question, in the order of their columns."""
    own = statements(triples, iri)
    return {one.slug: answers.names(one, iri, own) for one in blank.questions if one.answer is PARTS}


def _form(blank: Blank, iri: str, triples: list[Triple], shown: Shown) -> dict[str, list[str]]:
    return answers.written(blank, iri, triples, shown, _names(blank, iri, triples))


def _cell(form: Mapping[str, list[str]], column: Column, names: Mapping[str, list[str]]) -> str:
    field = column.question.slug
    if column.part is not None:
        there = names.get(column.question.slug, [])
        if len(there) < column.number:
            return ""
        field = answers.inside(column.question, there[column.number - 1], column.part)
    texts = form.get(field, [])
    if column.asked.spoken:
        texts = [text for text, said in zip(texts, form.get(field + "@", []), strict=True) if said == column.language]
    return " | ".join(_escaped(_short(text) if column.asked.answer == CHOICE else text) for text in texts)


def _short(iri: str) -> str:
    return iri.removeprefix(RECORDS)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(harmless(cell) for cell in cells)
    return line.getvalue()


# -- in -----------------------------------------------------------------------------------------------------------------


def columns(blank: Blank, headings: Iterable[str]) -> tuple[list[Column | None], list[str]]:
    """Return the column under each heading, and the headings that mean nothing."""
    made: list[Column | None] = []
    strange = []
    for heading in headings:
        column = _column(blank, heading.strip())
        if column is None and heading.strip():
            strange.append(heading.strip())
        made.append(column)
    return made, strange


def _column(blank: Blank, heading: str) -> Column | None:
    found = _HEADING.fullmatch(heading)
    question = blank.question(found["slug"]) if found else None
    if found is None or question is None or (question.answer is PARTS) != bool(found["part"]):
        return None
    part = next((one for one in question.parts if one.slug == found["part"]), None)
    if (found["part"] and part is None) or (found["language"] and not (part or question).spoken):
        return None
    return Column(question, int(found["number"] or 0), part, found["language"] or "")


def read(
    blank: Blank, iri: str, start: list[Triple], row: Sequence[tuple[Column, str]], shown: Shown, resolve: Resolve
) -> answers.Answers:
    """Read one row over the record as it stands: a column replaces its own answers, what has no column stays."""
    form = _form(blank, iri, start, shown)
    names = _names(blank, iri, start)
    form[answers.HAS] = list(dict.fromkeys(column.question.slug for column, _ in row))
    filled = {(column.question.slug, column.number) for column, cell in row if column.part and cell.strip()}
    for column, cell in row:
        field = column.question.slug
        if column.part is not None:
            name = _nested(form, column, names, there=(field, column.number) in filled)
            if not name:
                continue
            field = answers.inside(column.question, name, column.part)
        _answer(form, field, column, _values(cell, column.asked))
    return answers.read(blank, iri, start, form, shown, resolve)


def _nested(form: dict[str, list[str]], column: Column, names: Mapping[str, list[str]], *, there: bool) -> str:
    """Return what the form calls the nested thing of a column; nothing, and the thing dropped, where its cells are empty."""
    slug, known = column.question.slug, names[column.question.slug]
    name = known[column.number - 1] if column.number <= len(known) else f"new-{column.number}"
    if there:
        if name not in form[slug]:
            form[slug].append(name)
        return name
    if name in form[slug]:
        form[slug].remove(name)
        form.setdefault(answers.DROPPED + slug, []).append(name)
    return ""


def _answer(form: dict[str, list[str]], field: str, column: Column, values: list[str]) -> None:
    if not column.asked.spoken:
        form[field] = values
        return
    others = [
        (text, said)
        for text, said in zip(form.get(field, []), form.get(field + "@", []), strict=True)
        if said != column.language
    ]
    pairs = [*others, *((text, column.language) for text in values)]
    form[field], form[field + "@"] = [text for text, _ in pairs], [said for _, said in pairs]


def _values(cell: str, question: Question) -> list[str]:
    texts = (
        [text.strip() for text in _BARS.split(harmful(cell))] if question.many or question.spoken else [harmful(cell)]
    )
    plain = [_ESCAPED.sub(r"\1", text) for text in texts if text.strip()]
    return [_chosen(text, question) for text in plain] if question.answer == CHOICE else plain


def _chosen(text: str, question: Question) -> str:
    """Return the thing that a cell chooses by its address, the end of it, or what it is called."""
    wanted = text.strip().casefold()
    for option in question.options:
        if wanted in (option.iri.casefold(), _short(option.iri).casefold(), option.label.casefold()):
            return option.iri
    return text if ":" in text else RECORDS + text  # a record may hold what is no longer offered: it stays


def resolving(resolve: Resolve, records: Iterable[str]) -> Resolve:
    """Let a cell also name a record of the same file, which the base does not know yet."""
    fresh = {record_of(iri) for iri in records}

    def found(text: str, question: Question) -> NamedNode | str:
        told = resolve(text, question)
        if isinstance(told, str):
            ends = next((iri for iri in fresh if iri.endswith("/" + text.strip())), None)
            return NamedNode(ends) if ends else told
        return told

    return found
