"""A paper whose numbers come from named questions: its gaps are filled, its sentences checked against what was true before.

In a paper, `{{name}}` is the first cell of a question's answer, `{{name column}}` that column's, `{{table name}}` all its rows,
`{{figure name}}` or `{{figure name column column}}` a picture of them. A parameter is given as `name=value`, its value as the path
of a record or concept: `{{report-rate provision=concept/provision/portal held}}`. `{{revision}}` is the revision of the base.
In LaTeX, double braces around anything else are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import typeset
from kg.analysis.figures import Chart
from kg.analysis.typeset import Hand
from kg.answers import Row, Term
from kg.errors import BadInput, BrokenHouse
from kg.terms import RECORDS

Ask = Callable[[str], list[Row]]

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_CITATION = re.compile(r"(?<![\w.])@([A-Za-z][\w:.#$%&+?<>~/-]*[\w])")
_CITED_IN_TEX = re.compile(r"\\[A-Za-z]*cite[A-Za-z]*\*?(?:\[[^\]]*\]){0,2}\{([^{}]*)\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\[{*\\])")
_PARAGRAPH = re.compile(r"^\\[^\n]*|[^\n](?:[^\n]|\n(?!\s*\n|\\))*", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_REVISION = "revision"
_WHOLE = ("table", "figure")
_ROWS_TOLD = 5


@dataclass(frozen=True)
class Place:
    """One placeholder of a paper: its text, the question, parameters and columns, and whether a table or a figure is wanted."""

    text: str
    name: str
    parameters: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    whole: str = ""


@dataclass(frozen=True)
class Answered:
    """What a paper is filled with: the value of each placeholder, of a figure its rows as a table; and the charts of figures."""

    values: dict[str, str]
    charts: dict[str, Chart] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """A sentence whose value is not what it was."""

    line: int
    sentence: str
    place: str
    was: str
    now: str


def places(paper: str, *, tex: bool = False) -> list[Place]:
    """Return the placeholders of a paper, each once, in order."""
    return [read(text) for text in dict.fromkeys(_PLACEHOLDER.findall(paper)) if not tex or _is_ours(text)]


def _is_ours(text: str) -> bool:
    """Tell whether double braces in LaTeX are a placeholder: they name a question, or something that is named like one."""
    words = text.split()
    name = words[words[0] in _WHOLE :][:1]
    return name == [_REVISION] or bool(name and _NAME.fullmatch(name[0]) and ("-" in name[0] or queries.known(name[0])))


def read(text: str) -> Place:
    """Read one placeholder."""
    words = text.split()
    whole = words[0] if words[0] in _WHOLE else ""
    words = words[bool(whole) :]
    if not words or not _NAME.fullmatch(words[0]):
        raise BadInput(
            f"{{{{{text}}}}} names no question.", "Write {{name}}, {{name column}}, {{table name}} or {{figure name}}."
        )
    parameters = tuple(sorted((part.partition("=")[0], part.partition("=")[2]) for part in words[1:] if "=" in part))
    columns = tuple(part for part in words[1:] if "=" not in part)
    if whole != "figure" and len(columns) > (not whole):
        raise BadInput(f"{{{{{text}}}}} names {len(columns)} columns.", "Name at most one, and none for a table.")
    return Place(text, words[0], parameters, columns, whole)


def answered(paper: str, ask: Ask, revision: int, *, tex: bool = False) -> Answered:
    """Return the value of every placeholder, asking each question once."""
    answers: dict[tuple[str, tuple[tuple[str, str], ...]], list[Row]] = {}
    hand = typeset.LATEX if tex else typeset.MARKDOWN
    found = Answered({})
    for place in places(paper, tex=tex):
        if place.name == _REVISION:
            found.values[place.text] = str(revision)
            continue
        key = place.name, place.parameters
        if key not in answers:
            answers[key] = ask(query(place))
        rows = answers[key]
        found.values[place.text] = typeset.table(rows, hand) if place.whole else _cell(place, rows, hand)
        if place.whole == "figure":
            found.charts[place.text] = typeset.chart(queries.question(place.name).title, rows, place.columns)
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


def _cell(place: Place, rows: Sequence[Row], hand: Hand) -> str:
    if not rows or not rows[0]:
        raise BadInput(
            f"{{{{{place.text}}}}} has no answer.", "Run the question on /sparql, and mend the paper or the base."
        )
    column = place.columns[0] if place.columns else next(iter(rows[0]))
    if column not in rows[0]:
        raise BadInput(
            f"{{{{{place.text}}}}}: {place.name} has no column {column!r}.", f"It has: {', '.join(rows[0])}."
        )
    return typeset.cell(rows[0][column], hand)


def filled(paper: str, found: Answered, pictures: Mapping[str, str], *, tex: bool = False) -> str:
    """Return the paper with its placeholders filled; `pictures` says how the file of each figure is called."""
    hand = typeset.LATEX if tex else typeset.MARKDOWN

    def put(match: re.Match[str]) -> str:
        text = match[1]
        if text in found.charts:
            return hand.picture(pictures[text], found.charts[text].title)
        return found.values.get(text, match[0])

    return _PLACEHOLDER.sub(put, paper)


def citations(paper: str, *, tex: bool = False) -> list[str]:
    """Return the citation keys of a paper, each once; addresses, code and what LaTeX takes for a comment are no citations."""
    if tex:
        bare = re.sub(r"(?<!\\)%.*", "", paper)
        keys = [key.strip() for found in _CITED_IN_TEX.findall(bare) for key in found.split(",")]
        return [key for key in dict.fromkeys(keys) if key and key != "*"]
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|<[^>]*>", "", paper, flags=re.DOTALL)
    return list(dict.fromkeys(_CITATION.findall(text)))


def changed(paper: str, before: dict[str, str], now: dict[str, str]) -> list[Changed]:
    """Return each sentence of which a value is not what it was, in the order of the paper; of a table the rows that differ."""
    found: list[Changed] = []
    for start, sentence in _sentences(paper):
        for text in dict.fromkeys(_PLACEHOLDER.findall(sentence)):
            was, here = before.get(text, ""), now.get(text)
            if here is not None and read(text).name != _REVISION and was != here:
                line = paper.count("\n", 0, start) + 1
                found += [Changed(line, " ".join(sentence.split()), text, *pair) for pair in _differing(was, here)]
    return found


def _differing(was: str, now: str) -> Iterator[tuple[str, str]]:
    """Yield what was and what is: of a table each row that went or came, of many the first."""
    old, new = was.splitlines(), now.splitlines()
    if len(new) < 2 and len(old) < 2:
        yield was, now
        return
    gone, come = [row for row in old if row not in new], [row for row in new if row not in old]
    pairs = [
        (gone[at] if at < len(gone) else "", come[at] if at < len(come) else "")
        for at in range(max(len(gone), len(come)))
    ]
    yield from pairs[:_ROWS_TOLD]
    if not pairs:
        yield "the same rows in another order", "this order"


def _sentences(paper: str) -> list[tuple[int, str]]:
    """Cut a paper into sentences with where each begins; a blank line ends one too, and so does a command of LaTeX."""
    found: list[tuple[int, str]] = []
    for paragraph in _PARAGRAPH.finditer(paper):
        at = paragraph.start()
        for sentence in _SENTENCE.split(paragraph[0]):
            begin = paper.index(sentence, at)
            found.append((begin, sentence))
            at = begin + len(sentence)
    return found
