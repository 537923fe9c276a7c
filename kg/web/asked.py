"""A search and its address: one is always made from the other, so that every list can be linked, fed and exported."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from kg.errors import BadInput
from kg.model import Field
from kg.search.index import KIND, Wanted
from kg.web.site import base
from kg.web.tongues import _

PAGE = 20
LONGEST_LIST = 200
_LAST_PAGE = 10_000
_LARGEST = 1_000_000
_RELEVANCE = "relevance"
_PARAMETERS = ("q", KIND, "since", "until", "ids", "sort", "page", "lang")


def short(facet: Field, value: str) -> str:
    """Write a facet value as addresses do: `transport` for a concept of the scheme, `ke` for a place, else the whole IRI."""
    for start in _starts(facet):
        if value.startswith(start):
            return value[len(start) :]
    return value


def long(facet: Field, text: str) -> str:
    """Read a facet value from an address."""
    return text if ":" in text or not _starts(facet) else _starts(facet)[0] + text


def belongs(facet: Field, iri: str) -> bool:
    """Tell whether an IRI can be a value of a facet."""
    return any(iri.startswith(start) for start in _starts(facet))


def _starts(facet: Field) -> list[str]:
    starts = [facet.scheme + "/"] if facet.scheme else []
    return starts + ([f"{base().settings.base}{facet.target}/"] if facet.target else [])


def wanted_from(args: Any, limit: int = PAGE) -> Wanted:
    """Read a search from an address: `q`, `kind`, one parameter for each facet, `since`, `until`, `sort`, `page`."""
    facets: dict[str, list[str]] = {KIND: [value for value in args.getlist(KIND) if value]}
    for facet in base().model.facets:
        facets[facet.slug] = [long(facet, value) for value in args.getlist(facet.slug) if value]
    page = number(args, "page")
    page = 1 if page is None else page
    if not 1 <= page <= _LAST_PAGE:
        raise BadInput(_("There is no page %(page)s.", page=page), _("Start from page 1."))
    since, until = number(args, "since"), number(args, "until")
    if since is not None and until is not None and since > until:
        raise BadInput(
            _("The years from %(since)s to %(until)s are none.", since=since, until=until),
            _("Ask for %(example)s.", example=f"since={until}&until={since}"),
        )
    return Wanted(
        text=args.get("q", ""),
        facets={slug: values for slug, values in facets.items() if values},
        since=since,
        until=until,
        only=tuple(only_from(args)),
        sort=args.get("sort", _RELEVANCE),
        offset=(page - 1) * limit,
        limit=limit,
    )


def unknown(args: Any) -> list[str]:
    """Return the parameters of an address that no search understands, so that nobody takes them for a filter."""
    known = {*_PARAMETERS, *(facet.slug for facet in base().model.facets)}
    return [name for name in args if name not in known]


def only_from(args: Any) -> list[str]:
    """Read the records that an address names (`ids=policy/x,place/ke`), each once, in order."""
    names = [name.strip("/") for given in args.getlist("ids") for name in given.replace(",", " ").split()]
    if len(names) > LONGEST_LIST:
        raise BadInput(
            _("A list holds at most %(most)s records; this one names %(count)s.", most=LONGEST_LIST, count=len(names)),
            _("Make two lists of it."),
        )
    iris = (name if name.startswith(base().settings.base) else base().settings.base + name for name in names)
    return list(dict.fromkeys(iris))


def number(args: Any, name: str) -> int | None:
    """Read a whole number from an address; None where it is not given."""
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        found = int(text)
    except ValueError:
        raise BadInput(
            _("%(given)s is not a whole number.", given=f"{name}={text}"),
            _("Give %(name)s as a number, such as %(example)s.", name=name, example=2015),
        ) from None
    if abs(found) > _LARGEST:
        raise BadInput(
            _("%(given)s is beyond all that is counted here.", given=f"{name}={text}"),
            _("Give %(name)s as a number, such as %(example)s.", name=name, example=2015),
        )
    return found


def parameters(wanted: Wanted, **changed: Any) -> dict[str, Any]:
    """Write a search back as the parameters of its address; `page=None` leaves the page out."""
    facets = {facet.slug: facet for facet in base().model.facets}
    given: dict[str, Any] = {"q": wanted.text, "since": wanted.since, "until": wanted.until}
    given["ids"] = ",".join(iri.removeprefix(base().settings.base) for iri in wanted.only)
    given["sort"] = wanted.sort if wanted.sort != _RELEVANCE else None
    for slug, values in wanted.facets.items():
        given[slug] = [short(facets[slug], value) if slug in facets else value for value in values]
    return {name: value for name, value in (given | changed).items() if value not in (None, "", [])}


def address(wanted: Wanted, path: str = "/search", **changed: Any) -> str:
    """Return the address of a search."""
    return _joined(path, urlencode(parameters(wanted, **changed), doseq=True))


class Toggled:
    """The addresses of a search with one facet value more, or less where it was chosen; what they share is written once."""

    def __init__(self, wanted: Wanted) -> None:
        self._chosen = wanted.facets
        self._facets = {facet.slug: facet for facet in base().model.facets}
        self._parts = {name: urlencode({name: value}, doseq=True) for name, value in parameters(wanted).items()}

    def address(self, slug: str, value: str) -> str:
        """Return the address of the search with this value added, or taken away."""
        had = self._chosen.get(slug, ())
        now = [other for other in had if other != value] if value in had else [*had, value]
        facet = self._facets.get(slug)
        written = urlencode({slug: [short(facet, one) if facet else one for one in now]}, doseq=True)
        return _joined("/search", "&".join(part for part in {**self._parts, slug: written}.values() if part))


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
