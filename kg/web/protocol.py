"""The SPARQL 1.1 Protocol as it is asked: which of its forms a request has, its text and its dataset."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request
from pyoxigraph import NamedNode

from kg.errors import BadInput, UnknownMedia

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

_LONGEST = 1_000_000
_DATASET = {"query": ("default-graph-uri", "named-graph-uri"), "update": ("using-graph-uri", "using-named-graph-uri")}
_UTF_8 = ("utf-8", "utf8", "us-ascii", "ascii")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """One operation: `query`, `update` or none (`""`), its text, its dataset, and the parameters that came with it."""

    operation: str
    text: str
    dataset: tuple[tuple[str, str], ...]
    parameters: dict[str, str]


def read() -> Asked:
    """Read the operation of this request (SPARQL 1.1 Protocol, 2.1 and 2.2); what breaks a rule raises BadInput."""
    address = _pairs(request.query_string, "address")
    if request.method in ("GET", "HEAD"):
        if any(name == "update" for name, _ in address):
            raise BadInput("An update cannot be asked for by GET.", "Send it by POST.")
        return _operation(address)
    _check_charset()
    match request.mimetype:
        case "application/x-www-form-urlencoded":
            return _operation(address + _pairs(request.get_data(), "body"))
        case "application/sparql-query":
            return _direct("query", address)
        case "application/sparql-update":
            return _direct("update", address)
    raise UnknownMedia(
        f"An operation cannot be sent as {request.mimetype or 'a body without a media type'}.",
        f"Send {QUERY}, {UPDATE} or {FORM}.",
    )


def _direct(operation: str, address: Pairs) -> Asked:
    if any(name in ("query", "update") for name, _ in address):
        raise BadInput("There is one operation in the body and another in the address.", "Send one of them.")
    text = _utf_8(request.get_data(), "body")
    return _asked(operation, text, address)


def _operation(pairs: Pairs) -> Asked:
    found = [(name, value) for name, value in pairs if name in ("query", "update")]
    if len(found) > 1:
        named = " and ".join(f"`{name}`" for name, _ in found)
        raise BadInput(f"There are {len(found)} operations in one request ({named}).", "Send one `query` or `update`.")
    return _asked(*found[0], pairs) if found else Asked("", "", (), dict(pairs))


def _asked(operation: str, text: str, pairs: Pairs) -> Asked:
    if len(text) > _LONGEST:
        raise BadInput(f"The {operation} is longer than 1,000,000 characters.", "Send a shorter one.")
    known, foreign = _DATASET[operation], _DATASET["query" if operation == "update" else "update"]
    for name, value in pairs:
        if name in foreign:
            raise BadInput(f"`{name}` does not belong to a {operation}.", "Name its graphs by " + " and ".join(known))
        if name in known:
            _check_iri(name, value)
    dataset = tuple((name, value) for name, value in pairs if name in known)
    return Asked(operation, text, dataset, {name: value for name, value in pairs if value})


def _check_iri(name: str, value: str) -> None:
    try:
        NamedNode(value)
    except ValueError as error:
        raise BadInput(f"`{name}` is {value!r}, which is no absolute IRI: {error}.") from error


def _check_charset() -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in _UTF_8:
        raise UnknownMedia(f"The body is said to be in {charset}.", "SPARQL travels in UTF-8.")


def _pairs(raw: bytes, where: str) -> Pairs:
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError as error:
        raise BadInput(f"The parameters in the {where} are not UTF-8, percent-encoded.", "Encode them.") from error
    except ValueError as error:
        raise BadInput(f"The parameters in the {where} cannot be read: {error}.") from error


def _utf_8(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"The {where} is not UTF-8.", "Send it as UTF-8.") from error
