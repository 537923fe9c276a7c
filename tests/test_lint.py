"""Lint: each rule on an entry that breaks it and on one that does not, the page, and repairs that are written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import intake
from kg import lint as linting
from kg.base import Base, open_base
from kg.citations import bibtex, graph, lint
from kg.citations.lint import Remark
from kg.errors import BadInput
from kg.settings import Settings
from kg.web import create_app

GOOD = """author = {Lee, Maria}, title = {Open data in Nairobi}, journal = {Cities}, year = 2019, doi = {10.1000/abc},
  issn = {0264-2751}, isbn = {978-3-16-148410-0}, url = {https://example.org/a_b?c=1}, pages = {1--9}"""


def remarks(text: str) -> list[Remark]:
    reading = bibtex.read(text)
    assert reading.broken == []
    return list(lint.remarks(reading.entries))


def with_field(field: str) -> list[Remark]:
    name = field.partition(" = ")[0]
    kept = [part for part in GOOD.replace("\n ", "").split(", ") if not part.startswith(name + " =")]
    # `Lee, Maria` holds the comma that the fields are split at
    text = ", ".join(kept).replace("Maria}, ", "", 1) if name == "author" else ", ".join(kept)
    return remarks(f"@article{{k, {text}, {field}}}")


def test_a_good_entry_gets_no_remark() -> None:
    assert remarks(f"@article{{k, {GOOD}}}") == []


WRONG = {
    "ISBN": ("isbn = {978-3-16-148410-1}", "isbn", ""),
    "short ISBN": ("isbn = {12345}", "isbn", ""),
    "ISSN": ("issn = {0264-2752}", "issn", ""),
    "ISSN without hyphen": ("issn = {02642751}", "issn", "0264-2751"),
    "DOI among words": ("doi = {the DOI is 10.1000/abc}", "doi", "10.1000/abc"),
    "no DOI": ("doi = {see the publisher}", "doi", ""),
    "address without scheme": ("url = {www.example.org/x}", "url", "https://www.example.org/x"),
    "address with a space": ("url = {https://example.org/a b}", "url", ""),
    "hyphen in pages": ("pages = {1-9}", "pages", "1--9"),
    "pages run backwards": ("pages = {99--11}", "pages", ""),
    "future": (f"year = {date.today().year + 2}", "future", ""),
    "no date": ("year = {unknown}", "date", ""),
    "capitals": ("title = {OPEN DATA IN THE CITY OF NAIROBI}", "capitals", ""),
    "full stop": ("title = {Open data in {Nairobi}.}", "stop", "Open data in {Nairobi}"),
    "LaTeX left over": (r"note = {\verb}", "latex", ""),
    "body as person": ("author = {World Bank}", "name", "{World Bank}"),
    "et al.": ("author = {Lee, Maria and et al.}", "name", "Lee, Maria and others"),
    "capitals in a name": ("author = {LEEMING, Maria}", "name", ""),
    "a number in a name": ("author = {Lee, Maria 3}", "name", ""),
}


@pytest.mark.parametrize(("field", "rule", "repair"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_remarked_on_with_its_repair(field: str, rule: str, repair: str) -> None:
    [remark] = with_field(field)
    assert (remark.rule, remark.repair) == (rule, repair)
    assert remark.message.endswith((".", "?"))


@pytest.mark.parametrize(
    "field",
    ["isbn = {3-16-148410-X}", "isbn = {978-3-16-148410-0, 3-16-148410-X}", "issn = {0264-2751, 1572-9893}",
     "pages = {e1001}", "pages = {123--28}", "pages = {1--9, 20--25}", "year = {in press}", "title = {NASA}",
     "title = {The city of J. R.}", "title = {{Design Science, Inc.}}",
     "author = {{World Bank}}", "author = {Bankole, Ada}", "note = {100\\% open}",
     "doi = {10.1002/(SICI)1097-4571}", "url = {http://localhost/x}"],
)  # fmt: skip
def test_what_is_right_is_left_alone(field: str) -> None:
    assert with_field(field) == []


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("@article{k, title = {x}}", ["author", "journaltitle", "date"]),
        ("@book{k, title = {x}, editor = {Lee, Maria}, year = 2000}", []),
        ("@report{k, title = {x}, institution = {OECD}, year = 2000}", []),
        ("@online{k, title = {x}}", ["url"]),
        ("@online{k, title = {x}, eprint = {1234.5678}}", []),
        ("@misc{k, note = {x}}", ["title"]),
        ("@phdthesis{k, author = {Lee, Maria}, title = {x}, school = {U}, year = 2000}", []),
    ],
)
def test_mandatory_fields_are_those_of_the_type(text: str, fields: list[str]) -> None:
    assert [remark.field for remark in remarks(text) if remark.rule == "missing"] == fields


def test_two_spellings_of_a_journal_are_brought_to_the_usual_one() -> None:
    entries = "".join(
        f"@article{{k{number}, author = {{A, B{number}}}, title = {{Number {word}}}, journal = {{{journal}}}, year = 2000}}\n"
        for number, (word, journal) in enumerate(
            [
                ("one", "Cities \\& Data"),
                ("two", "Cities \\& Data"),
                ("three", "The Cities and Data"),
                ("four", "Other"),
            ]
        )
    )
    [remark] = [remark for remark in remarks(entries) if remark.rule == "journal"]
    assert (remark.key, remark.repair) == ("k2", r"Cities \& Data")


def test_two_spellings_of_a_person_are_asked_about_and_never_repaired() -> None:
    names = ["Díaz, Juan", "Diaz, J.", "Díaz, Julia", "Díaz, Maria"]
    entries = "".join(
        f"@book{{k{number}, author = {{{name}}}, title = {{Number {number} of all}}, year = {2000 + 3 * number}}}\n"
        for number, name in enumerate(names)
    )
    found = [remark for remark in remarks(entries) if remark.rule == "person"]
    assert [(remark.key, remark.repair) for remark in found] == [("k1", "")]


def test_a_work_that_is_there_twice_is_told_once() -> None:
    found = remarks(f"@article{{one, {GOOD}}}\n@article{{two, {GOOD}}}")
    assert [(remark.key, remark.rule) for remark in found] == [("two", "duplicate")]


# -- the base and the page ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    with open_base(Settings(data=tmp_path_factory.mktemp("lint") / "data")) as base:
        text = "@article{lee2019open, author = {Lee, Maria and {World Bank} and United Nations}, title = {<b>Open</b> data.}, " \
               "journal = {Cities}, year = 2019, pages = {1-9}}"  # fmt: skip
        intake.accept(base, list(intake.compare(base, bibtex.read(text).entries)), "tester", "one")
        yield base


@pytest.fixture
def reader(mine: Base) -> FlaskClient:
    app = create_app(base=mine)
    app.testing = True
    return app.test_client()


def test_a_repair_is_written_once_and_journalled(mine: Base, reader: FlaskClient) -> None:
    page = reader.get("/lint").get_data(as_text=True)
    assert "Every reference is being looked at now" in page
    deadline = time.monotonic() + 30
    while not linting.is_fresh(mine) and time.monotonic() < deadline:
        time.sleep(0.05)
    first = {one.number: one.message for one in linting.findings(mine).page()}
    assert linting.run(mine) == 3
    assert {one.number: one.message for one in linting.findings(mine).page()} == first, "a remark keeps its number"
    by_rule = {one.rule: one for one in linting.findings(mine).page()}
    linting.repair(mine, by_rule["pages"].number, "curator")
    linting.repair(mine, by_rule["name"].number, "curator")
    iri = intake.address(mine, "lee2019open")
    now = graph.from_triples(mine.graphs([iri])[iri], iri)
    assert now.fields["pages"] == "1–9"
    assert [name.body for name in now.names["author"]] == [False, True, True]
    assert mine.journal.history(iri)[0].who == "curator"
    with pytest.raises(BadInput, match="no remark"):
        linting.repair(mine, by_rule["pages"].number, "curator")
    page = reader.get("/lint").get_data(as_text=True)
    assert "1 remark on references" in page
    assert "A style puts the full stop after a title." in page
    assert "&lt;b&gt;" in page or "<b>Open" not in page
    assert "The base has changed since" in page
    assert reader.get("/lint?rule=stop").status_code == 200
    assert reader.get("/lint?rule=pages").status_code == 200
    assert reader.get("/lint?rule=nonsense").status_code == 404
    assert reader.get("/lint?page=7").status_code == 404


def test_a_repair_of_what_has_changed_is_refused(mine: Base, tmp_path: Path) -> None:
    linting.run(mine)
    [stop] = [one for one in linting.findings(mine).page() if one.rule == "stop"]
    text = (
        "@article{lee2019open, author = {Lee, Maria}, title = {Open data everywhere.}, journal = {Cities}, year = 2019}"
    )
    intake.accept(mine, list(intake.compare(mine, bibtex.read(text).entries)), "tester", "another title")
    with pytest.raises(BadInput, match="has changed"):
        linting.repair(mine, stop.number, "curator")
