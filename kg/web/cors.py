"""Leave for pages of other sites to ask (CORS): every answer of an open door, errors and preflights too."""

from __future__ import annotations

from flask import Blueprint, Response, request

_ALLOWED = "Accept, Authorization, Cache-Control, Content-Type, If-Match, If-None-Match"
_EXPOSED = "ETag, Link, Location, Query-Limits, Retry-After"


def open_to_all(blueprint: Blueprint) -> None:
    """Let any site ask at this door; no cookie is ever read here."""
    blueprint.after_request(_opened)


def _opened(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS, POST")
        response.headers["Access-Control-Allow-Headers"] = _ALLOWED
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
