"""A table of one kind of record, read row by row over the base: a row that is broken is told and kept, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from kg.base import BATCH, Base, batched
from kg.citations import rows
from kg.citations.entry import Broken
from kg.citations.rows import Row
from kg.errors import BadInput
from kg.forms import naming, tidy
from kg.forms.blank import Blank, Blanks
from kg.incoming import pieces, sheet
from kg.incoming.pieces import Found
from kg.incoming.sheet import SORT, Column
from kg.terms import RDF, RECORDS, node


def blank_of(base: Base, kind: str) -> Blank:
    """Return what a kind of record is asked; raise BadInput for a kind that nobody fills in."""
    blanks = Blanks(base.model)
    blank = blanks.of(kind)
    if blank is None:
        known = ", ".join(str(one.name) for one in blanks.kinds)
        raise BadInput(f"There is no table of the kind {kind[:80]!r}.", f"There are tables of {known}.")
    return blank


def write(base: Base, kind: str, iris: Callable[[], Iterator[str]]) -> Iterator[str]:
    """Yield the table of records of a kind, one a row; `iris` is called twice."""

    def records() -> Iterator[tuple[str, list[Triple]]]:
        for batch in batched(iris(), BATCH):
            found = base.graphs(batch)
            yield from ((iri, found[iri]) for iri in batch if iri in found)

    yield from sheet.write(blank_of(base, kind), records, lambda iri: _shown(base, iri))


def _shown(base: Base, iri: str) -> str:
    """Return what a cell says for a thing: `agent/x` for a record, else the whole address."""
    return iri.removeprefix(base.settings.base).removeprefix(RECORDS)


def read(base: Base, text: str, note: str) -> Found:
    """Read a table; `note` says, as evidence of what is new, where it was seen."""
    told, broken = rows.read(text)
    if not told:
        raise BadInput("The table has no headings.", "Begin with the line that `kg import --template KIND` writes.")
    first = told[0].cells
    blank = blank_of(base, first[0].strip())
    columns, strange = sheet.columns(blank, ["" if name.strip() == SORT else name for name in first[1:]])
    if strange:
        raise BadInput(
            f"No {blank.kind.label.lower()} has a field for the heading{'s' if len(strange) > 1 else ''} {', '.join(strange)}.",
            f"The headings are those that `kg import --template {blank.kind.name}` writes.",
        )
    sorts = next((place for place, name in enumerate(first[1:], 1) if name.strip() == SORT), 0)
    reader = _Reader(base, blank, columns, sorts, note, Found(broken=broken, head=told[0].raw))
    for batch in batched(told[1:], BATCH):
        reader.take(batch)
    return reader.found


@dataclass
class _Reader:
    """Reads rows over the records as they stand."""

    base: Base
    blank: Blank
    columns: Sequence[Column | None]
    sorts: int
    note: str
    found: Found
    lines: dict[str, int] = field(default_factory=dict)

    def take(self, rows: Sequence[Row]) -> None:
        named: dict[str, Row] = {}
        for row in rows:
            iri = self._address(row)
            if iri in self.lines:
                self._reject(row, f"its address was given before, in line {self.lines[iri]}")
            else:
                self.lines[iri], named[iri] = row.line, row
        now = self.base.graphs(named)
        for iri, row in named.items():
            if len(row.cells) > len(self.columns) + 1:
                self._reject(row, f"it has {len(row.cells)} cells under {len(self.columns) + 1} headings")
            else:
                self._read(row, iri, now.get(iri, []))

    def _reject(self, row: Row, reason: str) -> None:
        self.found.broken.append(Broken(row.line, row.cells[0], reason, row.raw))

    def _address(self, row: Row) -> str:
        """Return the address that the first cell gives; for a new record, one made of its title that nothing has or had."""
        base, kind = self.base.settings.base, str(self.blank.kind.name)
        given = row.cells[0].strip().removeprefix(base).removeprefix(f"{kind}/")
        if given:
            return f"{base}{kind}/{given}"
        title = next((cell for column, cell in self._cells(row) if column.question.field.role == "title" and cell), "")
        plain = iri = f"{base}{kind}/{tidy.slug(title)}"
        number = 1
        while iri in self.lines or self.base.journal.known([iri]):
            number += 1
            iri = f"{plain}-{number}"
        return iri

    def _cells(self, row: Row) -> list[tuple[Column, str]]:
        cells = [*row.cells[1:], *[""] * (len(self.columns) - len(row.cells) + 1)]
        return [(column, cell) for column, cell in zip(self.columns, cells, strict=False) if column is not None]

    def _read(self, row: Row, iri: str, start: list[Triple]) -> None:
        base = self.base
        names = naming.Names(base.model, base.index, base.settings.base)
        resolve = sheet.resolving(names.resolve, self.lines)
        if node(iri) is None:
            self._reject(row, "its address holds a sign that an address cannot hold, such as a space")
            return
        try:
            told = sheet.read(self.blank, iri, start, self._cells(row), lambda thing: _shown(base, thing), resolve)
        except BadInput as error:
            self._reject(row, str(error))
            return
        if told.complaints:
            self._reject(row, " ".join(f"{name}: {' '.join(said)}" for name, said in told.complaints.items()))
            return
        triples = tidy.tidied(iri, start, self._sorted(row, iri, start, told.triples))
        if not start:
            triples = [*triples, *pieces.seen(iri, self.blank.kind, triples, self.note)]
        self.found.records[iri] = triples

    def _sorted(self, row: Row, iri: str, start: list[Triple], triples: list[Triple]) -> list[Triple]:
        """Give a new record the classes of its kind, and any the sort that its row names."""
        thing = NamedNode(iri)
        classes = [] if start else [NamedNode(name) for name in self.blank.classes]
        wanted = row.cells[self.sorts].strip().casefold() if 0 < self.sorts < len(row.cells) else ""
        sorts = {option.label.casefold(): NamedNode(option.iri) for option in self.blank.sorts}
        if wanted in sorts:
            others = set(sorts.values())
            triples = [one for one in triples if not (one.predicate == RDF.type and one.object in others)]
            classes.append(sorts[wanted])
        return [*triples, *(Triple(thing, RDF.type, name) for name in classes)]
