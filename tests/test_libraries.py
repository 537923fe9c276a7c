"""The files that people import, kept whole: groups, macros, remarks and order come back, with what was corrected since."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import UNFIT
from kg import intake, libraries
from kg.base import Base, open_base
from kg.citations import bibtex, formats, graph, latex, library
from kg.citations.connected import rewritten
from kg.citations.entry import Entry
from kg.cli import main
from kg.errors import NotFound
from kg.libraries import Sent
from kg.settings import Settings
from test_round_trip import again, entries

LIBRARY = r"""% Encoding: UTF-8
A remark that stands for itself.

@String{jcs = {Journal of City Studies}}

@Preamble{"\providecommand{\noopsort}[1]{}"}

@Article{Lee2019,
  author     = {Lee, Mar{\'\i}a and Kim, Soo-Jin},
  title      = {The {SDG}s   in Kenya},
  journal    = jcs # { and Beyond},
  year       = 2019,
  month      = mar,
  pages      = "12-34",
  file       = {:C\:/Users/jane/papers/Lee 2019.pdf:PDF},
  groups     = {Open data, To read},
  owner      = {jane},
}

@Book(Ek2018, author = {Ek, {\AA}sa}, title = {Tr{\"a}d}, publisher = {Lund}, year = {2018})

@Misc{Broken2020,
  title = {never closed,
}

@Book{Okafor2020, author = {Okafor, N.}, title = {Sensors}, publisher = {Press}, date = {2020}}

@Comment{jabref-meta: fileDirectory-jane-laptop:C:\\Users\\jane\\papers;}

@Comment{jabref-meta: grouping:
0 AllEntriesGroup:;
1 StaticGroup:Open data\;0\;1\;0x8a8a8aff\;\;\;;
1 ExplicitGroup:Old\;0\;Ek2018\;Lee2019\;;
}

@Comment{jabref-meta: saveActions:enabled;
pages[normalize_page_numbers]
;}
"""


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"KG_DATA": str(data)})


def keep(base: Base, text: str, name: str = "mine.bib") -> None:
    """Import a file as the command does."""
    reading = bibtex.read(text)
    arrivals = list(intake.compare(base, [library.public(entry) for entry in reading.entries]))
    intake.accept(base, arrivals, "test", "import")
    libraries.keep(base, Sent(name, text.encode(), [entry.key for entry in reading.entries]), arrivals, "test")


def back(base: Base, name: str = "mine.bib") -> str:
    return libraries.given_back(base, libraries.named(base, name)).decode()


def other(now: Entry, fields: dict[str, str]) -> Entry:
    """Return an entry with other values; an empty one takes the field out."""
    part = bibtex.entry(
        now.key, fields.get("type", now.type), {name: text for name, text in fields.items() if name != "type"}
    )
    return Entry(
        now.key,
        part.type,
        {name: text for name, text in {**now.fields, **part.fields}.items() if fields.get(name) != ""},
        {**now.names, **part.names},
        {**{name: text for name, text in now.raw.items() if name not in fields}, **part.raw},
    )


def corrected(file: bytes, key: str, **fields: str) -> bytes:
    return library.corrected(file, lambda mine: {key: (None, other(mine[key], fields))})


def correct(base: Base, key: str, **fields: str) -> None:
    iri = intake.address(base, key)
    triples = base.graphs([iri])[iri]
    now = graph.from_triples(triples, iri)
    base.write({iri: rewritten(triples, iri, now, other(now, fields))}, "curator", "correction")


@pytest.fixture(scope="module")
def shared(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A base into which the library was imported, and in which nobody corrects anything."""
    data = tmp_path_factory.mktemp("libraries") / "data"
    shutil.copytree(bare, data, ignore=UNFIT)
    with open_base(Settings(data=data)) as opened:
        keep(opened, LIBRARY)
        yield opened


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_file_that_nobody_corrected_comes_back_byte_for_byte(
    encoding: str, newline: str, shared: Base, tmp_path: Path
) -> None:
    file = tmp_path / f"mine-{encoding}.bib"
    sent = LIBRARY.replace("Lund", "Lünd").replace("\n", newline).encode(encoding)
    file.write_bytes(sent)
    [entries] = [formats.read(file).entries]
    libraries.keep(shared, Sent(file.name, sent, [one.key for one in entries]), intake.compare(shared, entries), "test")
    assert libraries.given_back(shared, libraries.named(shared, file.name)) == sent


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_correction_leaves_encoding_and_ends_of_lines_alone(encoding: str, newline: str) -> None:
    sent = LIBRARY.replace("Lund", "Lünd").replace("\n", newline)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    made = corrected((mark + sent).encode(encoding), "Ek2018", title="Städte")
    wanted = sent.replace(r"{Tr{\"a}d}", "{Städte}")
    assert made == (mark + wanted).encode(encoding)


CORRECTIONS = [
    ("Lee2019", {"pages": "12--43"}, [('"12-34"', "{12--43}")]),
    ("Lee2019", {"journaltitle": "Cities"}, [("jcs # { and Beyond}", "{Cities}")]),
    ("Lee2019", {"date": "2018-04"}, [("= 2019,", "= {2018},"), ("= mar,", "= apr,")]),
    ("Lee2019", {"date": "2019"}, [("  month      = mar,\n", "")]),
    ("Lee2019", {"doi": "10.1000/a_b"}, [("{jane},\n", "{jane},\n  doi        = {10.1000/a_b},\n")]),
    ("Lee2019", {"author": "Díaz, Ana"}, [(r"{Lee, Mar{\'\i}a and Kim, Soo-Jin}", r"{D{\'\i}az, Ana}")]),
    ("Lee2019", {"type": "report"}, [("@Article", "@techreport")]),
    ("Ek2018", {"title": "Träd och data", "publisher": ""},
     [(r"{Tr{\"a}d}", r"{Tr{\"a}d och data}"), (", publisher = {Lund}", "")]),
    ("Okafor2020", {"date": "2020-05-06/2020-05-07", "location": "Abuja"},
     [("date = {2020}", "date = {2020-05-06/2020-05-07}, location = {Abuja}")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "fields", "differences"), CORRECTIONS, ids=[" ".join([key, *fields]) for key, fields, _ in CORRECTIONS]
)
def test_only_what_was_corrected_is_written_anew(
    key: str, fields: dict[str, str], differences: list[tuple[str, str]]
) -> None:
    wanted = LIBRARY
    for old, new in differences:
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    given = corrected(LIBRARY.encode(), key, **fields).decode()
    assert given == wanted
    [found] = [entry for entry in bibtex.read(given).entries if entry.key == key]
    for name, text in fields.items():
        assert name in ("author", "type") or found.fields.get(name, "") == latex.decode(text)


def test_what_is_corrected_comes_home_and_what_somebody_spells_in_a_way_of_their_own_is_theirs(empty: Base) -> None:
    keep(empty, LIBRARY)
    own = LIBRARY.replace("Lee2019", "lee").replace("{The {SDG}s   in Kenya}", "{The SDGs in Kenya!}")
    keep(empty, own, "own.bib")
    correct(empty, "Lee2019", title="The {SDG}s in Kenya, 2019", pages="12--43")
    assert back(empty, "own.bib") == own.replace('"12-34"', "{12--43}")
    both = LIBRARY.replace('"12-34"', "{12--43}").replace("{The {SDG}s   in Kenya}", "{The {SDG}s in Kenya, 2019}")
    assert back(empty) == both


def test_a_key_that_another_work_got_since_corrects_nothing(empty: Base) -> None:
    reading = bibtex.read(LIBRARY)
    arrivals = list(intake.compare(empty, reading.entries))
    libraries.keep(empty, Sent("mine.bib", LIBRARY.encode(), [one.key for one in reading.entries]), arrivals, "test")
    assert back(empty) == LIBRARY  # nothing was accepted yet
    book = (
        r"@book{Ek2018, author = {Hall, Peter}, title = {Cities of Tomorrow}, publisher = {Blackwell}, year = {1988}}"
    )
    keep(empty, book, "book.bib")
    assert back(empty) == LIBRARY


def test_what_only_the_owner_should_know_stays_out_of_the_base_and_comes_back(shared: Base) -> None:
    with shared.journal.snapshot() as (_, graphs):
        said = b"".join(text for iri, text in graphs if "/reference/" in iri).decode()
    assert "Open data, To read" in said
    assert "jane" not in said
    assert back(shared) == LIBRARY


def test_a_library_is_found_by_name_or_number_and_the_last_of_a_name_counts(shared: Base) -> None:
    for text in (LIBRARY, LIBRARY, LIBRARY + "% read again\n"):
        keep(shared, text, "three.bib")
    first, last = [one.number for one in libraries.shelf(shared).all() if one.name == "three.bib"][::-1]
    assert back(shared, "three.bib").endswith("% read again\n")
    assert (back(shared, str(first)), last) == (LIBRARY, first + 1)
    with pytest.raises(NotFound, match=rf"three.bib \({last}, of "):
        libraries.named(shared, "nobody.bib")


def test_the_command_keeps_a_library_and_writes_it_in_other_forms_under_its_own_keys(
    tmp_path: Path, bare: Path
) -> None:
    data, file, out = tmp_path / "data", tmp_path / "mine.bib", tmp_path / "out.bib"
    shutil.copytree(bare, data, ignore=UNFIT)
    file.write_text(LIBRARY.replace("Lee2019", "known"))
    run(data, "import", file, "--accept")
    file.write_text(LIBRARY)
    assert "kg export --library mine.bib" in run(data, "import", file, "--accept").output
    given = run(data, "export", "--library", "mine.bib", "--format", "ris").output
    assert re.findall("ID  - (.*)", given) == ["Lee2019", "Ek2018", "Okafor2020"]
    assert run(data, "export", "--library", "mine.bib", "--output", out).exit_code == 0
    assert out.read_text() == LIBRARY
    assert "three" not in run(data, "export", "--library", "three.bib").stdout


@pytest.mark.parametrize(
    "text", ["", "Dear colleagues, here is the list.", "@comment{nothing}", "@article{a, title = {No end"]
)
def test_a_file_without_one_reference_says_so_and_is_no_library(tmp_path: Path, bare: Path, text: str) -> None:
    data, file = tmp_path / "data", tmp_path / "mine.bib"
    shutil.copytree(bare, data, ignore=UNFIT)
    file.write_text(text)
    done = run(data, "import", file, "--accept")
    assert done.exit_code == 1
    assert ("mine.bib holds nothing to import" in done.output) != ("could not be read" in done.output)
    assert run(data, "libraries").output == ""


def test_a_library_can_be_listed_and_deleted_without_a_trace_while_its_works_stay(tmp_path: Path, bare: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "mine.bib"
    shutil.copytree(bare, data, ignore=UNFIT)
    file.write_text(LIBRARY)
    run(data, "import", file, "--accept")
    told = run(data, "libraries").output.split("\t")
    assert (told[:2], told[-1].strip()) == (["1", "mine.bib"], "3 works")
    packed = zlib.compress(LIBRARY.encode())[16:216]
    assert any(packed in path.read_bytes() for path in data.glob("libraries.sqlite*"))
    assert "deleted" in run(data, "libraries", "--forget", "mine.bib").output
    assert not any(packed in path.read_bytes() for path in data.glob("libraries.sqlite*"))
    assert run(data, "libraries").output == ""
    assert run(data, "libraries", "--forget", "mine.bib").exit_code == 1
    assert "Lee2019" in run(data, "export", "--unverified").output


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_corrections_change_what_they_mean_and_nothing_else(data: st.DataObject) -> None:
    drawn = [
        replace(entry, key=f"k{place}")
        for place, entry in enumerate(data.draw(st.lists(entries(), min_size=1, max_size=4)))
    ]
    dialect = data.draw(st.sampled_from(["bibtex", "biblatex"]))
    between = "\n@Comment{jabref-meta: a\\;b;}\n\nA remark.\n\n"
    text = between.join(bibtex.write(drawn, dialect))
    mine = {entry.key: entry for entry in bibtex.read(text).entries}
    now = {key: replace(again(data.draw(entries()), "bibtex"), key=key) for key in mine if data.draw(st.booleans())}
    made = library.corrected(text.encode(), lambda found: {key: (None, entry) for key, entry in now.items()}).decode()
    assert made.count(between) == text.count(between)
    reading = bibtex.read(made)
    assert reading.broken == []
    for entry in reading.entries:
        wanted = (
            library.merged(mine[entry.key], mine[entry.key], now[entry.key]) if entry.key in now else mine[entry.key]
        )
        assert (dict(entry.fields), dict(entry.names)) == (dict(wanted.fields), dict(wanted.names))
