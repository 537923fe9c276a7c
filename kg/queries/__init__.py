"""Named questions: each `.rq` file is one SPARQL query with a sentence on top and a sample for each parameter.

A file opens with comment lines: the first is the question in plain words; a line `# name: sample` declares a parameter, written
`?_name` in the text. `fill` is the one place where terms enter a query; they are written by the RDF library, never by us.
A parameter that stands inside `VALUES ?x { ?_name }` may be given as a list; one that stands for statements, as N-Triples (bytes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from pyoxigraph import Literal, NamedNode

from kg.errors import BrokenHouse
from kg.terms import PREFIXES

Term = NamedNode | Literal
Value = Term | Iterable[Term] | int | bytes
_FOLDER = Path(__file__).parent
_DECLARATION = re.compile(r"^#\s*(\w+):\s*(\S.*)$")
_PARAMETER = re.compile(r"\?_(\w+)")


@dataclass(frozen=True)
class Question:
    """One query file: its name, the question in words, a sample for each parameter, and the SPARQL text."""

    name: str
    title: str
    samples: dict[str, str]
    text: str

    def fill(self, **terms: Value) -> str:
        """Return the whole query with every parameter filled in; a missing or unknown one is a fault of ours."""
        if terms.keys() != self.samples.keys():
            raise BrokenHouse(f"The question {self.name} takes {sorted(self.samples)}, not {sorted(terms)}.")
        written = {name: _written(value) for name, value in terms.items()}
        return _PARAMETER.sub(lambda match: written[match[1]], _with_prefixes(self.text))

    def sample(self) -> str:
        """Return the query filled with its samples: what the documentation and the editor show."""
        return _with_prefixes(_PARAMETER.sub(lambda match: self.samples[match[1]], self.text))


@cache
def _with_prefixes(text: str) -> str:
    """Put the prefixes that a query uses on top of it."""
    used = (f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items() if re.search(rf"\b{prefix}:", text))
    return "".join(used) + text


def _written(value: Value) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, NamedNode | Literal):
        return str(value)
    return " ".join(str(term) for term in value)


def known(name: str) -> bool:
    """Tell whether there is a question of that name."""
    return (_FOLDER / f"{name}.rq").is_file()


@cache
def question(name: str) -> Question:
    """Read the question of that name."""
    path = _FOLDER / f"{name}.rq"
    if not path.is_file():
        raise BrokenHouse(f"The question {name} has no file.")
    comments: list[str] = []
    body: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        (comments if line.startswith("#") and not body else body).append(line)
    samples = {match[1]: match[2] for line in comments[1:] if (match := _DECLARATION.match(line))}
    text = "\n".join(body).strip() + "\n"
    if set(_PARAMETER.findall(text)) != samples.keys():
        raise BrokenHouse(f"{path.name} declares {sorted(samples)} but uses {sorted(set(_PARAMETER.findall(text)))}.")
    return Question(name, comments[0].lstrip("# ").strip(), samples, text)


def fill(name: str, **terms: Value) -> str:
    """Return the named question as a query, its parameters filled in."""
    return question(name).fill(**terms)


def titles_in(file: IO[bytes], *_how: object, **_options: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield what an example is called, for the catalogues of translations (a method of extraction of Babel)."""
    if Path(file.name).name[0].isdigit():
        yield 1, None, question(Path(file.name).stem).title, []


@cache
def examples() -> tuple[Question, ...]:
    """Return the questions for people: those whose file name begins with a number, in order."""
    return tuple(question(path.stem) for path in sorted(_FOLDER.glob("[0-9]*.rq")))
