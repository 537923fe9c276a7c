"""The annotated bibliography as documents, references in any style, and the page that reads like a bibliography."""

from __future__ import annotations

import io
import re
import subprocess
import time
import zipfile
from pathlib import Path

import pypandoc
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kg.base import Base
from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.citations.out import annotated, csl, pandoc, styles
from kg.citations.out.annotated import REST, Work
from kg.citations.out.html import html
from kg.cli import main
from kg.errors import BadInput, TooMuch
from kg.formatted import Formatted

ARTICLE = Entry(
    "janssen",
    "article",
    {"title": "Benefits of <open> data", "journaltitle": "ISM", "date": "2012", "volume": "29", "number": "4",
     "pages": "258–268", "annotation": "What it says.", "usage": "For advocacy.", "url": "https://example.org/a"},
    {"author": (Name("Janssen", "Marijn"),)},
)  # fmt: skip
INTERVIEW = Entry("maude", "misc", {"title": "On open data", "entrysubtype": "interview", "date": "2013"})
EVIL = Entry("evil", "online", {"title": "<script>alert(1)</script>", "url": "javascript:alert(1)", "date": "2020"})
SECONDS = 60


def _work(key: str, *topics: str) -> Work:
    return Work(Entry(key, "misc", {"title": f"Title {key}", "date": "2020"}), topics)


# -- chapters -----------------------------------------------------------------------------------------------------------


def test_every_work_stands_in_one_chapter_and_the_fullest_come_to_be() -> None:
    works = [_work("a", "x", "y"), _work("b", "y"), _work("c", "x", "y"), _work("d", "x"), _work("e")]
    made = annotated.chapters(works)
    assert [(name, [work.entry.key for work in found]) for name, found in made] == [
        ("x", ["a", "c", "d"]),
        ("y", ["b"]),
        (REST, ["e"]),
    ]


# -- references in a style ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        ("apa", "Janssen, M. (2012). Benefits of &lt;open&gt; data. <i>ISM</i>, <i>29</i>(4), 258–268."),
        ("chicago", "Janssen, Marijn. 2012. “Benefits of &lt;Open&gt; Data.” <i>ISM</i> 29 (4): 258–68."),
        ("ieee", "M. Janssen, “Benefits of &lt;open&gt; data,” <i>ISM</i>, vol. 29, no. 4, pp. 258–268, 2012"),
        ("vancouver", "Janssen M. Benefits of &lt;open&gt; data. ISM [Internet]. 2012;29(4):258–68."),
        ("harvard", "Janssen, M. (2012) “Benefits of &lt;open&gt; data,” <i>ISM</i>, 29(4), pp. 258–268."),
    ],
)
def test_a_style_prints_a_reference(style: str, printed: str) -> None:
    [(key, blocks)] = pandoc.references([csl.item(ARTICLE)], styles.path(style), SECONDS)
    assert key == "janssen"
    assert printed in html(blocks)


@pytest.mark.parametrize("style", styles.NAMED)
def test_no_style_keeps_silent_on_a_work(style: str) -> None:
    found = dict(pandoc.references([csl.item(entry) for entry in (INTERVIEW, ARTICLE)], styles.path(style), SECONDS))
    assert "On open data" in html(found["maude"]).replace("Open Data", "open data").replace("On Open", "On open")


def test_a_text_cannot_become_a_script() -> None:
    [(_, blocks)] = pandoc.references([csl.item(EVIL)], styles.path("apa"), SECONDS)
    printed = html(blocks)
    assert "<script" not in printed
    assert 'href="javascript' not in printed
    made = annotated.write([Work(EVIL)], "html", styles.path("apa"), "T", [], SECONDS).decode()
    assert "<script>alert" not in made
    assert 'href="javascript' not in made


@pytest.mark.parametrize("name", ["nosuch", "../apa", "/etc/passwd", "apa.csl", "", "a" * 5000])
def test_an_unknown_style_is_told_with_its_neighbours(name: str) -> None:
    with pytest.raises(BadInput, match="no citation style"):
        styles.path(name)


def test_a_style_that_points_to_another_is_that_one() -> None:
    assert styles.path("vancouver-nlm") == styles.path("vancouver")


def test_a_document_that_takes_too_long_is_given_up() -> None:
    items = [csl.item(ARTICLE) | {"id": str(number)} for number in range(3000)]
    began = time.monotonic()
    with pytest.raises(TooMuch, match="not ready"):
        pandoc.references(items, styles.path("apa"), 0.3)
    assert time.monotonic() - began < SECONDS
    assert len(pandoc.references(items[:1], styles.path("apa"), SECONDS)) == 1  # its place is free again


def test_what_was_printed_is_kept_across_processes(tmp_path: Path) -> None:
    first = Formatted(tmp_path / "formatted.sqlite")
    assert first.known(ARTICLE, "apa") is None
    for _ in range(200):
        if first.known(ARTICLE, "apa"):
            break
        time.sleep(0.1)
    again = Formatted(tmp_path / "formatted.sqlite")
    assert "Janssen, M. (2012)" in (again.known(ARTICLE, "apa") or "")
    changed = Entry(ARTICLE.key, ARTICLE.type, {**ARTICLE.fields, "date": "2013"}, ARTICLE.names)
    assert "(2013)" in again.printed([changed], "apa")[0]


# -- documents ----------------------------------------------------------------------------------------------------------

BEGINNINGS = {"docx": b"PK", "odt": b"PK", "tex": b"%", "md": b"---"}


