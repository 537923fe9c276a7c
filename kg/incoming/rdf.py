"""Records of ours in Turtle and JSON-LD: piece by piece where the whole cannot be read, nested things without a name named."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from kg.citations.entry import Broken
from kg.incoming.pieces import Found
from kg.terms import record_of

_DIRECTIVE = re.compile(r"\s*@?(?:prefix|base)\b", re.IGNORECASE)
_LONG = re.compile(r'"""|\'\'\'')
_END = re.compile(r"\.\s*(?:#.*)?$")
_LOCAL = re.compile(r"[^/#]+$")
_FETCHED = "LoadDocumentCallback"
_DEEPEST = 20


def turtle(text: str, base: str) -> Found:
    """Read Turtle; a statement that is broken costs only itself. Relative addresses are those of the base."""
    found = Found()
    triples = _whole(text, RdfFormat.TURTLE, base)
    if triples is None:
        found.head, triples = _by_piece(text, base, found.broken)
    return _gathered(triples, found)


def _whole(text: str, form: RdfFormat, base: str) -> list[Triple] | None:
    try:
        return [quad.triple for quad in parse(text.encode(), format=form, base_iri=base)]
    except SyntaxError:
        return None


def _by_piece(text: str, base: str, broken: list[Broken]) -> tuple[str, list[Triple]]:
    """Read each statement by itself under the prefixes that stand before it; return the prefixes and what could be read."""
    head, triples = "", list[Triple]()
    for line, piece in _pieces(text):
        try:
            found = [quad.triple for quad in parse((head + piece).encode(), format=RdfFormat.TURTLE, base_iri=base)]
        except SyntaxError as error:
            last = piece.rstrip().count("\n")
            at = line + min(max((error.lineno or 1) - 1 - head.count("\n"), 0), last)
            broken.append(Broken(at, piece.split(maxsplit=1)[0].strip("<>"), error.msg, piece))
            continue
        if _DIRECTIVE.match(piece):
            head += piece
        triples += found
    return head, triples


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield statements and directives with the line each begins in: to the full stop, or to a new subject after an empty line."""
    held, start, inside, empty = list[str](), 1, False, False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        bare = line.strip()
        if not inside and held and (empty and bare and not line[0].isspace() and not bare.startswith("#")):
            yield start, "".join(held)
            held = []
        if not held and (not bare or bare.startswith("#")):
            continue
        if not held:
            start = number
        held.append(line)
        inside ^= len(_LONG.findall(line)) % 2 == 1
        empty = not bare
        directive = _DIRECTIVE.match(held[0]) and not held[0].lstrip().startswith("@")
        if not inside and (_END.search(bare) or directive):
            yield start, "".join(held)
            held = []
    if held:
        yield start, "".join(held)


def jsonld(text: str, base: str) -> Found:
    """Read JSON-LD; a node that is broken costs only itself. A context at an address is never fetched."""
    found = Found()
    try:
        given = json.loads(text.lstrip("\ufeff"))
    except ValueError as error:
        found.broken.append(Broken(getattr(error, "lineno", 1), "", f"it is not JSON: {error}", text))
        return found
    triples = _whole(text, RdfFormat.JSON_LD, base)
    if triples is None:
        triples = []
        for number, node in enumerate(_nodes(given), 1):
            raw = json.dumps(node, ensure_ascii=False)
            try:
                triples += (quad.triple for quad in parse(raw.encode(), format=RdfFormat.JSON_LD, base_iri=base))
            except SyntaxError as error:
                named = node.get("@id", f"node {number}") if isinstance(node, dict) else f"node {number}"
                reason = (
                    "its context stands at an address, and nothing is fetched: write the context into the file"
                    if _FETCHED in str(error)
                    else str(error.msg)
                )
                found.broken.append(Broken(1, str(named), reason, raw))
    if not triples and not found.broken:
        found.broken.append(Broken(1, "", "no node of it has an @id and says something under a known property", text))
    return _gathered(triples, found)


def _nodes(given: Any) -> Iterator[Any]:
    """Yield the nodes of a document, each with the context that stands above it."""
    if isinstance(given, list):
        for one in given:
            yield from _nodes(one)
    elif isinstance(given, dict) and isinstance(given.get("@graph"), list) and "@id" not in given:
        above = [given["@context"]] if "@context" in given else []
        for node in given["@graph"]:
            own = [node["@context"]] if isinstance(node, dict) and "@context" in node else []
            yield node | {"@context": [*above, *own]} if isinstance(node, dict) and above else node
    else:
        yield given


def rejected_json(broken: Iterable[Broken]) -> str:
    """Return broken nodes as one JSON document, which has no room for remarks; what is no JSON at all as it came."""
    pieces = [one.raw for one in broken]
    return pieces[0] if len(pieces) == 1 else "[\n" + ",\n".join(pieces) + "\n]\n"


# -- statements to records ----------------------------------------------------------------------------------------------


def _gathered(triples: list[Triple], found: Found) -> Found:
    """Lay each statement with its record; a nested thing without a name gets a fragment of the record that points at it."""
    named = named_nodes(triples)
    for triple in dict.fromkeys(triples):
        subject, value = named(triple.subject), named(triple.object)
        if isinstance(subject, NamedNode) and value is not None:
            found.records.setdefault(record_of(subject.value), []).append(Triple(subject, triple.predicate, value))
        else:
            found.broken.append(
                Broken(1, "", "it is about a thing without a name that no record points at", f"{triple} .")
            )
    return found


def named_nodes(triples: Iterable[Triple]) -> Callable[[Any], Any]:
    """Return what gives a blank node its name: the record that points at it, the property, a number; None where none does."""
    triples = list(triples)
    above: dict[BlankNode, tuple[Any, NamedNode]] = {}
    for triple in triples:
        if isinstance(triple.object, BlankNode):
            above.setdefault(triple.object, (triple.subject, triple.predicate))
    taken = {triple.subject for triple in triples if isinstance(triple.subject, NamedNode)}
    names: dict[BlankNode, NamedNode | None] = {}
    counts: Counter[str] = Counter()

    def named(term: Any, depth: int = 0) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term not in names:
            subject, predicate = above.get(term, (None, None))
            parent = named(subject, depth + 1) if subject is not None and depth < _DEEPEST else None
            names[term] = None
            if isinstance(parent, NamedNode) and predicate is not None:
                local = _LOCAL.search(predicate.value)
                stem = f"{record_of(parent.value)}#{local[0] if local else 'part'}"
                while names[term] is None or names[term] in taken:
                    counts[stem] += 1
                    names[term] = NamedNode(f"{stem}-{counts[stem]}")
        return names[term]

    return named
