"""The annotated bibliography: a page that reads like one, and the same as a file, of everything, of a search, or of a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from kg import annotated, cited
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import styles
from kg.errors import NotFound
from kg.search.documents import slug_of
from kg.search.index import Wanted
from kg.terms import path_of
from kg.web import cite, citing, names, negotiation
from kg.web.asked import parameters, short
from kg.web.facets import titles as titles_of_facets
from kg.web.negotiation import CITATION, CSV, DOCUMENT, HTML
from kg.web.paging import paged
from kg.web.site import base, links
from kg.web.tongues import _, language
from kg.words import alphabetic, small

blueprint = Blueprint("bibliography", __name__)

_PAGE = 50
_PEOPLE = 8
_CHAPTERS = ("keyword", "entryType", "sector")
_MOST_VALUES = 24
_CONTAINERS = ("journaltitle", "booktitle", "series", "howpublished", "type")
_PUBLISHERS = ("institution", "publisher", "organization")
_FORMATS = (HTML, *CITATION, CSV, *DOCUMENT)


@blueprint.get("/bibliography")
@blueprint.get("/bibliography.<ext>")
def bibliography(ext: str | None = None) -> Response | str:
    """Show references with their annotations, a page at a time in the order of their keys, or write them all as a file."""
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        named = ", ".join(f".{form.ext}" for form in _FORMATS)
        raise NotFound(
            _("This page is not written as .%(ext)s.", ext=ext), _("It is written as %(formats)s.", formats=named)
        )
    form = negotiation.chosen(_FORMATS, by_extension)
    works, asked = _chosen()
    if form in DOCUMENT:
        return citing.document(form, works.iris(), works.left)
    if form is not HTML:
        return citing.answer(form, works.iris(), "bibliography", works.left)
    return _page(works, asked)


@dataclass(frozen=True)
class _Works:
    """The works that an address asks for: those that it names (`listed`), or those of a search; and how many are left out."""

    wanted: Wanted
    listed: Sequence[str] = ()
    left: int = 0

    def iris(self) -> Iterable[str]:
        """Yield them all, as they were named or in the order of their titles."""
        return self.listed or (card.iri for card in base().index.walk(self.wanted))

    def total(self) -> int:
        """Return how many there are."""
        return len(self.listed) or base().index.count(self.wanted)

    def page(self, offset: int) -> list[str]:
        """Return one page of them, in the order of their keys."""
        if self.listed:
            return sorted(self.listed, key=slug_of)[offset : offset + _PAGE]
        return [card.iri for card in base().index.by_slug(replace(self.wanted, offset=offset, limit=_PAGE))]

    def letters(self) -> list[tuple[str, int]]:
        """Return how many begin with which letter, in their order."""
        if self.listed:
            return sorted(Counter(slug_of(iri)[:1] for iri in self.listed).items())
        return base().index.letters(self.wanted)


def _chosen() -> tuple[_Works, dict[str, Any]]:
    """Return the works that an address asks for, and the parameters that say so.

    `ids=a,b` names records by key or by kind and key (`policy/in-ndsap-2012`), and keeps their order; else every parameter of a
    search narrows them. References are meant where no kind is named.
    """
    if listed := citing.listed():
        return _Works(Wanted(), listed), {"ids": ",".join(iri.removeprefix(base().settings.base) for iri in listed)}
    wanted, unverified = citing.narrowed(), citing.unverified()
    asked = parameters(wanted) | ({"unverified": "1"} if unverified else {})
    taken, left = cited.narrowed(base(), cited.references(wanted), unverified=unverified)
    return _Works(taken, left=left), asked


def _page(works: _Works, asked: dict[str, Any]) -> str:
    """Draw one page of works in the order of their keys, with the chapters that lead to a part of them."""
    total = works.total()
    pages = paged(total, _PAGE)
    shown = works.page(pages.offset)
    chosen = cite.style() if request.args.get("style") else ""
    linked = annotated.linked(base(), shown, language())
    read = list(cited.read(base(), shown))
    printed = (
        cite.formatted().printed([entry for _iri, entry, _ in read], chosen, cite.locale()) if chosen and read else []
    )
    lines = [
        _line(iri, entry) | {"linked": _links(linked.get(iri, ())), "printed": printed[number] if printed else None}
        for number, (iri, entry, _) in enumerate(read)
    ]
    kept = asked | ({"style": chosen} if chosen else {})
    return render_template(
        "bibliography.html",
        total=total,
        left_out=works.left,
        everything=_address(kept | {"unverified": "1"}),
        lines=lines,
        letters=_letters(works.letters(), kept),
        chapters=_chapters(asked),
        asked=[
            (name, value)
            for name, values in asked.items()
            for value in (values if isinstance(values, list) else [values])
        ],
        narrowed=bool(asked),
        styles=cite.choices(chosen or styles.DEFAULT),
        style=chosen,
        page=pages.page,
        pages=pages.pages,
        previous=pages.previous_url,
        following=pages.next_url,
        exports=citing.exports("/bibliography", asked),
        documents=links("/bibliography", DOCUMENT, kept),
        formats=links("/bibliography", _FORMATS, asked),
    )


def _address(asked: dict[str, Any]) -> str:
    return "/bibliography" + ("?" + urlencode(asked, doseq=True) if asked else "")


def _links(found: Iterable[tuple[str, str]]) -> list[dict[str, str | None]]:
    return [{"title": title, "url": path_of(iri, base().settings.base)} for title, iri in found]


def _chapters(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the largest values of each facet of these works, as doors to the works that have them."""
    if "ids" in asked:
        return []
    wanted = cited.references(citing.narrowed())
    facets = {facet.slug: facet for facet in base().model.facets if facet.slug in _CHAPTERS}
    counts, titles = base().index.counts(wanted, facets), titles_of_facets()
    shown = [(facets[slug], counts[slug]) for slug in _CHAPTERS if slug in facets and len(counts[slug]) > 1]
    called = names.labels(value for _facet, values in shown for value, _count in values if "://" in value)
    return [
        {
            "label": small(titles[facet.slug]),
            "values": [
                {
                    "label": annotated.heading(called.get(value, value)),
                    "count": count,
                    "url": _address(asked | {facet.slug: [short(facet, value)]}),
                }
                for value, count in sorted(
                    values[:_MOST_VALUES], key=lambda pair: alphabetic(called.get(pair[0], pair[0]))
                )
            ],
        }
        for facet, values in shown
    ]


