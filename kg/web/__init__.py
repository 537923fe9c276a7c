"""The web application: one blueprint for each door, put together here."""

from __future__ import annotations

import atexit
import logging
from contextlib import ExitStack

from flask import Flask, Response, jsonify, redirect, url_for
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from kg import __version__, deciding
from kg.base import Base, open_base
from kg.settings import Settings
from kg.web import (
    again,
    analysis,
    bibliography,
    catalog,
    cite,
    contributors,
    described,
    desk,
    editing,
    files,
    graphs,
    history,
    kept,
    limits,
    lint,
    names,
    ontology,
    packing,
    pasting,
    person,
    plainly,
    problems,
    public,
    reading,
    records,
    search,
    sent,
    session,
    site,
    sparql,
    tongues,
    who,
    words,
)
from kg.web.harvest import doors
from kg.web.pictures import around, evidence, timeline, world

_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_DOORS = (
    search,
    bibliography,
    lint,
    sent,
    pasting,
    plainly,
    contributors,
    desk,
    editing,
    cite,
    sparql,
    words,
    graphs,
    described,
    ontology,
    catalog,
    world,
    timeline,
    evidence,
    around,
    history,
    reading,
    *analysis.doors,
    doors,
    records,
)
_LARGEST_BODY = 8 * 1024 * 1024

# A malformed date in foreign data is told once, not as a traceback.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def create_app(settings: Settings | None = None, base: Base | None = None) -> Flask:
    """Make the WSGI application for a base; without one, open the base that the settings (the environment) name."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_BODY
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if base is None:
        stack = ExitStack()
        base = stack.enter_context(open_base(settings or Settings.load()))
        atexit.register(stack.close)
    app.extensions["base"] = base
    deciding.settle(base)
    for part in (packing, again, files, tongues, site, problems, who, session, person, limits, kept, cite, names):
        part.register(app)
    public.register(app, base.settings)
    if base.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=base.settings.proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    for door in _DOORS:
        app.register_blueprint(door.blueprint)
    app.add_url_rule("/health", "health", _health)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    app.after_request(_guarded)
    return app


def _health() -> Response:
    """Tell whether the engine answers, and at which revision the base stands."""
    base = site.base()
    alive = base.engine.alive()
    told = {"status": "ok" if alive else "engine down", "version": __version__, "revision": base.journal.revision,
            "index_revision": base.index.revision, "records": base.index.size}  # fmt: skip
    response = jsonify(told)
    response.status_code = 200 if alive else 503
    return response


def _favicon() -> AnyResponse:
    """Lead those who ask at the old address to the icon."""
    return redirect(url_for("static", filename="favicon.svg"), 301)


def _guarded(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
