"""Citation keys, and the addresses of references that are made from them."""

from __future__ import annotations

from urllib.parse import quote


def slug(key: str) -> str:
    """Return the last part of a reference's IRI: the key itself, with signs that an IRI does not take escaped."""
    return quote(key, safe="-._~!$'()*+:@")
