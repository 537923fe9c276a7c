"""Commands on citations: `kg export`."""

from __future__ import annotations

import click

from kg.base import open_base
from kg.citations import bibtex
from kg.citations.records import entry_of
from kg.search.index import Wanted
from kg.settings import Settings


@click.command()
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
