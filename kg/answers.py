"""An answer of the engine's on its way: when it is whole, and its bytes as rows, or as yes or no."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results

from kg import quirks
from kg.errors import EngineDown, EngineError, QueryTimeout
from kg.wire import Reply

Term = NamedNode | Literal
Row = dict[str, Term]

_HELD_BACK = 512


@dataclass
class Answer:
    """An answer on its way: its media type and its bytes, none of which is given out before the engine's first are there."""

    content_type: str
    chunks: Iterator[bytes]
    close: Callable[[], None]


def whole_or_broken(response: Reply, patience: float) -> Iterator[bytes]:
    """Yield a body, its last bytes only when known to be its own; `patience`: seconds of waiting for the engine in all."""
    kept, waited = b"", 0.0
    pieces = response.pieces()
    try:
        while True:
            began = time.monotonic()
            chunk = next(pieces, b"")
            waited += time.monotonic() - began
            if waited > patience:
                raise QueryTimeout("The answer took longer than the time limit and was broken off.")
            if not chunk:
                break
            kept += chunk
            if len(kept) > _HELD_BACK:
                yield kept[:-_HELD_BACK]
                kept = kept[-_HELD_BACK:]
    except TimeoutError as error:
        raise QueryTimeout("The engine gave no more of the answer within the time limit; it was broken off.") from error
    except OSError as error:  # also where another thread closed the line
        raise EngineDown(f"The engine broke off its answer: {error}.") from error
    if kept.endswith(quirks.CANCELLED):  # no whole document in any of the formats ends in a letter
        raise QueryTimeout("The query was stopped at the time limit; the answer is not whole.")
    yield kept


def chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Put the first piece of an answer back before the others."""
    yield first
    yield from rest


# pyoxigraph's results must be dropped by the thread that made them. A frame that an exception has seen may be kept for another
# thread's garbage collector, so they live in frames of their own, where none is caught.


def rows(answer: bytes) -> list[Row]:
    """Read an answer in JSON; an unbound variable is missing from its row."""
    found = parse_query_results(answer, format=QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        raise EngineError("The engine answered a SELECT query with no table.")
    names = [variable.value for variable in found.variables]
    return [{name: _term(term) for name, term in zip(names, row, strict=True) if term is not None} for row in found]


def yes(answer: bytes) -> bool:
    """Read the answer in JSON to a question of yes or no."""
    found = parse_query_results(answer, format=QueryResultsFormat.JSON)
    if not isinstance(found, QueryBoolean):
        raise EngineError("The engine answered an ASK query with no yes or no.")
    return bool(found)


def _term(term: object) -> Term:
    if isinstance(term, NamedNode | Literal):
        return term
    raise EngineError(f"The base holds {term}, which has no name.", "Records hold no blank nodes; see `kg check`.")
