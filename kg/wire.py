"""The wire to an engine: pooled connections, which say who we are where the engine asks for it (HTTP Basic or Digest)."""

from __future__ import annotations

import threading
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgr,
    Request,
    parse_http_list,
    parse_keqv_list,
)

import urllib3
from urllib3.response import BaseHTTPResponse

from kg.errors import EngineError

_CONNECTIONS = 32
_CONNECT_SECONDS = 5


class Wire:
    """Connections to one engine; `patience` is how many seconds it may be silent."""

    def __init__(self, patience: float, user: str = "", password: str = "") -> None:
        self._wait = urllib3.Timeout(connect=_CONNECT_SECONDS, read=patience)
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)
        self._user = user
        self._password = password
        self._challenge = ""
        self._signing = threading.Lock()
        self._digest = HTTPDigestAuthHandler(_Known(user, password))

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        preload: bool = True,
        timeout: float | None = None,
    ) -> BaseHTTPResponse:
        """Send a request, and send it again signed when the engine asks who we are; a refusal raises EngineError."""
        wait = self._wait if timeout is None else urllib3.Timeout(timeout)
        for _ in range(2):  # the second time with the challenge that the first one brought
            signed = (headers or {}) | self._signature(method, url)
            response = self._pool.request(method, url, body=body, headers=signed, timeout=wait, preload_content=preload)
            if response.status != 401:
                return response
            response.drain_conn()
            self._challenge = response.headers.get("WWW-Authenticate", "")
            if not self._user:
                break
        raise EngineError(
            f"The engine at {url.partition('?')[0]} does not know us.", "Set KG_ENGINE_USER and KG_ENGINE_PASSWORD."
        )

    def clear(self) -> None:
        """Close the idle connections."""
        self._pool.clear()

    def _signature(self, method: str, url: str) -> dict[str, str]:
        kind, _, words = self._challenge.partition(" ")
        if not self._user or not kind:
            return {}
        if kind.lower() == "basic":
            return urllib3.make_headers(basic_auth=f"{self._user}:{self._password}")
        with self._signing:  # it counts how often it signed
            asked = parse_keqv_list(parse_http_list(words))
            signature = self._digest.get_authorization(Request(url, method=method), asked)
        return {"Authorization": f"Digest {signature}"} if signature else {}


class _Known(HTTPPasswordMgr):
    """The one user, whatever the address: a wire leads to one engine only."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self._pair = (user, password)

    def find_user_password(self, realm: str, authuri: str) -> tuple[str | None, str | None]:
        return self._pair
