"""oEmbed 1.0: what another site shows of a record to which it links."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, jsonify, request
from lxml import etree

from kg.errors import BadInput, KgError, NotFound
from kg.web.harvest.writing import add, answer, here
from kg.web.site import base


class NotImplementedFormat(KgError):
    """An answer in this format is not given: the status that oEmbed (2.3.4) asks for."""

    status = 501
    title = "Not in this format"
    advice = "Ask for format=json or format=xml."


def oembed() -> Response:
    """Answer for the address of a record's page on this host, or its IRI."""
    form = request.args.get("format", "json")
    if form not in ("json", "xml"):
        raise NotImplementedFormat(f"There is no answer as {form}.")
    told = _told(request.args.get("url", ""))
    if form == "json":
        return jsonify(told)
    document = etree.Element("oembed")
    for name, text in told.items():
        add(document, name, str(text))
    return answer(document, "text/xml")


def _told(url: str) -> dict[str, str | int]:
    """Return a link's card: no HTML, so that nothing of ours runs in the page of another."""
    root = base().settings.base
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    if not path:
        raise BadInput("Say which page: /oembed?url= and the address of a record.")
    if not url.startswith((here("/"), root)):
        raise NotFound(f"{url} is not an address of this site.")
    iri = url.partition("#")[0] if url.startswith(root) else root + path.lstrip("/").removesuffix(".html")
    card = base().index.get([iri]).get(iri)
    if card is None:
        raise NotFound(f"There is no record at {url}.")
    return {
        "version": "1.0",
        "type": "link",
        "title": card.title,
        "provider_name": "Open Urban",
        "provider_url": here("/"),
        "cache_age": 3600,
    }
