"""Commands on the desk where proposals wait: `kg proposals`, `kg accept`, `kg decline`."""

from __future__ import annotations

import click

from kg import deciding, turtle
from kg.base import open_base, parsed
from kg.cli.intake import by
from kg.settings import Settings


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Also those that are decided.")
def proposals(number: int | None, every: bool) -> None:
    """List the proposals that wait for a decision, or show all that proposal NUMBER says."""
    with open_base(Settings.load()) as base:
        deciding.settle(base)
        table = deciding.desk(base)
        found = [table.get(number)] if number else table.all(None if every else "open")
        for one in found:
            decided = f" {one.state} by {one.decided_by}" if one.decided_by else ""
            note = f": {one.note}" if one.note else ""
            click.echo(f"{one.number}  {one.at}  {one.who}  {one.why} ({one.records:,} records){decided}{note}")
        if not found:
            click.echo("No proposal waits.", err=True)
        if number:
            _show(table.sender(number).text, table.records(number), base.settings.base)


def _show(text: str, records: dict[str, tuple[bytes | None, bytes | None]], root: str) -> None:
    """Print what a proposal says in words, and the lines that each record would lose and gain."""
    if text:
        click.echo(f"\n{text}")
    for iri, (before, after) in records.items():
        old, new = (set(turtle.write(parsed(state), root).decode().splitlines()) for state in (before, after))
        click.echo(f"\n{iri}")
        for sign, lines in (("-", old - new), ("+", new - old)):
            for line in sorted(filter(str.strip, lines)):
                click.echo(f"{sign} {line.strip()}")


@click.command()
@click.argument("number", type=int)
@click.option("--note", default="", help="A word to whoever proposed it.")
@by
def accept(number: int, note: str, who: str) -> None:
    """Accept proposal NUMBER: its records are checked and written."""
    with open_base(Settings.load()) as base:
        deciding.settle(base)
        changed = len(deciding.accept(base, number, who, note))
        click.echo(f"{changed:,} records changed; revision {base.journal.revision}.", err=True)


@click.command()
@click.argument("number", type=int)
@click.option("--note", default="", help="Why it is declined.")
@by
def decline(number: int, note: str, who: str) -> None:
    """Decline proposal NUMBER; what it held stays on the desk."""
    with open_base(Settings.load()) as base:
        deciding.settle(base)
        deciding.decline(base, number, who, note)
        click.echo(f"Proposal {number} is declined.", err=True)
