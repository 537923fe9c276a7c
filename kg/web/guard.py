"""The guard at the SPARQL door: nothing that writes, and nothing that would make the engine call other machines, passes.

It does not parse. It takes strings, comments and names out of a query and looks at what is left, in the text as it was sent and in
the text with its code point escapes resolved (SPARQL 1.1 Query, 19.2), because engines differ in when they resolve them. Engines
differ too in where a keyword ends (`trueSERVICE<x>{}` is a call for some), so the call is looked for as letters, not as a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.errors import BadInput, NotAllowed

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
      (?P<blank> \#[^\n\r]* )
    | (?P<string> '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
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
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


@dataclass(frozen=True)
class Query:
    """A query that may pass: its text and its form (`SELECT`, `ASK`, `CONSTRUCT`, `DESCRIBE`)."""

    text: str
    form: str

    @property
    def gives_graph(self) -> bool:
        """Tell whether the answer is RDF rather than rows."""
        return self.form in ("CONSTRUCT", "DESCRIBE")


def admit(text: str) -> Query:
    """Let a read-only query pass; refuse what writes and what calls other machines."""
    form = _form(text)
    if form is None:
        raise BadInput("The query is empty or is no SPARQL query.", "Begin with SELECT, ASK, CONSTRUCT or DESCRIBE.")
    if form in _UPDATES:
        raise NotAllowed(f"{form} changes data, and this address answers questions only.", "Send a query.")
    if any(_CALL.search(_skeleton(reading)) for reading in (text, _resolved(text))):
        raise NotAllowed(
            "SERVICE is switched off: the base does not call other endpoints.",
            "Ask the other endpoint yourself and join the answers.",
        )
    return Query(text, form)


def _form(text: str) -> str | None:
    words = (match["word"].upper() for match in _TOKEN.finditer(_resolved(text)) if match["word"])
    return next((word for word in words if word in _FORMS or word in _UPDATES), None)


def _skeleton(text: str) -> str:
    """Return a query with its strings emptied, its comments blank, its IRIs and variables alike."""
    return "".join(_STANDS_FOR.get(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text))


def _resolved(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else match[0]

    return _ESCAPE.sub(character, text)
