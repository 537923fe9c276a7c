"""The namespaces that we speak, and how a record's IRI and its address on a site are one thing."""

from __future__ import annotations

from pyoxigraph import NamedNode

RECORDS = "https://w3id.org/open-urban/"
"""Base IRI under which the shipped records and concepts are written."""

PREFIXES = {
    "ou": "https://w3id.org/open-urban/ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "adms": "http://www.w3.org/ns/adms#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "oa": "http://www.w3.org/ns/oa#",
    "dpv": "https://w3id.org/dpv#",
    "schema": "https://schema.org/",
    "at": "http://publications.europa.eu/resource/authority/",
    "sdg": "http://metadata.un.org/sdg/",
    "sh": "http://www.w3.org/ns/shacl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix to namespace, in the order in which files list them."""


class Namespace:
    """A namespace whose attributes are its terms: `DCT.title`, `RDF.type`."""

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        node = self.__dict__[name] = NamedNode(self.iri + name)
        return node


OU = Namespace(PREFIXES["ou"])
DCAT = Namespace(PREFIXES["dcat"])
DCT = Namespace(PREFIXES["dct"])
SKOS = Namespace(PREFIXES["skos"])
FOAF = Namespace(PREFIXES["foaf"])
BIBO = Namespace(PREFIXES["bibo"])
CITO = Namespace(PREFIXES["cito"])
PROV = Namespace(PREFIXES["prov"])
OA = Namespace(PREFIXES["oa"])
SCHEMA = Namespace(PREFIXES["schema"])
SH = Namespace(PREFIXES["sh"])
OWL = Namespace(PREFIXES["owl"])
RDFS = Namespace(PREFIXES["rdfs"])
RDF = Namespace(PREFIXES["rdf"])
XSD = Namespace(PREFIXES["xsd"])

NAMING = (DCT.title, SKOS.prefLabel, FOAF.name, RDFS.label)
"""The properties by which things are named."""


def path_of(iri: str, base: str) -> str | None:
    """Return the address on a site (`/policy/x`) of an IRI of ours, without its fragment; None for the others."""
    if not iri.startswith(base):
        return None
    return "/" + iri[len(base) :].partition("#")[0]


def node(iri: str) -> NamedNode | None:
    """Return a text as an IRI, None where it is none."""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def record_of(iri: str) -> str:
    """Return the IRI of the record that a nested thing belongs to: the IRI without its fragment."""
    return iri.partition("#")[0]


def short(iri: str) -> str:
    """Write an IRI with its prefix (`dct:title`) where we have one."""
    for prefix, start in PREFIXES.items():
        if iri.startswith(start) and iri != start:
            return f"{prefix}:{iri[len(start) :]}"
    return iri
