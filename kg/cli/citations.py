"""Commands on citations: `kg export`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
from pyoxigraph import NamedNode

from kg import annotated, cited, libraries
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

_EVIDENCE = "biblatex with evidence"
_WRITERS: dict[str, Callable[[Iterable[Entry]], Iterator[str]]] = {
    "bib": lambda entries: bibtex.write(entries, "bibtex"),
    "biblatex": lambda entries: bibtex.write(entries, "biblatex"),
    _EVIDENCE: lambda entries: bibtex.write(entries, "biblatex", ours=True),
    "ris": ris.write,
    "csljson": csl.write,
    "csv": table.write,
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHEET = "sheet"
_FORMATS = [*(form for form in _WRITERS if form != _EVIDENCE), _SHEET, *document.FORMATS]


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="bib", show_default=True)
@click.option("--search", "text", default="", help="Only the records that this search finds.")
@click.option("--kind", multiple=True, help="Only records of this kind; may be given again. Default: reference.")
@click.option(
    "--query",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The records that a SPARQL query finds.",
)
@click.option(
    "--library",
    "name",
    help="An imported .bib file, by its name: with --format bib as it came, but for what is corrected since.",
)
@click.option("--dialect", type=click.Choice(["bibtex", "biblatex"]), default="bibtex", help="Dialect of --format bib.")
@click.option(
    "--style", default=styles.DEFAULT, show_default=True, help="Citation style of a document: a name, or a .csl file."
)
@click.option(
    "--group", default=annotated.DEFAULT, show_default=True, help="Chapters of a document: a facet, kind, year or none."
)
@click.option("--unverified", is_flag=True, help="Also records of which only a mention was seen.")
@click.option(
    "--evidence",
    is_flag=True,
    help="In BibLaTeX, also the use of works, and how sure we are and why: fields that biber does not know.",
)
@click.option("--output", type=click.File("wb"), default="-", help="File to write. Default: standard output.")
def export(
    form: str, text: str, kind: tuple[str, ...], query: Path | None, name: str | None, dialect: str, style: str,
    group: str, unverified: bool, evidence: bool, output: BinaryIO,
) -> None:  # fmt: skip
    """Write references (or other citable records) as a file, or as an annotated bibliography for people.

    bib, biblatex, ris, csljson and csv are for programs; docx, odt, tex, md and html are documents in any citation style.
    sheet is a table of all that records of one kind say, which `kg import` reads back.
    """
    if form == "biblatex" or (form == "bib" and dialect == "biblatex" and name is None):
        form = _EVIDENCE if evidence else "biblatex"
    with open_base(Settings.load()) as base:
        if form == _SHEET:
            _sheet(base, text, kind, output)
            return
        if name is not None:
            _library(base, name, form, output)
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
            for part in _WRITERS[form](cited.entries(base, iris)):
                output.write(part.encode())
    if left:
        click.echo(f"{left:,} of which only a mention was seen left out; --unverified takes them in.", err=True)


def _library(base: Base, name: str, form: str, output: BinaryIO) -> None:
    """Give a library back: as the file that it was, or what the base now says of its works in another form."""
    kept = libraries.named(base, name)
    if form == "bib":
        output.write(libraries.given_back(base, kept))
        return
    if form not in _WRITERS:
        raise BadInput(f"A library is not written as {form}.", f"It is written as {', '.join(_WRITERS)}.")
    for part in _WRITERS[form](libraries.entries(base, kept)):
        output.write(part.encode())


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
