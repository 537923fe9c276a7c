"""The command line `kg`: one command a function, each in the room of what it works on, put together here."""

from __future__ import annotations

import sys
from typing import Any

import click

from kg import __version__
from kg.cli import (
    citations,
    connect,
    deciding,
    fetch,
    intake,
    keeping,
    libraries,
    lint,
    papers,
    records,
    report,
    service,
    users,
)
from kg.errors import KgError


class _Commands(click.Group):
    """Turns our errors into one sentence and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KgError as error:
            click.echo(f"kg: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="kg")
def main() -> None:
    """Open Urban: a knowledge graph and annotated bibliography of open data policy for cities.

    Settings come from the environment (KG_*) or kg.toml; `kg settings` lists them.
    """


for room in (service, records, intake, deciding, connect, papers, lint, fetch, citations, libraries, report, keeping):
    for command in vars(room).values():
        if isinstance(command, click.Command):
            main.add_command(command)
main.add_command(users.user)
