"""References as files, whatever door they leave by: which are taken, in which format, and how many are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from flask import Response, request
from werkzeug.datastructures import MultiDict

from kg import annotated, cited
from kg.citations import bibtex, keys
from kg.citations.dialects import DIALECTS
from kg.citations.entry import Entry
from kg.citations.out import csl, ris, styles, table
from kg.errors import BadInput, NotFound, TooMuch
from kg.search.index import Wanted
from kg.web import names, negotiation
from kg.web.asked import wanted_from
from kg.web.negotiation import BIBTEX, CITATION, CSL_JSON, CSV, RIS, Format
from kg.web.site import base, links
from kg.web.tongues import _, day, language, leftwards, ngettext, number, told

_WRITERS: dict[Format, Callable[[Iterable[Entry]], Iterator[str]]] = {
    RIS: ris.write,
    CSL_JSON: csl.write,
    CSV: table.write,
}
_MOST_IDS = 2_000
_MOST_WORKS = 2_000
_SECONDS = 45
_YES, _NO = ("1", "true", "yes"), ("", "0", "false", "no")


def dialect() -> str:
    """Return the dialect that the caller asks for: `bibtex` (ASCII, classic types; what every TeX reads) or `biblatex`."""
    asked = request.args.get("dialect", DIALECTS[0])
    if asked not in DIALECTS:
        raise BadInput(
            _("There is no dialect %(name)s.", name=repr(asked)), _("Ask for dialect=bibtex or dialect=biblatex.")
        )
    return asked


def unverified() -> bool:
    """Tell whether the caller wants the records too of which only a mention was seen."""
    return _asks("unverified")


def _asks(name: str) -> bool:
    asked = request.args.get(name, "").lower()
    if asked not in (*_YES, *_NO):
        raise BadInput(
            _("%(given)s is neither yes nor no.", given=f"{name}={asked}"), _("Write %(name)s=1 for yes.", name=name)
        )
    return asked in _YES


def exports(path: str, asked: dict[str, Any]) -> list[dict[str, str]]:
    """Return the addresses of a page's references for reference managers, in both dialects of `.bib`."""
    made = links(path, (*CITATION, CSV), asked)
    modern = links(path, [BIBTEX], asked | {"dialect": "biblatex"})
    return [*made[:1], modern[0] | {"label": "BibLaTeX"}, *made[1:]]


def listed() -> list[str]:
    """Return the records that `ids=a,b` names, by key or by kind and key (`policy/in-ndsap-2012`), in that order; else nothing."""
    ids = [name.strip() for part in request.args.getlist("ids") for name in part.split(",") if name.strip()]
    if len(ids) > _MOST_IDS:
        raise BadInput(
            _(
                "These are %(count)s records; %(most)s are read at once.",
                count=number(len(ids)),
                most=number(_MOST_IDS),
            ),
            _("Ask in parts, or take a search."),
        )
    iris = [iri(name) for name in ids]
    found = base().index.get(iris)
    missing = [name for name, iri in zip(ids, iris, strict=True) if iri not in found]
    if missing:
        raise NotFound(
            _("There is no %(names)s.", names=", ".join(missing[:10]) + (" …" if len(missing) > 10 else "")),
            _(
                "Name references by their keys, other records with their kind: %(example)s.",
                example="ids=janssen2012benefits,policy/in-ndsap-2012",
            ),
        )
    return list(dict.fromkeys(iris))


def iri(name: str) -> str:
    """Return the record of a reference's key, or of the name of another with its kind (`policy/x`)."""
    return base().settings.base + (name if "/" in name else f"reference/{keys.slug(name)}")


def narrowed() -> Wanted:
    """Return the search that the address asks for, whatever its page, which counts works here and records there."""
    return wanted_from(MultiDict((name, value) for name, value in request.args.items(multi=True) if name != "page"))


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
            _("A document of more than %(most)s works is not made while you wait.", most=number(_MOST_WORKS)),
            _(
                "Narrow the search, or make it with: %(command)s",
                command=f"kg export --format {form.ext} --style {style}",
            ),
        )
    reader = annotated.Reader(language(), _, leftwards=leftwards(), called=names.labels, day=day, number=number)
    made = annotated.write(base(), taken, form.ext, path, group, told=_left_out(left), seconds=_SECONDS, reader=reader)
    headers = {
        "Content-Disposition": f'attachment; filename="bibliography.{form.ext}"',
        "Left-Out": str(left),
        "Vary": "Accept",
    }
    return told(Response(made, content_type=form.content_type, headers=headers))


def _left_out(left: int) -> str:
    """Say in the reader's language what a document does not hold; nothing where it holds all."""
    if not left:
        return ""
    return ngettext(
        "%(num)s of which only a mention was seen is left out; unverified=1 takes it in.",
        "%(num)s of which only a mention was seen are left out; unverified=1 takes them in.",
        left,
    )


def written(entries: Iterable[Entry], form: Format, left: int = 0) -> Iterator[str]:
    """Yield entries in a format; a `.bib` file says in its first line how many are `left` out."""
    if form is not BIBTEX:
        return _WRITERS[form](entries)
    return _commented(bibtex.write(entries, dialect(), ours=_asks("evidence")), cited.left_out(left))


def _commented(parts: Iterable[str], sentence: str) -> Iterator[str]:
    """Put a sentence on top: TeX takes what stands outside entries for a comment."""
    if sentence:
        yield f"% {sentence}\n\n"
    yield from parts
