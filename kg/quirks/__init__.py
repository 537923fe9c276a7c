"""What each engine does in its own way, in one place: how it tells a mistake, how it tells that it stopped, how it parts rows."""

from __future__ import annotations

import re

from kg.rows import JsonRows
from kg.terms import PREFIXES

OVERRUN = b"(os error 11)"
"""What Oxigraph says when the system gives it no more threads: it begins one a query, which stays for the whole time limit."""
CANCELLED = b"The SPARQL operation has been cancelled"
"""What Oxigraph writes at the end of a 200 answer when it stops at its time limit."""

OURS = "Oxigraph"
"""The name by which Oxigraph, embedded or not, begins to tell of itself."""

UNION = [("using-union-graph", "true")]
UNION_REFUSED = "using-union-graph must not be used"
"""How Oxigraph is told that an update looks at all graphs, and how it says that the update names its own."""

_PLACES = (
    re.compile(r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<reason>.*)", re.DOTALL),  # Oxigraph
    re.compile(r"line (?P<line>\d+), column (?P<column>\d+)(?P<reason>)", re.IGNORECASE),  # Jena, RDF4J
    re.compile(r"SPARQL compiler, line (?P<line>\d+)(?P<column>): (?P<reason>[^\n]*)"),  # Virtuoso
)
_SENTENCE = re.compile(r"[A-Z][a-z]+(?: [\w']+){2,}[^,\[\]]*")
_PREFIX = re.compile(r"([\w.-]*):?[\w.-]*$")


_STOPPED = (CANCELLED.decode(), "SR171: Transaction timed out", "exceeds the limit of")
_REFUSED = re.compile(r"Virtuoso \w{5} Error")
_REPEATED = "\n\nSPARQL query:"


def union(make: str) -> list[tuple[str, str]]:
    """Return the parameter by which an engine of this make asks the union of all graphs, where it does not do so by itself."""
    return [("union-default-graph", "true")] if make.startswith(OURS + "/") else []


def is_cancelled(told: str, status: int) -> bool:
    """Tell whether a refusal means that the engine stopped at its time limit; the last words are Virtuoso's, who estimates."""
    return any(words in told for words in _STOPPED) or status in (408, 504)


def is_refused(told: str, status: int) -> bool:
    """Tell whether the query is at fault; Virtuoso answers 500 also to a query that it cannot work out."""
    return status == 400 or (status == 500 and _REFUSED.match(told) is not None)


def plain(told: str, query: str) -> tuple[str, str]:
    """Return what is wrong with a query in plain words, with line and column, and what to do about it."""
    told = told.partition(_REPEATED)[0]
    found = next((match for pattern in _PLACES if (match := pattern.search(told))), None)
    if found is None:
        return f"The query cannot be read: {told}", "Mend the query."
    line, column = int(found["line"]), int(found["column"] or 0)
    where = f"Line {line}" + (f", column {column}" if column else "")
    lines = query.splitlines() or [""]
    text = lines[line - 1] if line <= len(lines) else ""
    if "Prefix not found" in found["reason"]:
        return _unknown_prefix(where, text[: column - 1])
    if reason := _SENTENCE.search(found["reason"]):
        return f"{where}: {reason[0].strip().lower().replace('select', 'SELECT')}.", "Mend the query there."
    rest = text[max(column - 1, 0) :].strip()
    if not rest and not "".join(lines[line:]).strip():
        return (
            f"{where}: the query cannot end like this.",
            "Something is missing, or there is one too many, here or just before: a bracket, a term.",
        )
    read = text[: max(column - 1, 0)][-40:]
    seen = f"`{rest[:40]}`" if rest else "the end of the line"
    return f"{where}: {seen} cannot stand here" + (f", after `{read.strip()}`." if read.strip() else "."), (
        "Mend the query there; the mistake may be just before."
    )


def _unknown_prefix(where: str, before: str) -> tuple[str, str]:
    match = _PREFIX.search(before)
    name = match[1] if match else ""
    known = PREFIXES.get(name)
    return f"{where}: the prefix `{name}:` is not declared.", (
        f"Begin with: PREFIX {name}: <{known}>" if known else f"Begin with PREFIX {name}: and its namespace."
    )


_ROW_MARKS: dict[str, tuple[re.Pattern[bytes], int]] = {
    "application/sparql-results+json": (re.compile(rb"\}\s*,\s*\{"), 1),
    "application/sparql-results+xml": (re.compile(rb"<result>"), 0),
    "text/csv": (re.compile(rb'["\n]'), -1),
    "text/tab-separated-values": (re.compile(rb"\n"), -1),
    "application/n-triples": (re.compile(rb"\n"), 0),
}
"""What parts rows, and how many more rows than marks there are: one more than commas, one less than lines with a heading."""

_LONGEST_MARK = 8


class RowCounter:
    """Counts the rows of an answer as its bytes go by, without reading them; a line break between quotes parts no rows."""

    def __init__(self, mimetype: str) -> None:
        known = _ROW_MARKS.get(mimetype)
        self._mark = known[0] if known else None
        self._more = known[1] if known else 0
        self._kept = b""
        self._marks = 0
        self._quoted = False
        self._json = JsonRows() if mimetype.endswith("json") else None

    @property
    def rows(self) -> int:
        """Rows so far; 0 where the format does not part them."""
        return max(0, self._marks + self._more) if self._mark else 0

    def add(self, chunk: bytes) -> int:
        """Take the next bytes; return the rows so far."""
        if self._mark is None:
            return 0
        if self._json is not None:
            self._marks += self._json.add(chunk)
            return self.rows
        text = self._kept + chunk
        last = 0
        for match in self._mark.finditer(text):
            if match[0] == b'"':
                self._quoted = not self._quoted
            else:
                self._marks += not self._quoted
            last = match.end()
        self._kept = text[max(last, len(text) - _LONGEST_MARK) :]  # a mark may lie across two chunks
        return self.rows
