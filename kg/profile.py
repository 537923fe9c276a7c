"""Shapes from outside, such as the official ones of DCAT-AP, applied to a catalogue as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import SH

from kg.errors import BadInput
from kg.shapes import PYSHACL, Problem, to_rdflib
from kg.terms import record_of

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
}


class Profile:
    """The SHACL files of a folder, read as one; `owl:imports` are not followed."""

    def __init__(self, folder: Path) -> None:
        self.files = sorted(folder.glob("*.ttl"))
        if not self.files:
            raise BadInput(
                f"There is no .ttl file in {folder}.", "Name the folder that holds the SHACL files of the profile."
            )
        self._shapes = to_rdflib(triple for path in self.files for triple in read(path))
        self.dangling = self._drop_dangling()

    def _drop_dangling(self) -> int:
        """Drop references to property shapes that no file holds, on which pySHACL stops; return how many there were.

        The `dcat-ap-SHACL.ttl` and `ranges.ttl` of release 3.0.1 of DCAT-AP have some.
        """
        dangling = [
            (shape, SH.property, named)
            for shape, named in self._shapes.subject_objects(SH.property)
            if (named, None, None) not in self._shapes
        ]
        for statement in dangling:
            self._shapes.remove(statement)
        return len(dangling)

    def check(self, triples: Iterable[ox.Triple]) -> list[Problem]:
        """Return every complaint about a graph, violations first."""
        data = to_rdflib(triples)
        with PYSHACL:
            _, report, _ = pyshacl.validate(data, shacl_graph=self._shapes, inference="none", allow_warnings=True)
        if not isinstance(report, rdflib.Graph):
            raise TypeError(f"pySHACL gave no report: {report!r}")
        found = (_problem(report, result) for result in report.subjects(rdflib.RDF.type, SH.ValidationResult))
        return sorted(set(found), key=lambda told: (not told.severe, told.focus, told.field, told.message, told.value))


def _problem(report: rdflib.Graph, result: rdflib.term.Node) -> Problem:
    def text(predicate: rdflib.URIRef) -> str:
        found = report.value(result, predicate)
        return "" if found is None else str(found)

    focus = text(SH.focusNode)
    return Problem(
        record=record_of(focus),
        focus=focus,
        field=text(SH.resultPath).rpartition("/")[2].rpartition("#")[2] or "record",
        value=text(SH.value),
        message=" ".join(sorted(str(message) for message in report.objects(result, SH.resultMessage))),
        severe=report.value(result, SH.resultSeverity) == SH.Violation,
    )


def read(path: Path) -> Iterator[ox.Triple]:
    """Yield the statements of an RDF file, its format known by the end of its name."""
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise BadInput(f"{path} ends in none of {', '.join(_FORMATS)}.", "Give the file the ending of its RDF format.")
    try:
        yield from (quad.triple for quad in ox.parse(path=path, format=form, rename_blank_nodes=True))
    except SyntaxError as error:
        raise BadInput(f"{path}, line {error.lineno}: {error.msg}.", "Mend the file.") from error
