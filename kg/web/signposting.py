"""Signposts for machines on the answers for a record (signposting.org, level 1): where its data, its name and its licence are."""

from __future__ import annotations

from flask import Response

from kg.web.negotiation import HTML, Format
from kg.web.site import links

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_SCHEMA = "https://schema.org/"


def sign(response: Response, iri: str, path: str, formats: tuple[Format, ...], form: Format, kind: str | None) -> None:
    """Add the links of a record: its other formats, its lasting name, its licence, what describes what, and what it is.

    `kind` is schema.org's word for what it is.
    """
    headers = response.headers
    for other in links(path, formats):
        headers.add("Link", f'<{other["url"]}>; rel="alternate"; type="{other["mimetype"]}"')
    headers.add("Link", f'<{iri}>; rel="cite-as"')
    headers.add("Link", f'<{_LICENCE}>; rel="license"')
    if form is not HTML:
        headers.add("Link", f'<{path}>; rel="describes"; type="text/html"')
        return
    for name in filter(None, ("AboutPage", kind)):
        headers.add("Link", f'<{_SCHEMA}{name}>; rel="type"')
    for other in links(path, formats):
        headers.add("Link", f'<{other["url"]}>; rel="describedby"; type="{other["mimetype"]}"')
