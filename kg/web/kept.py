"""Answers kept by (query, format, revision): a bounded memory of small ones, and the tags by which callers keep large ones."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from typing import cast

from cachetools import LRUCache
from flask import Flask, current_app, request

from kg.web.site import base

_BYTES = 64_000_000
SMALL = 256_000
"""Bytes up to which an answer is held back until it is whole, and then kept."""


class Kept:
    """The answers that one worker keeps."""

    def __init__(self) -> None:
        self._answers: LRUCache[str, bytes] = LRUCache(_BYTES, getsizeof=len)
        self._lock = threading.Lock()

    def get(self, tag: str) -> bytes | None:
        """Return a kept answer."""
        with self._lock:
            return self._answers.get(tag)

    def put(self, tag: str, answer: bytes) -> None:
        """Keep an answer, and forget those not asked for the longest."""
        with self._lock:
            self._answers[tag] = answer


def register(app: Flask) -> None:
    """Give the application its memory."""
    app.extensions["kept"] = Kept()


def kept() -> Kept:
    """Return the memory of this application."""
    return cast(Kept, current_app.extensions["kept"])


def settled() -> int | None:
    """Return the revision at which the engine surely stands, None while a change is on its way through the parts."""
    journal = base().journal.revision
    return journal if base().index.revision == journal else None


def tag(revision: int, *parts: str, dataset: Iterable[tuple[str, str]] = ()) -> str:
    """Return one name for an answer: the same question in the same format at the same revision."""
    text = "\0".join([str(revision), *parts, *(f"{name}={value}" for name, value in dataset)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def wants_fresh() -> bool:
    """Tell whether the caller asks for an answer from the engine itself (`Cache-Control: no-cache`)."""
    told = request.headers
    if "Cache-Control" not in told and "Pragma" not in told:
        return False
    return bool(request.cache_control.no_cache or request.cache_control.no_store) or "no-cache" in request.pragma


def has(tag_: str) -> bool:
    """Tell whether the caller already holds the answer with this tag."""
    return "If-None-Match" in request.headers and request.if_none_match.contains_weak(tag_) and not wants_fresh()
