"""Commands that run and look after a service: `kg serve`, `kg reindex`, `kg status`, `kg settings`."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click

from kg import entries, oxigraph
from kg.base import Base, open_base
from kg.cli.terminal import bar, tell
from kg.search.index import KIND, Wanted
from kg.settings import SETTINGS, Settings

if TYPE_CHECKING:
    from flask import Flask

_THREADS_FOR_PAGES = 4
"""Threads of a worker that stay free for pages while queries hold or await all their places."""
_STOP_SECONDS = 10
"""How long a worker may take to end its answers when the service stops."""


@click.command()
@click.option("--load/--no-load", "loading", default=True, help="Load the shipped corpus when it is new to the base.")
def serve(loading: bool) -> None:
    """Serve the base on KG_HOST and KG_PORT until stopped."""
    settings = Settings.load()
    settings.data.mkdir(parents=True, exist_ok=True)
    address = f"http://{settings.here}:{settings.port}"
    with oxigraph.service_lock(settings.data, address), open_base(settings) as base:
        if loading:
            _load_shipped(base)
        click.echo(f"Open Urban: {base.index.size:,} records, revision {base.journal.revision}, at {address}", err=True)
        if settings.here != settings.host and not settings.public:
            click.echo(
                "Set KG_PUBLIC to the address that people see: links, feeds and the sitemap are written with it.",
                err=True,
            )
        _run(settings)


def _load_shipped(base: Base) -> None:
    paths = entries.shipped_paths()
    if base.journal.knows(entries.digest(paths)):
        return
    with bar("Loading the base", entries.count(paths)) as progress:
        loading = entries.load_shipped(base, progress)
    if loading is not None:
        tell(loading)


def _run(settings: Settings) -> None:
    """Hand the requests to granian's workers, each of which opens the base for itself."""
    from granian.constants import Interfaces  # heavy, and only the service needs it
    from granian.server import Server

    Server(
        "kg.cli.service:worker",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        workers_kill_timeout=_STOP_SECONDS,
        blocking_threads=settings.queries_at_once + _THREADS_FOR_PAGES,
        websockets=False,
        log_level="error",  # type: ignore[arg-type]  # a warning would tell every user of a small machine about threads
    ).serve()


def worker() -> Flask:
    """Make the application of one worker, which ends at once when it is told so before it listens.

    A forked worker begins with its parent's handler of signals, which in the worker would be heard by nobody.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from kg.web import create_app  # the other commands need no Flask

    return create_app()


@click.command()
def reindex() -> None:
    """Build the search index anew from the triples."""
    with open_base(Settings.load()) as base, bar("Indexing", base.index.size) as progress:
        held = base.reindex(progress)
    click.echo(f"{held:,} records in the index.", err=True)


@click.command()
def status() -> None:
    """Say what the base holds and whether its parts agree."""
    with open_base(Settings.load()) as base:
        click.echo(f"data folder     {base.settings.data}")
        click.echo(f"engine          {base.engine.query_url}")
        click.echo(f"revision        {base.journal.revision}  (index {base.index.revision})")
        click.echo(f"last change     {base.journal.changed_at or 'none'}")
        for name, number in sorted(base.index.tally(Wanted(), KIND).items()):
            click.echo(f"{name:<15} {number:,}")


@click.command()
def settings() -> None:
    """List every setting with its default, its value now and what it is for."""
    now = Settings.load()
    for setting in SETTINGS:
        value = setting.told(getattr(now, setting.name))
        click.echo(f"{setting.variable:<20} {value:<36} {setting.help}")
