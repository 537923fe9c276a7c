"""Redirects of other services: they are followed on the public network only, so that what others wrote leads nowhere inside."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

import urllib3

from kg.errors import FarAway


class Outwards(urllib3.Retry):
    """Follows a redirect to another host only where that is one of the public network: what others wrote must not lead inside."""

    def increment(self, method: Any = None, url: Any = None, response: Any = None, *more: Any, **named: Any) -> Self:
        """Count a redirect; one that leads inside raises FarAway."""
        target = response.get_redirect_location() if response is not None else None
        host = urlsplit(target).hostname if isinstance(target, str) else None
        if host and _is_inside(host):
            raise FarAway(f"The answer leads to {host}, which is not on the public network.")
        return super().increment(method, url, response, *more, **named)


def _is_inside(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return False  # the request itself says that nobody is there
    return not all(ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found)
