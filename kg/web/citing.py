"""References as files, whatever door they leave by: which are taken, in which format, and how many are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from flask import Response, request

from kg import annotated, cited
from kg.citations import bibtex
from kg.citations.dialects import DIALECTS
from kg.citations.entry import Entry
from kg.citations.out import csl, ris, styles, table
from kg.errors import BadInput, TooMuch
from kg.search.index import Wanted
from kg.web import negotiation
from kg.web.negotiation import BIBTEX, CSL_JSON, CSV, RIS, Format
from kg.web.site import base

_WRITERS: dict[Format, Callable[[Iterable[Entry]], Iterator[str]]] = {
    RIS: ris.write,
    CSL_JSON: csl.write,
    CSV: table.write,
}
_MOST_WORKS = 2_000
_SECONDS = 45
_YES, _NO = ("1", "true", "yes"), ("", "0", "false", "no")


def dialect() -> str:
    """Return the dialect that the caller asks for: `bibtex` (ASCII, classic types; what every TeX reads) or `biblatex`."""
    asked = request.args.get("dialect", DIALECTS[0])
    if asked not in DIALECTS:
        raise BadInput(f"There is no dialect {asked!r}.", "Ask for dialect=bibtex or dialect=biblatex.")
    return asked


def unverified() -> bool:
    """Tell whether the caller wants the records too of which only a mention was seen."""
    asked = request.args.get("unverified", "").lower()
    if asked not in (*_YES, *_NO):
        raise BadInput(f"unverified={asked!r} is neither yes nor no.", "Write unverified=1 to take them in.")
    return asked in _YES


def search(form: Format, wanted: Wanted, name: str) -> Response:
    """Stream the citable records that a search finds as a file that says how many it leaves out."""
    iris, left = cited.found(base(), wanted, unverified=unverified())
    return answer(form, iris, name, left)


def answer(form: Format, iris: Iterable[str], name: str, left: int = 0) -> Response:
    """Stream the citable records among these; `left` tells how many a search left out."""
    response = negotiation.streamed(written(cited.entries(base(), iris), form, left), form, name)
    response.headers["Left-Out"] = str(left)
    return response


def document(form: Format, iris: Iterable[str], left: int) -> Response:
    """Make the annotated bibliography of these records in the style and with the chapters that the caller asks for."""
    style, group = request.args.get("style") or styles.DEFAULT, request.args.get("group") or annotated.DEFAULT
    path = styles.path(style)
    taken = list(islice(iris, _MOST_WORKS + 1))
    if len(taken) > _MOST_WORKS:
        raise TooMuch(
            f"A document of more than {_MOST_WORKS:,} works is not made while you wait.",
            f"Narrow the search, or make it with: kg export --format {form.ext} --style {style}",
        )
    made = annotated.write(base(), taken, form.ext, path, group, told=cited.left_out(left), seconds=_SECONDS)
    headers = {
        "Content-Disposition": f'attachment; filename="bibliography.{form.ext}"',
        "Left-Out": str(left),
        "Vary": "Accept",
    }
    return Response(made, content_type=form.content_type, headers=headers)


def written(entries: Iterable[Entry], form: Format, left: int = 0) -> Iterator[str]:
    """Yield entries in a format; a `.bib` file says in its first line how many are `left` out."""
    if form is not BIBTEX:
        return _WRITERS[form](entries)
    return _commented(bibtex.write(entries, dialect()), cited.left_out(left))


def _commented(parts: Iterable[str], sentence: str) -> Iterator[str]:
    """Put a sentence on top: TeX takes what stands outside entries for a comment."""
    if sentence:
        yield f"% {sentence}\n\n"
    yield from parts
