"""Answers as a paper writes them: numbers, words and tables in Markdown or in LaTeX, and rows as the chart of a figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from kg.analysis.documents import escaped
from kg.analysis.evidence import slug_of
from kg.analysis.figures import Chart
from kg.analysis.tables import in_tex
from kg.answers import Row, Term
from kg.errors import BadInput

_LONGEST_TABLE = 100
_NOTHING = "No row answers; that says something about the base, not about the world."


@dataclass(frozen=True)
class Hand:
    """How a kind of paper is written: a text without its marks, a table of texts, an aside, a picture with what it shows."""

    plain: Callable[[str], str]
    table: Callable[[Sequence[str], Sequence[bool], Sequence[Sequence[str]]], str]
    aside: Callable[[str], str]
    picture: Callable[[str, str], str]


def cell(term: Term, hand: Hand) -> str:
    """Write one value: a number with its thousands apart and at most two decimals, a thing by the last part of its IRI."""
    text = term.value
    if isinstance(term, Literal) and re.fullmatch(r"-?\d+(\.0*)?", text):
        return f"{int(float(text)):,}"
    if isinstance(term, Literal) and re.fullmatch(r"-?\d+\.\d+", text):
        return f"{float(text):.1f}" if abs(float(text)) >= 1 else f"{float(text):.2f}"
    return hand.plain(text if isinstance(term, Literal) else slug_of(text)).replace("\n", " ")


def table(rows: Sequence[Row], hand: Hand) -> str:
    """Write rows as a table whose numbers stand to the right."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    if not head:
        return hand.aside(_NOTHING)
    cells = [[cell(row[name], hand) if name in row else "" for name in head] for row in rows]
    numeric = [all(re.fullmatch(r"[\d.,]*", line[at]) for line in cells) for at in range(len(head))]
    made = hand.table([_spoken(name) for name in head], numeric, cells[:_LONGEST_TABLE])
    if len(cells) > _LONGEST_TABLE:
        made += "\n\n" + hand.aside(f"The first {_LONGEST_TABLE} of {len(cells)} rows.")
    return made


def chart(title: str, rows: Sequence[Row], columns: Sequence[str] = ()) -> Chart:
    """Make a chart of rows: the first column that is no number names the bars, the columns asked for, or all, are their lengths."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    numbers = [name for name in head if all(_number(row.get(name)) is not None for row in rows if name in row)]
    label = next((name for name in head if name not in numbers), "")
    wanted = list(columns) or numbers
    if not rows or not label or not wanted:
        raise BadInput(
            "A figure needs rows with a name and a number.", "Draw it from another question, or show a table."
        )
    if unknown := [name for name in wanted if name not in numbers]:
        raise BadInput(
            f"A figure cannot be drawn from {unknown[0]!r}.", f"Columns of numbers: {', '.join(numbers) or 'none'}."
        )
    labels = tuple(
        row[label].value if isinstance(row[label], Literal) else slug_of(row[label].value)
        for row in rows
        if label in row
    )
    lengths = tuple(tuple(_number(row.get(name)) or 0.0 for name in wanted) for row in rows if label in row)
    return Chart(title, labels, tuple(_spoken(name) for name in wanted), lengths)


def _number(term: Term | None) -> float | None:
    if isinstance(term, Literal) and re.fullmatch(r"-?\d+(\.\d*)?", term.value):
        return float(term.value)
    return None


def _spoken(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _pipes(head: Sequence[str], numeric: Sequence[bool], cells: Sequence[Sequence[str]]) -> str:
    rule = ["---:" if right else "---" for right in numeric]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *cells])


def _tabular(head: Sequence[str], numeric: Sequence[bool], cells: Sequence[Sequence[str]]) -> str:
    """Write a longtable with booktabs rules; words share what the numbers leave of the line."""
    words = numeric.count(False)
    share = f"{(0.96 - 0.1 * numeric.count(True)) / words:.2f}" if words else ""
    columns = "".join("r" if right else rf">{{\raggedright\arraybackslash}}p{{{share}\linewidth}}" for right in numeric)
    lines = [" & ".join(line) + r" \\" for line in [head, *cells]]
    return "\n".join([rf"\begin{{longtable}}{{{columns}}}", r"\toprule", lines[0], r"\midrule", r"\endhead", *lines[1:],
                      r"\bottomrule", r"\end{longtable}"])  # fmt: skip


MARKDOWN = Hand(escaped, _pipes, lambda text: f"*{text}*", lambda name, title: f"![{escaped(title)}]({name})")
LATEX = Hand(
    in_tex,
    _tabular,
    lambda text: rf"\emph{{{in_tex(text)}}}",
    lambda name, title: rf"\includegraphics[width=\linewidth]{{{name}}}",
)
