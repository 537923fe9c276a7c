"""Rows in the words of the reader: a table is made in English, so that an address narrows it in every language, and told anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pyoxigraph import Literal

from kg.analysis import swot
from kg.analysis.evidence import STEP_WORDS, Evidence, concept
from kg.analysis.tables import Value
from kg.web.analysis.held import evidence, kept, remembered
from kg.web.tongues import ENGLISH, language, speaking

_SCHEMES = {"level": "level", "sectors": "sector"}
"""Columns of slugs, and the schemes in which these are concepts."""
_LISTS = {"place": ", ", "sectors": ", ", "after": "; "}
"""Columns of several things, and what parts them."""
_STEP = {"who": "actor", "government": "government", "civic community": "community", "what is done": "government"}
_FACTOR = ("factor", "provision", "rule iri", "peers", "peers read whole")


def rows(head: Sequence[str], made: Sequence[Sequence[Value]]) -> list[list[Value]]:
    """Return rows with places, concepts, steps and factors as the reader's language calls them."""
    if language() == ENGLISH:
        return [list(row) for row in made]
    words = remembered("rows retold", _words)
    told = [[_told(name, value, words) for name, value in zip(head, row, strict=True)] for row in made]
    return _with_factors(head, told) if set(_FACTOR) <= set(head) else told


def _told(column: str, value: Value, words: Mapping[str, Mapping[str, str]]) -> Value:
    known = words.get(column)
    if known is None or not isinstance(value, str):
        return value
    between = _LISTS.get(column)
    if between is None or value in known:
        return known.get(value, value)
    return between.join(known.get(part, part) for part in value.split(between))


def _words() -> dict[str, dict[str, str]]:
    """Return for each column the reader's words by the English ones."""
    with speaking(ENGLISH):
        english = evidence()
    spoken = evidence()
    provisions = {one.label: spoken.provisions[iri].label for iri, one in english.provisions.items()}
    found = {
        "place": {label: spoken.places[iri] for iri, label in english.places.items()},
        "after": provisions,
        "provision": provisions,
        **{column: dict(spoken.scheme(scheme)) for column, scheme in _SCHEMES.items()},
    }
    return found | {column: _of_steps(english, spoken, part) for column, part in _STEP.items() if part in STEP_WORDS}


def _of_steps(english: Evidence, spoken: Evidence, part: str) -> dict[str, str]:
    return {getattr(step, part): getattr(spoken.steps[iri], part) for iri, step in english.steps.items()}


def _with_factors(head: Sequence[str], made: list[list[Value]]) -> list[list[Value]]:
    """Say the factors that rules derived by the same rules in the reader's language; what people wrote stays."""
    says = {
        concept("swot-rule", rule.name): rule.says
        for rule in swot.rules(kept("analysis-swot-rules", language=Literal(language())))
    }
    factor, provision, rule, held, judged = (list(head).index(name) for name in _FACTOR)
    called: Callable[[str], str] = swot.in_sentence
    for row in made:
        if sentence := says.get(str(row[rule])):
            row[factor] = sentence.format(provision=called(str(row[provision])), held=row[held], judged=row[judged])
    return made
