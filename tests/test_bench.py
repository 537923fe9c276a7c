"""What is measured is real: the made records pass the shapes, the queries find something, the report tells what it was given."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import islice
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from bench import ask, generate, report
from bench.ask import Memory, Speed
from bench.pages import Times
from bench.work import Done
from kg.base import Base
from kg.citations import bibtex

RECORDS = 50


def test_made_records_pass_the_shapes(base: Base) -> None:
    made = dict(generate.records(RECORDS))
    assert len(made) == RECORDS
    assert {iri.split("/")[-2] for iri in made} == {"place", "agent", "policy", "reference"}
    assert base.check(made) == []


def test_a_record_points_only_at_records_of_its_base() -> None:
    made = dict(generate.records(RECORDS))
    pointed = {
        t.object.value for triples in made.values() for t in triples if str(t.object).startswith(f"<{generate.RECORDS}")
    }
    assert {iri for iri in pointed if "/made-" in iri and "#" not in iri} <= made.keys()


def test_records_come_one_by_one() -> None:
    assert len(list(islice(generate.records(10**9), 3))) == 3


def test_every_reference_whose_page_is_asked_for_is_there() -> None:
    made = {iri for iri, _ in generate.records(RECORDS) if "/reference/" in iri}
    assert {generate.address("reference", n) for n in generate.works(RECORDS)} == made


def test_a_made_bib_reads_back_whole(tmp_path: Path) -> None:
    generate.write_bib(tmp_path / "made.bib", RECORDS)
    reading = bibtex.read_bytes((tmp_path / "made.bib").read_bytes())
    assert len(reading.entries) == RECORDS
    assert reading.broken == []


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Made records in an engine of this process."""
    path = tmp_path_factory.mktemp("made") / "made.nt"
    generate.write_triples(path, generate.everything(600))
    made = Store()
    made.bulk_load(path=path, format=RdfFormat.N_TRIPLES)
    return made


@pytest.mark.parametrize("name", ask.QUERIES)
def test_a_query_finds_something_among_made_records(store: Store, name: str) -> None:
    assert next(iter(store.query(ask.text(name))), None) is not None  # type: ignore[call-overload]


def speed(server: str, answers: float, *, query: str = "point", failed: str = "") -> Speed:
    return Speed(query, 4, server, answers, answers / 10, 100 if answers else 0, failed)


def given() -> report.Found:
    return report.Found(
        300,
        200,
        0.3,
        speeds=[
            speed("ours", 60),
            speed("direct", 100),
            speed("virtuoso", 0, failed="broke <off>"),
            speed("ours", 60, query="join"),
            speed("direct", 100, query="join"),
            speed("virtuoso", 0, query="join", failed=ask.SLOW),
            speed("ours", 0, query="kept", failed="503"),
            speed("direct", 100, query="kept"),
        ],
        memories=[Memory("ours", 10**6, 2**20, 80 * 2**20, 2**20), Memory("direct", 10**6, 2**20, 2**20, 2**20)],
        pages=[Times("search", 12.34, 41)],
        work=[Done("check of the whole base", 499)],
    )


def test_a_report_holds_each_figure_against_its_bar() -> None:
    lines = report.markdown(given(), "bench.svg").splitlines()
    assert "| point | 4 | 0.60 | failed | ≥ 0.5 | reached |" in lines
    assert "| join | 4 | 0.60 | too slow | ≥ 0.95 | **missed** |" in lines
    assert "| kept | 4 | failed | failed | ≥ 1 | **missed** |" in lines
    assert "| search, p50 | 12.34 ms | ≤ 15 ms | reached |" in lines
    assert "| search, p95 | 41 ms | ≤ 40 ms | **missed** |" in lines
    assert "| check of the whole base | 499 records/s | ≥ 500 records/s | **missed** |" in lines
    assert any("79 MiB more than the engine alone" in line and "**missed**" in line for line in lines)
    assert "- virtuoso, `point`, 4 clients: broke <off>" in lines


def test_a_report_and_its_picture_are_written(tmp_path: Path) -> None:
    report.write(given(), tmp_path / "new" / "bench.md")
    assert "(bench.svg)" in (tmp_path / "new" / "bench.md").read_text("utf-8")
    drawn = ET.parse(tmp_path / "new" / "bench.svg").getroot()
    assert [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")].count("0.60") == 2
