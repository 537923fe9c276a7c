"""What addresses of analysis pages ask for, read and checked in one place, and written back into links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import g, render_template, request
from pyoxigraph import NamedNode

from kg.analysis.choice import Choice, values
from kg.analysis.evidence import Evidence, Provision
from kg.errors import BadInput, NotFound
from kg.web.site import base
from kg.web.tongues import _

_YEARS = (1700, 2200)
Row = TypeVar("Row")


def text(name: str) -> str:
    """Return a parameter of the address, without blanks around it."""
    return request.args.get(name, "").strip()


def one_of(name: str, allowed: Iterable[str], default: str = "") -> str:
    """Return a parameter that must be one of some words."""
    found = text(name) or default
    known = list(allowed)
    if found not in known and found != default:
        raise BadInput(
            _("%(name)s=%(value)s is not known here.", name=name, value=repr(found)),
            _("Choose one of: %(known)s.", known=", ".join(filter(None, known))),
        )
    return found


def number(name: str, low: int, high: int) -> int | None:
    """Return a parameter that must be a whole number within bounds."""
    found = text(name)
    if not found:
        return None
    if not (found.isascii() and found.isdigit() and low <= int(found) <= high):
        raise BadInput(
            _(
                "%(name)s=%(value)s is not a whole number from %(low)s to %(high)s.",
                name=name,
                value=repr(found),
                low=low,
                high=high,
            ),
            _("Give %(name)s as a number.", name=name),
        )
    return int(found)


def place(evidence: Evidence, name: str = "place") -> str:
    """Return the IRI of the place that a parameter names by slug (`de`) or IRI; empty where none is asked for."""
    found = text(name)
    if not found:
        return ""
    iri = found if ":" in found else f"{base().settings.base}place/{found}"
    if iri not in evidence.places:
        raise NotFound(
            _("The base holds no place %(place)s.", place=repr(found)),
            _("Choose a place from the list, or search: /search?kind=place."),
        )
    return iri


def record(found: str, kind: str) -> str:
    """Return the IRI of a record that an address names by slug, by kind and slug, or by IRI."""
    iri = found
    if ":" not in found:
        iri = f"{base().settings.base}{found}" if "/" in found else f"{base().settings.base}{kind}/{found}"
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise BadInput(
            _("%(name)s names no record: %(why)s.", name=repr(found), why=error),
            _("Name records by kind and slug: policy/de-dng-2021."),
        ) from error


def provisions(evidence: Evidence) -> list[str]:
    """Return the IRIs of the provisions that `provisions` names: slugs parted by commas, or given again."""
    named = [slug.strip() for value in request.args.getlist("provisions") for slug in value.split(",") if slug.strip()]
    if len(named) > len(evidence.provisions):
        raise BadInput(
            _("%(count)s provisions are too many.", count=len(named)),
            _("The codebook has %(count)s.", count=len(evidence.provisions)),
        )
    return [provision(evidence, slug).iri for slug in named]


def provision(evidence: Evidence, slug: str) -> Provision:
    """Return a provision of the codebook by the last part of its address."""
    for found in evidence.provisions.values():
        if found.slug == slug:
            return found
    raise NotFound(
        _("The codebook has no provision %(name)s.", name=repr(slug)), _("The matrix lists them all: /matrix.")
    )


def choice(evidence: Evidence, *, coded: bool = True) -> Choice:
    """Read a choice of policies."""
    known = values(evidence.policies.values())
    return Choice(
        place=place(evidence),
        level=one_of("level", known["level"]),
        sector=one_of("sector", evidence.scheme("sector")),
        type=one_of("type", known["type"]),
        year=number("year", *_YEARS),
        coded=coded,
    )


def parameters(**changed: Any) -> dict[str, Any]:
    """Return the parameters of this address with some changed; an empty one is left out."""
    given: dict[str, Any] = {name: request.args.getlist(name) for name in request.args}
    return {name: value for name, value in (given | changed).items() if value not in (None, "", [], [""])}


def address(path: str, query: Mapping[str, Any]) -> str:
    """Return an address with its parameters."""
    tail = urlencode(query, doseq=True)
    return f"{path}?{tail}" if tail else path


def page(template: str, **context: Any) -> str:
    """Draw an analysis page: with where its numbers open, and its own address with other parameters."""
    given = {"opens": opens, "here": here, "address": address, "parameters": parameters(), "is_long": is_long()}
    return render_template(f"analysis/{template}", **given | context)


_CHOICE = ("place", "level", "sector", "type", "year", "policy", "peers", "peer", "analysis", "derived", "plan")
"""Parameters that say of what a page speaks."""


def opens(of: str, **more: Any) -> str:
    """Return where the rows behind a number of this page open: of what it speaks, and which of its rows.

    It is empty where the address is long, and the number is no link; those of the whole page are links all the same.
    """
    if is_long() and of not in ("gaps", "steps", "policies"):
        return ""
    if "address_choice" not in g:
        g.address_choice = {name: value for name, value in parameters().items() if name in _CHOICE}
    kept: dict[str, Any] = g.address_choice | more
    if of == "cells" and kept.get("among"):
        of = kept.pop("among")
    return address(f"/rows/{of}", {name: value for name, value in kept.items() if value})


LIGHT = 82_000
"""Bytes that the rows of a page may weigh: each number is a link that carries the address, and a page stays below 100 kB."""
_LINK, _LONGEST, _AROUND = 70, 600, 28
"""What a link weighs without the address; up to how many letters of it every number carries it; the links around the rows."""


def weight(words: int, links: int) -> int:
    """Return what a row of a page weighs, in bytes: its words, and its links with the address that each carries."""
    return words + (min(links, 1) if is_long() else links) * (_length() + _LINK)


def is_long() -> bool:
    """Tell whether the address is so long (many peers) that not every number can carry it; then one link a row leads to them."""
    return _length() > _LONGEST


def _length() -> int:
    """Return how long the address is; every number of a page asks, so that it is reckoned once."""
    if "address_length" not in g:
        g.address_length = len(escape(address("", parameters(page=None))))
    return cast("int", g.address_length)


def leaf(rows: Sequence[Row], of: int, first: int = 0) -> tuple[list[Row], int, int]:
    """Return the rows of the page that is asked for, its number, and how many pages there are.

    `of` is what a row weighs; `first` is what stands on the first page only.
    """
    left = LIGHT - _AROUND * _length()
    most, opening = max(1, left // of), max(1, (left - first) // of)
    pages = 1 + max(0, -(-(len(rows) - opening) // most))
    page = min(number("page", 1, 1000) or 1, pages)
    start = 0 if page == 1 else opening + (page - 2) * most
    return list(rows[start : start + (opening if page == 1 else most)]), page, pages


def here(**changed: Any) -> str:
    """Return the address of this page with some parameters changed."""
    path = request.path
    return address(path, parameters(**changed))
