"""The wire to an engine: what a server may do with HTTP, done by a small real one that plays each part byte by byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from kg.errors import EngineError
from kg.wire import BrokenOff, Unreachable, Wire

Play = Callable[[socket.socket], None]


class Player:
    """A server that reads a request and lets the next part be played; it counts its connections and keeps what it was sent."""

    def __init__(self, parts: list[Play]) -> None:
        self._parts = parts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/query"
        self.connections = 0
        self.requests: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, suppress(OSError, IndexError):
            while request := _read(line):
                self.requests.append(request)
                self._parts.pop(0)(line)

    def close(self) -> None:
        self._listening.close()


def _read(line: socket.socket) -> bytes:
    told = b""
    while b"\r\n\r\n" not in told:
        if not (more := line.recv(65536)):
            return b""
        told += more
    head, _, body = told.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def played(*parts: Play, user: str = "", password: str = "") -> Iterator[tuple[Wire, Player]]:
    player = Player(list(parts))
    wire = Wire(2, user, password)
    try:
        yield wire, player
    finally:
        wire.clear()
        player.close()


def says(*pieces: bytes, close: bool = False) -> Play:
    def play(line: socket.socket) -> None:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(0.005)
        if close:
            line.shutdown(socket.SHUT_RDWR)

    return play


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Odd: a\r\n\r\nyes"


def test_a_connection_is_used_again() -> None:
    with played(says(OK), says(OK)) as (wire, player):
        assert [wire.request("GET", player.url).data for _ in range(2)] == [b"yes", b"yes"]
        assert player.connections == 1


def test_a_request_names_its_host_and_its_length_and_carries_its_headers() -> None:
    with played(says(OK)) as (wire, player):
        reply = wire.request("POST", player.url + "?a=b", b"query=x", {"Accept": "text/csv"})
    head, _, body = player.requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    host = player.url.removeprefix("http://").removesuffix("/query").encode()
    assert lines[0] == b"POST /query?a=b HTTP/1.1"
    assert {b"Host: " + host, b"Content-Length: 7", b"Accept: text/csv"} <= set(lines)
    assert body == b"query=x"
    assert reply.headers["x-odd"] == "a"


def test_a_body_larger_than_one_piece_arrives_whole() -> None:
    body = b"0123456789" * 100_000
    with played(says(OK)) as (wire, player):
        wire.request("PUT", player.url, body)
    assert player.requests[0].endswith(body)


@pytest.mark.parametrize(
    ("pieces", "close"),
    [
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n",), False),
        (
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\ny\r", b"\n2\r\nes\r\n0\r\nX: y\r\n\r\n"),
            False,
        ),
        ((b"HTTP/1.1 200 OK\r\n\r\nye", b"s"), True),
        ((b"HTTP/1.0 200 OK\r\n\r\nyes",), True),
        ((b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", OK), False),
        (tuple(bytes([byte]) for byte in OK), False),
    ],
    ids=[
        "chunked",
        "chunk extension and trailer",
        "until the end of the connection",
        "HTTP 1.0",
        "early hints",
        "byte by byte",
    ],
)
def test_every_way_of_ending_an_answer_is_understood(pieces: tuple[bytes, ...], close: bool) -> None:
    with played(says(*pieces, close=close), says(OK)) as (wire, player):
        reply = wire.request("GET", player.url)
        assert (reply.status, reply.data) == (200, b"yes")
        assert wire.request("GET", player.url).data == b"yes", "the next request must not meet the rest of this one"


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\nContent-Le",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nyes",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n",),
        (b"220 mail.example.org ESMTP\r\n",),
    ],
    ids=["nothing", "in the headers", "before the length", "before the last chunk", "no HTTP"],
)
def test_an_answer_that_is_cut_is_never_whole(pieces: tuple[bytes, ...]) -> None:
    with played(says(*pieces, close=True)) as (wire, player), pytest.raises(BrokenOff):
        wire.request("GET", player.url)


def test_a_connection_that_the_engine_closed_meanwhile_is_not_used() -> None:
    with played(says(OK, close=True), says(OK)) as (wire, player):
        wire.request("GET", player.url)
        time.sleep(0.05)
        assert wire.request("GET", player.url).data == b"yes"
        assert player.connections == 2


def test_an_engine_that_says_nothing_is_waited_for_as_long_as_was_said() -> None:
    with played(lambda line: time.sleep(1)) as (wire, player), pytest.raises(TimeoutError):
        wire.request("GET", player.url, patience=0.1)


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable):
        Wire(1).request("GET", f"http://127.0.0.1:{port}/")


def test_one_who_speaks_no_tls_is_unreachable_over_https() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())
        answer.start()
        with pytest.raises(Unreachable):
            Wire(1).request("GET", f"https://127.0.0.1:{server.getsockname()[1]}/")
        answer.join()


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(EngineError, match="no address of an engine"):
        Wire(1).request("GET", "ftp://127.0.0.1/")


def test_a_stream_that_is_closed_by_another_thread_breaks_off() -> None:
    with played(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes")) as (wire, player):
        reply = wire.request("GET", player.url, whole=False)
        pieces = reply.pieces()
        assert next(pieces) == b"yes"
        threading.Timer(0.05, reply.close).start()
        with pytest.raises(BrokenOff):
            next(pieces)


BASIC = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="r"\r\nContent-Length: 2\r\n\r\nno'
DIGEST = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", qop="auth", nonce="n"\r\nContent-Length: 2\r\n\r\nno'


def test_one_who_is_asked_for_a_name_signs_from_then_on() -> None:
    with played(says(BASIC), says(OK), says(OK), user="dba", password="secret") as (wire, player):
        assert [wire.request("GET", player.url).status for _ in range(2)] == [200, 200]
    assert [b"Authorization: Basic ZGJhOnNlY3JldA==" in request for request in player.requests] == [False, True, True]


def test_digests_count_how_often_they_signed() -> None:
    with played(says(DIGEST), says(OK), says(OK), user="dba", password="secret") as (wire, player):
        assert [wire.request("GET", player.url).status for _ in range(2)] == [200, 200]
    assert [b"nc=00000001" in request for request in player.requests] == [False, True, False]
    assert b"nc=00000002" in player.requests[2]
    assert not any(b"secret" in request for request in player.requests)


@pytest.mark.parametrize("user", ["", "dba"])
def test_one_whom_the_engine_does_not_know_is_told_what_to_set(user: str) -> None:
    with (
        played(says(BASIC), says(BASIC), user=user) as (wire, player),
        pytest.raises(EngineError, match="does not know us"),
    ):
        wire.request("GET", player.url)
