"""Commands on citations: `kg export`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
from pyoxigraph import NamedNode

from kg import annotated, cited
from kg.base import Base, open_base
from kg.citations import bibtex
from kg.citations.entry import Entry
from kg.citations.out import annotated as document
from kg.citations.out import csl, ris, styles, table
from kg.errors import BadInput
from kg.incoming import table as table_of_records
from kg.search.index import Wanted
from kg.settings import Settings
from kg.terms import record_of

_WRITERS: dict[str, Callable[[Iterable[Entry]], Iterator[str]]] = {
    "bib": lambda entries: bibtex.write(entries, "bibtex"),
    "biblatex": lambda entries: bibtex.write(entries, "biblatex"),
    "ris": ris.write,
    "csljson": csl.write,
    "csv": table.write,
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHEET = "sheet"
_FORMATS = [*_WRITERS, _SHEET, *document.FORMATS]


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="bib", show_default=True)
@click.option("--search", "text", default="", help="Only the records that this search finds.")
@click.option("--kind", multiple=True, help="Only records of this kind; may be given again. Default: reference.")
@click.option(
    "--query",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The records that a SPARQL query finds.",
)
@click.option("--dialect", type=click.Choice(["bibtex", "biblatex"]), default="bibtex", help="Dialect of --format bib.")
@click.option(
    "--style", default=styles.DEFAULT, show_default=True, help="Citation style of a document: a name, or a .csl file."
)
@click.option(
    "--group", default=annotated.DEFAULT, show_default=True, help="Chapters of a document: a facet, kind, year or none."
)
@click.option("--unverified", is_flag=True, help="Also records of which only a mention was seen.")
@click.option("--output", type=click.File("wb"), default="-", help="File to write. Default: standard output.")
def export(
    form: str, text: str, kind: tuple[str, ...], query: Path | None, dialect: str, style: str, group: str,
    unverified: bool, output: BinaryIO,
) -> None:  # fmt: skip
    """Write references (or other citable records) as a file, or as an annotated bibliography for people.

    bib, biblatex, ris, csljson and csv are for programs; docx, odt, tex, md and html are documents in any citation style.
    sheet is a table of all that records of one kind say, which `kg import` reads back.
    """
    with open_base(Settings.load()) as base:
        if form == _SHEET:
            _sheet(base, text, kind, output)
            return
        if query is not None:
            iris, left = _found(base, query, unverified=unverified)
        else:
            wanted = Wanted(text=text, facets={"kind": kind or ("reference",)})
            iris, left = cited.found(base, wanted, unverified=unverified)
        if form in document.FORMATS:
            path = styles.own(Path(style)) if style.endswith(".csl") else styles.path(style)
            output.write(annotated.write(base, iris, form, path, group))
        else:
            writer = _WRITERS["biblatex" if form == "bib" and dialect == "biblatex" else form]
            for part in writer(cited.entries(base, iris)):
                output.write(part.encode())
    if left:
        click.echo(f"{left:,} of which only a mention was seen left out; --unverified takes them in.", err=True)


def _sheet(base: Base, text: str, kinds: tuple[str, ...], output: BinaryIO) -> None:
    """Write the records of one kind that a search finds, all that they say, as a table."""
    if len(kinds) != 1:
        raise BadInput("A sheet holds records of one kind.", "Name it: --kind dataset.")
    wanted = Wanted(text=text, facets={"kind": kinds})
    for line in table_of_records.write(base, kinds[0], lambda: (card.iri for card in base.index.walk(wanted))):
        output.write(line.encode())


def _found(base: Base, query: Path, *, unverified: bool) -> tuple[Iterable[str], int]:
    """Return the records that the rows of a query name, in their order, and how many were left out."""
    named: dict[str, None] = {}
    for row in base.engine.select(query.read_text("utf-8")):
        named |= {record_of(term.value): None for term in row.values() if isinstance(term, NamedNode)}
    cards = base.index.get(named)
    if not cards:
        raise BadInput(f"The query in {query} names no record of the base.", "Let it SELECT the records themselves.")
    ordered = [cards[iri] for iri in named if iri in cards]
    kept = [card.iri for card in ordered] if unverified else list(cited.seen(base, ordered))
    return kept, len(ordered) - len(kept)
