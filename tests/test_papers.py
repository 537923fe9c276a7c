"""Papers: exactly what they cite, locked to a revision, with near misses named, and taken by BibTeX and biber."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import entries, intake, papers
from kg.base import Base, open_base
from kg.citations import bibtex, cited
from kg.cli import main
from kg.errors import BadInput
from kg.settings import Settings

BIB = """
@article{lee2019open, author = {Lee, Maria}, title = {Open data in {Nairobi}}, journaltitle = {Cities}, date = {2019},
  confidence = {verified}, evidence = {https://example.org/1}, ids = {oldlee}}
@proceedings{cities2020, title = {Cities 2020}, date = {2020}, confidence = {verified}, evidence = {https://example.org/2}}
@inproceedings{diaz2020talk, author = {Díaz, Juan}, title = {A talk on data}, crossref = {cities2020}, confidence = {verified},
  evidence = {https://example.org/3}}
@book{berg2021cities, author = {Berg, Anna}, title = {Cities}, date = {2021}, publisher = {Press}, confidence = {verified},
  evidence = {https://example.org/4}}
"""

AUX = r"""\relax
\citation{lee2019open,diaz2020talk}
\citation{lee2019open}
\bibstyle{plain}
\bibdata{paper}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("papers")


@pytest.fixture(scope="module")
def mine(home: Path) -> Iterator[Base]:
    """A base with four references and a policy of the shipped corpus."""
    file = home / "four.bib"
    file.write_text(BIB, "utf-8")
    policy = sorted((entries.shipped_paths()[0] / "policy").glob("*.ttl"))[0]
    with open_base(Settings(data=home / "data")) as base:
        loading = entries.load(base, [file, policy])
        assert loading.refused <= {f"{base.settings.base}policy/{policy.stem}"}
        yield base


def aux(folder: Path, *keys: str) -> Path:
    path = folder / "paper.aux"
    path.write_text(
        "\\relax\n" + "".join(f"\\citation{{{key}}}\n" for key in keys) + "\\bibstyle{plain}\n\\bibdata{paper}\n"
    )
    return path


def test_keys_are_read_from_aux_with_what_it_reads_in(tmp_path: Path) -> None:
    (tmp_path / "chapter.aux").write_text("\\citation{third}\n\\@input{paper.aux}\n")
    path = tmp_path / "paper.aux"
    path.write_text(AUX + "\\abx@aux@cite{0}{second}\n\\abx@aux@cite{older}\n\\@input{chapter.aux}\n")
    assert cited.keys(path) == ["lee2019open", "diaz2020talk", "second", "older", "third"]


def test_keys_are_read_from_bcf(tmp_path: Path) -> None:
    path = tmp_path / "paper.bcf"
    path.write_text(
        '<bcf:controlfile xmlns:bcf="https://sourceforge.net/projects/biblatex"><bcf:section number="0">'
        '<bcf:citekey order="1">lee2019open</bcf:citekey><bcf:citekey order="2">a&amp;b</bcf:citekey>'
        '<bcf:citekey order="3" nocite="1">*</bcf:citekey></bcf:section></bcf:controlfile>'
    )
    assert cited.keys(path) == ["lee2019open", "a&b", "*"]
    path.write_text("<bcf:controlfile")
    with pytest.raises(BadInput, match="control file"):
        cited.keys(path)


def test_a_paper_gets_what_it_cites_and_nothing_else(mine: Base, tmp_path: Path) -> None:
    made = papers.of_paper(mine, aux(tmp_path, "lee2019open", "diaz2020talk"), None, "bibtex")
    assert [entry.key for entry in made.entries] == ["diaz2020talk", "lee2019open"]
    assert made.missing == {}
    assert made.entries[0].fields["booktitle"] == "Cities 2020"
    assert "crossref" not in made.entries[0].fields


def test_everything_is_asked_with_a_star(mine: Base, tmp_path: Path) -> None:
    made = papers.of_paper(mine, aux(tmp_path, "*"), None, "biblatex")
    assert {"lee2019open", "cities2020", "diaz2020talk", "berg2021cities"} <= {entry.key for entry in made.entries}


def test_another_key_is_as_good_as_the_first(mine: Base, tmp_path: Path) -> None:
    paper = aux(tmp_path, "oldlee")
    [classic] = papers.of_paper(mine, paper, None, "bibtex").entries
    [modern] = papers.of_paper(mine, paper, None, "biblatex").entries
    assert (classic.key, classic.fields["title"]) == ("oldlee", "Open data in Nairobi")
    assert (modern.key, modern.fields["ids"]) == ("lee2019open", "oldlee")


def test_a_policy_is_cited_as_easily_as_an_article(base: Base, tmp_path: Path) -> None:
    policy = base.index.search(papers.Wanted(facets={"kind": ["policy"]}, limit=1)).hits[0].card
    key = policy.iri.rpartition("/")[2]
    [entry] = papers.of_paper(base, aux(tmp_path, key), None, "biblatex").entries
    assert entry.key == key
    assert entry.fields["title"]


def test_a_missing_key_is_named_with_those_that_look_like_it(mine: Base, tmp_path: Path) -> None:
    made = papers.of_paper(mine, aux(tmp_path, "lee2019opne", "zzzz"), None, "bibtex")
    assert made.missing["lee2019opne"][0] == "lee2019open"
    assert made.missing["zzzz"] == []


def test_a_locked_paper_is_the_same_next_year(mine: Base, tmp_path: Path) -> None:
    paper, put = aux(tmp_path, "berg2021cities"), tmp_path / "paper.bib"
    papers.write(mine, papers.of_paper(mine, paper, None, "bibtex"), put, "bibtex")
    before, revision = put.read_text(), papers.locked(mine, put)
    later = bibtex.read(
        "@book{berg2021cities, author = {Berg, Anna}, title = {Cities, Second Thoughts}, year = 2021, publisher = {Press}}"
    )
    intake.accept(mine, list(intake.compare(mine, later.entries)), "tester", "a new title")
    papers.write(mine, papers.of_paper(mine, paper, revision, "bibtex"), put, "bibtex")
    assert put.read_text() == before
    papers.write(mine, papers.of_paper(mine, paper, None, "bibtex"), put, "bibtex")
    assert "Second Thoughts" in put.read_text()
    assert papers.locked(mine, put) == mine.journal.revision


def test_a_file_that_somebody_wrote_is_not_overwritten(mine: Base, tmp_path: Path) -> None:
    put = tmp_path / "paper.bib"
    put.write_text("@book{mine, title = {Mine}}")
    with pytest.raises(BadInput, match="not written by kg bib"):
        papers.write(mine, papers.of_paper(mine, aux(tmp_path, "lee2019open"), None, "bibtex"), put, "bibtex")
    assert put.read_text() == "@book{mine, title = {Mine}}"


@pytest.mark.parametrize("text", ["{", "[]", '{"base": "https://example.org/", "revision": 1}', '{"base": 3}'])
def test_a_lock_file_of_another_base_is_refused(mine: Base, tmp_path: Path, text: str) -> None:
    (tmp_path / "paper.bib.lock").write_text(text)
    with pytest.raises(BadInput):
        papers.locked(mine, tmp_path / "paper.bib")


def run(home: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"KG_DATA": str(home / "data")})


def test_kg_bib_writes_the_file_and_its_lock(mine: Base, home: Path, tmp_path: Path) -> None:
    done = run(home, "bib", aux(tmp_path, "lee2019open", "leee2019open"))
    assert done.exit_code == 1
    assert "There is no leee2019open: did you mean lee2019open" in done.output
    assert json.loads((tmp_path / "paper.bib.lock").read_text())["keys"] == ["lee2019open"]
    assert run(home, "bib", "--search", "Nairobi").output.count("@article") == 1
    assert run(home, "bib").exit_code == 2
    (tmp_path / "paper.tex").write_text("x")
    assert "neither .aux nor .bcf" in run(home, "bib", tmp_path / "paper.tex").output


@pytest.mark.skipif(
    shutil.which("bibtex") is None, reason="there is no bibtex (Debian: apt-get install texlive-binaries)"
)
def test_bibtex_takes_the_file(mine: Base, tmp_path: Path) -> None:
    paper = aux(tmp_path, "lee2019open", "diaz2020talk", "berg2021cities", "cities2020")
    found = subprocess.run(["kpsewhich", "plain.bst"], capture_output=True, text=True, check=False)
    if not found.stdout.strip():
        pytest.skip("bibtex is here but its style plain.bst is not (Debian: apt-get install texlive-base)")
    papers.write(mine, papers.of_paper(mine, paper, None, "bibtex"), tmp_path / "paper.bib", "bibtex")
    done = subprocess.run(["bibtex", "paper"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "error" not in done.stdout.lower()
    assert (tmp_path / "paper.bbl").read_text().count("\\bibitem") == 4


@pytest.mark.skipif(shutil.which("biber") is None, reason="there is no biber (Debian: apt-get install biber)")
def test_biber_finds_nothing_to_complain_of(mine: Base, tmp_path: Path) -> None:
    paper, put = aux(tmp_path, "lee2019open", "diaz2020talk", "cities2020"), tmp_path / "paper.bib"
    papers.write(mine, papers.of_paper(mine, paper, None, "biblatex"), put, "biblatex")
    done = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", "--output-file", "out.bib", "paper.bib"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith(("WARN", "ERROR"))] == []
