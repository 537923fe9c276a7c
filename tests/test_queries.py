"""Every question in kg/queries says what it asks, and the embedded engine answers it with its samples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.base import Base
from kg.errors import BrokenHouse

FOLDER = Path(queries.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.rq"))
UPDATES = {"insert", "replace"}


def test_there_are_questions() -> None:
    assert len(NAMES) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_a_question_opens_with_a_sentence(name: str) -> None:
    title = queries.question(name).title
    assert title.endswith(("?", ".", ")")), title


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UPDATES])
def test_the_engine_answers_a_question_with_its_samples(base: Base, name: str) -> None:
    answer = base.engine.stream(queries.question(name).sample(), "*/*")
    assert b"".join(answer.chunks)


@pytest.mark.parametrize("question", queries.examples(), ids=lambda question: question.name)
def test_an_example_finds_something(base: Base, question: queries.Question) -> None:
    assert base.engine.select(question.sample())


@pytest.mark.parametrize(
    "name", [name for name in NAMES if queries.question(name).samples.keys() & {"things", "record", "records"}]
)
def test_properties_of_a_given_thing_are_chosen_by_a_filter(name: str) -> None:
    """An engine joins `VALUES ?property { … }` by reading all that the whole base says with these properties."""
    lists = re.findall(r"VALUES \?(\w+) \{([^}]*)\}", queries.question(name).text)
    assert [variable for variable, given in lists if not given.strip().startswith("?_")] == []


def test_a_term_enters_a_query_as_the_rdf_library_writes_it() -> None:
    with pytest.raises(ValueError, match="Invalid IRI"):
        NamedNode("http://x/> } DROP ALL #")
    assert str(Literal('" . } DROP ALL #')) == '"\\" . } DROP ALL #"'


def test_a_missing_or_unknown_parameter_is_a_fault_of_ours() -> None:
    with pytest.raises(BrokenHouse, match="takes"):
        queries.fill("ring")
    with pytest.raises(BrokenHouse, match="takes"):
        queries.fill("alive", thing=NamedNode("http://x/"))
    with pytest.raises(BrokenHouse, match="no file"):
        queries.fill("no-such-question")
