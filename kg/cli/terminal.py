"""What every command shares at the terminal: the progress bar, and how a load is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kg.entries import Loading

_TOLD = 20


@contextmanager
def bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal; in a log, nothing but the result."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)


def tell(loading: Loading) -> None:
    """Say what a load did, its first complaints too."""
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