def _letters(letters: Iterable[tuple[str, int]], asked: dict[str, Any]) -> list[dict[str, str]]:
    """Return the page on which each first letter begins."""
    made, place = [], 0
    for letter, number in letters:
        made.append(
            {
                "label": letter.upper(),
                "url": f"{_address(asked | {'page': place // _PAGE + 1})}#begins-{letter.upper()}",
            }
        )
        place += number
    return made


def _line(iri: str, entry: Entry) -> dict[str, Any]:
    """Return one entry as a bibliography shows it: who, when, what, where, and what it is good for."""
    fields = entry.fields
    container = next((fields[name] for name in _CONTAINERS if name in fields), "")
    issue = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    publishers = dict.fromkeys(fields[name] for name in _PUBLISHERS if name in fields)
    return {
        "iri": iri,
        "slug": iri.rpartition("/")[2],
        "letter": slug_of(iri)[:1].upper(),
        "url": path_of(iri, base().settings.base),
        "key": entry.key,
        "people": _people(entry.names.get("author") or entry.names.get("editor") or ()),
        "edited": "author" not in entry.names and "editor" in entry.names,
        "year": fields.get("date", fields.get("year", ""))[:4],
        "title": fields.get("title", entry.key),
        "container": container,
        "where": ", ".join(part for part in (issue, fields.get("pages", "").replace("--", "–")) if part),
        "publisher": ", ".join(name for name in publishers if name != container),
        "address": fields.get("url", ""),
        "annotation": fields.get("annotation", ""),
        "use": fields.get("usage", ""),
    }


def _people(people: tuple[Name, ...]) -> str:
    """Return names in the order of a bibliography; a long list is cut, and says so."""
    cut = len(people) > _PEOPLE or OTHERS in people
    shown = [name for name in people if name != OTHERS][: _PEOPLE - 2 if len(people) > _PEOPLE else None]
    told = _("; ").join(
        ", ".join(part for part in (f"{name.prefix} {name.family}".strip(), name.suffix, name.given) if part)
        for name in shown
    )
    return _("%(names)s and others", names=told) if cut else told
