"""The command that looks after the `.bib` files that were imported: `kg libraries`."""

from __future__ import annotations

import click

from kg import libraries as kept
from kg.base import open_base
from kg.settings import Settings


@click.command()
@click.option("--forget", metavar="NAME", help="Delete the file of this name or number; the records of its works stay.")
def libraries(forget: str | None) -> None:
    """List the .bib files that were imported or pasted, which are kept whole and in private; or delete one.

    `kg export --library NAME` gives one back.
    """
    with open_base(Settings.load()) as base:
        shelf = kept.shelf(base)
        if forget is not None:
            gone = kept.named(base, forget)
            shelf.forget(gone)
            click.echo(f"{gone.name} of {gone.at[:10]} is deleted here; a backup may still hold it.", err=True)
            return
        for one in shelf.all():
            click.echo(f"{one.number}\t{one.name}\t{one.at[:10]}\t{one.who}\t{len(shelf.records(one)):,} works")
