"""OAI-PMH 2.0: harvested by a real client over HTTP, every answer against the structure that the protocol prescribes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from sickle import Sickle
from werkzeug.serving import make_server

from kg.base import Base, open_base
from kg.search.index import Wanted
from kg.settings import Settings
from kg.terms import DCT, PREFIXES, RDF, RECORDS
from kg.web import create_app

OAI = {"o": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/"}
ENVELOPE = etree.RelaxNG(etree.parse(Path(__file__).with_name("oai-envelope.rng")))
FORMAT = "metadataPrefix=oai_dc"


def ask(client: FlaskClient, query: str) -> Any:
    """Ask, and hold the answer against the structure; every answer has status 200."""
    answer = client.get(f"/oai?{query}")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    document = etree.fromstring(answer.data)
    ENVELOPE.assertValid(document)
    return document


def codes(document: Any) -> list[str]:
    return [str(code) for code in document.xpath("o:error/@code", namespaces=OAI)]


def identifiers(document: Any) -> list[str]:
    return [str(text) for text in document.xpath("//o:header/o:identifier/text()", namespaces=OAI)]


# -- a real client ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harvester(app: Flask) -> Iterator[Sickle]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Sickle(f"http://127.0.0.1:{server.server_port}/oai")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_harvester_takes_the_whole_base(harvester: Sickle, base: Base) -> None:
    told = harvester.Identify()
    assert told.repositoryName == "Open Urban"
    assert told.deletedRecord == "persistent"
    assert told.granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert told.adminEmail == "postmaster@127.0.0.1"
    records = list(harvester.ListRecords(metadataPrefix="oai_dc"))
    assert len(records) == len({record.header.identifier for record in records}) == base.index.size
    assert all(record.metadata["title"] and record.metadata["type"] for record in records)
    assert min(record.header.datestamp for record in records) >= told.earliestDatestamp


def test_the_sets_part_the_base_as_its_facets_do(harvester: Sickle, base: Base) -> None:
    counts = base.index.counts(Wanted(), ["kind", "sector"])
    sets = {found.setSpec: found.setName for found in harvester.ListSets()}
    for kind, count in counts["kind"]:
        assert f"kind:{kind}" in sets
        assert len(list(harvester.ListIdentifiers(metadataPrefix="oai_dc", set=f"kind:{kind}"))) == count
    for sector, count in counts["sector"]:
        name = "sector:" + sector.rpartition("/")[2]
        assert re.match(r"sector: [^/:]+$", sets[name])
        assert len(list(harvester.ListIdentifiers(metadataPrefix="rdf", set=name))) == count


def test_a_record_comes_as_dublin_core_and_as_rdf(harvester: Sickle, base: Base) -> None:
    iri = RECORDS + "reference/janssen2012benefits"
    assert {found.metadataPrefix for found in harvester.ListMetadataFormats(identifier=iri)} == {"oai_dc", "rdf"}
    dublin = harvester.GetRecord(identifier=iri, metadataPrefix="oai_dc").metadata
    assert dublin["creator"][0] == "Janssen, Marijn"
    assert dublin["title"] == ["Benefits, Adoption Barriers and Myths of Open Data and Open Government"]
    assert dublin["date"] == ["2012"]
    assert any(text.startswith("https://doi.org/10.") for text in dublin["identifier"])
    raw = harvester.GetRecord(identifier=iri, metadataPrefix="rdf").xml
    rdf = raw.find(f".//{{{PREFIXES['rdf']}}}RDF")
    read = {quad.triple for quad in parse(etree.tostring(rdf), format=RdfFormat.RDF_XML)}
    assert read == set(base.graphs([iri])[iri])


# -- a base of one's own, which changes -------------------------------------------------------------------------------


def place(name: str, title: str = "A place") -> tuple[str, list[Triple]]:
    iri = f"{RECORDS}place/{name}"
    node = NamedNode(iri)
    skos = PREFIXES["skos"]
    return iri, [
        Triple(node, RDF.type, DCT.Location),
        Triple(node, NamedNode(skos + "prefLabel"), Literal(title, language="en")),
        Triple(node, NamedNode("https://example.org/"), Literal("no XML name")),
    ]


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    with open_base(Settings(data=tmp_path_factory.mktemp("changing"), contact="us@example.org")) as opened:
        opened.write(dict(place(f"p{number}") for number in range(250)), "test", "first")
        yield opened


@pytest.fixture(scope="module")
def own(changing: Base) -> FlaskClient:
    made = create_app(base=changing)
    made.testing = True
    return made.test_client()


def harvest(client: FlaskClient, query: str) -> Iterator[Any]:
    document = ask(client, query)
    while True:
        yield document
        token = document.findtext(".//o:resumptionToken", namespaces=OAI)
        if not token:
            return
        verb = re.search(r"verb=(\w+)", query)
        assert verb
        document = ask(client, urlencode({"verb": verb[1], "resumptionToken": token}))


def test_what_changes_during_a_harvest_is_not_passed_over(own: FlaskClient, changing: Base) -> None:
    seen: list[str] = []
    for number, document in enumerate(harvest(own, f"verb=ListRecords&{FORMAT}&set=kind:place")):
        seen += identifiers(document)
        if number == 0:
            moved = place("p3", "Another name")
            changing.write(dict([moved]), "test", "changed")
            changing.write({f"{RECORDS}place/p200": None}, "test", "withdrawn")
    assert len(seen) == 251
    assert len(set(seen)) == 250
    assert document.find(".//o:resumptionToken", OAI) is not None, (
        "the last part of a cut list ends with an empty token"
    )
    assert seen[-2:] == [f"{RECORDS}place/p3", f"{RECORDS}place/p200"]


def test_a_withdrawn_record_is_told_as_deleted(own: FlaskClient, changing: Base) -> None:
    gone = f"{RECORDS}place/gone"
    changing.write(dict([place("gone")]), "test", "made")
    changing.write({gone: None}, "test", "withdrawn")
    document = ask(own, f"verb=GetRecord&{FORMAT}&identifier={gone}")
    assert document.xpath("//o:header/@status", namespaces=OAI) == ["deleted"]
    assert document.xpath("//o:header/o:setSpec/text()", namespaces=OAI) == ["kind", "kind:place"]
    assert not document.xpath("//o:metadata", namespaces=OAI)
    feed = own.get("/feed.atom").text
    assert f'<at:deleted-entry ref="{gone}"' in feed
    assert gone not in own.get("/sitemap-1.xml").text


def test_text_that_xml_forbids_does_not_break_the_harvest(own: FlaskClient, changing: Base) -> None:
    iri, triples = place("odd", "Bell \x07 and <markup> & \ufffe")
    changing.write({iri: triples}, "test", "odd")
    for prefix in ("oai_dc", "rdf"):
        document = ask(own, f"verb=GetRecord&metadataPrefix={prefix}&identifier={iri}")
        assert "Bell � and <markup> & �" in "".join(document.itertext())
    assert "Bell � and" in etree.fromstring(own.get("/feed.atom").data).xpath("string()")


def test_from_and_until_take_the_day_and_the_second(own: FlaskClient) -> None:
    first = ask(own, "verb=Identify").findtext(".//o:earliestDatestamp", namespaces=OAI)
    day = first[:10]
    everything = sum(len(identifiers(page)) for page in harvest(own, f"verb=ListIdentifiers&{FORMAT}"))
    for query in (f"from={day}", f"from={first}", f"from={day}&until=9999-12-31", "until=9999-12-31T23:59:59Z"):
        pages = list(harvest(own, f"verb=ListIdentifiers&{FORMAT}&{query}"))
        assert sum(len(identifiers(page)) for page in pages) == everything, query
    assert codes(ask(own, f"verb=ListIdentifiers&{FORMAT}&until=2001-01-01")) == ["noRecordsMatch"]
    assert codes(ask(own, f"verb=ListIdentifiers&{FORMAT}&from=2999-01-01T00:00:00Z")) == ["noRecordsMatch"]


def test_the_answer_repeats_what_was_asked(own: FlaskClient) -> None:
    asked = ask(own, f"verb=ListIdentifiers&{FORMAT}&until=9999-12-31&set=kind").find("o:request", OAI)
    assert dict(asked.attrib) == {
        "verb": "ListIdentifiers",
        "metadataPrefix": "oai_dc",
        "until": "9999-12-31",
        "set": "kind",
    }
    assert asked.text == "http://localhost/oai"
    refused = ask(own, f"verb=GetRecord&{FORMAT}&identifier=urn:x").find("o:request", OAI)
    assert dict(refused.attrib) == {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "urn:x"}
    assert dict(ask(own, "verb=Nonsense&x=1").find("o:request", OAI).attrib) == {}


def test_post_answers_as_get_does(own: FlaskClient) -> None:
    answer = own.post("/oai", data={"verb": "Identify"})
    document = etree.fromstring(answer.data)
    ENVELOPE.assertValid(document)
    assert document.findtext(".//o:adminEmail", namespaces=OAI) == "us@example.org"


ERRORS = [
    ("", "badVerb"),
    ("verb=", "badVerb"),
    ("verb=identify", "badVerb"),
    ("verb=GetMetadata&metadataPrefix=oai_dc&identifier=x", "badVerb"),
    ("verb=Identify&verb=Identify", "badVerb"),
    ("verb=Identify&more=1", "badArgument"),
    ("verb=Identify&__class__=1", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ("verb=GetRecord&identifier=urn:x", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=urn:x", "idDoesNotExist"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=", "idDoesNotExist"),
    ("verb=GetRecord&metadataPrefix=marc&identifier=" + RECORDS + "place/p1", "cannotDisseminateFormat"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%00b", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a&identifier=b", "badArgument"),
    ("verb=ListMetadataFormats&identifier=urn:x", "idDoesNotExist"),
    ("verb=ListRecords", "badArgument"),
    ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=kind:dragon", "noRecordsMatch"),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=' OR 1=1", "noRecordsMatch"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-02-30", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-1-1", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T00:00:00", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T00:00:00.5Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T25:00:00Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=２０２０-01-01", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01&until=2020-01-01T00:00:00Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-01-01&until=2020-01-01", "badArgument"),
    ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=rubbish", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Doai_dc%26cursor%3D0", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Doai_dc%26cursor%3D-5", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Doai_dc%26cursor%3D99999999999999999999999", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Doai_dc%26until%3Dsoon%26cursor%3D1", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Doai_dc%26batch_size%3D9%26cursor%3D1", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=cursor%3D1", "badResumptionToken"),
    ("verb=ListRecords&resumptionToken=metadataPrefix%3Dmarc%26cursor%3D1", "cannotDisseminateFormat"),
    ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "code"), ERRORS, ids=[query or "nothing" for query, _ in ERRORS])
def test_a_wrong_request_gets_the_error_that_the_protocol_names(own: FlaskClient, query: str, code: str) -> None:
    assert codes(ask(own, query)) == [code]
