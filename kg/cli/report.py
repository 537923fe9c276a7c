"""Command on papers: `kg report`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from pyoxigraph import Literal

from kg import queries
from kg.analysis import documents, figures, typesetting
from kg.analysis import report as papers
from kg.analysis.report import Answered
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
@click.option(
    "--format", "to", type=click.Choice(sorted(documents.FORMATS)), help="Default: html, for a .tex paper tex."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; default: beside the paper."
)
def report(paper: Path, checking: bool, to: str | None, output: Path | None) -> None:
    """Fill the numbers, tables, figures and citations of a paper from the base, and keep in a lock file what they were.

    PAPER is Markdown, or LaTeX where it ends in .tex. {{name}} in it is the answer of the question kg/queries/name.rq,
    {{table name}} its rows, {{figure name}} a picture of them; [@key] and \\cite{key} are references of the base. Those that a
    .tex paper cites are written to PAPER.filled.bib: name it in \\bibliography or \\addbibresource.
    """
    text, tex = _read(paper), paper.suffix == ".tex"
    lock = paper.with_suffix(".lock.json")
    with open_base(Settings.load()) as base:
        found = papers.answered(text, base.engine.select, base.journal.revision, tex=tex)
        dialect = "biblatex" if not tex or "biblatex" in text else "bibtex"
        bibliography = _bibliography(base, papers.citations(text, tex=tex), dialect)
    if checking:
        _check(text, lock, found.values)
        return
    to = to or ("tex" if tex else "html")
    target = output or paper.with_suffix(f".filled.{to}")
    target.parent.mkdir(parents=True, exist_ok=True)
    pictures = _pictures(found, target, "svg" if to in ("html", "md") and not tex else "png")
    whole = papers.filled(text, found, {text: name for text, (name, _) in pictures.items()}, tex=tex)
    files = dict(pictures.values())
    if tex and bibliography:
        files[paper.with_suffix(".filled.bib").name] = bibliography.encode()
    target.write_bytes(_made(whole, to, bibliography, files, tex=tex, beside=paper))
    if tex or to in ("md", "tex"):
        _put_beside(target, files)
    lock.write_text(json.dumps(found.values, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    click.echo(f"{len(found.values)} values filled into {target}; {lock.name} keeps them.", err=True)


def _pictures(found: Answered, target: Path, kind: str) -> dict[str, tuple[str, bytes]]:
    """Draw the figures of a paper; return the name and the content of each one's file, by its placeholder."""
    draw = figures.svg if kind == "svg" else figures.png
    return {
        text: (f"{target.stem}.figures/figure-{number}.{kind}", draw(chart))
        for number, (text, chart) in enumerate(found.charts.items(), 1)
    }


def _made(whole: str, to: str, bibliography: str, files: dict[str, bytes], *, tex: bool, beside: Path) -> bytes:
    if tex and to == "tex":
        return whole.encode()
    if tex and to == "pdf":
        return typesetting.pdf(whole, beside.stem, files, beside.resolve().parent)
    return documents.convert(whole, to, bibliography=bibliography, tex=tex, pictures=files)


def _put_beside(target: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (target.parent / name).parent.mkdir(exist_ok=True)
        (target.parent / name).write_bytes(content)


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
        was, now = (value or "nothing" for value in (change.was, change.now))
        click.echo(f"line {change.line}: {{{{{change.place}}}}} was {was}, is {now}: {change.sentence}")
    click.echo(f"{len(found)} values, {len(changes)} changed.", err=True)
    if changes:
        sys.exit(1)


def _bibliography(base: Base, keys: list[str], dialect: str) -> str:
    """Return the cited references as BibTeX of a dialect; a key that the base does not hold is a mistake of the paper."""
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
    return "".join(bibtex.write((entry for entry in made if entry is not None), dialect=dialect))
