"""The base answers the group's questions: every example query with rows that the facts justify.

The numbers were counted in the sources of the base themselves, not with these queries.
"""

from __future__ import annotations

import re

import pytest

from kg import queries
from kg.answers import Row
from kg.base import Base
from kg.terms import PREFIXES, RECORDS

Expected = dict[str, str]

OURS = re.compile(r"(policy|dataset|standard|practice|reference|interview|incentive|output|swot|place|concept)/")
PRIVACY = "concept/provision/privacy-safeguard"
DIRECTIVE = "policy/eu-open-data-directive-2019"

# The question, how many rows at least, and some of them; `policy/x` stands for an IRI of ours.
ANSWERS: dict[str, tuple[int, list[Expected]]] = {
    "10-policies-by-year": (217, [{"policy": "policy/il-gov-resolution-1933-2016", "issued": "2016-08", "place": "Israel"}]),
    "12-changes-of-the-law": (20, [
        {"policy": DIRECTIVE, "does": "repeals", "other": "policy/eu-psi-directive-2003"},
        {"policy": "policy/nl-open-data-implementation-act-2024", "does": "amends", "other": "policy/nl-who-2015"},
        {"policy": "policy/de-dng-2021", "does": "transposes", "other": DIRECTIVE},
        {"policy": "policy/de-geozg-2009", "does": "transposes", "other": "policy/eu-inspire-directive-2007"},
    ]),
    "15-privacy-in-transport-policies": (15, [
        {"policy": "policy/eu-mmtis-regulation-2017", "provision": "Privacy safeguard", "status": "Stated"},
        {"policy": "policy/eu-hvd-regulation-2023", "provision": "Privacy technique named", "status": "Stated"},
        {"policy": "policy/de-geozg-2009", "provision": "Privacy safeguard", "status": "Partly"},
    ]),
    "20-transport-without-privacy": (22, [
        {"policy": "policy/eu-its-directive-2010", "privacy": "Stated"},
        {"policy": "policy/il-gov-resolution-1933-2016", "privacy": "Stated"},
        {"policy": "policy/in-datasmart-cities", "privacy": "Not seen"},
    ]),
    "25-charter-principles-not-stated": (1, [
        {"place": "place/nl", "principle": "concept/odc/6", "policiesRead": "1"},
    ]),
    "30-provisions-counted": (61, [
        {"provision": "concept/provision/licence-named", "partly": "2", "opposite": "0", "absent": "56", "notSeen": "15"},
        {"provision": "concept/provision/appeal", "partly": "4", "opposite": "13", "absent": "33", "notSeen": "18"},
        {"provision": "concept/provision/api", "stated": "13", "absent": "34", "notSeen": "15"},
        {"provision": PRIVACY, "absent": "8", "notSeen": "8"},
    ]),
    "32-city-and-national": (30, [
        {"cityPolicy": "policy/ar-buenos-aires-estrategia-apertura-datos", "provision": "concept/provision/api"},
    ]),
    "34-licences-by-continent": (5, [{"region": "place/asia", "named": "7", "lookedAt": "15"}]),
    "40-places-counted": (130, [{"place": "place/eu", "policies": "10", "first": "2003"}, {"place": "place/in", "policies": "6"}]),
    "42-bus-feeds-in-africa": (5, [
        {"dataset": "dataset/accra-gtfs", "place": "Accra", "format": "GTFS"},
        {"dataset": "dataset/cairo-gtfs", "licence": "https://creativecommons.org/licenses/by-nc-sa/2.0/"},
        {"dataset": "dataset/addis-ababa-minibus-gtfs", "place": "Addis Ababa"},
    ]),
    "44-datasets-and-licences": (6, [{"sector": "concept/sector/transport", "datasets": "53", "withLicence": "6"}]),
    "46-datasets-under-a-policy": (50, [
        {"dataset": "dataset/bogota-sigau-trees", "basis": "An editor's reading"},
    ]),
    "48-standards-in-use": (10, [{"standard": "standard/gtfs-schedule", "datasets": "26"}]),
    "50-references-on-a-keyword": (27, [{"reference": "reference/boeing2025osmnx", "year": "2025"}]),
    "52-practices-and-their-evidence": (150, [
        {"practice": "practice/ct-aggregation", "key": "sweeney2002achieving", "relation": "http://purl.org/spar/cito/supports",
         "basis": "An editor's reading"},
    ]),
    "54-practices-with-known-effect": (18, [
        {"name": "City practice", "practices": "36", "effectKnown": "14"},
        {"name": "Published standard", "practices": "28", "effectKnown": "0"},
        {"name": "Case study", "practices": "13", "effectKnown": "13"},
    ]),
    "56-cities-that-do-it": (200, [
        {"where": "Amsterdam", "case": "practice/ai-registers", "documented": "practice/odc-principle-5"},
    ]),
    "58-incentives-for-contributors": (30, [
        {"incentive": "incentive/open-data-badge", "type": "Badge or award", "forWhom": "researchers"},
    ]),
    "60-how-sure-we-are": (15, [{"kind": "https://w3id.org/open-urban/ns#Interview", "confidence": "Verified", "records": "46"}]),
    "62-references-on-incentives": (7, [{"key": "jackson2015motivations", "year": "2015"}, {"key": "piwowar2013reuse"}]),
    "64-references-without-annotation": (1, [{"key": "batty2013science", "title": "The New Science of Cities"}]),
    "66-guides-for-a-provision": (12, [{"guide": "output/nacto", "publisher": "NACTO"}]),
    "70-what-a-country-says": (25, [{"policy": "policy/in-datasmart-cities", "provision": "Central portal"}]),
    "72-interviews-before-and-after": (60, [{"place": "place/ar", "phase": "At opening", "interviews": "1"}]),
    "74-who-spoke-of-privacy": (6, [
        {"interview": "interview/doyle-2018", "name": "David Doyle", "role": "open data program manager, City of Seattle"},
    ]),
    "76-strengths-and-weaknesses": (64, [
        {"factor": "swot/din-sc-opportunity-1", "quadrant": "opportunity"},
    ]),
    "80-coverage-by-sector": (6, [{"sector": "concept/sector/transport", "policies": "22", "datasets": "53", "standards": "19"}]),
    "81-links-counted": (1, []),
    "82-where-readings-differ": (19, [
        {"policy": "policy/nl-who-2015", "provision": "Feedback channel", "first": "Absent", "second": "Stated"},
    ]),
    "84-policies-nobody-has-read": (130, [{"policy": "policy/au-data-policy-framework-2022", "place": "African Union"}]),
    "86-on-what-links-rest": (60, [
        {"relation": "http://purl.org/dc/terms/conformsTo", "name": "A rule", "links": "60"},
    ]),
}  # fmt: skip


