"""The command that looks for mistakes in references: `kg lint`."""

from __future__ import annotations

import sys

import click

from kg import lint as linting
from kg.base import open_base
from kg.cli.intake import by
from kg.cli.terminal import bar
from kg.errors import KgError
from kg.settings import Settings


@click.command()
@click.option(
    "--repair", "numbers", multiple=True, type=int, help="Write the repair that remark N proposes; may be given again."
)
@click.option("--rule", default="", help="Only remarks of this rule.")
@click.option("--limit", default=100, show_default=True, help="How many remarks to list.")
@by
def lint(numbers: tuple[int, ...], rule: str, limit: int, who: str) -> None:
    """Look at every reference for what is probably wrong, and list it with numbers; the page /lint shows the same.

    Exit status 1 when a repair could not be written.
    """
    failed = 0
    with open_base(Settings.load()) as base:
        for number in numbers:
            try:
                done = linting.repair(base, number, who)
                click.echo(f"{done.key}: {done.field}: {done.before} → {done.repair}")
            except KgError as error:
                failed += 1
                click.echo(f"kg: {error}", err=True)
        if not numbers:
            with bar("Looking", base.index.size) as progress:
                linting.run(base, progress)
            found = linting.findings(base)
            for one in found.page(rule, limit=limit):
                proposed = f"  → {one.repair}" if one.repair else ""
                click.echo(f"{one.number}  {one.key}  {one.field}  {one.message}{proposed}")
            told = ", ".join(f"{count:,} {name}" for name, count in found.counts().items())
            click.echo(f"Remarks: {told or 'none'}.", err=True)
    if failed:
        sys.exit(1)
