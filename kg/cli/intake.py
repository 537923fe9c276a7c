"""The command on what comes in from files: `kg import`."""

from __future__ import annotations

import getpass
import shlex
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kg import intake, libraries
from kg.base import Base, open_base
from kg.citations import formats, library
from kg.citations.entry import Entry
from kg.cli.terminal import bar
from kg.errors import BadInput
from kg.incoming import beside, sheet, table
from kg.incoming import files as incoming
from kg.incoming.pieces import Records
from kg.intake import STATES, Arrival, Seen
from kg.libraries import Sent
from kg.settings import Settings

_SHOWN = 20
_MARKS = {"new": "+", "changed": "~", "same": "=", "duplicate": "≈", "invalid": "!"}


def by(function: click.decorators.FC) -> click.decorators.FC:
    """Let a command say who acts; the journal names them."""
    return click.option("--by", "who", default=getpass.getuser, show_default="you", help="Who the journal names.")(
        function
    )


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice([*formats.READERS, *incoming.FORMS]), help="Default: by the file's ending."
)
@click.option(
    "--template", metavar="KIND", help="Write an empty table for records of a kind (dataset, policy, …), and stop."
)
@click.option("--accept", "decision", flag_value="accept", help="Write what is new and changed.")
@click.option("--propose", "decision", flag_value="propose", help="Keep it as a proposal for a curator.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where unreadable entries go.")
@click.option("--limit", default=_SHOWN, show_default=True, help="How many entries of each state to list.")
@by
def import_(
    files: tuple[Path, ...],
    form: str | None,
    template: str | None,
    decision: str | None,
    rejects: Path | None,
    limit: int,
    who: str,
) -> None:
    """Read references or records from FILES and show what is new, changed, the same, a duplicate or invalid.

    References come as .bib, RIS, CSL-JSON or the table of `kg export --format csv`; records of every kind as Turtle, JSON-LD or
    the table of `kg export --format sheet`; datasets of others as a DCAT catalogue (--format dcat, in Turtle, RDF/XML or JSON-LD).
    Nothing is written without --accept or --propose. What cannot be read goes whole into a file beside the input.
    """
    with open_base(Settings.load()) as base:
        if template:
            click.echo("".join(sheet.template(table.blank_of(base, template))), nl=False)
            return
        if not files:
            raise click.UsageError("Name a file, or --template KIND.")
        given = _read(base, files, form or "", rejects)
        with bar("Comparing", len(given.entries) + len(given.records)) as progress:
            arrivals = list(intake.compare(base, given.entries, progress, given.seen))
            arrivals += beside.compare(base, given.records, progress)
        why = "import of " + ", ".join(path.name for path in files)
        sound = settle(base, arrivals, given.broken, decision, who, why, limit)
        if decision:
            _keep(base, given.libraries, arrivals, who)
    if given.broken or given.empty or not sound:
        sys.exit(1)


def settle(
    base: Base, arrivals: list[Arrival], broken: int, decision: str | None, who: str, why: str, limit: int = _SHOWN
) -> bool:
    """Show what came in beside the base and do what was decided; tell whether none is invalid."""
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


@dataclass
class _Given:
    """What files hold: entries, where each was seen, records, and how many pieces could not be read."""

    entries: list[Entry] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    libraries: list[tuple[int, Sent]] = field(default_factory=list)
    """The `.bib` files among them, each with the place of its first entry."""
    records: Records = field(default_factory=dict)
    broken: int = 0
    empty: int = 0
    """How many of the files hold nothing at all."""


def _read(base: Base, files: tuple[Path, ...], form: str, rejects: Path | None) -> _Given:
    """Read the files; lay what is broken beside each, or all of it into `rejects`."""
    given, left = _Given(), list[str]()
    for path in files:
        chosen = incoming.form_of(path, form)
        if chosen in incoming.FORMS:
            found = incoming.read(base, path, chosen)
            broken, text, holds = found.broken, incoming.rejected(found, chosen), len(found.records)
            for iri in found.records.keys() & given.records.keys():
                raise BadInput(
                    f"{path} describes <{iri}>, and so does another of the files.", "Import one after the other."
                )
            given.records |= found.records
        else:
            reading = formats.read(path, chosen)
            broken, text, holds = reading.broken, formats.rejected(reading.broken), len(reading.entries)
            if holds and formats.is_library(path, chosen):
                sent = Sent(path.name, path.read_bytes(), [entry.key for entry in reading.entries])
                given.libraries.append((len(given.entries), sent))
                reading.entries = list(map(library.public, reading.entries))
            given.entries += reading.entries
            given.seen += [intake.in_file(path, reading.holds)] * len(reading.entries)
        for one in broken[:_SHOWN]:
            click.echo(f"{path}, line {one.line}: {one.key or 'entry'}: {one.reason}.", err=True)
        given.broken += len(broken)
        if not holds and not broken:
            given.empty += 1
            click.echo(
                f"{path} holds nothing to import. Is it the right file, and in the form that its name says?", err=True
            )
        if broken and rejects is None:
            _reject(text, len(broken), path.with_name(f"{path.stem}.rejected{path.suffix}"), files)
        elif broken:
            left.append(text)
    if left and rejects is not None:
        _reject("".join(left), given.broken, rejects, files)
    return given


def _keep(base: Base, sent: list[tuple[int, Sent]], arrivals: list[Arrival], who: str) -> None:
    for start, one in sent:
        libraries.keep(base, one, arrivals[start : start + len(one.keys)], who)
        click.echo(f"The whole file is kept: `kg export --library {shlex.quote(one.name)}` gives it back.", err=True)


def _reject(text: str, number: int, path: Path, files: tuple[Path, ...]) -> None:
    if path in files:
        raise BadInput(f"{path} would be overwritten.", "Name another file with --rejects.")
    path.write_text(text, "utf-8")
    click.echo(f"{number:,} could not be read and lie whole in {path}.", err=True)


def _show(arrivals: list[Arrival], broken: int, limit: int) -> None:
    counts = Counter(arrival.state for arrival in arrivals)
    for state in STATES:
        chosen = [arrival for arrival in arrivals if arrival.state == state and (state != "same")]
        for arrival in chosen[:limit]:
            name, title = arrival.called
            click.echo(f"{_MARKS[state]} {name or title[:60]}: " + (arrival.why or title[:90]))
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