def answer(base: Base, name: str) -> list[Row]:
    return base.engine.select(queries.question(name).sample())


def found(row: Row) -> dict[str, str]:
    return {name: term.value for name, term in row.items()}


def written(value: str) -> str:
    return RECORDS + value if OURS.match(value) else value


def test_every_example_has_an_expected_answer() -> None:
    assert {question.name for question in queries.examples()} == ANSWERS.keys()
    assert len(ANSWERS) >= 16


@pytest.mark.parametrize("name", ANSWERS)
def test_the_base_answers(base: Base, name: str) -> None:
    least, expected = ANSWERS[name]
    rows = [found(row) for row in answer(base, name)]
    assert len(rows) >= least
    for part in expected:
        wanted = {column: written(value) for column, value in part.items()}
        assert any(wanted.items() <= row.items() for row in rows), wanted


@pytest.mark.parametrize("name", ANSWERS)
def test_an_example_opens_with_a_question(name: str) -> None:
    title = queries.question(name).title
    assert "?" in title
    assert len(title) < 160


def test_a_record_has_four_links_or_more_on_average(base: Base) -> None:
    (row,) = answer(base, "81-links-counted")
    assert float(row["average"].value) >= 4


def test_the_five_statuses_make_up_all_that_was_looked_at(base: Base) -> None:
    for row in answer(base, "30-provisions-counted"):
        parts = sum(int(row[name].value) for name in ("stated", "partly", "opposite", "absent", "notSeen"))
        assert parts == int(row["lookedAt"].value), row["label"].value


def test_the_unannotated_references_are_the_59_that_are_left_open(base: Base) -> None:
    assert len(answer(base, "64-references-without-annotation")) <= 59


def test_nineteen_cells_await_a_third_reading(base: Base) -> None:
    assert len(answer(base, "82-where-readings-differ")) == 19


def test_absent_is_said_only_of_a_text_that_was_read(base: Base) -> None:
    unread = {row["policy"].value for row in answer(base, "84-policies-nobody-has-read")}
    said = {row["policy"].value: row["privacy"].value for row in answer(base, "20-transport-without-privacy")}
    assert not [policy for policy in unread if said.get(policy) == "Absent"]


def test_a_country_without_a_reading_lacks_no_principle(base: Base) -> None:
    for row in answer(base, "25-charter-principles-not-stated"):
        assert int(row["policiesRead"].value) > 0


def test_every_sector_is_listed_also_where_nothing_is_known(base: Base) -> None:
    rows = [found(row) for row in answer(base, "80-coverage-by-sector")]
    assert len(rows) == 6
    assert {"Urban agriculture": "0", "Urban forestry": "0"}.items() <= {
        row["name"]: row["policies"] for row in rows
    }.items()


def test_a_question_needs_no_prefix_that_we_do_not_list() -> None:
    for question in queries.examples():
        assert all(
            f"PREFIX {name}: <{iri}>" in question.sample()
            for name, iri in PREFIXES.items()
            if f" {name}:" in question.text
        )
