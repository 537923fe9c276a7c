"""Events as a calendar: who stands in it, on which days, and who is only counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from pyoxigraph import Literal, NamedNode, Triple

from kg.base import Base, open_base
from kg.search.index import KIND, Wanted
from kg.settings import Settings
from kg.terms import DCT, OU, PREFIXES, RDF, RECORDS, XSD
from kg.web import create_app
from kg.web.harvest.calendar import moment


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A base of events whose dates are known more and less exactly."""

    def event(name: str, title: str, **dates: Literal) -> tuple[str, list[Triple]]:
        iri = f"{RECORDS}event/{name}"
        node = NamedNode(iri)
        told = [Triple(node, NamedNode(PREFIXES["schema"] + f"{key}Date"), value) for key, value in dates.items()]
        return iri, [Triple(node, RDF.type, OU.Event), Triple(node, DCT.title, Literal(title, language="en")), *told]

    def day(text: str) -> Literal:
        return Literal(text, datatype=XSD.date)

    events = dict(
        [
            event("one", "One day; with, odd \\ signs\nand a line", start=day("2022-09-07")),
            event("days", "Three days", start=day("2023-02-27"), end=day("2023-03-01")),
            event("hour", "An hour", start=Literal("2024-05-01T09:30:00Z", datatype=XSD.dateTime)),
            event("back", "Ends before it begins", start=day("2024-05-02"), end=day("2024-05-01")),
            event(
                "loose", "Ends in some month", start=day("2024-05-03"), end=Literal("2024-05", datatype=XSD.gYearMonth)
            ),
            event("year", "Some day of a year", start=Literal("2021", datatype=XSD.gYear)),
            event("month", "Some day of a month", start=Literal("2021-03", datatype=XSD.gYearMonth)),
            event("never", "No date"),
        ]
    )
    with open_base(Settings(data=tmp_path_factory.mktemp("events"))) as base:
        base.write(events, "test", "events", checked=True)
        yield create_app(base=base).test_client()


def read(client: FlaskClient, path: str = "/events.ics") -> tuple[Any, dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    calendar = Calendar.from_ical(answer.data)
    assert not calendar.errors
    return calendar, {str(event["uid"]).rpartition("/")[2]: event for event in calendar.walk("VEVENT")}


def test_an_event_stands_on_its_days_and_only_if_they_are_known(own: FlaskClient) -> None:
    calendar, events = read(own)
    assert events.keys() == {"one", "days", "hour", "back", "loose"}
    assert events["one"].decoded("dtstart") == date(2022, 9, 7)
    assert "dtend" not in events["one"]
    assert events["days"].decoded("dtend") == date(2023, 3, 2), (
        "the end of a day is the next day, which is no longer in it"
    )
    assert events["hour"].decoded("dtstart") == datetime.fromisoformat("2024-05-01T09:30:00Z")
    assert "dtend" not in events["back"]
    assert "dtend" not in events["loose"]
    assert events["one"]["summary"] == "One day; with, odd \\ signs\nand a line"
    assert all("dtstamp" in event for event in events.values())
    assert "no day of theirs is known: 3." in calendar["description"]


def test_a_calendar_of_a_search_has_its_events_only(own: FlaskClient) -> None:
    _, events = read(own, "/events.ics?q=hour")
    assert events.keys() == {"hour"}
    assert read(own, "/events.ics?kind=policy")[1] == {}
    assert read(own, "/events.ics?q=xyzzyplugh")[1] == {}
    assert own.get("/events.ics?since=soon").status_code == 400


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Literal("2022-09-07", datatype=XSD.date), date(2022, 9, 7)),
        (Literal("2022-09-07+02:00", datatype=XSD.date), date(2022, 9, 7)),
        (Literal("2022-02-30", datatype=XSD.date), None),
        (Literal("-0044-03-15", datatype=XSD.date), None),
        (Literal("2022", datatype=XSD.gYear), None),
        (Literal("2022-09-07"), None),
        (Literal("soon", datatype=XSD.dateTime), None),
        (NamedNode("urn:x"), None),
    ],
    ids=str,
)
def test_only_what_is_a_day_is_a_day(term: NamedNode | Literal, expected: date | None) -> None:
    assert moment(term) == expected


def test_the_events_of_the_corpus_are_all_told_or_counted(client: FlaskClient, base: Base) -> None:
    calendar, events = read(client)
    total = base.index.search(Wanted(facets={KIND: ["event"]}, limit=1)).total
    left_out = int(str(calendar["description"]).rstrip(".").rpartition(" ")[2])
    assert len(events) + left_out == total
    assert len(events) > 10


def test_a_calendar_that_asks_again_is_told_that_nothing_changed(client: FlaskClient) -> None:
    first = client.get("/events.ics")
    again = client.get("/events.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    other = client.get("/events.ics?q=open", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    assert other.data != first.data
