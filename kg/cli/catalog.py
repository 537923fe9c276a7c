"""How `kg check --dcat-ap-shapes` applies a profile's own shapes to files or to the catalogue of the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from pyoxigraph import Triple

from kg import catalog
from kg.base import Base, open_base
from kg.profile import Profile, read
from kg.settings import Settings


def check(folder: Path, paths: tuple[Path, ...]) -> bool:
    """Apply the shapes of a folder to files, or without any to the catalogue of the base; True when nothing is violated."""
    profile = Profile(folder)
    if profile.dangling:
        click.echo(
            f"{profile.dangling} shapes are named in {folder} but described in no file; they were left out.", err=True
        )
    told: Counter[bool] = Counter()
    if paths:
        for path in paths:
            told += _tell(profile, list(read(path)))
    else:
        with open_base(Settings.load()) as base:
            for triples in _catalogue(base):
                told += _tell(profile, triples)
    click.echo(
        f"{told[True]:,} violations, {told[False]:,} pieces of advice by the shapes of {len(profile.files)} files.",
        err=True,
    )
    return not told[True]


def _catalogue(base: Base) -> Iterator[list[Triple]]:
    """Yield the catalogue a page at a time, each with its head, as a harvester gets it."""
    for shown in catalog.pages(base):
        yield catalog.statements(base, shown, base.settings.base.rstrip("/"))


def _tell(profile: Profile, triples: list[Triple]) -> Counter[bool]:
    problems = profile.check(triples)
    for problem in problems:
        click.echo(("error: " if problem.severe else "advice: ") + str(problem))
    return Counter(problem.severe for problem in problems)
