"""Import: what a file holds beside the base, written or proposed; duplicates, keys, rejects, and the same file twice."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import cited, deciding, intake
from kg.base import Base, open_base
from kg.citations import bibtex, graph, likeness
from kg.citations.entry import Entry
from kg.cli import main
from kg.errors import BadInput
from kg.known import Known
from kg.settings import Settings

TWO = """
@article{lee2019open,
  author = {Lee, Maria and Díaz, Juan},
  title = {Open data in {Nairobi}: what came of it},
  journal = {Journal of Cities},
  year = 2019,
  volume = {3},
  doi = {10.1000/abc},
  abstract = {We asked.}
}

@book{berg2020cities,
  author = {van den Berg, Anna},
  title = {Cities and Their Data},
  publisher = {City Press},
  year = 2020,
  isbn = {978-3-16-148410-0}
}
"""


def read(text: str) -> list[Entry]:
    reading = bibtex.read(text)
    assert reading.broken == []
    return reading.entries


def take(base: Base, text: str) -> Counter[str]:
    """Import a text into a base and return the states of its entries."""
    arrivals = list(intake.compare(base, read(text)))
    intake.accept(base, arrivals, "tester", "test")
    return Counter(arrival.state for arrival in arrivals)


def state(base: Base, text: str) -> intake.Arrival:
    """Return how the base sees the last entry of a text."""
    return list(intake.compare(base, read(text)))[-1]


def held(base: Base, key: str) -> Entry:
    iri = intake.address(base, key)
    return graph.from_triples(base.graphs([iri])[iri], iri)


def test_what_is_new_is_written_and_the_second_time_is_the_same(empty: Base) -> None:
    assert take(empty, TWO) == {"new": 2}
    revision = empty.journal.revision
    assert take(empty, TWO) == {"same": 2}
    assert empty.journal.revision == revision
    assert held(empty, "lee2019open").fields["journaltitle"] == "Journal of Cities"
    assert held(empty, "lee2019open").fields["confidence"] == "unverified"
    assert [change.who for change in empty.journal.history(intake.address(empty, "lee2019open"))] == ["tester"]


def test_what_is_imported_is_kept_for_the_first_export_as_it_would_be_read(empty: Base) -> None:
    take(empty, TWO)
    iris = [intake.address(empty, key) for key in ("lee2019open", "berg2020cities")]
    kept = list(cited.entries(empty, iris))
    shutil.rmtree(empty.settings.data / "derived")
    assert list(cited.entries(empty, iris)) == kept == [entry for _, entry, _ in cited.read(empty, iris)]


def test_looking_writes_nothing(empty: Base) -> None:
    revision = empty.journal.revision
    assert {arrival.state for arrival in intake.compare(empty, read(TWO))} == {"new"}
    assert empty.journal.revision == revision


def test_a_change_is_named_and_what_is_ours_stays(empty: Base) -> None:
    take(empty, TWO)
    iri = intake.address(empty, "lee2019open")
    ours = replace(held(empty, "lee2019open"))
    ours = replace(ours, fields={**ours.fields, "annotation": "What came of it.", "confidence": "verified",
                                 "evidence": "https://example.org/seen"})  # fmt: skip
    empty.write({iri: graph.to_triples(ours, iri)}, "curator", "annotated")
    arrival = state(empty, TWO.replace("volume = {3}", "volume = {4}").split("@book")[0])
    assert (arrival.state, arrival.why) == ("changed", "volume")
    assert take(empty, TWO.replace("volume = {3}", "volume = {4}")) == {"changed": 1, "same": 1}
    now = held(empty, "lee2019open").fields
    assert (now["volume"], now["annotation"], now["confidence"]) == ("4", "What came of it.", "verified")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@article{x, title = {Another title altogether}, doi = {10.1000/ABC}}", "the same DOI as lee2019open"),
        ("@article{x, title = {Cities}, doi = {https://doi.org/10.1000/abc}}", "the same DOI as lee2019open"),
        ("@book{x, title = {Cities and their data.}, isbn = {9783161484100}}",
         "the same ISBN and nearly the same title as berg2020cities"),
        ("@article{x, author = {M. Lee}, title = {Open Data in Nairobi -- What Came of it}, year = 2019}",
         "nearly the same title, year and author as lee2019open"),
        ("@article{x, author = {Díaz, Juan and Lee, Maria}, title = {Open data in Nairobi: what came of it}, year = 2019}", ""),
        ("@article{x, author = {Lee, Maria}, title = {Open data in Nairobi: what came of it}, year = 2009}", ""),
        ("@article{x, author = {Lee, Maria}, title = {Open data in Nairobi: what came of it}, year = 2019, doi = {10.1000/z}}", ""),
        ("@article{x, author = {Lee, Maria}, title = {Open data in Nairobi: what came of it}, year = 2019, volume = 4}", ""),
        ("@incollection{x, title = {One chapter}, booktitle = {Cities and Their Data}, isbn = {9783161484100}}", ""),
    ],
    ids=["DOI", "DOI with its resolver", "ISBN", "title, year, author", "another first author", "ten years earlier",
         "another DOI", "another volume", "a chapter of that book"],
)  # fmt: skip
def test_duplicates_are_found_and_alike_is_not_the_same(empty: Base, text: str, why: str) -> None:
    take(empty, TWO)
    arrival = state(empty, text)
    assert (arrival.state, arrival.why) == (("duplicate", why) if why else ("new", ""))


def test_duplicates_within_one_file_are_found(empty: Base) -> None:
    assert take(empty, TWO + "@misc{again, title = {x}, doi = {10.1000/abc}}") == {"new": 2, "duplicate": 1}
    assert held(empty, "lee2019open").fields["ids"] == "again"


def test_a_duplicate_gives_its_key_to_the_work_that_it_is(empty: Base) -> None:
    take(empty, TWO)
    again = TWO.replace("lee2019open", "mendeley:lee")
    assert take(empty, again) == {"duplicate": 1, "same": 1}
    assert held(empty, "lee2019open").fields["ids"] == "mendeley:lee"
    assert take(empty, again) == {"same": 2}
    assert take(empty, TWO) == {"same": 2}


def test_a_key_is_never_given_to_another_work(empty: Base) -> None:
    take(empty, TWO)
    other = "@book{lee2019open, author = {Okafor, Ben}, title = {Water for All Seasons}, year = 1999}"
    arrival = state(empty, other)
    assert (arrival.state, arrival.entry.key) == ("new", "okafor1999water")
    assert "another work's" in arrival.why


def test_a_key_is_not_used_again_after_its_work_is_gone(empty: Base) -> None:
    take(empty, TWO)
    empty.write({intake.address(empty, "berg2020cities"): None}, "curator", "withdrawn")
    arrival = state(empty, "@book{berg2020cities, author = {Berg, Zoe}, title = {Tall Houses}, year = 2020}")
    assert (arrival.state, arrival.entry.key) == ("new", "berg2020tall")


def test_two_entries_of_one_file_get_two_keys(empty: Base) -> None:
    take(empty, TWO)
    text = "".join(
        f"@book{{{key}, author = {{Lee, Maria}}, title = {{{title}}}, year = 1999}}\n"
        for key, title in (("lee2019open", "Water for all"), ("berg2020cities", "Water for none of us today"))
    )
    assert {arrival.entry.key for arrival in intake.compare(empty, read(text))} == {"lee1999water", "lee1999waterb"}


def test_what_the_shapes_refuse_is_invalid_and_costs_nothing_else(empty: Base) -> None:
    arrivals = list(intake.compare(empty, read(TWO + "@book{untitled, publisher = {City Press}, year = 2020}")))
    assert [arrival.state for arrival in arrivals] == ["new", "new", "invalid"]
    assert "title" in arrivals[-1].why.lower()
    assert intake.accept(empty, arrivals, "tester", "test")["new"] == 2


def test_a_proposal_changes_nothing_until_it_is_accepted(empty: Base) -> None:
    number = intake.propose(empty, intake.compare(empty, read(TWO)), "visitor", "two works that you lack")
    [proposal] = deciding.desk(empty).all()
    assert (proposal.number, proposal.who, proposal.records, proposal.state) == (number, "visitor", 2, "open")
    assert empty.index.size == 0 or intake.address(empty, "lee2019open") not in empty.index.get(
        [intake.address(empty, "lee2019open")]
    )
    assert intake.take(empty, number, "curator") == 2
    assert held(empty, "lee2019open").fields["volume"] == "3"
    assert deciding.desk(empty).all() == []
    with pytest.raises(BadInput, match="accepted already"):
        intake.take(empty, number, "curator")


def test_a_proposal_on_a_record_that_moved_on_is_not_accepted(empty: Base) -> None:
    take(empty, TWO)
    number = intake.propose(empty, intake.compare(empty, read(TWO.replace("{3}", "{4}"))), "visitor", "volume")
    take(empty, TWO.replace("{3}", "{5}"))
    with pytest.raises(BadInput, match="changed since"):
        intake.take(empty, number, "curator")


def test_a_declined_proposal_stays_readable(empty: Base) -> None:
    number = intake.propose(empty, intake.compare(empty, read(TWO)), "visitor", "two")
    deciding.decline(empty, number, "curator", "out of scope")
    [proposal] = deciding.desk(empty).all(None)
    assert (proposal.state, proposal.note, proposal.decided_by) == ("declined", "out of scope", "curator")
    assert len(deciding.desk(empty).records(number)) == 2


def test_shelves_find_one_among_many_without_comparing_all() -> None:
    shelves = likeness.Shelves()
    for number in range(2000):
        shelves.put(
            likeness.Work(
                f"r{number}", f"k{number}", "book", f"Report number {number} on the state of cities", "2020", "Lee"
            )
        )
    found = shelves.like(likeness.Work("", "x", "book", "Report number 1234 on the state of Cities", "2020", "Lee"))
    assert found is not None
    assert found[0].key == "k1234"


# -- at the terminal ---------------------------------------------------------------------------------------------------


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"KG_DATA": str(data)})


def test_kg_import_shows_and_then_writes_and_keeps_what_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "mine.bib"
    file.write_text(TWO + "\n@misc{bad,\n title = {open {data}\n}\n", "utf-8")
    shown = run(tmp_path / "data", "import", file)
    assert shown.exit_code == 1, shown.output
    assert "Nothing was written" in shown.output
    assert "+ lee2019open" in shown.output
    assert f"{file}, line 20: bad:" in shown.output
    rejected = (tmp_path / "mine.rejected.bib").read_text("utf-8")
    assert "@misc{bad,\n title = {open {data}\n}" in rejected
    written = run(tmp_path / "data", "import", file, "--accept", "--by", "ana", "--rejects", tmp_path / "else.bib")
    assert "2 new, 0 changed" in written.output
    assert (tmp_path / "else.bib").is_file()
    ris = tmp_path / "mine.ris"
    ris.write_text("TY  - BOOK\nTI  - Cities and Their Data\nAU  - van den Berg, Anna\nPY  - 2020\nER  -\n")
    assert "≈ duplicate  │       1" in run(tmp_path / "data", "import", ris).output
    strange = tmp_path / "mine.doc"
    strange.write_bytes(b"nothing of the kind")
    refused = run(tmp_path / "data", "import", strange)
    assert refused.exit_code == 1
    assert "Name its form" in refused.output


def test_a_library_that_is_imported_is_exported_without_asking_and_says_where_it_was_seen(tmp_path: Path) -> None:
    file = tmp_path / "my library.bib"
    file.write_text(TWO, "utf-8")
    assert run(tmp_path / "data", "import", file, "--accept").exit_code == 0
    given = run(tmp_path / "data", "export").output
    assert {"@article{lee2019open,", "@book{berg2020cities,"} <= set(given.splitlines())
    assert "left out" not in given
    with open_base(Settings(data=tmp_path / "data")) as base:
        said = held(base, "lee2019open").fields
        assert said["confidence"] == "reported"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert said["evidence"].startswith(f"In the file my library.bib (SHA-256 {digest}), imported on ")
        assert base.check(base.graphs([intake.address(base, "lee2019open")])) == []


def test_what_says_itself_how_sure_it_is_keeps_that_and_a_second_import_changes_nothing(empty: Base) -> None:
    text = TWO.replace("volume = {3}", "volume = {3}, confidence = {verified}, evidence = {https://example.org/seen}")
    seen = [intake.Seen("reported", "In the file mine.bib.")] * 2
    intake.accept(empty, list(intake.compare(empty, read(text), seen=seen)), "tester", "test")
    assert held(empty, "lee2019open").fields["evidence"] == "https://example.org/seen"
    assert held(empty, "berg2020cities").fields["evidence"] == "In the file mine.bib."
    later = [intake.Seen("reported", "In the file yours.bib.")] * 2
    assert {arrival.state for arrival in intake.compare(empty, read(text), seen=later)} == {"same"}


def test_only_what_could_be_meant_is_looked_up(empty: Base) -> None:
    take(empty, TWO)
    known = Known(empty)
    mine, other = read(TWO)[0], read("@book{x, title = {Something else entirely}, year = 1999}")[0]
    assert [work.key for work in known.works(likeness.blocks(likeness.work(mine)))] == ["lee2019open"]
    assert list(known.works(likeness.blocks(likeness.work(other)))) == []
    empty.write({intake.address(empty, "lee2019open"): None}, "curator", "withdrawn")
    assert list(known.works(likeness.blocks(likeness.work(mine)))) == [], "it is brought up to the journal"


def test_headings_of_another_journal_are_made_anew(empty: Base) -> None:
    take(empty, TWO)
    blocks = list(likeness.blocks(likeness.work(read(TWO)[0])))
    assert list(Known(empty).works(blocks))
    with closing(sqlite3.connect(empty.settings.data / "derived" / "headings.sqlite")) as table, table:
        table.execute("UPDATE state SET at = '1999-01-01'")
        table.execute("DELETE FROM line")
    assert list(Known(empty).works(blocks)), "a restored journal has other rows under the same numbers"


def test_an_index_that_was_left_half_built_is_built_anew_when_the_base_is_opened(
    empty: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(empty, TWO)
    monkeypatch.setattr("kg.base.BATCH", 1)

    def killed(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty.reindex(killed)
    assert empty.index.size < 2
    empty.catch_up()
    assert (empty.index.size, empty.index.revision) == (2, empty.journal.revision)
