"""What goes out is packed with gzip where the caller reads it: pages, files and data, whole or as they are made.

What is private is not packed: forms hold a secret of their reader's beside words that others may have chosen, and how well both
pack together would tell of the secret (the BREACH attack).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from flask import Flask, Response, request

from kg.errors import KgError

_WORTH = 1000
"""Bytes below which packing gains nothing."""
_LEVEL = 5
_LEVEL_OF_FILES = 9
_WINDOW = 31
_WORDS = ("text/", "application/json", "application/javascript", "application/xml", "application/n-", "application/x-")
_ENDS = ("+json", "+xml", "/trig", "sparql-results+json")


def register(app: Flask) -> None:
    """Pack every answer of the application that is worth it."""
    app.after_request(_packed)


def pack(body: bytes, level: int = _LEVEL) -> bytes:
    """Return bytes packed."""
    packer = zlib.compressobj(level, zlib.DEFLATED, _WINDOW)
    return packer.compress(body) + packer.flush()


def packing(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Pack bytes as they come; what breaks in the middle never gets the end that gzip wants."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW)
    try:
        for part in parts:
            if packed := packer.compress(part):
                yield packed
    except KgError:
        yield packer.flush(zlib.Z_SYNC_FLUSH)
        raise
    yield packer.flush()


@lru_cache(maxsize=32)
def _packed_file(tag: str, body: bytes) -> bytes:
    return pack(body, _LEVEL_OF_FILES)


def _packed(response: Response) -> Response:
    if not _may_be_packed(response):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0:
        return response
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.set_data(_packed_file(response.headers.get("ETag", ""), response.get_data()))
    elif response.is_streamed:
        response.response = packing(_bytes(response.response))
    elif len(body := response.get_data()) > _WORTH:
        response.set_data(pack(body))
    else:
        return response
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the bytes differ, what they say does not
    return response


def _may_be_packed(response: Response) -> bool:
    media, control = response.mimetype or "", response.headers.get("Cache-Control", "")
    words = media.startswith(_WORDS) or media.endswith(_ENDS)
    return (
        words
        and "private" not in control
        and response.status_code == 200
        and "Content-Encoding" not in response.headers
    )


def _bytes(parts: object) -> Iterator[bytes]:
    for part in cast(Iterable[bytes | str], parts):
        yield part.encode() if isinstance(part, str) else part
