"""Dataset priority: what others publish in a sector and a place does not, with the standard, the licence and who uses it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.analysis.evidence import Evidence, slug_of
from kg.analysis.tables import Table, Value
from kg.answers import Row
from kg.words import phrase

NOTE = phrase(
    "Datasets of one standard count together, the others each for itself. Ranked by what is not seen here first, "
    "then by how many records show a use, then by how many places publish it. "
    "A dataset that is not seen here may well be published."
)


@dataclass
class Offer:
    """One kind of dataset: its standard, the datasets and places that have it, licences, and records that show a use."""

    title: str
    standard: str = ""
    datasets: dict[str, str] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    here: set[str] = field(default_factory=set)
    licences: Counter[str] = field(default_factory=Counter)
    used_by: dict[str, str] = field(default_factory=dict)

    @property
    def licence(self) -> str:
        """The licence that most of them carry, among those seen; empty where none was."""
        return min(self.licences, key=lambda name: (-self.licences[name], name), default="")


def offers(evidence: Evidence, place: str, rows: Iterable[Row], reuse: Iterable[Row]) -> list[Offer]:
    """Return what is published in a sector, most urgent first for a place."""
    uses: Mapping[str, dict[str, str]] = defaultdict(dict)
    for row in reuse:
        uses[row["dataset"].value][row["by"].value] = row["title"].value
    found: dict[str, Offer] = {}
    licensed: set[tuple[str, str]] = set()
    for row in rows:
        dataset = row["dataset"].value
        standard = row["standard"].value if "standard" in row else ""
        name = row["standardTitle"].value if "standardTitle" in row else row["title"].value
        offer = found.setdefault(standard or dataset, Offer(name, standard))
        offer.datasets[dataset] = row["title"].value
        offer.used_by |= uses.get(dataset, {})
        where = row["place"].value if "place" in row else ""
        if where:
            offer.places.add(where)
            if place and place in evidence.around(where):
                offer.here.add(dataset)
        licence = _licence(row)
        if licence and (dataset, licence) not in licensed:
            licensed.add((dataset, licence))
            offer.licences[licence] += 1
    return sorted(
        found.values(), key=lambda o: (bool(o.here), -len(o.used_by), -len(o.places), -len(o.datasets), o.title)
    )


def _licence(row: Row) -> str:
    if "licence" in row:
        return slug_of(row["licence"].value.rstrip("/")) or row["licence"].value
    return row["licenceNote"].value if "licenceNote" in row else ""


_DATASETS = ("what", "dataset", "dataset iri", "standard", "here")


def datasets_table(found: Iterable[Offer], revision: int) -> Table:
    """Write the datasets of all offers as a table, a dataset a row, with the offer that each belongs to."""
    rows: list[list[Value]] = [
        [offer.title, title, iri, offer.standard, "yes" if iri in offer.here else "no"]
        for offer in found
        for iri, title in offer.datasets.items()
    ]
    return Table("Datasets", _DATASETS, rows, NOTE, revision)


_PLACES = ("what", "place", "place iri")


def places_table(evidence: Evidence, found: Iterable[Offer], revision: int) -> Table:
    """Write the places of all offers as a table, a place a row, with the offer that is published there."""
    rows: list[list[Value]] = [
        [offer.title, evidence.places.get(iri, iri), iri] for offer in found for iri in sorted(offer.places)
    ]
    return Table("Places", _PLACES, rows, NOTE, revision)


def as_table(found: Iterable[Offer], title: str, revision: int) -> Table:
    """Write the offers as a table."""
    head = (
        "rank",
        "what",
        "standard",
        "datasets",
        "places",
        "seen here",
        "licence most used",
        "shown in use by",
        "for example",
    )
    rows: list[list[Value]] = [
        [number, offer.title, offer.standard, len(offer.datasets), len(offer.places), len(offer.here), offer.licence,
         len(offer.used_by), "; ".join(list(offer.datasets)[:3])]
        for number, offer in enumerate(found, 1)
    ]  # fmt: skip
    return Table(title, head, rows, NOTE, revision)
