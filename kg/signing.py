"""Says who we are to an engine that asks for it: HTTP Basic (RFC 7617) or Digest (RFC 7616)."""

from __future__ import annotations

import threading
from base64 import b64encode
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgr,
    Request,
    parse_http_list,
    parse_keqv_list,
)


class Signer:
    """Signs requests to one engine with one user's name and password, in the way that its last challenge asked for."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._challenge = ""
        self._signing = threading.Lock()
        self._digest = HTTPDigestAuthHandler(_Known(user, password))

    def take(self, challenge: str) -> bool:
        """Note what the engine asks for; tell whether there is a user to sign as."""
        self._challenge = challenge
        return bool(self._user)

    def signature(self, method: str, url: str) -> dict[str, str]:
        """Return the header that signs a request; none before the engine has asked."""
        if not self._user or not self._challenge:
            return {}
        kind, _, words = self._challenge.partition(" ")
        if kind.lower() == "basic":
            pair = b64encode(f"{self._user}:{self._password}".encode()).decode("ascii")
            return {"Authorization": f"Basic {pair}"}
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
