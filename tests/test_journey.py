"""A library that moves in and out: what JabRef, Zotero and Better BibTeX write comes back field by field, but for its mistakes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry as Block
from bibtexparser.model import String
from click.testing import CliRunner, Result

from conftest import UNFIT
from kg.citations import bibtex, dialects, latex, names
from kg.cli import main

JABREF = r"""% Encoding: UTF-8

@String{jcs = {Journal of City Studies}}
@String{ACM = "Association for Computing Machinery"}

@Preamble{"\providecommand{\noopsort}[1]{}"}

@Article{Lee2019,
  author           = {Lee, Mar{\'\i}a and {van der} Berg, J. and {World Bank}},
  journal          = jcs # { and Beyond},
  title            = {The {SDG}s in 50\% of {\"U}rban {K}enya: $x^2$ \& more},
  year             = {2019},
  month            = mar,
  number           = {2},
  pages            = {12--34},
  volume           = {7},
  abstract         = {Two paragraphs.

They stay words.},
  comment          = {read: p. 14, not p. 15},
  creationdate     = {2021-02-03T10:11:12},
  doi              = {10.1000/J.x_1},
  file             = {:C\:/papers/Lee 2019.pdf:PDF;Notes:notes_2.txt:Text},
  groups           = {Open data, To read},
  keywords         = {zebra, open data, alpha},
  modificationdate = {2022-03-04T10:11:12},
  owner            = {ana},
  priority         = {prio1},
  ranking          = {rank4},
  readstatus       = {read},
  timestamp        = {2020.01.02},
}

@InProceedings{Okafor2020,
  author    = {Okafor, N. and others},
  title     = {Sensors},
  crossref  = {Days2020},
  pages     = {7},
}

@Proceedings{Days2020,
  editor    = {Kim, Soo-Jin},
  publisher = ACM,
  title     = {Data Days},
  year      = {2020},
}

@PhdThesis{Ek2018,
  author = {Ek, {\AA}sa},
  school = {Lund University},
  title  = {Tr{\"a}d},
  year   = {2018},
  type   = {Doctoral dissertation},
}

@TechReport{Bank2017,
  author      = {{World Bank}},
  institution = {World Bank},
  title       = {{Open Data for Sustainable Development}},
  year        = {2017},
  number      = {WP~12},
  url         = {https://example.org/a_b%20c?d=e&f=g#h},
  urldate     = {2020-05-06},
}

@Misc{Web2021,
  author       = {{City of X}},
  howpublished = {\url{https://example.org/x_y}},
  note         = {accessed 3 May 2021},
  title        = {Portal},
  year         = {in press},
}

@Comment{jabref-meta: databaseType:bibtex;}

@Comment{jabref-meta: grouping:
0 AllEntriesGroup:;
1 StaticGroup:Open data\;0\;1\;\;\;\;;
}
"""

ZOTERO = r"""
@article{lee_open_2019,
	title = {Open data in \textit{Nairobi}: {What} came of it},
	volume = {3},
	copyright = {http://creativecommons.org/licenses/by/4.0/},
	issn = {1234-5679},
	shorttitle = {Open data in {Nairobi}},
	url = {https://example.org/a_b},
	doi = {10.1000/abc_d},
	abstract = {We asked 5 \% of \{them\}. It is {\textless}b{\textgreater}bold{\textless}/b{\textgreater} \& true.},
	language = {en},
	number = {4},
	urldate = {2023-01-02},
	journal = {Journal of Cities},
	author = {Lee, Maria and Díaz, Juan},
	month = dec,
	year = {2019},
	note = {Number: 4
Publisher: City Press},
	keywords = {⛔ No DOI found, open data, Nairobi},
	pages = {1--20},
	file = {Full Text PDF:/home/u/Zotero/storage/ABCD/Lee - 2019.pdf:application/pdf;Snapshot:/home/u/x.html:text/html},
}

@incollection{berg_chapter_2020,
	address = {Köln},
	edition = {2},
	series = {Städte},
	title = {A Chapter},
	isbn = {978-3-16-148410-0},
	booktitle = {Cities and {Their} {Data}},
	publisher = {Müller \& Söhne},
	author = {van den Berg, Anna and {Amt für Statistik}},
	editor = {de la Cruz, Ana},
	year = {2020},
	pages = {33--41},
}
"""

BETTER = r"""
@article{leeOpenData2019,
  title = {{{SDG}} Progress in {{Nairobi}}: {{A}} Study},
  shorttitle = {{{SDG}} Progress in {{Nairobi}}},
  author = {Lee, Maria and family=Beethoven, given=Ludwig, prefix=van, useprefix=true and {UN-Habitat}},
  date = {2019-03-04},
  journaltitle = {Journal of Cities},
  shortjournal = {J. Cities},
  volume = {3},
  number = {4},
  pages = {1--20},
  publisher = {{City Press}},
  issn = {1234-5679},
  doi = {10.1000/abc\_d},
  url = {https://example.org/a_b},
  urldate = {2023-01-02},
  abstract = {Über 5\,\% and an em dash---so.},
  langid = {english},
  keywords = {open data,Nairobi,alpha},
  annotation = {Read twice.},
  file = {/home/u/Zotero/storage/ABCD/Lee 2019.pdf}
}

@online{cityPortal2021,
  type = {Website},
  title = {Portal},
  author = {{City of X}},
  date = {2021-05/2021-07},
  eprint = {2101.00001},
  eprinttype = {arxiv},
  eprintclass = {cs.CY},
  url = {https://example.org/portal},
  options = {useprefix=true},
  pubstate = {preprint}
}

@thesis{ekTrad2018,
  type = {phdthesis},
  title = {Träd},
  author = {Ek, Åsa},
  date = {2018},
  institution = {Lund University},
  location = {Lund}
}
"""


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"KG_DATA": str(data)})


def blocks(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return type and fields of each entry as the file has them: macros put in, white space as one space."""
    macros, found = dict(dialects.MACROS), {}
    for block in parse_string(text, parse_stack=[]).blocks:
        if isinstance(block, String):
            macros[block.key.lower()] = bibtex._value(block.value, macros)
        elif isinstance(block, Block):
            values = {one.key.lower(): " ".join(bibtex._value(one.value, macros).split()) for one in block.fields}
            found[block.key] = (block.entry_type.lower(), values)
    return found


OURS = {"confidence", "evidence"}
PRIVATE = {"file", "owner"}
OLDER = {name: ours for ours, name in dialects._FIELD_WRITTEN.items()} | {"school": "institution"}


def told(fields: dict[str, str]) -> dict[str, object]:
    """Return fields under BibLaTeX's names: LaTeX as what it means, names as people, a date as one."""
    made: dict[str, object] = {}
    ours = {name: OLDER.get(name, name) if not fields.get(OLDER.get(name, "")) else name for name in fields}
    plain = {ours[name]: text for name, text in fields.items() if name not in OURS}
    if "date" not in plain and (
        date := dialects.date_from(*(plain.get(name, "") for name in ("year", "month", "day")))
    ):
        plain = {name: text for name, text in plain.items() if name not in ("year", "month", "day")} | {"date": date}
    for name, text in plain.items():
        if name in dialects.NAMES:
            made[name] = names.read(text)
        else:
            made[name] = text if name in dialects.VERBATIM else latex.decode(text)
    return made


INHERITED = {"Okafor2020": {"booktitle", "date", "editor", "publisher"}}


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
@pytest.mark.parametrize("library", [JABREF, ZOTERO, BETTER], ids=["JabRef", "Zotero", "Better BibTeX"])
def test_a_library_moves_in_and_out_and_nothing_is_changed(
    library: str, dialect: str, bare: Path, tmp_path: Path
) -> None:
    data, file = tmp_path / "data", tmp_path / "library.bib"
    shutil.copytree(bare, data, ignore=UNFIT)
    file.write_text(library, "utf-8")
    assert run(data, "import", file, "--accept").exit_code == 0
    given = run(data, "export", "--dialect", dialect).output
    whole = run(data, "export", "--library", "library.bib", "--output", tmp_path / "whole.bib")
    assert (whole.exit_code, (tmp_path / "whole.bib").read_bytes()) == (0, file.read_bytes())
    sent, back = blocks(library), blocks(given)
    assert back.keys() == sent.keys()
    for key, (kind, fields) in sent.items():
        lent = INHERITED.get(key, set()) | PRIVATE | ({"type"} if fields.get("type") == back[key][0] else set())
        assert not PRIVATE & back[key][1].keys()
        assert {name: text for name, text in told(back[key][1]).items() if name not in lent} == {
            name: text for name, text in told(fields).items() if name not in lent
        }, key
        ours = dialects.TYPE_READ.get(kind, kind)
        assert back[key][0] == (ours if dialect == "biblatex" else dialects.type_for(ours, told(fields), dialect)), key  # type: ignore[arg-type]
    if dialect == "bibtex":
        assert given.isascii() or "⛔" in given
    (tmp_path / "again.bib").write_text(given, "utf-8")
    assert f"= same       │{len(sent):>8} │" in run(data, "import", tmp_path / "again.bib").output


def faults(file: Path) -> set[str]:
    """Return what biber says against a file by BibLaTeX's data model, without the file's name."""
    checked = subprocess.run(
        ["biber", "--tool", "--validate-datamodel", f"--output-file={file.with_suffix('.tool')}", str(file)],
        capture_output=True, text=True, check=False, cwd=file.parent,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    lines = [line for line in checked.stdout.splitlines() if re.match("(?:WARN|ERROR)", line)]
    return {re.sub(r" \(.*?\)", "", line) for line in lines}


@pytest.mark.skipif(shutil.which("biber") is None, reason="there is no biber (Debian: apt-get install biber)")
def test_biber_finds_no_fault_with_an_exported_library_that_was_not_in_it_before(bare: Path, tmp_path: Path) -> None:
    data, file, out = tmp_path / "data", tmp_path / "library.bib", tmp_path / "out.bib"
    shutil.copytree(bare, data, ignore=UNFIT)
    file.write_text(BETTER, "utf-8")
    run(data, "import", file, "--accept")
    out.write_text(run(data, "export", "--format", "biblatex").output, "utf-8")
    assert faults(out) <= faults(file)
