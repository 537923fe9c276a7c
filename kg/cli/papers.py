"""The command for people who write papers: `kg bib`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg import papers
from kg.base import open_base
from kg.errors import BadInput
from kg.settings import Settings


@click.command()
@click.argument("paper", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--search", "text", help="The references that this search finds, instead of those of a paper.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The file to write. Default: PAPER.bib."
)
@click.option("--dialect", type=click.Choice(["bibtex", "biblatex"]), help="Default: biblatex for a .bcf, else bibtex.")
@click.option("--update", is_flag=True, help="Take the base as it is now, whatever the lock file says.")
def bib(paper: Path | None, text: str | None, output: Path | None, dialect: str | None, update: bool) -> None:
    """Write exactly what PAPER (its .aux or .bcf) cites as a .bib file, and a lock file with the revision of the base beside it.

    With the lock file there, the entries are those of that revision, word for word, until --update. References are cited by
    their key, every other citable record (a policy, a dataset, a standard) by the last part of its address.
    """
    if (paper is None) == (text is None):
        raise click.UsageError("Give either PAPER.aux (or PAPER.bcf) or --search.")
    if paper is not None and paper.suffix not in (".aux", ".bcf"):
        raise BadInput(f"{paper} is neither .aux nor .bcf.", "Run LaTeX first and name the file that it wrote.")
    dialect = dialect or ("biblatex" if paper is not None and paper.suffix == ".bcf" else "bibtex")
    put = output or (paper.with_suffix(".bib") if paper is not None else None)
    with open_base(Settings.load()) as base:
        if paper is None:
            made = papers.of_search(base, text or "", dialect)
        else:
            revision = papers.locked(base, put) if put is not None and not update else None
            made = papers.of_paper(base, paper, revision, dialect)
        if put is None:
            click.echo(made.text(base, dialect), nl=False)
        else:
            papers.write(base, made, put, dialect)
            click.echo(f"{len(made.entries):,} entries of revision {made.revision} in {put}.", err=True)
    for key, near in made.missing.items():
        click.echo(f"There is no {key}" + (f": did you mean {' or '.join(near)}?" if near else "."), err=True)
    if made.missing:
        sys.exit(1)
