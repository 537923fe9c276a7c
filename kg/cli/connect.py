"""The command that connects references with records of their people, journals and books: `kg connect`."""

from __future__ import annotations

import click

from kg import connect as connecting
from kg import deciding
from kg.base import Base, canonical, open_base
from kg.citations import people
from kg.cli.intake import by
from kg.cli.terminal import bar
from kg.connect import AGENT, CONTAINER, Connections, Connector
from kg.errors import BadInput
from kg.settings import Settings


@click.command()
@click.option("--accept", "decision", flag_value="accept", help="Write the links and the new records.")
@click.option("--propose", "decision", flag_value="propose", help="Keep them as a proposal for a curator.")
@click.option("--is", "decided", nargs=2, multiple=True, metavar="NAME AGENT",
              help="Say whose a name is: --is key#author-2 agent/rob-kitchin, or new for a record of its own.")  # fmt: skip
@click.option("--limit", default=20, show_default=True, help="How many open names to list.")
@by
def connect(decision: str | None, decided: tuple[tuple[str, str], ...], limit: int, who: str) -> None:
    """Connect references with records of their authors, editors, journals and books, making those that are missing.

    A name is matched by its ORCID, or by the whole name with given names spelled out. What it may be is listed and left open:
    initials, a second person of the same name, a spelling that differs. Nothing is written without --accept or --propose.
    """
    with open_base(Settings.load()) as base:
        for name, agent in decided:
            target = connecting.decide(base, name, agent, who)
            click.echo(f"{name} is {target.removeprefix(base.settings.base)}.", err=True)
        if decided:
            return
        with bar("Reading", base.index.count(connecting.REFERENCES)) as progress:
            found = Connector(base).connect(connecting.references(base, progress), make=True)
        show(base, found, limit)
        if decision == "accept":
            with bar("Writing", len(found.records) + len(found.links)) as progress:
                changed = connecting.accept(
                    base, found, who, "connect references with people, journals and books", progress
                )
            click.echo(f"{changed:,} records changed; revision {base.journal.revision}.", err=True)
        elif decision == "propose":
            _propose(base, found, who)
        elif found.links or found.records:
            click.echo("Nothing was written: --accept writes it, --propose asks a curator.", err=True)


def show(base: Base, found: Connections, limit: int) -> None:
    """List what is open, and tell how much was found."""
    root = base.settings.base
    for question in found.questions[:limit]:
        near = ", ".join(f"{agent.name} ({agent.iri.removeprefix(root)})" for agent in question.near[:5])
        click.echo(f"? {question.node.removeprefix(root + 'reference/')} {question.name}: is it {near}?")
    if len(found.questions) > limit:
        click.echo(f"? … and {len(found.questions) - limit:,} more names that are open (--limit shows more)")
    done = found.done
    click.echo(
        f"{done[people.SOURCE]:,} names matched by ORCID, {done[people.RULE]:,} by the whole name; "
        f"{done['part']:,} works in their journal or book; {done[AGENT]:,} people and bodies and {done[CONTAINER]:,} journals and "
        f"books are new; {len(found.questions):,} names are open.",
        err=True,
    )


def _propose(base: Base, found: Connections, who: str) -> None:
    if not found.links and not found.records:
        raise BadInput("There is nothing to propose.", "Every name and journal is connected or open.")
    now = base.graphs(found.links)
    records = {iri: (None, canonical(triples)) for iri, triples in found.records.items()} | {
        iri: (canonical(now[iri]), canonical({*now[iri], *triples}))
        for iri, triples in found.links.items()
        if iri in now
    }
    number = deciding.desk(base).make(who, "connect references with people, journals and books", records)
    click.echo(f"Proposal {number} waits for a curator: `kg proposals`.", err=True)
