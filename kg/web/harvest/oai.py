"""OAI-PMH 2.0: the whole base for harvesters, by time and by set, what was withdrawn included.

The library `oaipmh` reads requests and writes envelopes; here stands what it asks for. Lists go by the register: a page is one
look into an index however large the base is, and a resumption token names the last revision that was handed out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, request
from lxml import etree
from oaipmh import error
from oaipmh.common import Header, Identify
from oaipmh.datestamp import DatestampError, datetime_to_datestamp
from oaipmh.metadata import MetadataRegistry
from oaipmh.server import ServerBase, XMLTreeServer, decodeResumptionToken, encodeResumptionToken
from pyoxigraph import RdfFormat, Triple, serialize

from kg import turtle
from kg.desk.register import Entered
from kg.errors import NotReady
from kg.terms import PREFIXES
from kg.web.harvest import dublin
from kg.web.harvest.sets import register, sets
from kg.web.harvest.writing import here, legal
from kg.web.site import base

_PAGE = 100
_OAI = "http://www.openarchives.org/OAI/2.0/"
_RDF_SCHEMA = "http://www.openarchives.org/OAI/2.0/rdf.xsd"
_VERBS = ("GetRecord", "Identify", "ListIdentifiers", "ListMetadataFormats", "ListRecords", "ListSets")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_NAMED = re.compile(r"[^\W\d][\w.-]*$")

Metadata = tuple[str, list[Triple], Mapping[str, str]]
"""A record's IRI, its statements, and what the things are called that it points at."""


def oai() -> Response:
    """Answer a request by GET or POST; errors travel in the document, with status 200 (OAI-PMH 2.0, 3.6)."""
    given = request.values.to_dict(flat=False)
    arguments = {name: values[0] for name, values in given.items()}
    provider = _Provider()
    complaint = _complaint(given)
    if complaint is not None:
        document = XMLTreeServer(provider, _writers()).handleException(complaint).getroot()
    else:
        document = etree.fromstring(ServerBase(provider, _writers()).handleRequest(dict(arguments)))
    _echo(document, arguments)
    body = etree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return Response(body, content_type="text/xml; charset=utf-8")


def _complaint(given: dict[str, list[str]]) -> Any:
    """Return what is wrong with a request that the library would let pass or stumble over."""
    if len(given.get("verb", ())) != 1 or given["verb"][0] not in _VERBS:
        return error.BadVerbError(f"Ask with one verb of: {', '.join(_VERBS)}.")
    for name, values in given.items():
        if len(values) > 1:
            return error.BadArgumentError(f"The argument {legal(name)} is given {len(values)} times.")
        if legal(name + values[0]) != name + values[0]:
            return error.BadArgumentError(f"The argument {legal(name)} holds characters that XML does not allow.")
    for name in ("from", "until"):
        if name in given and not _DATE.fullmatch(given[name][0]):
            return error.BadArgumentError(
                f"{name}={given[name][0]} is no date: write 2026-01-31 or 2026-01-31T12:00:00Z."
            )
    return None


def _echo(document: Any, arguments: Mapping[str, str]) -> None:
    """Say what was asked for exactly as it was, and nothing where that was no request (OAI-PMH 2.0, 3.2)."""
    asked = document.find(f"{{{_OAI}}}request")
    asked.attrib.clear()
    codes = {found.get("code") for found in document.findall(f"{{{_OAI}}}error")}
    if not codes & {"badVerb", "badArgument"}:
        asked.attrib.update(arguments)


def _writers() -> Any:
    registry = MetadataRegistry()
    registry.registerWriter("oai_dc", _write_dublin)
    registry.registerWriter("rdf", _write_rdf)
    return registry


def _write_dublin(parent: Any, metadata: Metadata) -> None:
    parent.append(dublin.write(base().model, *metadata))


def _write_rdf(parent: Any, metadata: Metadata) -> None:
    """Write a record as RDF/XML; a property whose IRI ends in no XML name cannot be written in it and is left out."""
    triples = [triple for triple in metadata[1] if _NAMED.search(triple.predicate.value)]
    written = serialize(turtle.arranged(triples), format=RdfFormat.RDF_XML, prefixes=PREFIXES) or b""
    parent.append(etree.fromstring(legal(written.decode()).encode()))


