"""Papers whose numbers are answers: how placeholders are read, filled and checked, and that the shipped report is true."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis import documents, figures, typeset, typesetting
from kg.analysis import report as papers
from kg.analysis.documents import convert, escaped
from kg.analysis.gathering import gather
from kg.analysis.rates import adoption
from kg.analysis.report import Place
from kg.base import Base
from kg.cli import main
from kg.errors import BadInput

REPORT = Path(__file__).parent.parent / "docs" / "report" / "report.md"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("report-base", Place("report-base", "report-base")),
        ("report-base policies", Place("report-base policies", "report-base", (), ("policies",))),
        ("table report-most limit=3", Place("table report-most limit=3", "report-most", (("limit", "3"),), (), "table")),
        ("report-rate limit=3 held", Place("report-rate limit=3 held", "report-rate", (("limit", "3"),), ("held",))),
        ("figure report-most held", Place("figure report-most held", "report-most", (), ("held",), "figure")),
    ],
)  # fmt: skip
def test_a_placeholder_names_question_parameters_and_column(text: str, place: Place) -> None:
    assert papers.read(text) == place


@pytest.mark.parametrize(
    ("paper", "says"),
    [
        ("{{report-base a b}}", "2 columns"),
        ("{{table}}", "names no question"),
        ("{{table report-base a}}", "1 columns"),
        ("{{figure report-base}}", "a name and a number"),
        ("{{figure report-base nothing}}", "a name and a number"),
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
        papers.answered(paper, ask, 1)
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
    assert list(papers.answered(paper, lambda query: rows, 7).values.values()) == [
        "12,345",
        "90.4",
        r"a\*b\|c",
        "z",
        "7",
    ]


def test_each_question_is_asked_once() -> None:
    asked: list[str] = []

    def ask(query: str) -> list[dict[str, NamedNode | Literal]]:
        asked.append(query)
        return [{"policies": Literal("1"), "coded": Literal("2")}]

    papers.answered("{{report-base policies}} {{report-base coded}} {{table report-base}}", ask, 1)
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


# -- figures, LaTeX, PDF ------------------------------------------------------------------------------------------------

ROWS = [
    {"level": Literal("Nation & <state>"), "texts": Literal("40"), "share": Literal("62.5")},
    {"level": Literal("City"), "texts": Literal("1200"), "share": Literal("9.0")},
]


def test_a_figure_names_its_bars_and_says_every_number_in_words() -> None:
    chart = typeset.chart("Which?", ROWS, ["texts"])
    assert (chart.labels, chart.series, chart.numbers) == (
        ("Nation & <state>", "City"),
        ("Texts",),
        ((40.0,), (1200.0,)),
    )
    drawn = ElementTree.fromstring(figures.svg(typeset.chart("Which?", ROWS)))
    words = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["Texts", "Share", "Nation & <state>", "40", "62.5", "City", "1,200", "9"]
    assert figures.png(chart).startswith(b"\x89PNG")
    with pytest.raises(BadInput, match="level"):
        typeset.chart("Which?", ROWS, ["level"])


def test_latex_keeps_its_own_braces_and_gets_values_that_it_can_read() -> None:
    paper = r"{{\em so}} {{Title}} {{report-base level}} {{table report-base}} {{figure report-base texts}} % {{report-base texts}}"
    found = papers.answered(paper, lambda query: ROWS, 3, tex=True)
    assert set(found.values) == {
        "report-base level",
        "table report-base",
        "figure report-base texts",
        "report-base texts",
    }
    text = papers.filled(paper, found, {"figure report-base texts": "a/b.png"}, tex=True)
    assert text.startswith(r"{{\em so}} {{Title}} Nation \& <state> \begin{longtable}{")
    assert r"Nation \& <state> & 40 & 62.5 \\" in text
    assert r"\includegraphics[width=\linewidth]{a/b.png}" in text


def test_a_name_that_looks_like_a_question_is_a_mistake_in_latex_too() -> None:
    with pytest.raises(BadInput, match="no question 'report-bas'"):
        papers.answered("{{report-bas}}", lambda query: ROWS, 1, tex=True)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a2020,b}", ["a2020", "b"]),
        (r"\parencite[see][p.~3]{c} \citeauthor*{d} \textcite{a2020}", ["c", "d", "a2020"]),
        (r"% \cite{e}" + "\n" + r"100\% \cite{f}", ["f"]),
        (r"\nocite{*} \cited", []),
    ],
)
def test_what_a_latex_paper_cites_is_found(text: str, keys: list[str]) -> None:
    assert papers.citations(text, tex=True) == keys


def test_of_a_table_the_rows_that_changed_are_named() -> None:
    paper = "{{table report-levels}}"
    before, after = ({"table report-levels": f"| Level |\n| --- |\n| A {a} |\n| B 2 |"} for a in (1, 3))
    assert [(one.was, one.now) for one in papers.changed(paper, before, after)] == [("| A 1 |", "| A 3 |")]
    turned = {"table report-levels": "| Level |\n| --- |\n| B 2 |\n| A 1 |"}
    assert [one.now for one in papers.changed(paper, before, turned)] == ["this order"]


PAPER = r"""\documentclass{article}
\usepackage{graphicx,longtable,booktabs,array}
\begin{document}
The base holds {{report-base policies}} policies~\cite{janssen2012benefits}.
{{table report-levels}}
{{figure report-levels}}
\bibliographystyle{plain}\bibliography{paper.filled}
\end{document}
"""


def test_a_latex_paper_is_filled_by_the_command_and_checked(loaded: Path, tmp_path: Path) -> None:
    paper, env = tmp_path / "paper.tex", {"KG_DATA": str(shutil.copytree(loaded, tmp_path / "data"))}
    paper.write_text(PAPER, "utf-8")
    done = CliRunner().invoke(main, ["report", str(paper)], env=env)
    assert done.exit_code == 0, done.output
    lock = tmp_path / "paper.lock.json"
    told = json.loads(lock.read_text("utf-8"))
    number = told["report-base policies"]
    assert rf"The base holds {number} policies~\cite{{" in (tmp_path / "paper.filled.tex").read_text("utf-8")
    assert "janssen2012benefits" in (tmp_path / "paper.filled.bib").read_text("utf-8")
    assert (tmp_path / "paper.filled.figures" / "figure-1.png").is_file()
    lock.write_text(json.dumps(told | {"report-base policies": "216½"}), "utf-8")
    checked = CliRunner().invoke(main, ["report", str(paper), "--check"], env=env)
    assert checked.exit_code == 1
    assert checked.output.splitlines()[0].startswith(
        f"line 4: {{{{report-base policies}}}} was 216½, is {number}: The base"
    )
    assert "3 values, 1 changed" in checked.output


@pytest.mark.parametrize("to", ["html", "docx"])
def test_a_filled_latex_paper_becomes_a_page_and_a_word_file_with_its_figure_inside(to: str) -> None:
    picture = {"a/b.png": figures.png(typeset.chart("Which?", ROWS))}
    text = r"\documentclass{article}\begin{document}Words. \includegraphics{a/b.png}\end{document}"
    made = documents.convert(text, to, tex=True, pictures=picture)
    if to == "html":
        assert b"data:image/png;base64" in made
    else:
        assert any(name.endswith(".png") for name in zipfile.ZipFile(io.BytesIO(made)).namelist())


@pytest.mark.skipif(not any(map(shutil.which, documents.ENGINES)), reason="there is no TeX on this machine")
def test_a_paper_becomes_a_pdf_where_there_is_tex(tmp_path: Path) -> None:
    text = (
        r"\documentclass{article}\begin{document}Words~\cite{a}.\bibliographystyle{plain}\bibliography{b}\end{document}"
    )
    bib = b"@article{a, author={A B}, title={T}, journal={J}, year={2020}}"
    assert typesetting.pdf(text, "paper", {"b.bib": bib}, tmp_path).startswith(b"%PDF")
    assert documents.convert("Words [@a].", "pdf", bibliography=bib.decode()).startswith(b"%PDF")


def test_without_tex_a_pdf_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadInput, match="no TeX on this machine") as caught:
        documents.convert("Words.", "pdf")
    assert "--format tex" in str(caught.value.advice)


@pytest.mark.skipif(not any(map(shutil.which, documents.ENGINES)), reason="there is no TeX on this machine")
def test_a_paper_that_tex_stops_at_is_told_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="stopped"):
        typesetting.pdf(r"\documentclass{article}\begin{document}\nothing\end{document}", "paper", {}, tmp_path)


# -- the shipped report -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(base: Base) -> dict[str, str]:
    return papers.answered(REPORT.read_text("utf-8"), base.engine.select, base.journal.revision).values


def test_every_number_of_the_report_is_what_the_base_answers(found: dict[str, str]) -> None:
    before = json.loads(REPORT.with_suffix(".lock.json").read_text("utf-8"))
    assert papers.changed(REPORT.read_text("utf-8"), before, found) == [], (
        "fill it again: kg report docs/report/report.md"
    )


def test_the_rates_of_the_pages_and_of_the_report_are_the_same_numbers(base: Base) -> None:
    held = gather(base.engine.select)
    for iri, rate in adoption(held, held.policies).items():
        (row,) = base.engine.select(queries.fill("report-rate", provision=NamedNode(iri)))
        told = tuple(int(float(row[name].value)) for name in ("stated", "partly", "opposite", "absent", "judged"))
        assert told == (rate.stated, rate.partly, rate.opposite, rate.absent, rate.judged), iri


def test_kappa_is_what_its_definition_gives(base: Base) -> None:
    cells = [cell for cell in gather(base.engine.select).cells.values() if cell.second]
    firsts, seconds = (Counter(getattr(cell, name) for cell in cells) for name in ("first", "second"))
    agreed = sum(cell.first == cell.second for cell in cells) / len(cells)
    chance = sum(firsts[status] * seconds[status] for status in firsts) / len(cells) ** 2
    (row,) = base.engine.select(queries.fill("report-kappa"))
    assert float(row["kappa"].value) == pytest.approx((agreed - chance) / (1 - chance), abs=0.005)


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
