"""How an answer goes out: small ones whole and kept, large ones as they come, compressed where asked; a cut one says so loudly.

The server under us ends the body of a failed answer as if it were whole, so an answer that is cut carries its own mark: a last
line that no parser of its format takes, and no end of the document. Nothing that was cut can be read as a whole answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from flask import Response

from kg.answers import Answer
from kg.errors import KgError, QueryTimeout
from kg.web import kept, limits
from kg.web.guard import Query
from kg.web.limits import Allowance
from kg.web.negotiation import Format
from kg.web.site import base

_MANY_COLUMNS = 200


def answer(query: Query, form: Format, dataset: tuple[tuple[str, str], ...]) -> Response:
    """Answer a query: from memory, by 304 where the caller holds the answer, else from the engine."""
    limits.limits().count()
    allowance = limits.limits().allowance()
    revision = kept.settled() if query.lasting else None
    tag = None if revision is None else kept.tag(revision, query.text, form.mimetype, allowance.told, dataset=dataset)
    if tag is not None and kept.has(tag):
        return _headed(Response(status=304), tag, allowance)
    held = kept.kept().get(tag) if tag is not None and not kept.wants_fresh() else None
    if held is not None:
        return _headed(Response(held, content_type=form.content_type), tag, allowance)
    leave = limits.limits().enter()
    try:
        found = base().engine.stream(query.text, form.mimetype, dataset, allowance.seconds)
    except BaseException as error:
        runs_on = error.runs_on if isinstance(error, QueryTimeout) else 0
        _later(runs_on, leave) if runs_on else leave()
        raise
    return _fresh(found, form, allowance, tag, revision, leave)


def _later(seconds: float, leave: Callable[[], None]) -> None:
    """Give a place back when the engine is surely free of the query that had it."""
    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def _fresh(
    found: Answer, form: Format, allowance: Allowance, tag: str | None, revision: int | None, leave: Callable[[], None]
) -> Response:
    """Send what the engine gives; one that fails before its first bytes are out is told by its status."""

    def end() -> None:
        found.close()
        leave()

    chunks = allowance.counted(found.chunks, form.mimetype)
    try:
        begun, whole = _begin(chunks)
    except BaseException:
        end()
        raise
    if tag is not None and base().journal.revision != revision:
        tag = None  # a change came in between: nobody knows whether the answer has it
    if whole:
        end()
        if tag is not None:
            kept.kept().put(tag, begun)
        return _headed(Response(begun, content_type=form.content_type), tag, allowance)
    response = Response(content_type=form.content_type, direct_passthrough=True)
    response.response = _streamed(begun, chunks, form, end)
    response.call_on_close(end)
    return _headed(response, tag, allowance)


def _begin(chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """Read up to the size of a small answer; tell whether that was all."""
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > kept.SMALL:
            return b"".join(parts), False
    return b"".join(parts), True


def _streamed(begun: bytes, rest: Iterator[bytes], form: Format, end: Callable[[], None]) -> Iterator[bytes]:
    """Pass an answer on; end it at the time that a reader may take, and mark it where it breaks."""
    late = threading.Event()

    def too_late() -> None:
        late.set()
        end()

    watch = threading.Timer(base().settings.answer_timeout, too_late)
    watch.daemon = True
    watch.start()
    return _marked(begun, rest, form, late, watch, end)


def _marked(
    begun: bytes,
    rest: Iterator[bytes],
    form: Format,
    late: threading.Event,
    watch: threading.Timer,
    end: Callable[[], None],
) -> Iterator[bytes]:
    try:
        yield begun
        yield from rest
    except KgError as error:
        told = QueryTimeout("The answer was read for too long, and was broken off.") if late.is_set() else error
        yield _mark(form, told)
        raise told from error
    finally:
        watch.cancel()
        end()


def _mark(form: Format, error: KgError) -> bytes:
    """Return a last line that no format takes: broken syntax, and in tables more columns than any row has."""
    told = f"!!! THIS ANSWER IS NOT WHOLE: {error}".replace('"', "'").replace("\n", " ")
    between = {"csv": ",", "tsv": "\t"}.get(form.ext)
    columns = between + between.join(["!!!"] * _MANY_COLUMNS) if between else ""
    return f'\n"{told}"{columns}\n'.encode()


def _headed(response: Response, tag: str | None, allowance: Allowance) -> Response:
    response.headers["Vary"] = "Accept"
    response.headers["Query-Limits"] = allowance.told
    response.headers["Cache-Control"] = "no-cache" if tag else "no-store"
    if tag is not None:
        response.set_etag(tag, weak=True)
    return response
