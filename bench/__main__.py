"""`python -m bench`: make a base, measure everything in one run, write docs/bench.md and docs/bench.svg."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from bench import ask, engines, generate, pages, report, work
from kg.base import open_base
from kg.cli.terminal import bar
from kg.settings import Settings

_DOCS = Path(__file__).resolve().parent.parent / "docs" / "bench.md"


@click.command()
@click.option("--records", default=10_000, show_default=True, type=click.IntRange(100), help="Size of the base.")
@click.option("--entries", default=10_000, show_default=True, type=click.IntRange(10), help="Size of the .bib.")
@click.option("--seconds", default=3.0, show_default=True, help="How long each measurement takes.")
@click.option("--beside/--alone", default=True, help="Measure other servers too, or our own engine only.")
@click.option(
    "--out", default=_DOCS, show_default="docs/bench.md", type=click.Path(path_type=Path), help="Report to write."
)
def main(records: int, entries: int, seconds: float, beside: bool, out: Path) -> None:
    """Measure the service beside its own engine and other servers; everything that is made for it is removed again."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end with us
    found = report.Found(records, entries, seconds)
    found.remarks.append("The records were written through the journal without a check, as a load of checked files is.")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        data = folder / "data"
        _make(found, data)
        _ask(found, folder, data, beside)
        _tell("The base is kept")
        found.work += work.keeping(data, records)
        _tell("The library works")
        found.work += work.library(folder, entries)
    report.write(found, out)
    click.echo(out.with_suffix(".md").read_text("utf-8"))


def _make(found: report.Found, data: Path) -> None:
    began = time.perf_counter()
    with open_base(Settings(data=data)) as base, bar("Making the base", found.records) as progress:
        generate.fill(base, found.records, progress)
    took = time.perf_counter() - began
    found.remarks.append(f"Making the base took {took:,.0f} s: {found.records / took:,.0f} records/s.")
    engines.rest(data)


def _ask(found: report.Found, folder: Path, data: Path, beside: bool) -> None:
    starts = {engines.VIRTUOSO: engines.virtuoso, engines.RDFLIB: engines.rdflib_endpoint}
    with ExitStack() as stack:
        service = stack.enter_context(engines.service(data, engines.patience(found.records)))
        targets = service.targets()
        for name in engines.others(found.records, found.remarks.append) if beside else ():
            _tell(f"{name} is filled")
            targets.append(stack.enter_context(starts[name](folder / name, found.records)))
        _tell("Pages")
        found.pages += pages.times(service.address, found.records, seconds=found.seconds)
        found.speeds += ask.speeds(targets, found.seconds, _tell)
        found.memories += ask.memories(targets)


def _tell(what: str) -> None:
    click.echo(f"{what} …", err=True)


if __name__ == "__main__":
    main()
