"""A paper whose numbers come from named questions: its gaps are filled, its sentences checked against what was true before.

In a paper, `{{name}}` is the first cell of a question's answer, `{{name column}}` that column's, `{{table name}}` all its rows.
A parameter is given as `name=value`, its value as the path of a record or concept:
`{{report-rate provision=concept/provision/portal held}}`. `{{revision}}` is the revision of the base.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis.documents import escaped
from kg.analysis.evidence import slug_of
from kg.answers import Row, Term
from kg.errors import BadInput, BrokenHouse
from kg.terms import RECORDS

Ask = Callable[[str], list[Row]]

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_CITATION = re.compile(r"(?<![\w.])@([A-Za-z][\w:.#$%&+?<>~/-]*[\w])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\[{*])")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LONGEST_TABLE = 100


@dataclass(frozen=True)
class Place:
    """One placeholder of a paper: its text, the question, its parameters, the column, and whether a table is wanted."""

    text: str
    name: str
    parameters: tuple[tuple[str, str], ...] = ()
    column: str = ""
    table: bool = False


@dataclass(frozen=True)
class Changed:
    """A sentence whose value is not what it was."""

    line: int
    sentence: str
    place: str
    was: str
    now: str


def places(paper: str) -> list[Place]:
    """Return the placeholders of a paper, each once, in order."""
    return list(dict.fromkeys(read(text) for text in _PLACEHOLDER.findall(paper)))


def read(text: str) -> Place:
    """Read one placeholder."""
    words = text.split()
    table = words[0] == "table"
    words = words[table:]
    if not words or not _NAME.fullmatch(words[0]):
        raise BadInput(f"{{{{{text}}}}} names no question.", "Write {{name}}, {{name column}} or {{table name}}.")
    parameters = tuple(sorted((part.partition("=")[0], part.partition("=")[2]) for part in words[1:] if "=" in part))
    columns = [part for part in words[1:] if "=" not in part]
    if len(columns) > 1 or (table and columns):
        raise BadInput(f"{{{{{text}}}}} names {len(columns)} columns.", "Name at most one, and none for a table.")
    return Place(text, words[0], parameters, columns[0] if columns else "", table)


def values(paper: str, ask: Ask, revision: int) -> dict[str, str]:
    """Return the value of every placeholder, asking each question once."""
    answers: dict[tuple[str, tuple[tuple[str, str], ...]], list[Row]] = {}
    found: dict[str, str] = {}
    for place in places(paper):
        if place.name == "revision":
            found[place.text] = str(revision)
            continue
        key = place.name, place.parameters
        if key not in answers:
            answers[key] = ask(query(place))
        found[place.text] = _table(answers[key]) if place.table else _cell(place, answers[key])
    return found


def query(place: Place) -> str:
    """Return the query behind a placeholder; a parameter that is not given has its sample."""
    try:
        question = queries.question(place.name)
    except BrokenHouse as error:
        told = f"{{{{{place.text}}}}}: there is no question {place.name!r}."
        raise BadInput(told, "Questions are the files of kg/queries.") from error
    given = dict(place.parameters)
    if unknown := given.keys() - question.samples.keys():
        known = ", ".join(question.samples) or "none"
        raise BadInput(
            f"{{{{{place.text}}}}}: {place.name} takes no {sorted(unknown)[0]!r}.", f"Its parameters: {known}."
        )
    if not given:
        return question.sample()
    if missing := question.samples.keys() - given.keys():
        raise BadInput(f"{{{{{place.text}}}}} leaves {sorted(missing)[0]!r} out.", "Give every parameter, or none.")
    return question.fill(**{name: _term(value) for name, value in given.items()})


def _term(value: str) -> Term | int:
    if value.isdigit():
        return int(value)
    return NamedNode(value if ":" in value else RECORDS + value) if "/" in value else Literal(value)


def _cell(place: Place, rows: Sequence[Row]) -> str:
    if not rows or not rows[0]:
        raise BadInput(
            f"{{{{{place.text}}}}} has no answer.", "Run the question on /sparql, and mend the paper or the base."
        )
    column = place.column or next(iter(rows[0]))
    if column not in rows[0]:
        raise BadInput(
            f"{{{{{place.text}}}}}: {place.name} has no column {column!r}.", f"It has: {', '.join(rows[0])}."
        )
    return _written(rows[0][column])


def _written(term: Term) -> str:
    text = term.value
    if isinstance(term, Literal) and re.fullmatch(r"-?\d+(\.0*)?", text):
        return f"{int(float(text)):,}"
    if isinstance(term, Literal) and re.fullmatch(r"-?\d+\.\d+", text):
        return f"{float(text):.1f}"
    return escaped(text if isinstance(term, Literal) else slug_of(text)).replace("\n", " ")


def _table(rows: Sequence[Row]) -> str:
    """Write rows as a pipe table whose numbers stand to the right."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    if not head:
        return "*No row answers; that says something about the base, not about the world.*"
    cells = [[_written(row[name]) if name in row else "" for name in head] for row in rows]
    numeric = [all(re.fullmatch(r"[\d.,]*", line[at]) for line in cells) for at in range(len(head))]
    spoken = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize() for name in head]
    rule = ["---:" if right else "---" for right in numeric]
    lines = ["| " + " | ".join(line) + " |" for line in [spoken, rule, *cells[:_LONGEST_TABLE]]]
    if len(cells) > _LONGEST_TABLE:
        lines += ["", f"*The first {_LONGEST_TABLE} of {len(cells)} rows.*"]
    return "\n".join(lines)


def filled(paper: str, found: dict[str, str]) -> str:
    """Return the paper with its placeholders filled."""
    return _PLACEHOLDER.sub(lambda match: found[match[1]], paper)


def citations(paper: str) -> list[str]:
    """Return the citation keys of a paper, each once; addresses and code are no citations."""
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|<[^>]*>", "", paper, flags=re.DOTALL)
    return list(dict.fromkeys(_CITATION.findall(text)))


def changed(paper: str, before: dict[str, str], now: dict[str, str]) -> list[Changed]:
    """Return each sentence of which a value is not what it was, in the order of the paper."""
    found: list[Changed] = []
    for start, sentence in _sentences(paper):
        for text in dict.fromkeys(_PLACEHOLDER.findall(sentence)):
            was = before.get(text, "")
            if read(text).name != "revision" and was != now[text]:
                found.append(Changed(paper.count("\n", 0, start) + 1, " ".join(sentence.split()), text, was, now[text]))
    return found


def _sentences(paper: str) -> list[tuple[int, str]]:
    """Cut a paper into sentences with where each begins; a blank line ends one too."""
    found: list[tuple[int, str]] = []
    for paragraph in re.finditer(r"(?:[^\n]|\n(?!\s*\n))+", paper):
        at = paragraph.start()
        for sentence in _SENTENCE.split(paragraph[0]):
            begin = paper.index(sentence, at)
            found.append((begin, sentence))
            at = begin + len(sentence)
    return found
