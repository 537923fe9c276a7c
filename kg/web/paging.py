"""A list in pages: which page an address asks for, and where the ones before and after it are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from kg.errors import NotFound
from kg.web.tongues import _, ngettext


@dataclass(frozen=True)
class Pages:
    """One page of a list: its number from 1, how many there are, and the addresses beside it."""

    page: int
    pages: int
    offset: int
    previous_url: str | None
    next_url: str | None


def paged(total: int, size: int) -> Pages:
    """Return the page that the address asks for (`?page=2`); one that is not there is told."""
    asked, pages = request.args.get("page", "1"), max(1, -(-total // size))
    page = int(asked) if asked.isascii() and asked.isdigit() else 0
    if request.method == "POST":  # what was sent may have emptied the last page
        page = min(max(page, 1), pages)
    if not 1 <= page <= pages:
        raise NotFound(
            _("The list has no page %(page)s.", page=asked),
            ngettext("It has %(num)s page.", "It has pages 1 to %(num)s.", pages),
        )
    return Pages(
        page, pages, (page - 1) * size, _at(page - 1) if page > 1 else None, _at(page + 1) if page < pages else None
    )


def _at(page: int) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{request.path}?{urlencode([*kept, ('page', page)])}"
