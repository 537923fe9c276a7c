"""Papers whose numbers are answers: how placeholders are read, filled and checked, and that the shipped report is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import report as papers
from kg.analysis.documents import convert, escaped
from kg.analysis.report import Place
from kg.base import Base
from kg.errors import BadInput

REPORT = Path(__file__).parent.parent / "docs" / "report" / "report.md"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("report-base", Place("report-base", "report-base")),
        ("report-base policies", Place("report-base policies", "report-base", (), "policies")),
        ("table report-most limit=3", Place("table report-most limit=3", "report-most", (("limit", "3"),), "", True)),
        ("report-rate limit=3 held", Place("report-rate limit=3 held", "report-rate", (("limit", "3"),), "held")),
    ],
)  # fmt: skip
def test_a_placeholder_names_question_parameters_and_column(text: str, place: Place) -> None:
    assert papers.read(text) == place


@pytest.mark.parametrize(
    ("paper", "says"),
    [
        ("{{report-base a b}}", "2 columns"),
        ("{{table}}", "names no question"),
        ("{{../etc}}", "names no question"),
        ("{{no-such-question}}", "there is no question"),
        ("{{report-base nothing}}", "has no column 'nothing'"),
        ("{{report-rate place=x}}", "takes no 'place'"),
        ("{{record}}", "has no answer"),
    ],
)
def test_a_wrong_placeholder_is_told(paper: str, says: str) -> None:
    def ask(query: str) -> list[dict[str, NamedNode | Literal]]:
        return [{"policies": Literal("1")}] if "COUNT" in query else []

    with pytest.raises(BadInput) as caught:
        papers.values(paper, ask, 1)
    assert says in str(caught.value)


def test_values_are_written_as_people_write_them_and_as_no_markup() -> None:
    rows = [
        {
            "number": Literal("12345"),
            "share": Literal("90.43"),
            "name": Literal("a*b|c"),
            "thing": NamedNode("http://x/y/z"),
        }
    ]
    paper = "{{report-base}} {{report-base share}} {{report-base name}} {{report-base thing}} {{revision}}"
    assert list(papers.values(paper, lambda query: rows, 7).values()) == ["12,345", "90.4", r"a\*b\|c", "z", "7"]


def test_each_question_is_asked_once() -> None:
    asked: list[str] = []

    def ask(query: str) -> list[dict[str, NamedNode | Literal]]:
        asked.append(query)
        return [{"policies": Literal("1"), "coded": Literal("2")}]

    papers.values("{{report-base policies}} {{report-base coded}} {{table report-base}}", ask, 1)
    assert len(asked) == 1


def test_only_the_sentences_whose_numbers_changed_are_named() -> None:
    paper = "One has {{report-base policies}}. Two has {{report-base coded}}.\n\nThree has {{revision}}.\n"
    before = {"report-base policies": "1", "report-base coded": "2", "revision": "5"}
    after = before | {"report-base coded": "3", "revision": "6"}
    changed = papers.changed(paper, before, after)
    assert [(change.line, change.sentence, change.was, change.now) for change in changed] == [
        (1, "Two has {{report-base coded}}.", "2", "3")
    ]
    assert papers.changed(paper, before, before) == []


def test_citations_are_found_and_addresses_are_not() -> None:
    paper = "A [@one2020; @two2021, p. 3]. Mail me@example.org, see [x](http://a/@b) and `@code`. @three2022 says."
    assert papers.citations(paper) == ["one2020", "two2021", "three2022"]


def test_raw_markup_in_a_paper_stays_text() -> None:
    page = convert("Say <script>alert(1)</script>.", "html", title="T").decode()
    assert "<script>alert" not in page
    assert escaped("<b>*x*") == r"\<b\>\*x\*"


# -- the shipped report -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(base: Base) -> dict[str, str]:
    return papers.values(REPORT.read_text("utf-8"), base.engine.select, base.journal.revision)


def test_every_number_of_the_report_is_what_the_base_answers(found: dict[str, str]) -> None:
    before = json.loads(REPORT.with_suffix(".lock.json").read_text("utf-8"))
    assert papers.changed(REPORT.read_text("utf-8"), before, found) == [], (
        "fill it again: kg report docs/report/report.md"
    )


def test_every_citation_of_the_report_is_in_the_base(base: Base) -> None:
    keys = papers.citations(REPORT.read_text("utf-8"))
    rows = base.engine.select(queries.fill("references-by-key", keys=[Literal(key) for key in keys]))
    assert len(keys) >= 5
    assert {row["key"].value for row in rows} == set(keys)


def test_the_report_types_no_count_by_hand() -> None:
    text = re.sub(r"^---.*?^---", "", REPORT.read_text("utf-8"), count=1, flags=re.DOTALL | re.MULTILINE)
    bare = re.sub(r"\{\{.*?\}\}|\[@.*?\]", "", text)
    # What remains are numbers of the works that are cited, and the marks of a list.
    assert set(re.findall(r"(?<![\w.])\d+(?![.\d])", bare)) <= {"34", "46", "15", "30"}


def test_a_filled_paper_in_markdown_names_no_temporary_file() -> None:
    entry = "@article{one2020, title={One}, author={A, B}, date={2020}, journaltitle={J}}"
    text = convert("---\ntitle: T\n---\nSays [@one2020].", "md", bibliography=entry).decode()
    assert "references.bib" not in text
    assert "2020" in text
