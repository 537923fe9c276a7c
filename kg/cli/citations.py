"""Commands on citations: `kg export`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import click

from kg import cited
from kg.base import open_base
from kg.citations import bibtex
from kg.citations.entry import Entry
from kg.citations.out import csl, ris, table
from kg.search.index import Wanted
from kg.settings import Settings

_WRITERS: dict[str, Callable[[Iterable[Entry]], Iterator[str]]] = {
    "bib": lambda entries: bibtex.write(entries, "bibtex"),
    "biblatex": lambda entries: bibtex.write(entries, "biblatex"),
    "ris": ris.write,
    "csljson": csl.write,
    "csv": table.write,
}


@click.command()
@click.option("--format", "form", type=click.Choice(list(_WRITERS)), default="bib", show_default=True)
@click.option("--search", "text", default="", help="Only the records that this search finds.")
@click.option("--kind", multiple=True, help="Only records of this kind; may be given again. Default: reference.")
@click.option("--dialect", type=click.Choice(["bibtex", "biblatex"]), default="bibtex", help="Dialect of --format bib.")
@click.option("--unverified", is_flag=True, help="Also records of which only a mention was seen.")
def export(form: str, text: str, kind: tuple[str, ...], dialect: str, unverified: bool) -> None:
    """Write references (or other citable records) to standard output."""
    writer = _WRITERS["biblatex" if form == "bib" and dialect == "biblatex" else form]
    with open_base(Settings.load()) as base:
        wanted = Wanted(text=text, facets={"kind": kind or ("reference",)})
        iris, left = cited.found(base, wanted, unverified=unverified)
        for part in writer(cited.entries(base, iris)):
            click.echo(part, nl=False)
    if left:
        click.echo(f"{left:,} of which only a mention was seen left out; --unverified takes them in.", err=True)
