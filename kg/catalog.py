"""The catalogue: every record that can be listed, and the base itself, as DCAT-AP 3.0.1, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg import queries
from kg.base import Base
from kg.engine import statement
from kg.search.cards import Card
from kg.search.index import KIND, Wanted
from kg.terms import DCAT, DCT, FOAF, NAMING, PREFIXES, RDF, SKOS, XSD, Namespace

PAGE = 100
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_EU = PREFIXES["at"]
_LICENCE = NamedNode("https://creativecommons.org/licenses/by/4.0/")
_ENGLISH = NamedNode(_EU + "language/ENG")
_GZIP = NamedNode("https://www.iana.org/assignments/media-types/application/gzip")
_THEMES = NamedNode(_EU + "data-theme")
_THEME = NamedNode(_EU + "data-theme/GOVE")
_PUBLISHER = "Open Urban contributors"
_PROFILE = NamedNode("https://semiceu.github.io/DCAT-AP/releases/3.0.1/")
_RECORDED = {DCAT.dataset.value, DCAT.service.value}
"""The profile lets a catalogue record speak of datasets, services and catalogues only."""

# DCAT-AP 3.0.1: the class that each value has to be of; which of these are codes of a table; which need a name.
_CLASSES = {
    DCT.publisher: FOAF.Agent,
    DCT.spatial: DCT.Location,
    DCT.type: SKOS.Concept,
    DCT.language: DCT.LinguisticSystem,
    DCT.license: DCT.LicenseDocument,
    DCT.conformsTo: DCT.Standard,
    DCT.accrualPeriodicity: DCT.Frequency,
    DCT.format: DCT.MediaTypeOrExtent,
    DCAT.landingPage: FOAF.Document,
    DCAT.theme: SKOS.Concept,
    NamedNode("http://data.europa.eu/r5r/applicableLegislation"): NamedNode(PREFIXES["eli"] + "LegalResource"),
}
_CODED = {DCT.LinguisticSystem, DCT.Frequency, DCT.MediaTypeOrExtent, SKOS.Concept}
_NAMED = {FOAF.Agent, DCT.Location, DCT.Standard, NamedNode(PREFIXES["eli"] + "LegalResource")}

# The files in which the base itself can be taken: address, title, file type of the EU table.
_FILES = (
    ("/search.nt", "Every record as N-Triples", "RDF_N_TRIPLES"),
    ("/search.ttl", "Every record as Turtle", "RDF_TURTLE"),
    ("/search.csv", "A table of every record", "CSV"),
    ("/dump/open-urban.nq.gz", "Everything, packed, as N-Quads", "RDF_N_QUADS"),
    ("/dump/open-urban.trig.gz", "Everything, packed, as TriG", "RDF_TRIG"),
)


@dataclass(frozen=True)
class Page:
    """One page of the catalogue: its number from 1, how many pages and records there are, and the records on it."""

    number: int
    pages: int
    total: int
    cards: tuple[Card, ...]


def kinds(base: Base) -> dict[str, str]:
    """Return the kinds of record that a catalogue lists, each with the property by which it does."""
    return {kind.name: kind.listed_by for kind in base.model.kinds if kind.name and kind.listed_by}


def page(base: Base, number: int, size: int = PAGE) -> Page:
    """Return a page of the catalogue, by title; one beyond the last is empty, and is not searched for."""
    wanted = Wanted(facets={KIND: list(kinds(base))}, sort="title", offset=(number - 1) * size, limit=size)
    total = base.index.count(wanted)
    last = max(1, -(-total // size))
    hits = base.index.search(wanted).hits if number <= last else []
    return Page(number, last, total, tuple(hit.card for hit in hits))


def pages(base: Base) -> Iterator[Page]:
    """Yield every page, so that a large catalogue is never in memory as a whole."""
    first = page(base, 1)
    yield first
    yield from (page(base, number) for number in range(2, first.pages + 1))


def statements(base: Base, shown: Page, site: str) -> list[Triple]:
    """Return the catalogue with the records of a page; `site` is the address (`https://host`) at which the base is served."""
    catalog = NamedNode(base.settings.base + "catalog")
    by, records = kinds(base), [NamedNode(card.iri) for card in shown.cards]
    listed = [Triple(catalog, NamedNode(by[card.kind]), NamedNode(card.iri)) for card in shown.cards]
    typed = [Triple(record, RDF.type, DCAT.Resource) for record in records]
    recorded = _recorded(base, catalog, [card.iri for card in shown.cards if by[card.kind] in _RECORDED])
    return list(dict.fromkeys([*head(base, site), *listed, *recorded, *typed, *_described(base, records)]))


def _recorded(base: Base, catalog: NamedNode, records: list[str]) -> list[Triple]:
    """Return the catalogue record of each: when it came into this base, and when it was changed last."""
    told = []
    for iri, (first, last) in base.journal.spans(records).items():
        record = NamedNode(f"{iri}#catalog-record")
        told += [
            Triple(catalog, DCAT.record, record),
            Triple(record, RDF.type, DCAT.CatalogRecord),
            Triple(record, FOAF.primaryTopic, NamedNode(iri)),
            Triple(record, DCT.issued, Literal(first[:10], datatype=XSD.date)),
            Triple(record, DCT.modified, Literal(last[:10], datatype=XSD.date)),
            Triple(record, DCT.language, _ENGLISH),
            Triple(record, DCT.conformsTo, _PROFILE),
        ]
    if told:
        told += [
            Triple(_PROFILE, RDF.type, DCT.Standard),
            Triple(_PROFILE, DCT.title, Literal("DCAT-AP 3.0.1", language="en")),
        ]
    return told


def _described(base: Base, records: list[NamedNode]) -> list[Triple]:
    """Return what the base says of records, each value with the class that the profile demands of it and with its name."""
    if not records:
        return []
    told = _licensed(base.engine.triples(queries.fill("catalog", records=records)))
    classes = {
        t.object: _CLASSES[t.predicate] for t in told if t.predicate in _CLASSES and isinstance(t.object, NamedNode)
    }
    told += [Triple(value, RDF.type, class_) for value, class_ in classes.items()]
    told += _codes(base, *(value for value, class_ in classes.items() if class_ in _CODED))
    named = [value for value, class_ in classes.items() if class_ in _NAMED]
    for row in base.engine.select(queries.fill("ring", things=named)) if named else ():
        if row["p"] in NAMING:
            told.append(statement(row))
    return told


def _licensed(told: list[Triple]) -> list[Triple]:
    """Let the files of a dataset tell its licence, as the profile asks, where they have none of their own."""
    datasets = {t.subject for t in told if t.predicate == RDF.type and t.object == DCAT.Dataset}
    own = {t.subject for t in told if t.predicate == DCT.license}
    licences = {t.subject: t.object for t in reversed(told) if t.predicate == DCT.license and t.subject in datasets}
    files = [t for t in told if t.predicate == DCAT.distribution and t.subject in licences and t.object not in own]
    kept = [t for t in told if t.predicate != DCT.license or t.subject not in datasets]
    return kept + [Triple(t.object, DCT.license, licences[t.subject]) for t in files if isinstance(t.object, NamedNode)]


def head(base: Base, site: str) -> list[Triple]:
    """Describe the catalogue, its publisher, the base itself as a dataset with its files, and its SPARQL service."""
    root = base.settings.base
    catalog, publisher, whole, service = (
        NamedNode(root + name) for name in ("catalog", "catalog#publisher", "catalog#base", "sparql")
    )
    told = [
        Triple(catalog, RDF.type, DCAT.Catalog),
        Triple(catalog, DCT.title, Literal("Open Urban: open data for smart and resilient cities", language="en")),
        Triple(
            catalog,
            DCT.description,
            Literal(
                "Policies, datasets, services, standards, practices, interviews and works that the base describes, and itself.",
                language="en",
            ),
        ),
        Triple(catalog, DCT.publisher, publisher),
        Triple(catalog, DCT.license, _LICENCE),
        Triple(catalog, DCT.language, _ENGLISH),
        Triple(catalog, DCAT.themeTaxonomy, _THEMES),
        Triple(catalog, FOAF.homepage, NamedNode(site + "/")),
        Triple(catalog, DCAT.dataset, whole),
        Triple(catalog, DCAT.service, service),
        Triple(NamedNode(site + "/"), RDF.type, FOAF.Document),
        Triple(publisher, RDF.type, FOAF.Agent),
        Triple(publisher, FOAF.name, Literal(_PUBLISHER)),
        Triple(_LICENCE, RDF.type, DCT.LicenseDocument),
        Triple(_ENGLISH, RDF.type, DCT.LinguisticSystem),
        *_codes(base, _ENGLISH, _THEME),
    ]
    changed = base.journal.changed_at
    if changed:
        told += [Triple(thing, DCT.modified, Literal(changed[:10], datatype=XSD.date)) for thing in (catalog, whole)]
    return told + _whole(base, site, whole, publisher, service)


def _whole(base: Base, site: str, whole: NamedNode, publisher: NamedNode, service: NamedNode) -> list[Triple]:
    told = [
        Triple(whole, RDF.type, DCAT.Dataset),
        Triple(whole, DCT.title, Literal("Open Urban: the whole base", language="en")),
        Triple(whole, DCT.description, Literal(
            "Open data policies and what they lay down, datasets, standards, practices, interviews and an annotated bibliography.",
            language="en")),
        Triple(whole, DCT.publisher, publisher),
        Triple(whole, DCT.language, _ENGLISH),
        Triple(whole, DCAT.theme, _THEME),
        Triple(whole, DCAT.landingPage, NamedNode(site + "/")),
        Triple(whole, DCAT.version, Literal(str(base.journal.revision))),
        Triple(service, RDF.type, DCAT.DataService),
        Triple(service, DCT.title, Literal("SPARQL endpoint of Open Urban", language="en")),
        Triple(service, DCT.license, _LICENCE),
        Triple(service, DCAT.endpointURL, NamedNode(site + "/sparql")),
        Triple(service, DCAT.endpointDescription, NamedNode(site + "/sparql")),
        Triple(service, DCAT.servesDataset, whole),
    ]  # fmt: skip
    for path, title, file_type in _FILES:
        file, format_ = NamedNode(f"{base.settings.base}catalog#{path[1:]}"), NamedNode(f"{_EU}file-type/{file_type}")
        told += [
            Triple(whole, DCAT.distribution, file),
            Triple(file, RDF.type, DCAT.Distribution),
            Triple(file, DCT.title, Literal(title, language="en")),
            Triple(file, DCAT.accessURL, NamedNode(site + path)),
            Triple(file, DCAT.downloadURL, NamedNode(site + path)),
            Triple(file, DCT.license, _LICENCE),
            Triple(file, DCT.format, format_),
            Triple(format_, RDF.type, DCT.MediaTypeOrExtent),
            *_codes(base, format_),
        ]
        if path.endswith(".gz"):
            told += [Triple(file, DCAT.compressFormat, _GZIP), Triple(_GZIP, RDF.type, DCT.MediaType)]
    return told


def _codes(base: Base, *codes: NamedNode) -> list[Triple]:
    """Return what the concept schemes say of codes: class, label, scheme, and the scheme's own class and title."""
    told = []
    for code in codes:
        schemes = [quad.object for quad in base.model.shapes.quads_for_pattern(code, SKOS.inScheme, None)]
        for subject, properties in (
            (code, (RDF.type, SKOS.prefLabel, SKOS.inScheme)),
            *((s, (RDF.type, DCT.title)) for s in schemes),
        ):
            if isinstance(subject, NamedNode):
                for property_ in properties:
                    told += [quad.triple for quad in base.model.shapes.quads_for_pattern(subject, property_, None)]
    return told


def view(shown: Page, address: str) -> list[Triple]:
    """Return the page as a hydra view with its neighbours, as harvesters of CKAN follow it."""
    here = NamedNode(f"{address}?page={shown.number}")
    told = [
        Triple(here, RDF.type, HYDRA.PartialCollectionView),
        Triple(here, HYDRA.totalItems, Literal(str(shown.total), datatype=XSD.integer)),
        Triple(here, HYDRA.itemsPerPage, Literal(str(PAGE), datatype=XSD.integer)),
    ]
    numbers = {"first": 1, "previous": shown.number - 1, "next": shown.number + 1, "last": shown.pages}
    for name, number in numbers.items():
        if 1 <= number <= shown.pages:
            told.append(Triple(here, getattr(HYDRA, name), NamedNode(f"{address}?page={number}")))
    return told
