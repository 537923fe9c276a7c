"""The files of the pages (style, scripts, icons): their addresses say what is in them, so that a phone fetches each once."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

_STATIC = "static"
_YEAR = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Mark the addresses of files with what is in them, and let who fetched one so keep it without asking again."""
    folder = Path(app.static_folder or "")

    @cache
    def mark(filename: str) -> str | None:
        file = folder / filename
        return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else None

    def marked(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == _STATIC and (told := mark(values["filename"])):
            values.setdefault("v", told)

    def kept(response: Response) -> Response:
        there = request.endpoint == _STATIC and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
        if there and request.args.get("v") == mark((request.view_args or {})["filename"]):
            response.headers["Cache-Control"] = _YEAR
        return response

    app.url_defaults(marked)
    app.after_request(kept)
