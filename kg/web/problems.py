"""Errors become answers here and nowhere else: a page for people, `application/problem+json` (RFC 9457) for programs."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from kg.errors import BadInput, KgError, NotFound, UnknownMedia, WrongMethod
from kg.web.negotiation import prefers_page
from kg.web.tongues import _, said, sentence

_LOG = logging.getLogger("kg.web")
_OURS = {404: NotFound, 405: WrongMethod, 415: UnknownMedia}


def register(app: Flask) -> None:
    """Send every error of the application through `answer`."""
    app.register_error_handler(KgError, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _unexpected)


def answer(error: KgError) -> Response:
    """Write an error as the caller reads it best."""
    problem = {
        "type": "about:blank",
        "title": said(error.title),
        "status": error.status,
        "detail": sentence(error.detail),
        "advice": sentence(error.advice),
    }
    if prefers_page():
        response = Response(render_template("error.html", problem=problem | {"asked": request.full_path.rstrip("?")}))
    else:
        response = jsonify(problem | {"instance": request.path})
        response.mimetype = "application/problem+json"
    response.status_code = error.status
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Open Urban"'
    return response


def _from_http(error: HTTPException) -> AnyResponse:
    if error.code is not None and error.code < 400:
        return error.get_response()
    kind = _OURS.get(error.code or 500, BadInput if (error.code or 500) < 500 else KgError)
    ours = kind(_sentence(error))
    ours.status = error.code or 500
    response = answer(ours)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _sentence(error: HTTPException) -> str:
    match error.code:
        case 404:
            return _("There is no %(path)s here.", path=request.path)
        case 405:
            return _("%(path)s does not answer %(method)s.", path=request.path, method=request.method)
    return error.description or error.name


def _unexpected(error: Exception) -> Response:
    _LOG.exception("%s %s failed", request.method, request.path, exc_info=error)
    return answer(KgError(_("The service made a mistake of its own; it has been written to the log.")))
