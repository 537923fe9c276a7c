"""The guard at the SPARQL door: nothing that writes unasked, and nothing that would make the engine call other machines, passes.

It does not parse. It takes strings, comments and names out of a query and looks at what is left, in the text as it was sent and in
the text with its code point escapes resolved (SPARQL 1.1 Query, 19.2), because engines differ in when they resolve them. Engines
differ too in where a keyword ends (`trueSERVICE<x>{}` is a call for some), so the call is looked for as letters, not as a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urljoin

from kg.errors import BadInput, NotAllowed
from kg.terms import RECORDS

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
      (?P<blank> \#[^\n\r]* )
    | (?P<string> '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" )
    | (?P<iri> <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
    | (?P<variable> [?$]\w+ )
    | (?P<name> (?:\w[\w.-]*)?:(?:\\.|[\w.:%-])* )
    | (?P<language> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_STANDS_FOR = {"blank": " ", "string": " '' ", "iri": "<>", "variable": "?v", "language": " "}
_CALL = re.compile(r"SERVICE\s*(SILENT\s*)?(<>|\?v|[^\s{}<>?]*:[^\s{}]*)\s*\{", re.IGNORECASE)
_LOAD = re.compile(r"(?<![\w:.%-])LOAD\s*(SILENT\s*)?(<|[^\s{}<>?]*:)", re.IGNORECASE)
_OTHER_EACH_TIME = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE", "SERVICE"})
_ENGINE_ROOMS = ("bif:", "sql:")
"""Virtuoso reaches its SQL functions, which read files and call addresses, by names of these spaces, declared or not."""
_ADDRESS = RECORDS + "sparql"
"""What a relative IRI is relative to where the query has no BASE (RFC 3986, 5.1.3)."""
_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")
_STEPS = frozenset("!/|+*-^&=<>") | {"UNION", "OPTIONAL", "MINUS", "BIND", "FILTER", "EXISTS"}
_DEEPEST = 100
_MOST_STEPS = 2000
"""Engines read a query by recursion: one of these brackets or steps too many ends them (Oxigraph 0.5: 800 and 6,400)."""
_SHORT = 10_000
GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")
"""Queries whose answer is RDF rather than rows."""
_FORMS = ("SELECT", "ASK", *GRAPH_FORMS)
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


@dataclass(frozen=True)
class Query:
    """A query that may pass: its text, its form (`SELECT`, `ASK`, `CONSTRUCT`, `DESCRIBE`), and whether one answer may be kept."""

    text: str
    form: str
    lasting: bool = True
    dataset: tuple[tuple[str, str], ...] = ()
    """What its FROM and FROM NAMED say, as the protocol's parameters: an engine whose default graph is a union ignores FROM."""

    @property
    def gives_graph(self) -> bool:
        """Tell whether the answer is RDF rather than rows."""
        return self.form in GRAPH_FORMS


def admit(text: str, allowed: Collection[str] = ()) -> Query:
    """Let a read-only query pass; refuse what writes, what calls machines that are not `allowed`, and what no engine survives."""
    return (_remembered if len(text) <= _SHORT else _admitted)(text, tuple(allowed))


def _admitted(text: str, allowed: tuple[str, ...]) -> Query:
    form = _form(text)
    if form is None:
        raise BadInput("The query is empty or is no SPARQL query.", "Begin with SELECT, ASK, CONSTRUCT or DESCRIBE.")
    if form in _UPDATES:
        raise BadInput(
            f"{form} changes data, and this is a query.", "Send it as `update`, by POST, with a curator's token."
        )
    _refuse_calls(text, allowed)
    _refuse_depth(text)
    _refuse_length(text)
    words = {match["word"].upper() for match in _TOKEN.finditer(_resolved(text)) if match["word"]}
    return Query(text, form, not words & _OTHER_EACH_TIME, _dataset(text))


_remembered = lru_cache(maxsize=1000)(_admitted)
"""The verdict on short queries: pages and programs ask the same again and again."""


def _refuse_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        if depth > _DEEPEST:
            raise BadInput(
                f"More than {_DEEPEST} brackets are open at once, from line {text.count(chr(10), 0, token.start()) + 1} on.",
                "Take groups apart that need not stand in each other.",
            )


