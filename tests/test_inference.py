"""RDFS inference over the base makes nothing what it is not."""

from __future__ import annotations

from pathlib import Path

import owlrl
import pytest
import rdflib
from rdflib.namespace import DCAT, FOAF, OWL, RDF, RDFS, SKOS, XSD

from kg import model, shipped
from kg.model import Model
from kg.shapes import to_rdflib
from kg.terms import PREFIXES, RECORDS, record_of
from kg.vocabulary import ONTOLOGY

DCT = rdflib.Namespace(PREFIXES["dct"])
SAMPLE = 8
CLASSES = (
    DCAT.Dataset,
    DCAT.DataService,
    DCAT.Distribution,
    DCAT.Catalog,
    SKOS.Concept,
    FOAF.Agent,
    DCT.Location,
    DCT.Standard,
)

# What others declare of the words that we reuse: domains, ranges and superclasses (DCAT 3, DCTERMS, FOAF, SKOS, PROV-O, OA).
DECLARED = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oa: <http://www.w3.org/ns/oa#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
dcat:Dataset rdfs:subClassOf dcat:Resource . dcat:DataService rdfs:subClassOf dcat:Resource .
dcat:Catalog rdfs:subClassOf dcat:Dataset .
dcat:distribution rdfs:domain dcat:Dataset ; rdfs:range dcat:Distribution .
dcat:accessURL rdfs:domain dcat:Distribution . dcat:downloadURL rdfs:domain dcat:Distribution .
dcat:mediaType rdfs:domain dcat:Distribution . dcat:byteSize rdfs:domain dcat:Distribution .
dcat:dataset rdfs:domain dcat:Catalog ; rdfs:range dcat:Dataset .
dcat:service rdfs:domain dcat:Catalog ; rdfs:range dcat:DataService .
dcat:endpointURL rdfs:domain dcat:DataService . dcat:servesDataset rdfs:domain dcat:DataService ; rdfs:range dcat:Dataset .
dcat:theme rdfs:range skos:Concept . dcat:landingPage rdfs:subPropertyOf foaf:page ; rdfs:range foaf:Document .
foaf:name rdfs:domain <http://www.w3.org/2002/07/owl#Thing> . foaf:page rdfs:range foaf:Document .
foaf:Person rdfs:subClassOf foaf:Agent . foaf:Organization rdfs:subClassOf foaf:Agent .
skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept .
skos:broader rdfs:subPropertyOf skos:semanticRelation . skos:mappingRelation rdfs:subPropertyOf skos:semanticRelation .
skos:exactMatch rdfs:subPropertyOf skos:mappingRelation . skos:closeMatch rdfs:subPropertyOf skos:mappingRelation .
skos:broadMatch rdfs:subPropertyOf skos:mappingRelation . skos:relatedMatch rdfs:subPropertyOf skos:mappingRelation .
skos:inScheme rdfs:range skos:ConceptScheme . skos:topConceptOf rdfs:domain skos:Concept ; rdfs:range skos:ConceptScheme .
oa:hasTarget rdfs:domain oa:Annotation . oa:motivatedBy rdfs:domain oa:Annotation . oa:bodyValue rdfs:domain oa:Annotation .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
dct:license rdfs:range dct:LicenseDocument . dct:accessRights rdfs:range dct:RightsStatement . dct:spatial rdfs:range dct:Location .
dct:conformsTo rdfs:range dct:Standard . dct:format rdfs:range dct:MediaTypeOrExtent . dct:publisher rdfs:range dct:Agent .
dct:accrualPeriodicity rdfs:range dct:Frequency .
"""


@pytest.fixture(scope="module")
def read() -> Model:
    return model.read()


def folders() -> list[Path]:
    return sorted(path for path in shipped.folder("bibliography").iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def stated() -> rdflib.Graph:
    """Some records of every kind, as the files state them."""
    graph = rdflib.Graph()
    for folder in folders():
        for path in sorted(folder.glob("*.ttl"))[:SAMPLE]:
            graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def closed(stated: rdflib.Graph, read: Model) -> rdflib.Graph:
    """The same with all that RDFS entails from our ontology and from the words that it reuses."""
    graph = rdflib.Graph() + stated + to_rdflib(quad.triple for quad in read.graphs[ONTOLOGY])
    graph.parse(data=DECLARED, format="turtle")
    owlrl.DeductiveClosure(owlrl.RDFS_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    return graph


def kinds(read: Model, graph: rdflib.Graph, record: rdflib.URIRef) -> set[str]:
    """Return the names of all kinds whose classes a record belongs to."""
    classes = {str(class_) for class_ in graph.objects(record, RDF.type)}
    return {kind.name for kind in read.kinds if kind.name and kind.classes & classes}


def test_the_sample_holds_every_kind_that_has_records() -> None:
    assert len(folders()) >= 10


def test_no_record_becomes_another_kind_of_record(stated: rdflib.Graph, closed: rdflib.Graph, read: Model) -> None:
    changed = {}
    for record in {
        rdflib.URIRef(record_of(str(subject))) for subject in stated.subjects() if str(subject).startswith(RECORDS)
    }:
        before, after = kinds(read, stated, record), kinds(read, closed, record)
        if before and before != after:
            changed[str(record)] = after - before
    assert changed == {}


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: str(class_).rpartition("/")[2])
def test_only_what_is_stated_to_be_one_is_entailed_to_be_one(
    class_: rdflib.URIRef, stated: rdflib.Graph, closed: rdflib.Graph
) -> None:
    """Things of other files may be recognised by what points at them; what the sample describes may not change."""
    narrower = {FOAF.Agent: (FOAF.Person, FOAF.Organization)}.get(class_, ())
    known = set(stated.subjects(RDF.type, class_)).union(*(stated.subjects(RDF.type, other) for other in narrower))
    fresh = set(closed.subjects(RDF.type, class_)) & set(stated.subjects(RDF.type))
    assert fresh - known == set()


def test_a_policy_with_a_distribution_would_be_caught(read: Model) -> None:
    """The test can fail: dcat:distribution on a policy makes it a dataset."""
    policy = rdflib.URIRef(RECORDS + "policy/example")
    graph = rdflib.Graph().parse(data=DECLARED, format="turtle")
    graph.add((policy, RDF.type, rdflib.URIRef(PREFIXES["ou"] + "Policy")))
    graph.add((policy, DCAT.distribution, rdflib.URIRef(RECORDS + "policy/example#file")))
    owlrl.DeductiveClosure(owlrl.RDFS_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    assert kinds(read, graph, policy) == {"policy", "dataset"}


def test_the_closure_says_more_than_the_files(stated: rdflib.Graph, closed: rdflib.Graph) -> None:
    assert len(closed) > len(stated) + 1000
    assert (None, RDF.type, OWL.Nothing) not in closed
    assert not [value for value in closed.objects(None, RDFS.subClassOf) if isinstance(value, rdflib.Literal)]
    assert XSD.string not in set(closed.subjects(RDF.type, DCAT.Dataset))
