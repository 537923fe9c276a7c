"""The provision matrix: rates worked out by hand on a small base, and what must hold on the shipped one."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kg.analysis import matrix as matrices
from kg.analysis.choice import Choice, chosen
from kg.analysis.evidence import (
    ABSENT,
    NOT_SEEN,
    OPPOSITE,
    PARTLY,
    STATED,
    STATUSES,
    Cell,
    Evidence,
    Policy,
    Provision,
    weaker,
)
from kg.analysis.gathering import gather
from kg.analysis.rates import adoption, wilson
from kg.analysis.tables import Table, as_csv, as_latex, as_markdown, as_xlsx
from kg.base import Base

PROVISIONS = {
    name: Provision(name, name.upper(), f"Asks for {name}.", str(at), "g", "Group") for at, name in enumerate("pqr")
}


def small(*rows: tuple[str, str, str, str]) -> Evidence:
    """Make an evidence of one policy a row: name, then the statuses of p, q and r; `-` is no cell, `stated/partly` two readings."""
    cells = {}
    for policy, *statuses in rows:
        for provision, told in zip(PROVISIONS, statuses, strict=True):
            first, _, second = told.partition("/")
            if told.startswith("tag:"):
                cells[policy, provision] = Cell(policy, provision, told[4:], method="earlier-tag")
            elif told != "-":
                cells[policy, provision] = Cell(policy, provision, first, second)
    policies = {
        policy: Policy(policy, policy, ("here",), "national", "law", (), 2000 + at)
        for at, (policy, *_) in enumerate(rows)
    }
    return Evidence(policies, PROVISIONS, cells, {"here": "Here"})


# By hand: a, b and c are read whole (each lacks something); d is read in part, e is known by a tag, of f nothing is known.
HAND = small(
    ("a", STATED, ABSENT, "stated/partly"),
    ("b", PARTLY, ABSENT, OPPOSITE),
    ("c", ABSENT, STATED, "stated/not-seen"),
    ("d", STATED, NOT_SEEN, OPPOSITE),
    ("e", "tag:stated", "-", "-"),
    ("f", "-", "-", "-"),
)


@pytest.mark.parametrize(
    ("provision", "counts"),
    [
        ("p", (1, 1, 0, 1, 2, 0, 1)),
        ("q", (1, 0, 0, 2, 0, 0, 3)),
        ("r", (1, 1, 1, 0, 0, 1, 2)),
    ],
)
def test_a_rate_counts_only_texts_read_whole_and_the_weaker_reading(provision: str, counts: tuple[int, ...]) -> None:
    rate = adoption(HAND, HAND.policies)[provision]
    assert (rate.stated, rate.partly, rate.opposite, rate.absent, rate.elsewhere, rate.against, rate.unknown) == counts


def test_the_share_has_the_whole_texts_below_and_its_interval_around() -> None:
    rate = adoption(HAND, HAND.policies)["p"]
    assert (rate.held, rate.judged, rate.share) == (2, 3, 2 / 3)
    low, high = rate.interval
    assert (round(low, 4), round(high, 4)) == (0.2077, 0.9385)  # worked out with a calculator
    assert rate.bounds == (4 / 6, 5 / 6)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (STATED, PARTLY, PARTLY),
        (PARTLY, STATED, PARTLY),
        (STATED, ABSENT, ABSENT),
        (ABSENT, OPPOSITE, OPPOSITE),
        (STATED, "", STATED),
        (NOT_SEEN, STATED, STATED),
        (NOT_SEEN, "", NOT_SEEN),
    ],
)
def test_the_weaker_of_two_readings_counts(first: str, second: str, counts: str) -> None:
    assert weaker(first, second) == counts


@given(st.integers(0, 400), st.integers(0, 400))
def test_an_interval_holds_its_share(held: int, more: int) -> None:
    low, high = wilson(held, held + more)
    assert 0 <= low <= high <= 1
    if held + more:
        assert low - 1e-9 <= held / (held + more) <= high + 1e-9


verdict = st.sampled_from([*STATUSES[:4], "-", "tag:stated", "stated/partly"])


@given(st.lists(st.tuples(verdict, verdict, verdict), max_size=8), st.integers(0, 2), st.integers(0, 8))
def test_adding_a_not_seen_never_lowers_a_rate(rows: list[tuple[str, str, str]], which: int, at: int) -> None:
    named = [(f"policy{number}", *row) for number, row in enumerate(rows)]
    before = small(*named)
    provision = list(PROVISIONS)[which]
    policy = f"policy{at}"
    if (policy, provision) in before.cells:
        return
    cells = {**before.cells, (policy, provision): Cell(policy, provision, NOT_SEEN)}
    after = replace(before, cells=cells, policies={**before.policies, policy: Policy(policy, policy)})
    was, now = adoption(before, before.policies), adoption(after, after.policies)
    for one in PROVISIONS:
        assert (now[one].share or 0) >= (was[one].share or 0)
        assert now[one].interval == was[one].interval


@pytest.fixture(scope="module")
def real(base: Base) -> Evidence:
    return gather(base.engine.select)


def test_the_shipped_base_has_the_codebook_and_texts_read_whole(real: Evidence) -> None:
    assert len(real.provisions) == 61
    assert len(real.whole) >= 30
    assert real.whole <= real.coded <= real.policies.keys()


def test_on_the_shipped_base_a_not_seen_more_changes_no_rate(real: Evidence) -> None:
    rates = adoption(real, real.policies)
    blank = next(policy for policy in real.policies if policy not in real.coded)
    cells = {**real.cells, **{(blank, one): Cell(blank, one, NOT_SEEN) for one in real.provisions}}
    after = adoption(replace(real, cells=cells), real.policies)
    assert {one: (rate.held, rate.judged) for one, rate in after.items()} == {
        one: (rate.held, rate.judged) for one, rate in rates.items()
    }


def test_the_order_of_rows_changes_nothing(base: Base, real: Evidence) -> None:
    dice = random.Random(7)

    def shuffled(query: str) -> list[dict[str, object]]:
        rows = base.engine.select(query)
        dice.shuffle(rows)
        return rows  # type: ignore[return-value]

    assert gather(shuffled) == real  # type: ignore[arg-type]


def test_a_place_takes_in_its_parts_and_a_year_what_was_in_force() -> None:
    inner = Policy("x", "X", ("town",), "local", "law", ("transport",), 2009, since=2010, ends=2015)
    held = Evidence(
        {"x": inner}, PROVISIONS, {("x", "p"): Cell("x", "p", STATED)}, {}, {"town": ("land",), "land": ("world",)}
    )
    assert chosen(held, Choice(place="world")) == (inner,)
    assert chosen(held, Choice(place="elsewhere")) == ()
    assert [year for year in (2009, 2010, 2015, 2016) if chosen(held, Choice(year=year))] == [2010, 2015]
    assert chosen(held, Choice(sector="health")) == ()


# -- pages --------------------------------------------------------------------------------------------------------------

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    "path", ["/matrix", "/matrix?group=all", "/matrix?group=institution", "/matrix?rows=held&columns=rate"]
)
def test_a_matrix_page_is_light_and_says_its_note(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    assert "neither numerator nor denominator" in answer.text


def test_a_cell_opens_its_note_and_place(client: FlaskClient) -> None:
    page = client.get("/matrix/cell/de-dng-2021/api", headers=HTML).text
    assert "Partly" in page
    assert "§§ 8(1), 9" in page
    assert "high-value data only" in page


def test_a_cell_shows_both_readings_with_when_and_how_much_was_read(client: FlaskClient) -> None:
    page = client.get("/matrix/cell/de-dng-2021/api", headers=HTML).text
    for told in ("First reading", "on 22 November 2026", "Second reading, blind", "Only dynamic and high-value data.",
                 "§ 8(1), § 9", "day not recorded", "the copy that was read", "not named in the record"):  # fmt: skip
        assert told in page


def test_the_numbers_on_the_page_are_those_of_their_rows(client: FlaskClient, real: Evidence) -> None:
    rates = json.loads(client.get("/matrix.json?table=rates").text)["rows"]
    for row in rates:
        rows = json.loads(client.get("/matrix/provision/" + row["iri"].rpartition("/")[2] + ".json").text)["rows"]
        whole = [one for one in rows if one["policy iri"] in real.whole and one["status"] != "Not seen"]
        assert row["texts read whole"] == len(whole)
        assert row["stated"] == sum(one["status"] == "Stated" for one in whole)


@pytest.mark.parametrize("ext", ["csv", "md", "tex", "xlsx", "json"])
def test_the_matrix_is_also_a_file(client: FlaskClient, ext: str) -> None:
    answer = client.get(f"/matrix.{ext}?group=access")
    assert answer.status_code == 200
    if ext == "csv":
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert len({len(row) for row in rows}) == 1
    if ext == "xlsx":
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert sheet.max_row > 30
        assert sheet.freeze_panes == "B2"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/matrix?level=galactic", 400, "Choose one of"),
        ("/matrix?year=soon", 400, "whole number"),
        ("/matrix?place=atlantis", 404, "no place"),
        ("/matrix.pdf", 404, "not written as .pdf"),
        ("/matrix/cell/nothing/api", 404, "no policy"),
        ("/matrix/provision/nothing", 404, "no provision"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(client: FlaskClient, path: str, status: int, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.text


def test_files_defuse_formulas_and_escape_their_language() -> None:
    table = Table("A & B", ["x"], [["=1+1"], ["50 % | _x_"], ["\x00bell\x07"]])
    assert "'=1+1" in as_csv(table)
    assert r"50 \% | \_x\_" in as_latex(table)
    assert r"50 % \| _x_" in as_markdown(table)
    sheet = load_workbook(io.BytesIO(as_xlsx(table))).worksheets[0]
    assert [cell.data_type for cell in sheet["A"]][1] == "s"


def test_an_order_by_what_is_held_puts_the_fullest_first(real: Evidence) -> None:
    made = matrices.build(real, chosen(real, Choice()), rows="held")
    held = [made.tally(policy)[STATED] + made.tally(policy)[PARTLY] for policy in made.policies]
    assert held == sorted(held, reverse=True)
