"""Commands that keep a base safe: `kg backup`, `kg restore`."""

from __future__ import annotations

from pathlib import Path

import click

from kg import backup as backups
from kg.base import open_base
from kg.cli.terminal import bar
from kg.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write everything that the base holds into the new FOLDER, also while it is being served."""
    revision = backups.backup(Settings.load().data, folder)
    click.echo(f"Revision {revision} is in {folder}.", err=True)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Put the backup in FOLDER into the empty data folder that KG_DATA names."""
    settings = Settings.load()
    revision = backups.restore(folder, settings.data)
    with open_base(settings) as base, bar("Indexing", base.index.size) as progress:
        base.reindex(progress)
    click.echo(f"The base stands at revision {revision}.", err=True)
