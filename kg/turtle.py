"""Records as text: Turtle laid out always the same way, so that git shows what changed; and every other RDF format."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import BadInput
from kg.terms import PREFIXES, RDF, RECORDS, XSD, record_of

_NUMBERS = re.compile(r"(\d+)")
_LOCAL = re.compile(r"[A-Za-z_][\w-]*$", re.ASCII)


def arranged(triples: Iterable[Triple]) -> list[Triple]:
    """Order statements for reading: the record first, its nested things in natural order; the class first, then by property."""
    return sorted(triples, key=_place)


def _place(triple: Triple) -> tuple[object, ...]:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else str(triple.subject)
    numbered = tuple(part.zfill(8) if part.isdigit() else part for part in _NUMBERS.split(subject))
    return ("#" in subject, numbered, triple.predicate != RDF.type, triple.predicate.value, str(triple.object))


def write(triples: Iterable[Triple], base: str = RECORDS) -> bytes:
    """Write statements as Turtle: IRIs relative to the base, only the prefixes that are used, one line a property or value."""
    pen = _Pen(base)
    blocks = [
        pen.block(subject, list(group))
        for subject, group in groupby(arranged(triples), key=lambda triple: triple.subject)
    ]
    head = [f"@base <{base}> .", *(f"@prefix {name}: <{PREFIXES[name]}> ." for name in PREFIXES if name in pen.used)]
    return "\n".join([*head, "", "\n".join(blocks)]).encode()


class _Pen:
    """Writes terms and remembers which prefixes it needed."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.used: set[str] = set()

    def block(self, subject: object, triples: list[Triple]) -> str:
        lines = []
        for predicate, group in groupby(triples, key=lambda triple: triple.predicate):
            values = [self.term(triple.object) for triple in group]
            verb = "a" if predicate == RDF.type else self.term(predicate)
            lines.append(f"  {verb} " + (" ,\n    ".join(values) if len(values) > 1 else values[0]))
        return self.term(subject) + "\n" + " ;\n".join(lines) + " .\n"

    def term(self, term: object) -> str:
        match term:
            case NamedNode():
                return self._name(term.value)
            case Literal() if term.language or term.datatype == XSD.string:
                return str(term)
            case Literal():
                text = str(term).removesuffix(f"^^{term.datatype}")
                return f"{text}^^{self._name(term.datatype.value)}"
        return str(term)

    def _name(self, iri: str) -> str:
        for prefix, start in PREFIXES.items():
            if iri.startswith(start) and _LOCAL.match(iri, len(start)):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(start) :]}"
        relative = iri.removeprefix(self._base)
        return f"<{relative}>" if relative and ":" not in relative.partition("/")[0] else f"<{iri}>"


def read(path: Path) -> dict[str, list[Triple]]:
    """Read a Turtle file into records; a mistake is told with file, line and column."""
    try:
        triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise BadInput(f"{path}, line {error.lineno}: {error.msg}.", "Mend the file and load it again.") from error
    records: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        if not isinstance(triple.subject, NamedNode):
            raise BadInput(
                f"{path} holds a blank node.", "Give it a name: a fragment of the record's IRI, such as #evidence-1."
            )
        records[record_of(triple.subject.value)].append(triple)
    return records
