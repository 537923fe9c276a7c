"""Events as iCalendar (RFC 5545): those whose day is known; a year or a month is no day, and is not made into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus

from flask import Response, request, stream_with_context
from icalendar import Calendar, Event, vText
from pyoxigraph import Literal, NamedNode

from kg.base import batched
from kg.desk.register import Entered
from kg.model import Kind
from kg.search.cards import Card, Statements, preferred, statements
from kg.search.index import KIND
from kg.terms import OU, PREFIXES, XSD
from kg.web.harvest.offers import START
from kg.web.harvest.sets import register
from kg.web.harvest.writing import page_of
from kg.web.kept import settled, tag
from kg.web.search import wanted_from
from kg.web.site import base
from kg.web.tongues import _, language, ngettext, number, told

END = PREFIXES["schema"] + "endDate"
_BATCH = 200


def calendar() -> Response:
    """Write the events of a search (of all, where nothing is asked) as a calendar that says how many it had to leave out.

    Calendars ask again every hour or so: one that holds the answer of this revision is told that nothing changed.
    """
    wanted = wanted_from(request.args)
    revision = settled()
    answer = told(Response(content_type="text/calendar; charset=utf-8"))
    if revision is not None:
        answer.set_etag(tag(revision, language(), request.url), weak=True)
        if answer.make_conditional(request).status_code == HTTPStatus.NOT_MODIFIED:
            return answer
    kinds = {kind.name: kind for kind in base().model.kinds if kind.name and kind.field(START)}
    chosen = [name for name in wanted.facets.get(KIND, kinds) if name in kinds]
    cards = base().index.cards(replace(wanted, facets={**wanted.facets, KIND: chosen})) if chosen else []
    events, undated = [], 0
    for batch in batched(cards, _BATCH):
        graphs, changed = base().graphs(card.iri for card in batch), register().get(card.iri for card in batch)
        for card in batch:
            event = _event(
                card, kinds[card.kind], statements(graphs.get(card.iri, ()), card.iri), changed.get(card.iri)
            )
            undated += event is None
            events += [event] if event is not None else []
    answer.response = stream_with_context(_written(events, undated))
    answer.headers["Content-Disposition"] = 'inline; filename="events.ics"'
    return answer


def _written(events: list[Event], undated: int) -> Iterator[bytes]:
    frame = Calendar()
    frame.add("prodid", f"-//Open Urban//Events//{language().upper()}")
    frame.add("version", "2.0")
    known = ngettext("%(num)s event whose day is known.", "%(num)s events whose day is known.", len(events))
    left = _("Left out, because no day of theirs is known: %(count)s.", count=number(undated))
    for name, text in (("name", _("Open Urban: events")), ("description", f"{known} {left}")):
        frame.add(name, text)
        frame.add({"name": "x-wr-calname", "description": "x-wr-caldesc"}[name], vText(text))
    head, _end, foot = frame.to_ical().partition(b"END:VCALENDAR")
    yield head
    for event in events:
        yield event.to_ical()
    yield b"END:VCALENDAR" + foot


def _event(card: Card, kind: Kind, found: Statements, changed: Entered | None) -> Event | None:
    """Return an event; None where the day on which it begins is not known."""
    start = next((day for term in found.get(START, ()) if (day := moment(term))), None)
    if start is None:
        return None
    event = Event()
    event.add("uid", card.iri)
    event.add("summary", card.title)
    event.add("dtstart", start)
    end = next((day for term in found.get(END, ()) if (day := moment(term)) and type(day) is type(start)), None)
    if end is not None and end >= start:
        event.add("dtend", end if isinstance(end, datetime) else end + timedelta(days=1))
    if changed is not None:
        event.add("dtstamp", datetime.fromisoformat(changed.at))
        event.add("last-modified", datetime.fromisoformat(changed.at))
    if card.summary:
        event.add("description", card.summary)
    words = preferred(found.get(OU.placeNote.value, ()))
    where = words.value if words else card.place
    if where:
        event.add("location", where)
    event.add("categories", [kind.label_in(language())])
    event.add("url", page_of(card.iri))
    event.add("transp", "TRANSPARENT")
    return event


def moment(term: NamedNode | Literal) -> date | datetime | None:
    """Return a day or an instant; None for a month, a year, or what is neither."""
    if not isinstance(term, Literal):
        return None
    try:
        if term.datatype == XSD.date:
            return date.fromisoformat(term.value[:10])
        if term.datatype == XSD.dateTime:
            return datetime.fromisoformat(term.value)
    except ValueError:
        return None
    return None