class _Provider:
    """What the library asks for; its method names are the library's."""

    formats = (("oai_dc", dublin.SCHEMA, dublin.OAI_DC), ("rdf", _RDF_SCHEMA, PREFIXES["rdf"]))

    def identify(self) -> Any:
        earliest = register().earliest()
        return Identify(
            repositoryName="Open Urban",
            baseURL=here("/oai"),
            protocolVersion="2.0",
            adminEmails=[_contact()],
            earliestDatestamp=_time(earliest) if earliest else datetime(1970, 1, 1),
            deletedRecord="persistent",
            granularity="YYYY-MM-DDThh:mm:ssZ",
            compression=["identity"],
            toolkit_description=False,
        )

    def listMetadataFormats(self, identifier: str | None = None) -> Any:
        if identifier is not None:
            self._entered(identifier)
        return self.formats

    def listSets(self, resumptionToken: str | None = None) -> Any:
        if resumptionToken is not None:
            raise error.BadResumptionTokenError("The list of sets is never cut.")
        names = register().sets()
        values = {field.slug: field.scheme for field in sets().fields.values()}
        parts = [name.partition(":") for name in names]
        labels = base().labels(f"{values[slug]}/{value}" for slug, _, value in parts if value and values.get(slug))
        if not names:
            raise error.NoSetHierarchyError("The base is empty.")
        return [(name, sets().label(name, labels), None) for name in names], None

    def getRecord(self, metadataPrefix: str, identifier: str) -> Any:
        self._check_format(metadataPrefix)
        return self._records([self._entered(identifier)])[0]

    def listIdentifiers(self, **asked: Any) -> Any:
        entered, token = self._list(**asked)
        return _headers(entered), token

    def listRecords(self, **asked: Any) -> Any:
        entered, token = self._list(**asked)
        return self._records(entered), token

    # -- how lists go -----------------------------------------------------------------------------------------------

    def _list(self, resumptionToken: str | None = None, **asked: Any) -> tuple[list[Entered], str | None]:
        """Return a page of the register and the token of the next: None where the list is whole, empty where it ends."""
        cursor = 0
        if resumptionToken is not None:
            asked, cursor = _resumed(resumptionToken)
        self._check_format(asked["metadataPrefix"])
        since, until = (datetime_to_datestamp(asked[key]) if asked.get(key) else None for key in ("from_", "until"))
        if since and until and since > until:
            raise error.BadArgumentError("from is later than until.")
        try:
            found = register().walk(_PAGE + 1, asked.get("set"), since or "", until or "9999", cursor)
        except KeyError:
            raise error.BadResumptionTokenError("The token names no revision of this base.") from None
        if cursor and not found:
            raise error.NoRecordsMatchError(
                "What was left of this list has changed since, and comes with a later date."
            )
        if len(found) > _PAGE:
            return found[:_PAGE], encodeResumptionToken(asked, found[_PAGE - 1].revision)
        return found, "" if cursor else None

    def _records(self, entered: list[Entered]) -> list[Any]:
        there = [one.graph for one in entered if not one.gone]
        graphs = base().graphs(there)
        labels = base().labels_in(triple for triples in graphs.values() for triple in triples)
        if graphs.keys() != set(there):
            raise NotReady("A record is being written at this moment.")
        metadata = [None if one.gone else (one.graph, graphs[one.graph], labels) for one in entered]
        return [(header, said, None) for header, said in zip(_headers(entered), metadata, strict=True)]

    def _entered(self, identifier: str) -> Entered:
        found = register().get([identifier])
        if identifier not in found:
            raise error.IdDoesNotExistError(f"There is no record {identifier}.")
        return found[identifier]

    def _check_format(self, prefix: str) -> None:
        if prefix not in {name for name, *_ in self.formats}:
            raise error.CannotDisseminateFormatError(f"Records are written in oai_dc and rdf, not in {prefix}.")


def _resumed(token: str) -> tuple[dict[str, Any], int]:
    """Read a token back; whoever makes one up gets no more than a request of their own could."""
    try:
        asked, cursor = decodeResumptionToken(token)
    except (DatestampError, ValueError):
        raise error.BadResumptionTokenError("The token cannot be read.") from None
    known = asked.keys() <= {"metadataPrefix", "set", "from_", "until"} and "metadataPrefix" in asked
    if not known or not 0 < cursor <= base().journal.revision:
        raise error.BadResumptionTokenError("The token is not one of ours.")
    return asked, cursor


def _headers(entered: list[Entered]) -> list[Any]:
    names = register().sets_of(one.graph for one in entered)
    return [Header(None, one.graph, _time(one.at), names[one.graph], one.gone) for one in entered]


def _time(at: str) -> datetime:
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ")


def _contact() -> str:
    """Return the address that the settings name, else the one that every mail host must have (RFC 5321, 4.5.1)."""
    host = request.host.partition(":")[0]
    return base().settings.contact or f"postmaster@{host if '.' in host else host + '.invalid'}"
