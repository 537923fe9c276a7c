"""Who comes again and still holds what they got is told that it is the same: a page then costs a phone its head only."""

from __future__ import annotations

from flask import Flask, Response, request

_PLAIN = ("GET", "HEAD")


def register(app: Flask) -> None:
    """Name every whole answer that anyone may keep by what is in it (RFC 9110, 8.8.3)."""
    app.after_request(_named)


def _named(response: Response) -> Response:
    if _may_be_kept(response):
        response.add_etag()
        response.make_conditional(request)
    return response


def _may_be_kept(response: Response) -> bool:
    control = response.headers.get("Cache-Control", "")
    return (
        request.method in _PLAIN
        and response.status_code == 200
        and not response.is_streamed
        and not response.direct_passthrough
        and "ETag" not in response.headers
        and "Set-Cookie" not in response.headers
        and "private" not in control
        and "no-store" not in control
    )
