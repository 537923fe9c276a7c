"""The command that asks other services for references: `kg fetch`."""

from __future__ import annotations

import sys
from datetime import date

import click

from kg import intake
from kg.base import open_base
from kg.citations import fetch as fetching
from kg.citations.entry import Entry
from kg.cli.intake import by, settle
from kg.errors import KgError
from kg.intake import Seen, spoken
from kg.settings import Settings


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--accept", "decision", flag_value="accept", help="Write what is new and changed.")
@click.option("--propose", "decision", flag_value="propose", help="Keep it as a proposal for a curator.")
@by
def fetch(what: tuple[str, ...], decision: str | None, who: str) -> None:
    """Fetch references by DOI, ISBN, arXiv identifier or the address of a page, or a library by zotero:groups/123.

    They are shown beside the base like an import; nothing is written without --accept or --propose.
    """
    settings = Settings.load()
    services = fetching.services(settings)
    entries: list[Entry] = []
    seen: list[Seen] = []
    failed = 0
    for one in what:
        try:
            found = list(fetching.fetch(one, services))
        except KgError as error:
            failed += 1
            click.echo(f"kg: {error}", err=True)
        else:
            entries += found
            confidence, address = fetching.source(one)
            seen += [Seen(confidence, f"{address} Fetched on {spoken(date.today())}.")] * len(found)
    sound = True
    if entries:
        with open_base(settings) as base:
            arrivals = list(intake.compare(base, entries, seen=seen))
            sound = settle(base, arrivals, 0, decision, who, "fetched: " + ", ".join(what))
    if failed or not sound:
        sys.exit(1)
