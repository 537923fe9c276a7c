"""The address that people see: the one that is set, never one that a caller makes up in the Host header."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from kg.settings import Settings

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def register(app: Flask, settings: Settings) -> None:
    """Let every request be one to the public address: pages, feeds, sitemap and links are written with it."""
    inner: Wsgi = app.wsgi_app
    known = lru_cache(maxsize=64)(partial(seen, settings))

    def outer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        scheme, host = known(environ.get("wsgi.url_scheme", "http"), environ.get("HTTP_HOST", ""))
        return inner(environ | {"wsgi.url_scheme": scheme, "HTTP_HOST": host}, start)

    app.wsgi_app = outer  # type: ignore[method-assign, assignment]


def seen(settings: Settings, scheme: str, host: str) -> tuple[str, str]:
    """Return the scheme and host under which a request is answered.

    Where no public address is set, a Host is believed that is an IP address, `localhost`, the name that the service listens
    on, or one that a declared proxy passed on; any other is taken for the address that the service listens on.
    """
    if settings.public:
        parts = urlsplit(settings.public)
        return parts.scheme, parts.netloc
    name = urlsplit(f"//{host}").hostname or "" if _is_host(host) else ""
    if settings.proxies or name in ("localhost", settings.host) or _is_address(name):
        return scheme, host
    return scheme, f"{settings.here}:{settings.port}"


def _is_host(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").netloc == host
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False
