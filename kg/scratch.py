"""A scratch store: an Oxigraph of its own in memory, where an update is tried before anything is written, and may be stopped."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from kg import quirks
from kg.errors import BadInput, EngineDown, QueryTimeout, TooLarge
from kg.keeper import free_port, listens, program
from kg.wire import Wire

_N_QUADS = "application/n-quads"
_N_TRIPLES = "application/n-triples"
_START_SECONDS = 10.0
_TICK_SECONDS = 0.02
# The shell tells the number of the server and holds it on a leash: when its input ends, with us or before, the server is killed.
_LEASH = 'ulimit -v "$1"; shift; "$@" >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -KILL $!'

Dataset = Iterable[tuple[str, str]]


class Scratch:
    """A running scratch store at an address."""

    def __init__(self, url: str, timeout: int) -> None:
        self._url = url
        self._timeout = timeout
        self._wire = Wire(timeout)

    def fill(self, statements: bytes) -> None:
        """Put N-Quads in; those without a graph go to the default graph."""
        self._send("POST", "/store", statements, _N_QUADS)

    def update(self, text: str, dataset: Dataset = ()) -> None:
        """Apply an update; a mistake in it raises BadInput with its place, one that takes too long QueryTimeout.

        Where neither the update nor `dataset` says otherwise, it looks at the union of all graphs, as queries do.
        """
        named = list(dataset)
        try:
            self._change(text, named or quirks.UNION)
        except BadInput as error:
            if quirks.UNION_REFUSED not in error.detail:
                raise
            self._change(text, [])

    def _change(self, text: str, parameters: Dataset) -> None:
        path = "/update?" + urlencode(list(parameters))
        self._send("POST", path, text.encode(), "application/sparql-update", text)

    def statements(self) -> bytes:
        """Return everything as N-Quads."""
        return self._send("GET", "/store", b"", "")

    def default(self) -> bytes:
        """Return the default graph as N-Triples."""
        return self._send("GET", "/store?default", b"", "", accept=_N_TRIPLES)

    def alive(self) -> bool:
        """Tell whether it answers."""
        try:
            return self._wire.request("GET", self._url, patience=1).status < 500
        except OSError:
            return False

    def _send(self, method: str, path: str, body: bytes, media: str, text: str = "", accept: str = _N_QUADS) -> bytes:
        headers = {"Accept": accept} | ({"Content-Type": media} if media else {})
        try:
            response = self._wire.request(method, self._url + path, body, headers)
        except TimeoutError as error:
            raise QueryTimeout(f"The update was tried on a copy and stopped after {self._timeout} seconds.") from error
        except OSError as error:
            raise TooLarge("The copy on which the update was tried died of it; it may need too much memory.") from error
        if response.status == 400 or (response.status >= 400 and text):
            raise BadInput(*quirks.plain(response.data.decode("utf-8", "replace"), text))
        if response.status >= 400:
            raise EngineDown(f"The scratch store answered {response.status}.")
        return response.data


@contextmanager
def scratch(memory: int, timeout: int) -> Iterator[Scratch]:
    """Run a scratch store with a cap on its memory (MiB) and on each step's time (seconds)."""
    port = free_port()
    server = [program(), "serve", "--bind", f"127.0.0.1:{port}"]
    command = ["/bin/sh", "-c", _LEASH, "sh", str(memory * 1024), *server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as leash:
        try:
            process = int(leash.stdout.readline()) if leash.stdout else 0
            store = Scratch(f"http://127.0.0.1:{port}", timeout)
            deadline = time.monotonic() + _START_SECONDS
            while not (store.alive() and listens(process, port)):
                if time.monotonic() > deadline:
                    raise EngineDown(f"The scratch store did not start within {_START_SECONDS:.0f} seconds.")
                time.sleep(_TICK_SECONDS)
            yield store
        finally:
            if leash.stdin is not None:
                leash.stdin.close()
