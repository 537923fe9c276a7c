"""The wire to an engine: kept connections, on which a request goes out in one piece and its answer comes in as it is written.

The bytes of HTTP are parsed by llhttp (`httptools`): a small question and a large answer cost a fifth of what they cost through a
client that is made for everything, and both are the daily work of this service.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import httptools

from kg.errors import EngineError
from kg.signing import Signer

_MOST_IDLE = 32
_CONNECT_SECONDS = 5
_PIECE = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class Unreachable(ConnectionError):
    """Nobody takes the connection."""


class BrokenOff(ConnectionError):
    """The connection ended in the middle, or what came is no HTTP."""


class Peer(NamedTuple):
    """Whom a connection leads to."""

    scheme: str
    host: str
    port: int


class Wire:
    """Connections to one engine; `patience` is how many seconds it may be silent before TimeoutError is raised."""

    def __init__(self, patience: float, user: str = "", password: str = "") -> None:
        self._patience = patience
        self._signer = Signer(user, password)
        self._idle: dict[Peer, list[socket.socket]] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._idle)

    def request(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        whole: bool = True,
        patience: float | None = None,
    ) -> Reply:
        """Send a request, and send it again signed when the engine asks who we are; a refusal raises EngineError.

        The body of a `whole` reply has been read; that of another is to be read to its end or closed.
        """
        for _ in range(2):  # the second time with the challenge that the first one brought
            signed = (headers or {}) | self._signer.signature(method, url)
            reply = self._sent(method, url, body, signed, self._patience if patience is None else patience)
            if reply.status != 401:
                if whole:
                    reply.read()
                return reply
            reply.read()
            if not self._signer.take(reply.headers.get("www-authenticate", "")):
                break
        raise EngineError(
            f"The engine at {url.partition('?')[0]} does not know us.", "Set KG_ENGINE_USER and KG_ENGINE_PASSWORD."
        )

    def clear(self) -> None:
        """Close the idle connections."""
        with self._lock:
            _close_all(self._idle)

    def _sent(self, method: str, url: str, body: bytes, headers: dict[str, str], patience: float) -> Reply:
        peer, host, target = _parted(url)
        line = self._line(peer)
        line.settimeout(patience)
        reply = Reply(self, peer, line)
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{told}\r\n".encode(
            "latin-1"
        )
        try:
            line.sendall(head + body if len(body) < _PIECE else head)
            if len(body) >= _PIECE:
                line.sendall(body)
            reply.begin()
        except BaseException as error:
            reply.close()
            if isinstance(error, OSError) and not isinstance(error, (TimeoutError, BrokenOff)):
                raise BrokenOff(str(error)) from error
            raise
        return reply

    def _line(self, peer: Peer) -> socket.socket:
        """Take an idle connection that is still good, else make one."""
        while True:
            with self._lock:
                lines = self._idle.get(peer)
                line = lines.pop() if lines else None
            if line is None:
                return _connected(peer)
            if not _has_news(line):
                return line
            line.close()  # it was closed from the other side, or tells what nobody asked

    def take_back(self, peer: Peer, line: socket.socket) -> None:
        """Keep a connection whose answer has been read for the next request."""
        with self._lock:
            lines = self._idle.setdefault(peer, [])
            if len(lines) < _MOST_IDLE:
                lines.append(line)
                return
        line.close()


class Reply:
    """An answer on its way: its status and headers (names in lower case), and its body whole or in pieces."""

    def __init__(self, wire: Wire, peer: Peer, line: socket.socket) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._wire, self._peer, self._line = wire, peer, line
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._begun = self._ended = self._stays = False
        self._body: bytes | None = None

    @property
    def data(self) -> bytes:
        """The whole body."""
        return self.read()

    def read(self) -> bytes:
        """Return the whole body; what breaks off in the middle raises BrokenOff."""
        if self._body is None:
            self._body = b"".join(self.pieces())
        return self._body

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes; the connection goes back with the last piece, and is closed where that never comes."""
        try:
            while True:
                if self._parts:
                    piece = b"".join(self._parts) if len(self._parts) > 1 else self._parts[0]
                    self._parts.clear()
                    yield piece
                if self._ended:
                    break
                self._feed()
        except BaseException:
            self.close()
            raise
        if self._stays:
            self._wire.take_back(self._peer, self._line)
        else:
            self._line.close()

    def close(self) -> None:
        """Break the connection where the answer has not been read to its end; another thread that waits for it wakes."""
        if self._ended:
            return
        with suppress(OSError):  # it may be closed already
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def begin(self) -> None:
        """Wait until the status and the headers are there."""
        while not self._begun:
            self._feed()

    def _feed(self) -> None:
        try:
            data = self._line.recv(_PIECE)
        except TimeoutError:
            raise
        except OSError as error:
            raise BrokenOff(str(error)) from error
        if not data:
            if not self._begun or self._is_measured:
                raise BrokenOff("the connection was closed before the answer was whole")
            self._ended = True
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise BrokenOff(f"what came is no HTTP ({error})") from error

    @property
    def _is_measured(self) -> bool:
        """Tell whether the answer says itself where it ends; else its end is that of the connection (RFC 9112, 6.3)."""
        return "content-length" in self.headers or "transfer-encoding" in self.headers

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note the status; one below 200 only says that the answer comes later."""
        self.status = self._parser.get_status_code()
        self._begun = self.status >= 200

    def on_body(self, body: bytes) -> None:
        """Note a piece of the body."""
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """Note the end, and whether the connection stays."""
        self._ended = self._begun
        self._stays = self._parser.should_keep_alive()


def _close_all(idle: dict[Peer, list[socket.socket]]) -> None:
    while idle:
        for line in idle.popitem()[1]:
            line.close()


@lru_cache(maxsize=64)
def _parted(url: str) -> tuple[Peer, str, str]:
    """Return whom an address leads to, the name it calls him by, and what it asks of him."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise EngineError(
            f"{url} is no address of an engine.", "Set KG_ENGINE to one that begins with http:// or https://."
        )
    peer = Peer(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
    return peer, parts.netloc.rpartition("@")[2], (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connected(peer: Peer) -> socket.socket:
    try:
        line = socket.create_connection((peer.host, peer.port), _CONNECT_SECONDS)
    except OSError as error:
        raise Unreachable(str(error)) from error
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if peer.scheme == "http":
        return line
    try:
        return _context().wrap_socket(line, server_hostname=peer.host)
    except OSError as error:
        line.close()
        raise Unreachable(str(error)) from error


@cache
def _context() -> ssl.SSLContext:
    """Return how we meet a server over TLS: its certificate is checked against what the system trusts."""
    return ssl.create_default_context()


def _has_news(line: socket.socket) -> bool:
    """Tell whether there is something to read on an idle connection, its end included."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return bool(poll.poll(0))
