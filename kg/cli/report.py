"""Command on papers: `kg report`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from pyoxigraph import Literal

from kg import queries
from kg.analysis import documents
from kg.analysis import report as papers
from kg.base import Base, open_base
from kg.citations import bibtex
from kg.citations.records import entry_of
from kg.errors import BadInput
from kg.settings import Settings


@click.command()
@click.argument("paper", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--check",
    "checking",
    is_flag=True,
    help="Only name the sentences whose numbers changed; exit status 1.",
)
@click.option("--format", "to", type=click.Choice(sorted(documents.FORMATS)), default="html", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; default: beside the paper."
)
def report(paper: Path, checking: bool, to: str, output: Path | None) -> None:
    """Fill the numbers, tables and citations of a paper from the base, and keep in a lock file what they were.

    {{name}} in the paper is the answer of the question kg/queries/name.rq, {{table name}} its rows, [@key] a reference of the base.
    """
    text = _read(paper)
    lock = paper.with_suffix(".lock.json")
    with open_base(Settings.load()) as base:
        found = papers.values(text, base.engine.select, base.journal.revision)
        bibliography = _bibliography(base, papers.citations(text))
    if checking:
        _check(text, lock, found)
        return
    target = output or paper.with_suffix(f".filled.{to}")
    target.write_bytes(documents.convert(papers.filled(text, found), to, bibliography=bibliography))
    lock.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    click.echo(f"{len(found)} values filled into {target}; {lock.name} keeps them.", err=True)


def _read(paper: Path) -> str:
    try:
        return paper.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{paper} is not text in UTF-8: {error}.", "Save it as UTF-8.") from error


def _check(text: str, lock: Path, found: dict[str, str]) -> None:
    """Name each sentence whose number changed since the lock file was written."""
    if not lock.is_file():
        raise BadInput(f"There is no {lock} to check against.", "Fill the paper once without --check.")
    try:
        before = json.loads(lock.read_text("utf-8"))
    except ValueError as error:
        raise BadInput(f"{lock} cannot be read: {error}.", "Fill the paper again without --check.") from error
    changes = papers.changed(text, before, found)
    for change in changes:
        was, now = (value if "\n" not in value else "another table" for value in (change.was or "nothing", change.now))
        click.echo(f"line {change.line}: {{{{{change.place}}}}} was {was}, is {now}: {change.sentence}")
    click.echo(f"{len(found)} values, {len(changes)} changed.", err=True)
    if changes:
        sys.exit(1)


def _bibliography(base: Base, keys: list[str]) -> str:
    """Return the cited references as BibLaTeX; a key that the base does not hold is a mistake of the paper."""
    if not keys:
        return ""
    rows = base.engine.select(queries.fill("references-by-key", keys=[Literal(key) for key in keys]))
    held = {row["key"].value: row["reference"].value for row in rows}
    if missing := [key for key in keys if key not in held]:
        raise BadInput(
            f"The base holds no reference @{missing[0]}.", "Look it up: /bibliography, or add it to references.bib."
        )
    graphs = base.graphs(held.values())
    labels = base.labels_in(triple for triples in graphs.values() for triple in triples)
    made = (entry_of(base.model, iri, graphs[iri], labels) for iri in held.values())
    return "".join(bibtex.write((entry for entry in made if entry is not None), dialect="biblatex"))
