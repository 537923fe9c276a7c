"""What the base says of itself: the SPARQL service description, VoID with its numbers by revision, and dumps of all of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import RdfFormat, parse, serialize

from kg import dumps, queries
from kg.base import Base
from kg.dumps import WRITERS
from kg.errors import Busy, KgError, NotFound, QueryTimeout
from kg.terms import PREFIXES
from kg.web import cors, limits, negotiation
from kg.web.negotiation import RDF_XML, TURTLE, Format
from kg.web.results import GRAPHS
from kg.web.site import base

blueprint = Blueprint("described", __name__)
cors.open_to_all(blueprint)

T = TypeVar("T")

_NAME = "open-urban"
_PATIENCE_SECONDS = 2.0
"""How long a description waits for its numbers; at a million records they take longer than a reader does."""
_TYPES = {"nq": "application/n-quads", "trig": "application/trig"}


@dataclass(frozen=True)
class Numbers:
    """How much the base holds at a revision: uses of each property, things of each class; empty where counting took too long."""

    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]

    @property
    def triples(self) -> int:
        """Statements in all."""
        return sum(number for _, number in self.properties)


def service_description() -> Response:
    """Describe the service, as a request without an operation asks for (SPARQL 1.1 Service Description, 2)."""
    return _written("service.ttl", negotiation.chosen(GRAPHS))


@blueprint.get("/.well-known/void")
@blueprint.get("/.well-known/void.<ext>")
def void(ext: str | None = None) -> Response:
    """Describe the base as a VoID dataset (VoID guide, 7.2)."""
    by_extension = next((form for form in GRAPHS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(f"The description is not written as .{ext}.")
    return _written("void.ttl", negotiation.chosen(GRAPHS, by_extension))


@blueprint.get("/dump/<name>")
def dump(name: str) -> Response:
    """Send the whole base as one packed file, or the SHA-256 of that file."""
    stem, _, checksum = name.partition(".sha256")
    ext = stem.removeprefix(f"{_NAME}.").removesuffix(".gz")
    if ext not in WRITERS or name not in (f"{_NAME}.{ext}.gz", f"{_NAME}.{ext}.gz.sha256"):
        raise NotFound(
            f"There is no dump {name}.", f"Dumps: {', '.join(f'/dump/{_NAME}.{each}.gz' for each in WRITERS)}."
        )
    limits.limits().count()
    found = _ready(ext)
    if name.endswith(".sha256"):
        return Response(f"{found.sha256}  {stem}{checksum}\n", content_type="text/plain; charset=utf-8")
    response = _file(found, ext)
    response.headers["Cache-Control"] = "no-cache"
    response.headers.add("Link", '</.well-known/void>; rel="describedby"')
    return response


def _ready(ext: str) -> dumps.Dump:
    """Return the dump of this revision; where it takes long to make, it is made beside the requests, who are asked to come back."""
    held, revision = base(), base().journal.revision
    found = dumps.existing(held.journal, held.settings.data / "dumps", ext)
    if found is not None:
        return found
    making: dict[str, Future[dumps.Dump]] = current_app.extensions.setdefault("dumps", {})
    begun = making.get(ext)
    if begun is None or begun.done():
        begun = making[ext] = _beside(lambda: dumps.fresh(held.journal, held.settings.data / "dumps", ext))
    try:
        return begun.result(_PATIENCE_SECONDS)
    except TimeoutError:
        busy = Busy(f"The dump of revision {revision} is being made.", "Ask again in half a minute.")
        busy.retry_after = 30
        raise busy from None


def _beside(make: Callable[[], T]) -> Future[T]:
    """Do something beside the request, so that nobody waits for it longer than they may."""
    told: Future[T] = Future()

    def work() -> None:
        try:
            told.set_result(make())
        except Exception as error:
            told.set_exception(error)

    Thread(target=work, daemon=True).start()
    return told


def _file(found: dumps.Dump, ext: str) -> Response:
    """Send a dump, or the part of it that is asked for: a long download that broke goes on where it stopped."""
    size = found.path.stat().st_size
    response = Response(dumps.blocks(found.path), content_type="application/gzip", direct_passthrough=True)
    response.content_length = size
    response.set_etag(found.sha256)
    digest = b64encode(bytes.fromhex(found.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Content-Disposition"] = f'attachment; filename="{_NAME}-{found.revision}.{ext}.gz"'
    response.make_conditional(request, accept_ranges=True, complete_length=size)
    return response


def _written(template: str, form: Format) -> Response:
    root = request.host_url.rstrip("/")
    text = render_template(
        template, root=root, endpoint=f"{root}/sparql", numbers=_numbers(), dumps=_dumps(root), **_facts()
    )
    body: bytes | None = text.encode()
    if form is not TURTLE:
        triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
        body = serialize(triples, format=form.rdf or RDF_XML.rdf, prefixes=PREFIXES)
    return Response(body, content_type=form.content_type, headers={"Vary": "Accept"})


def _facts() -> dict[str, Any]:
    held = base()
    return {
        "space": held.settings.base,
        "modified": held.journal.changed_at or datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": held.journal.revision,
        "records": held.index.size,
        "federates": bool(held.settings.service_allow),
    }


def _dumps(root: str) -> list[dict[str, Any]]:
    """Return the dumps with their types, and the SHA-256 of those that stand ready."""
    folder = base().settings.data / "dumps"
    return [
        {
            "url": f"{root}/dump/{_NAME}.{ext}.gz",
            "type": _TYPES[ext],
            "sha256": found.sha256 if (found := dumps.existing(base().journal, folder, ext)) else None,
        }
        for ext in WRITERS
    ]


def _numbers() -> Numbers:
    """Return the numbers of this revision, counted once; while a large base is being counted there are none yet."""
    held, revision = base(), base().journal.revision
    known: tuple[int, Future[Numbers]] | None = current_app.extensions.get("numbers")
    if known is None or known[0] != revision:
        known = current_app.extensions["numbers"] = (revision, _beside(lambda: _counted(held)))
    try:
        return known[1].result(_PATIENCE_SECONDS)
    except TimeoutError:
        return Numbers((), ())
    except KgError:
        current_app.extensions.pop("numbers", None)  # the next one who asks has it counted again
        return Numbers((), ())


def _counted(held: Base) -> Numbers:
    try:
        return Numbers(_counts(held, "void-classes"), _counts(held, "void-properties"))
    except QueryTimeout:
        return Numbers((), ())


def _counts(held: Base, question: str) -> tuple[tuple[str, int], ...]:
    rows = held.engine.select(queries.fill(question))
    return tuple((row["term"].value, int(row["number"].value)) for row in rows)