def _refuse_length(text: str) -> None:
    steps = sum(1 for token in _TOKEN.finditer(text) if token[0].upper() in _STEPS)
    if steps > _MOST_STEPS:
        raise BadInput(
            f"The query has {steps:,} operators and clauses, and at most {_MOST_STEPS:,} are read.",
            "Put lists of values into VALUES or IN, or ask in parts.",
        )


def _dataset(text: str) -> tuple[tuple[str, str], ...]:
    """Read the dataset clauses that stand before the pattern (SPARQL 1.1 Query, 13.2)."""
    tokens = [m for m in _TOKEN.finditer(_resolved(text)) if not m["blank"] and m[0].strip()]
    prefixes: dict[str, str] = {}
    base, role, found = _ADDRESS, "", []
    for before, token in pairwise(tokens):
        if token[0] == "{":
            break
        word, last = (token["word"] or "").upper(), (before["word"] or "").upper()
        if token["iri"] and last == "BASE":
            base = urljoin(base, token["iri"][1:-1])
        elif token["iri"] and before["name"] and not role:
            prefixes[before["name"][:-1]] = urljoin(base, token["iri"][1:-1])
        elif word == "FROM":
            role = "default-graph-uri"
        elif word == "NAMED" and role:
            role = "named-graph-uri"
        elif role and (token["iri"] or token["name"]):
            prefix, _, local = (token["name"] or "").partition(":")
            iri = (
                urljoin(base, token["iri"][1:-1])
                if token["iri"]
                else prefixes.get(prefix, "") + local.replace("\\", "")
            )
            found.append((role, iri))
            role = ""
    return tuple(found)


def admit_update(text: str, allowed: Collection[str] = ()) -> str:
    """Let an update pass that fetches nothing; refuse LOAD, and SERVICE to machines that are not `allowed`."""
    form = _form(text)
    if form is None:
        raise BadInput("The update is empty or is no SPARQL update.", "Begin with INSERT, DELETE or WITH.")
    if form in _FORMS:
        raise BadInput(f"{form} asks, and this is an update.", "Send it as `query`.")
    _refuse_calls(text, allowed)
    _refuse_depth(text)
    if any(_LOAD.search(_skeleton(reading)) for reading in (text, _resolved(text))):
        raise NotAllowed(
            "LOAD is switched off: the base fetches nothing.", "Fetch it yourself and send it as INSERT DATA."
        )
    return text


def _refuse_calls(text: str, allowed: Collection[str]) -> None:
    readings = (text, _resolved(text))
    if any(_CALL.search(_skeleton(reading, allowed)) for reading in readings):
        raise NotAllowed(
            "SERVICE is switched off, or not allowed to this endpoint: the base does not call it.",
            "Ask the other endpoint yourself and join the answers."
            + (" Allowed, written in full: " + ", ".join(f"<{iri}>" for iri in allowed) if allowed else ""),
        )
    for match in (match for reading in readings for match in _TOKEN.finditer(reading)):
        name = (match["name"] or (match["iri"] or "").lstrip("<")).lower()
        if name.startswith(_ENGINE_ROOMS) or (match["word"] or "").upper() == "DEFINE":
            raise NotAllowed(f"{match[0]} is no SPARQL, and reaches into the engine.", "Write it in SPARQL 1.1.")


def _form(text: str) -> str | None:
    words = (match["word"].upper() for match in _TOKEN.finditer(_resolved(text)) if match["word"])
    return next((word for word in words if word in _FORMS or word in _UPDATES), None)


def _skeleton(text: str, allowed: Collection[str] = ()) -> str:
    """Return a query with strings emptied, comments blank, variables alike, and IRIs alike but for `<!>`, an allowed one."""

    def part(match: re.Match[str]) -> str:
        if match["iri"] and match["iri"][1:-1] in allowed:
            return "<!>"
        return _STANDS_FOR.get(match.lastgroup or "", match[0])

    return "".join(part(match) for match in _TOKEN.finditer(text))


def _resolved(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else match[0]

    return _ESCAPE.sub(character, text)
