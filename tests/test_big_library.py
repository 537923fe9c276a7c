"""A library of hundreds of entries, made of every hard case, moves in and out by the command: nothing is changed."""

from __future__ import annotations

import shutil
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random

import pytest

from conftest import UNFIT
from kg.citations import dialects, latex
from test_journey import OURS, PRIVATE, blocks, run, told
from test_reading import NAMES, TEXTS

TYPES = (
    "article", "book", "inbook", "incollection", "inproceedings", "proceedings", "phdthesis", "mastersthesis", "techreport",
    "manual", "misc", "unpublished", "booklet", "conference", "online", "thesis", "report", "dataset", "software", "patent",
    "periodical", "collection", "mvbook", "standard",
)  # fmt: skip
THESES = {"phdthesis", "mastersthesis"}
YEARS = ("year = {2019}", "year = 2019, month = mar", "year = 2019, month = 3", "year = {in press}", "date = {2019-03-04}",
         "date = {2018/2019}", "date = {1850~}", "year = {2019}, month = {May/June}", "year = 2019, month = \"12~\" # jan",
         r"year = {{\noopsort{2019a}}2019}")  # fmt: skip
OTHERS = (
    "pages = {12--34}", "pages = {12-34}", "pages = {e1234}", "pages = {ix, 7--9, 12+}", "doi = {10.1000/a_b(NUMBER);2-#}",
    r"url = {https://example.org/a_b%20c?d=e&f=g#h}", "isbn = {978-3-16-148410-X}", "keywords = {zebra, alpha,open data}",
    "groups = {Open data, To read}", "timestamp = {2020.01.02}", "file = {:C\\:/Users/jane/x.pdf:PDF}", "owner = {jane}",
    r"note = {\url{https://example.org/x_y}, accessed 3 May}", r"abstract = {50\% of it: $x^2_i$." + "\n\n" + "And {more}.}",
    "comment = {read it: p. 14}", "edition = {2nd}", "volume = {IV}", "number = {3/4}", "series = jour # { Notes}",
    "publisher = pub", "address = {New York}", "location = {Köln}", "school = {Lund University}", "eprint = {2101.00001}",
    "archiveprefix = {arXiv}", "langid = {ngerman}", "x-own = {what nobody models}", "priority = {prio1}", "note = {}",
    "howpublished = {\"Online\"}", "type = {Diploma {T}hesis}", "urldate = {2020-05-06}", "ranking = {rank4}",
)  # fmt: skip
HEAD = """% Encoding: UTF-8

@String{jour = {Journal of {C}ities}}
@string(pub = "Barnes \\& Noble")

@Preamble{"\\providecommand{\\noopsort}[1]{}"}

"""


def word(number: int) -> str:
    """Return a word that no other number has, and that looks like none of theirs."""
    return sha256(str(number).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))[:16]


@pytest.fixture(scope="module")
def library() -> str:
    """A file as JabRef writes it: entries of every type, each title, name and value with something hard in it."""
    chance, numbers = Random(5), count(1)
    titles, people = [text for text, _ in TEXTS.values()], [text for text, _ in NAMES.values()]
    parts = [HEAD]
    for turn in range(12):
        for kind in TYPES:
            number = next(numbers)
            chosen = chance.sample(OTHERS, 7)
            values = {text.partition(" = ")[0]: text.replace("NUMBER", str(number)) for text in chosen}
            values |= {"title": f"title = {{{word(number)} {chance.choice(titles)} {word(number * 7)}}}"}
            values |= {"author": f"author = {{{chance.choice(people)} and {chance.choice(people)}}}"}
            if kind in THESES:
                values.pop("type", None)
            values |= {"date": chance.choice(YEARS)}
            if number % 3 == 0:
                values |= {
                    "journal": chance.choice(["journal = jour", "journal = {Cities} # { \\& } # jour", "journal = {X}"])
                }
            if turn and kind == "inproceedings":
                values |= {"crossref": f"crossref = {{proceedings:{turn - 1}}}"}
            layout = ",\n  " if number % 5 else ", "
            parts.append(
                f"@{kind.title() if number % 2 else kind}{{{kind}:{turn},{layout[1:]}{layout.join(values.values())}\n}}\n\n"
            )
    listed = "\\;".join(f"article:{turn}" for turn in range(12))
    parts.append(
        "A remark between entries.\n\n@Comment{jabref-meta: fileDirectory-jane-laptop:C:\\\\Users\\\\jane;}\n\n"
    )
    parts.append(
        f"@Comment{{jabref-meta: grouping:\n0 AllEntriesGroup:;\n1 ExplicitGroup:Read\\;0\\;{listed}\\;;\n}}\n\n"
    )
    parts.append(
        "@Comment{jabref-meta: saveActions:enabled;\npages[normalize_page_numbers]\n;}\n\n@Comment{and one of mine}\n"
    )
    return "".join(parts)


@pytest.fixture(scope="module")
def data(library: str, bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base into which the file was imported."""
    folder = tmp_path_factory.mktemp("big")
    shutil.copytree(bare, folder / "data", ignore=UNFIT)
    (folder / "mine.bib").write_text(library, "utf-8")
    done = run(folder / "data", "import", folder / "mine.bib", "--accept")
    assert f"{len(TYPES) * 12:,} new, 0 changed, 0 other keys noted" in done.output
    return folder / "data"


def test_the_file_comes_back_byte_for_byte(library: str, data: Path, tmp_path: Path) -> None:
    run(data, "export", "--library", "mine.bib", "--output", tmp_path / "back.bib")
    assert (tmp_path / "back.bib").read_text("utf-8") == library


@pytest.mark.parametrize("dialect", dialects.DIALECTS)
def test_every_entry_comes_back_field_by_field_and_is_the_same_when_it_is_read_again(
    dialect: str, library: str, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.bib"
    run(data, "export", "--dialect", dialect, "--output", out)
    sent, back = blocks(library), blocks(out.read_text("utf-8"))
    assert back.keys() == sent.keys()
    for key, (kind, fields) in sent.items():
        ours = dialects.TYPE_READ.get(kind, kind)
        lent = {name for name in told(back[key][1]) if "crossref" in fields and name not in told(fields)}
        aside = OURS | PRIVATE | lent | ({"type"} if kind in THESES else set())
        if dialect == "biblatex" and "noopsort" in fields.get("year", ""):
            fields["date"] = latex.decode(fields.pop("year"))
        wanted = {name: text for name, text in told(fields).items() if name not in aside and text}
        assert {name: text for name, text in told(back[key][1]).items() if name not in aside} == wanted, key
        classic = kind if kind in THESES else dialects.type_for(ours, told(fields), dialect)  # type: ignore[arg-type]
        assert back[key][0] == (ours if dialect == "biblatex" else classic), key
    assert f"= same       │{len(sent):>8,} │" in run(data, "import", out).output
