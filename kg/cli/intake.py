"""The command on what comes in from files: `kg import`."""

from __future__ import annotations

import getpass
import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kg import intake
from kg.base import Base, open_base
from kg.citations import formats
from kg.citations.entry import Broken, Entry
from kg.cli.terminal import bar
from kg.errors import BadInput
from kg.intake import STATES, Arrival, Seen
from kg.settings import Settings

_SHOWN = 20
_MARKS = {"new": "+", "changed": "~", "same": "=", "duplicate": "≈", "invalid": "!"}


def by(function: click.decorators.FC) -> click.decorators.FC:
    """Let a command say who acts; the journal names them."""
    return click.option("--by", "who", default=getpass.getuser, show_default="you", help="Who the journal names.")(
        function
    )


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice([*formats.READERS]), help="Default: by the file's ending.")
@click.option("--accept", "decision", flag_value="accept", help="Write what is new and changed.")
@click.option("--propose", "decision", flag_value="propose", help="Keep it as a proposal for a curator.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where unreadable entries go.")
@click.option("--limit", default=_SHOWN, show_default=True, help="How many entries of each state to list.")
@by
def import_(
    files: tuple[Path, ...], form: str | None, decision: str | None, rejects: Path | None, limit: int, who: str
) -> None:
    """Read references from FILES and show what is new, changed, the same, a duplicate or invalid.

    Nothing is written without --accept or --propose. What cannot be read goes whole into a file beside the input.
    """
    with open_base(Settings.load()) as base:
        entries, seen, broken = _read(files, form, rejects)
        why = "import of " + ", ".join(path.name for path in files)
        sound = settle(base, entries, seen, len(broken), decision, who, why, limit)
    if broken or not sound:
        sys.exit(1)


def settle(
    base: Base,
    entries: list[Entry],
    seen: list[Seen],
    broken: int,
    decision: str | None,
    who: str,
    why: str,
    limit: int = _SHOWN,
) -> bool:
    """Show entries beside the base and do what was decided; tell whether none is invalid."""
    with bar("Comparing", len(entries)) as progress:
        arrivals = list(intake.compare(base, entries, progress, seen))
    _show(arrivals, broken, limit)
    if decision == "accept":
        _accept(base, arrivals, who, why)
    elif decision == "propose":
        click.echo(
            f"Proposal {intake.propose(base, arrivals, who, why)} waits for a curator: `kg proposals`.", err=True
        )
    elif any(arrival.triples for arrival in arrivals):
        click.echo("Nothing was written: --accept writes it, --propose asks a curator.", err=True)
    return all(arrival.state != "invalid" for arrival in arrivals)


def _read(
    files: tuple[Path, ...], form: str | None, rejects: Path | None
) -> tuple[list[Entry], list[Seen], list[Broken]]:
    """Read the files, and note where each entry was seen; lay what is broken beside each file, or all of it into `rejects`."""
    entries: list[Entry] = []
    seen: list[Seen] = []
    every: list[Broken] = []
    for path in files:
        reading = formats.read(path, form or "")
        entries += reading.entries
        seen += [intake.in_file(path)] * len(reading.entries)
        every += reading.broken
        for one in reading.broken[:_SHOWN]:
            click.echo(f"{path}, line {one.line}: {one.key or 'entry'}: {one.reason}.", err=True)
        if reading.broken and rejects is None:
            _reject(reading.broken, path.with_name(f"{path.stem}.rejected{path.suffix}"), files)
    if every and rejects is not None:
        _reject(every, rejects, files)
    return entries, seen, every


def _reject(broken: list[Broken], path: Path, files: tuple[Path, ...]) -> None:
    if path in files:
        raise BadInput(f"{path} would be overwritten.", "Name another file with --rejects.")
    path.write_text(formats.rejected(broken), "utf-8")
    click.echo(f"{len(broken):,} could not be read and lie whole in {path}.", err=True)


def _show(arrivals: list[Arrival], broken: int, limit: int) -> None:
    counts = Counter(arrival.state for arrival in arrivals)
    for state in STATES:
        chosen = [arrival for arrival in arrivals if arrival.state == state and (state != "same")]
        for arrival in chosen[:limit]:
            title = arrival.entry.fields.get("title", "")
            click.echo(f"{_MARKS[state]} {arrival.entry.key or title[:60]}: " + (arrival.why or title[:90]))
        if len(chosen) > limit:
            click.echo(f"{_MARKS[state]} … and {len(chosen) - limit:,} more that are {state} (--limit shows more)")
    table = Table("", "entries")
    table.columns[1].justify = "right"
    for state in STATES:
        table.add_row(f"{_MARKS[state]} {state}", f"{counts[state]:,}")
    table.add_row("? unreadable", f"{broken:,}")
    Console().print(table)


def _accept(base: Base, arrivals: list[Arrival], who: str, why: str) -> None:
    with bar("Writing", len(arrivals)) as progress:
        done = intake.accept(base, arrivals, who, why, progress)
    click.echo(
        f"{done['new']:,} new, {done['changed']:,} changed, {done['alias']:,} other keys noted; "
        f"revision {base.journal.revision}.",
        err=True,
    )
