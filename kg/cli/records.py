"""Commands on records as files: `kg load`, `kg check`, `kg dump`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg import entries
from kg.base import open_base
from kg.cli import catalog
from kg.cli.terminal import bar, tell
from kg.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Also replace records that a person has changed since.")
def load(paths: tuple[Path, ...], force: bool) -> None:
    """Load Turtle and .bib files or folders of them; without PATHS, the shipped corpus. Loading again changes nothing."""
    chosen = list(paths) or entries.shipped_paths()
    with open_base(Settings.load()) as base:
        with bar("Loading", entries.count(chosen)) as progress:
            loading = entries.load(base, chosen, force=force, progress=progress)
        if not paths and not loading.refused and not loading.unreadable:
            base.journal.remember(entries.digest(chosen))
    tell(loading)
    if loading.refused or loading.unreadable:
        sys.exit(1)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--dcat-ap-shapes",
    "profile",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Check a DCAT catalogue (PATHS, or with --catalog the base's own) against the SHACL files of this folder instead.",
)
@click.option("--catalog", "own", is_flag=True, help="With --dcat-ap-shapes: check the catalogue of the base.")
def check(paths: tuple[Path, ...], profile: Path | None, own: bool) -> None:
    """Check files against the shapes, or, without PATHS, every record of the base; exit status 1 when one fails."""
    if profile is None and own:
        raise click.UsageError("--catalog needs --dcat-ap-shapes and a folder of SHACL files.")
    if profile is not None:
        if own == bool(paths):
            raise click.UsageError("With --dcat-ap-shapes, name files or say --catalog, one of the two.")
        sys.exit(0 if catalog.check(profile, paths) else 1)
    severe = advice = 0
    with open_base(Settings.load()) as base:
        records, unreadable = entries.read_files(paths, base.settings.base)
        for line in unreadable:
            click.echo(line)
        size = len(records) if paths else base.index.size
        with bar("Checking", size) as progress:
            found = entries.check(base, records, progress) if paths else entries.check_all(base, progress)
            for problem in found:
                click.echo(("error: " if problem.severe else "advice: ") + str(problem))
                severe, advice = severe + problem.severe, advice + (not problem.severe)
    click.echo(f"{size:,} records: {severe:,} errors, {advice:,} pieces of advice.", err=True)
    if severe or unreadable:
        sys.exit(1)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def dump(folder: Path) -> None:
    """Write every record as a text file into FOLDER: the files that `kg load` reads, byte for byte the same each time."""
    with open_base(Settings.load()) as base, bar("Writing", base.index.size) as progress:
        written = entries.dump(base, folder, progress)
    click.echo(f"{written:,} records written to {folder}.", err=True)
