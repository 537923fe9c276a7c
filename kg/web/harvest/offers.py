"""Forms of a search that are followed rather than taken: its feed, and a calendar where all that is wanted has a first day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from kg.search.index import KIND
from kg.terms import PREFIXES
from kg.web.site import base

START = PREFIXES["schema"] + "startDate"


def offers(query: dict[str, Any]) -> list[dict[str, str]]:
    """Return the addresses of a search, given by its parameters, as a feed and as a calendar."""
    tail = "?" + urlencode(query, doseq=True) if query else ""
    told = [{"label": "Atom", "url": f"/search.atom{tail}", "mimetype": "application/atom+xml", "ext": "atom"}]
    kinds = [base().model.kind(name) for name in query.get(KIND, ())]
    if kinds and all(kind is not None and kind.field(START) for kind in kinds):
        told.append({"label": "iCalendar", "url": f"/events.ics{tail}", "mimetype": "text/calendar", "ext": "ics"})
    return told
