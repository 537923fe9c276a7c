"""What crawlers ask for first: `robots.txt`, and the sitemap of every record."""

from __future__ import annotations

from flask import Response

from kg.errors import NotFound
from kg.web.harvest.sets import register
from kg.web.harvest.writing import SITEMAP, add, here, page_of, root, steady

_BLOCK = 50_000
"""What a sitemap may hold at most (sitemaps.org)."""

_PAGES = ("/", "/bibliography", "/map", "/timeline", "/evidence", "/matrix", "/gaps", "/ontology", "/sparql")

_OPEN = ("/bibliography?page=", "/static/")
_CLOSED = ("/*?", "/search?", "/search.", "/search/by/", "/sparql?", "/bibliography.", "/graphs", "/reconcile",
           "/contribute", "/desk", "/health", "/metrics")  # fmt: skip
"""Where combinations have no end, or the same content stands in another form; some crawlers do not know the star of RFC 9309."""


def robots() -> Response:
    """Say what crawlers may read: every record and page, and no combination of filters."""
    lines = [
        "User-agent: *",
        *(f"Allow: {path}" for path in _OPEN),
        *(f"Disallow: {path}" for path in _CLOSED),
        "",
        f"Sitemap: {here('/sitemap.xml')}",
        "",
    ]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


def index() -> Response:
    """List the sitemaps: one of the pages, and one for each 50,000 records in the order in which they came."""
    document = root("sitemapindex", {None: SITEMAP})
    for number in range(register().blocks(_BLOCK) + 1):
        add(add(document, "sitemap"), "loc", here(f"/sitemap-{number}.xml"))
    return steady(document, "application/xml")


def sitemap(number: int) -> Response:
    """List the pages (0), or the records of a block (from 1) with the time of their last change."""
    document = root("urlset", {None: SITEMAP})
    if number == 0:
        for path in _PAGES:
            add(add(document, "url"), "loc", here(path))
        return steady(document, "application/xml")
    blocks = register().blocks(_BLOCK)
    if number > blocks:
        raise NotFound(f"There is no sitemap {number}.", f"/sitemap.xml lists them; the last is {blocks}.")
    for entered in register().block(number, _BLOCK):
        url = add(document, "url")
        add(url, "loc", page_of(entered.graph))
        add(url, "lastmod", entered.at)
    return steady(document, "application/xml")
