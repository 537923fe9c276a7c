"""What Virtuoso 7 does in its own way: how it is asked, and what its answers must pass before they are SPARQL 1.1.

It holds tables about itself in graphs of its own, answers ASK with a table, writes typed literals as SPARQL 1.0 did and booleans as
numbers, its TSV and CSV have no line with variables, and its JSON-LD has no languages. So it is asked for JSON and N-Triples alone,
and all else is written from these.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, cast

from pyoxigraph import (
    Literal,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from kg.chunks import as_file
from kg.errors import EngineError, QueryTimeout

NAME = "Virtuoso"
ROWS = "application/sparql-results+json"
STATEMENTS = "application/n-triples"

GREETING = b"@prefix : <urn:x-none:> .\n"
"""A first line by which Virtuoso, who looks at a body to guess its format, sees that it is Turtle, however long the next line."""

_OWN_GRAPHS = (
    "http://www.openlinksw.com/schemas/virtrdf#",
    "http://localuriqaserver/sparql",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "http://localhost:8890/DAV/",
    "http://localhost:8890/sparql",
)
_HEAD = "".join(
    f"define input:{which}-graph-exclude <{graph}> " for graph in _OWN_GRAPHS for which in ("default", "named")
)
_NAMES_GRAPH = re.compile(r"\bGRAPH\s*[^\s?$]", re.IGNORECASE)
_IN_MEMORY = 4_000_000
_CHUNK = 65_536
_ASKED = b'"__ASK_RETVAL"'
_LANGUAGE = re.compile(rb'"xml:lang": "([^"]*)"')
_BOOLEAN = re.compile(rb'("datatype": "http://www\.w3\.org/2001/XMLSchema#boolean", "value": )"([01])"')
_BOOLEANS = {b"0": b'"false"', b"1": b'"true"'}
_STOPPED = ("S1TAT", "S1T00")
"""SQL states of an answer that is not whole because of a time limit."""


def query(text: str, dataset: Iterable[tuple[str, str]], seconds: int) -> list[tuple[str, str]]:
    """Return a query as the fields of a form, with a time limit, and without the engine's own graphs where it can leave them out.

    It cannot where a dataset is named, and finds nothing at all where the query names a graph.
    """
    named = list(dataset)
    head = "" if named or _NAMES_GRAPH.search(text) else _HEAD
    return [("query", head + text), *named, ("timeout", str(seconds * 1000))]


def asks_for(accept: str) -> str:
    """Return the media type in which an answer is asked for that goes out as another."""
    return ROWS if _rows_format(accept) else STATEMENTS


def check(headers: Mapping[str, str], seconds: int) -> None:
    """Raise where the headers (names in lower case) say that a 200 answer is not whole."""
    if headers.get("x-sql-state", "") in _STOPPED:
        raise QueryTimeout(f"The query was stopped after {seconds} seconds.")
    if limit := headers.get("x-sparql-maxrows"):
        raise EngineError(
            f"The engine cuts answers after {limit} rows.", "Raise ResultSetMaxRows in its settings, or ask for less."
        )


def mended(chunks: Iterable[bytes], accept: str) -> Iterator[bytes]:
    """Turn an answer in JSON or N-Triples into the media type that was wanted, in SPARQL 1.1's own words."""
    form = _rows_format(accept)
    if form is None:
        return _statements(chunks, RdfFormat.from_media_type(accept) or RdfFormat.N_TRIPLES)
    rows = _yes_or_no(_rows(chunks))
    return rows if form == QueryResultsFormat.JSON else _written(rows, form)


def _rows_format(accept: str) -> QueryResultsFormat | None:
    return QueryResultsFormat.from_media_type(accept)


def _rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Mend table by table row; a row is never cut, because what is mended holds no brace."""
    kept = b""
    for chunk in chunks:
        kept += chunk
        ready, brace, kept = kept.rpartition(b"}")
        if brace:
            yield _row(ready + brace)
    yield _row(kept)


def _row(text: bytes) -> bytes:
    """Mend the terms in a piece of JSON; inside of strings quotes are escaped, so that these words stand only between them."""
    text = text.replace(b'"type": "typed-literal"', b'"type": "literal"')
    text = _BOOLEAN.sub(lambda found: found[1] + _BOOLEANS[found[2]], text)
    return _LANGUAGE.sub(lambda found: b'"xml:lang": "' + language(found[1].decode()).encode() + b'"', text)


def _yes_or_no(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write the table of an ASK query as the yes or no that it means."""
    first = next(chunks, b"")
    if _ASKED not in first:
        yield first
        yield from chunks
        return
    bindings = json.loads(first + b"".join(chunks))["results"]["bindings"]
    yes = any(int(row["__ASK_RETVAL"]["value"]) for row in bindings)
    yield b'{"head":{},"boolean":' + (b"true}" if yes else b"false}")


def _written(rows: Iterator[bytes], form: QueryResultsFormat) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as whole:
        found = parse_query_results(as_file(rows), format=QueryResultsFormat.JSON)
        found.serialize(cast(IO[bytes], whole), format=form)
        yield from _read(whole)


def _statements(chunks: Iterable[bytes], form: RdfFormat) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as whole:
        found = parse(as_file(iter(chunks)), format=RdfFormat.N_TRIPLES)
        serialize((_statement(quad.triple) for quad in found), cast(IO[bytes], whole), format=form)
        yield from _read(whole)


def _read(whole: IO[bytes]) -> Iterator[bytes]:
    whole.seek(0)
    while part := whole.read(_CHUNK):
        yield part


def _statement(triple: Triple) -> Triple:
    value = triple.object
    if isinstance(value, Literal) and value.language and "-" in value.language:
        return Triple(triple.subject, triple.predicate, Literal(value.value, language=language(value.language)))
    return triple


def language(tag: str) -> str:
    """Write a language tag as RFC 5646, 2.1.1 recommends: `en-GB`, `zh-Hant`; Virtuoso keeps tags in lower case."""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()
