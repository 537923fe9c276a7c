"""What the doors write with: absolute addresses, and XML in which any text can stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from lxml import etree

from kg.terms import path_of
from kg.web.site import base

ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def here(path: str) -> str:
    """Return the absolute address of a path on this host."""
    return request.host_url.rstrip("/") + path


def page_of(iri: str) -> str:
    """Return the absolute address of a record's page on this host."""
    return here(path_of(iri, base().settings.base) or "/")


def legal(text: str) -> str:
    """Put U+FFFD for every character that XML 1.0 (2.2) does not allow, as escaped text either."""
    return _ILLEGAL.sub("�", text)


def root(name: str, namespaces: Mapping[str | None, str]) -> Any:
    """Begin a document whose first element stands in the unprefixed namespace."""
    return etree.Element(f"{{{namespaces[None]}}}{name}", nsmap=dict(namespaces))


def add(parent: Any, name: str, text: str | None = None, /, **attributes: str) -> Any:
    """Add an element, in its parent's namespace unless the name brings one (`{…}name`)."""
    namespace = etree.QName(parent).namespace
    full = name if name.startswith("{") or namespace is None else f"{{{namespace}}}{name}"
    child = etree.SubElement(parent, full, {key: legal(value) for key, value in attributes.items()})
    if text is not None:
        child.text = legal(text)
    return child


def steady(document: Any, mimetype: str) -> Response:
    """Send a document that is the same until the base changes; who comes again and holds it is told that, and no more."""
    response = answer(document, mimetype)
    response.add_etag()
    response.make_conditional(request)
    return response


def answer(document: Any, mimetype: str) -> Response:
    """Send a document as UTF-8."""
    body = etree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return Response(body, content_type=f"{mimetype}; charset=utf-8")
