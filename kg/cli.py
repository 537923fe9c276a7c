"""The command line: `kg serve`, `kg load`, `kg check`, `kg export`, `kg dump`, `kg reindex`, `kg status`, `kg settings`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kg import __version__, entries, oxigraph
from kg.base import Base, open_base
from kg.citations import bibtex
from kg.citations.records import entry_of
from kg.entries import Loading
from kg.errors import KgError
from kg.search.index import Wanted
from kg.settings import SETTINGS, Settings

_TOLD = 20


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


@contextmanager
def _bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; in a log, nothing but the result."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)


@main.command()
@click.option("--load/--no-load", "loading", default=True, help="Load the shipped corpus when it is new to the base.")
def serve(loading: bool) -> None:
    """Serve the base on KG_HOST and KG_PORT until stopped."""
    settings = Settings.load()
    settings.data.mkdir(parents=True, exist_ok=True)
    address = f"http://{settings.host}:{settings.port}"
    with oxigraph.service_lock(settings.data, address), open_base(settings) as base:
        if loading:
            _load_shipped(base)
        click.echo(f"Open Urban: {base.index.size:,} records, revision {base.journal.revision}, at {address}", err=True)
        _run(settings)


def _load_shipped(base: Base) -> None:
    paths = entries.shipped_paths()
    if base.journal.knows(entries.digest(paths)):
        return
    with _bar("Loading the base", entries.count(paths)) as progress:
        loading = entries.load_shipped(base, progress)
    if loading is not None:
        _tell(loading)


def _run(settings: Settings) -> None:
    """Hand the requests to granian's workers, each of which opens the base for itself."""
    from granian.constants import Interfaces  # heavy, and only the service needs it
    from granian.server import Server

    Server(
        "kg.web:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=8,
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Also replace records that a person has changed since.")
def load(paths: tuple[Path, ...], force: bool) -> None:
    """Load Turtle and .bib files or folders of them; without PATHS, the shipped corpus. Loading again changes nothing."""
    chosen = list(paths) or entries.shipped_paths()
    with open_base(Settings.load()) as base:
        with _bar("Loading", entries.count(chosen)) as progress:
            loading = entries.load(base, chosen, force=force, progress=progress)
        if not paths and not loading.problems and not loading.unreadable:
            base.journal.remember(entries.digest(chosen))
    _tell(loading)
    if loading.refused or loading.unreadable:
        sys.exit(1)


def _tell(loading: Loading) -> None:
    click.echo(
        f"{loading.changed:,} changed, {loading.same:,} as they were, {len(loading.refused):,} refused.", err=True
    )
    complaints = [str(problem) for problem in loading.problems if problem.severe] + loading.unreadable
    for line in complaints[:_TOLD]:
        click.echo("  " + line, err=True)
    if len(complaints) > _TOLD:
        click.echo(f"  … and {len(complaints) - _TOLD:,} more; `kg check` lists all.", err=True)
    if loading.kept:
        click.echo(
            f"{len(loading.kept):,} were changed by people since and left alone (--force replaces them).", err=True
        )


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check files against the shapes, or, without PATHS, every record of the base; exit status 1 when one fails."""
    severe = advice = 0
    with open_base(Settings.load()) as base:
        if paths:
            records, unreadable = entries.read_files(paths, base.settings.base)
        else:
            records, unreadable = dict(entries.all_records(base)), []
        for line in unreadable:
            click.echo(line)
        with _bar("Checking", len(records)) as progress:
            for problem in entries.check(base, records, progress):
                click.echo(("error: " if problem.severe else "advice: ") + str(problem))
                severe, advice = severe + problem.severe, advice + (not problem.severe)
    click.echo(f"{len(records):,} records: {severe:,} errors, {advice:,} pieces of advice.", err=True)
    if severe or unreadable:
        sys.exit(1)


@main.command()
@click.option("--search", "text", default="", help="Only the records that this search finds.")
@click.option("--kind", multiple=True, help="Only records of this kind; may be given again. Default: reference.")
@click.option("--dialect", type=click.Choice(["bibtex", "biblatex"]), default="bibtex", show_default=True)
def export(text: str, kind: tuple[str, ...], dialect: str) -> None:
    """Write references (or other citable records) as a .bib file to standard output."""
    with open_base(Settings.load()) as base:
        cards = base.index.cards(Wanted(text=text, facets={"kind": kind or ("reference",)}))
        found = base.graphs(card.iri for card in cards)
        labels = base.labels_in(triple for triples in found.values() for triple in triples)
        made = (entry_of(base.model, card.iri, found[card.iri], labels) for card in cards)
        for part in bibtex.write((entry for entry in made if entry is not None), dialect=dialect):
            click.echo(part, nl=False)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def dump(folder: Path) -> None:
    """Write every record as a text file into FOLDER: the files that `kg load` reads, byte for byte the same each time."""
    with open_base(Settings.load()) as base, _bar("Writing", base.index.size) as progress:
        written = entries.dump(base, folder, progress)
    click.echo(f"{written:,} records written to {folder}.", err=True)


@main.command()
def reindex() -> None:
    """Build the search index anew from the triples."""
    with open_base(Settings.load()) as base, _bar("Indexing", base.index.size) as progress:
        held = base.reindex(progress)
    click.echo(f"{held:,} records in the index.", err=True)


@main.command()
def status() -> None:
    """Say what the base holds and whether its parts agree."""
    with open_base(Settings.load()) as base:
        click.echo(f"data folder     {base.settings.data}")
        click.echo(f"engine          {base.engine.query_url}")
        click.echo(f"revision        {base.journal.revision}  (index {base.index.revision})")
        click.echo(f"last change     {base.journal.changed_at or 'none'}")
        found = base.index.search(Wanted(limit=0))
        for name, number in sorted(found.counts["kind"]):
            click.echo(f"{name:<15} {number:,}")


@main.command()
def settings() -> None:
    """List every setting with its default, its value now and what it is for."""
    now = Settings.load()
    for setting in SETTINGS:
        value = getattr(now, setting.name)
        click.echo(f"{setting.variable:<20} {value!s:<36} {setting.help}")