@pytest.mark.parametrize("ext", BEGINNINGS)
def test_the_bibliography_is_a_document(ext: str, client: FlaskClient) -> None:
    answer = client.get(f"/bibliography.{ext}?q=privacy&style=ieee")
    assert answer.status_code == 200
    assert answer.data.startswith(BEGINNINGS[ext])
    if ext in ("docx", "odt"):
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
        words = _words(answer.data, ext)
    else:
        words = answer.get_data(as_text=True)
    assert "k-anonymity privacy protection" in " ".join(words.split())
    assert "Method behind coarse releases of trips and records" in " ".join(words.split())
    assert "Aggregate and suppress small groups before release (good practice)" in " ".join(words.split())


def _words(document: bytes, form: str) -> str:
    command = [pypandoc.get_pandoc_path(), f"--from={form}", "--to=plain", "--wrap=none"]
    return subprocess.run(command, input=document, capture_output=True, timeout=60, check=True).stdout.decode()


@pytest.mark.parametrize("group", ["keyword", "year", "kind", "none"])
def test_chapters_hold_every_work_once(group: str, client: FlaskClient) -> None:
    total = len(client.get("/bibliography.csl.json?q=privacy").get_json(force=True))
    text = client.get(f"/bibliography.md?q=privacy&group={group}").get_data(as_text=True)
    counted = [int(number) for number in re.findall(r"^# .*\((\d+)\)$", text, re.MULTILINE)]
    assert sum(counted) == (0 if group == "none" else total)
    assert text.count("> **Use:**") <= total


def test_the_links_of_a_work_are_named_under_it(client: FlaskClient) -> None:
    text = client.get("/bibliography.md?ids=sweeney2002achieving").get_data(as_text=True)
    if "**Linked here:**" not in text:
        pytest.fail(text)
    assert "](https://w3id.org/open-urban/" in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/bibliography.docx?style=nosuch", "no citation style"),
        ("/bibliography.docx?group=colour", "no chapters by"),
        ("/bibliography.odt?q=qqqzzzxxx", "nothing to cite"),
        ("/cite", "Nothing is named"),
        ("/cite?ids=place/ke", "something to cite"),
        ("/cite?ids=janssen2012benefits&style=nosuch", "no citation style"),
    ],
)
def test_a_wrong_request_for_a_document_is_told(address: str, words: str, client: FlaskClient) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert words in answer.get_data(as_text=True)


@pytest.mark.parametrize("form", ["bib", "biblatex", "ris", "csljson", "csv", "md", "html"])
def test_the_command_line_writes_every_form(form: str, base: Base, tmp_path: Path) -> None:
    query = tmp_path / "q.rq"
    query.write_text(
        "SELECT ?r WHERE { VALUES ?r { <https://w3id.org/open-urban/reference/janssen2012benefits> } ?r ?p ?o }"
    )
    arguments = ["export", "--format", form, "--query", str(query), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(main, arguments, env={"KG_DATA": str(base.settings.data)})
    assert done.exit_code == 0, done.output
    assert "Adoption" in (tmp_path / "out").read_text("utf-8")


def test_the_command_line_takes_a_style_of_ones_own(base: Base, tmp_path: Path) -> None:
    own = tmp_path / "own.csl"
    own.write_bytes(Path(styles.path("ieee")).read_bytes())
    arguments = ["export", "--format", "md", "--search", "anonymity", "--output", str(tmp_path / "out"), "--style"]
    done = CliRunner().invoke(main, [*arguments, str(own)], env={"KG_DATA": str(base.settings.data)})
    assert done.exit_code == 0, done.output
    assert "L. Sweeney" in (tmp_path / "out").read_text("utf-8")
    missing = CliRunner().invoke(
        main, [*arguments, str(tmp_path / "none.csl")], env={"KG_DATA": str(base.settings.data)}
    )
    assert missing.exit_code == 1


# -- pages --------------------------------------------------------------------------------------------------------------


def test_the_page_reads_like_a_bibliography(client: FlaskClient) -> None:
    page = client.get("/bibliography", headers={"Accept": "text/html"})
    text = page.get_data(as_text=True)
    assert len(page.data) < 100_000
    assert "By keyword" in text
    assert "<b>Linked:</b>" in text
    assert 'href="/bibliography?page=2#' in text
    assert "/bibliography.bib?dialect=biblatex" in text


def test_a_chapter_is_an_address_and_its_exports_are_of_it(client: FlaskClient) -> None:
    text = client.get("/bibliography?keyword=privacy", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "/bibliography.ris?keyword=privacy" in text
    shown = re.findall(r'<li id="([^"]+)">', text)
    items = client.get("/bibliography.csl.json?keyword=privacy").get_json(force=True)
    assert sorted(shown) == sorted(item["id"] for item in items)


def test_the_page_takes_a_style(client: FlaskClient) -> None:
    text = client.get("/bibliography?keyword=privacy&style=ieee", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    assert "L. Sweeney, “Achieving k-anonymity" in text
    assert "style=ieee" in text.partition("As an annotated document")[2].partition("</p>")[0]


def test_a_record_says_how_to_cite_it(client: FlaskClient) -> None:
    page = client.get("/policy/in-ndsap-2012", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert 'action="/cite"' in page
    assert 'value="policy/in-ndsap-2012"' in page
    shown = client.get("/cite?ids=policy/in-ndsap-2012&style=apa", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    assert "(2012). <i>National Data" in shown
    again = client.get("/policy/in-ndsap-2012", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "(2012). <i>National Data" in again
