"""Engines as servers of their own: a plain Oxigraph and a Virtuoso 7, started by the tests in a folder, killed, started again."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

START_SECONDS = 60

VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 40
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = .

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20

[SPARQL]
ResultSetMaxRows = {rows}
"""


class Server:
    """A running server: its address, the settings of a service that uses it, and the power over its life."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, address: str, settings: dict[str, object]
    ) -> None:
        self.name = name
        self.address = address
        self.settings = settings
        self._command = command
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "server.out").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{(self._folder / 'server.out').read_text('utf-8', 'replace')}")
            with suppress(URLError, OSError):
                try:
                    urlopen(self.address, timeout=2).close()
                    return
                except HTTPError as error:
                    error.close()
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not answer within {START_SECONDS} s")

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        (self._folder / "virtuoso.lck").unlink(missing_ok=True)  # a kill leaves it, and Virtuoso minds it for a while

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid if self._process else 0


PORTS = range(10_000, 32_000)
"""Below those from which a system takes one for each connection that goes out: what is free stays so until it is used."""


def port() -> int:
    """Return a port that nobody listens on."""
    while True:
        found = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", found))
            return found


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


def oxigraph(folder: Path, *, seconds: int = 30) -> AbstractContextManager[Server]:
    """Run a plain Oxigraph, whose default graph is not the union."""
    address = f"http://127.0.0.1:{(free := port())}"
    program = str(Path(sys.executable).parent / "oxigraph")
    command = [program, "serve", "--location", "triples", "--bind", f"127.0.0.1:{free}", "--timeout-s", str(seconds)]
    settings: dict[str, object] = {"engine": f"{address}/query"}
    return _running(Server("oxigraph", command, folder, address, settings))


def virtuoso_program() -> str | None:
    """Find Virtuoso 7 as Debian's package `virtuoso-opensource-7-bin` installs it."""
    return shutil.which("virtuoso-t")


def virtuoso(folder: Path, *, rows: int = 1_000_000, buffers: int = 20_000) -> AbstractContextManager[Server]:
    """Run a Virtuoso 7 on a new database; `rows`: where it cuts answers, `buffers`: pages of 8 kB in memory."""
    program = virtuoso_program()
    assert program is not None
    http = port()
    written = VIRTUOSO_INI.format(sql=port(), http=http, rows=rows, buffers=buffers, dirty=buffers * 3 // 4)
    (folder / "virtuoso.ini").write_text(written)
    address = f"http://127.0.0.1:{http}"
    settings: dict[str, object] = {
        "engine": f"{address}/sparql",
        "engine_update": f"{address}/sparql-auth",
        "engine_graphs": f"{address}/sparql-graph-crud-auth",
        "engine_user": "dba",
        "engine_password": "dba",
    }
    command = [program, "+configfile", "virtuoso.ini", "+foreground"]
    return _running(Server("virtuoso", command, folder, f"{address}/sparql", settings))


def main() -> None:
    """Say where Virtuoso is; exit with 1 where there is none, for `make programs`."""
    program = virtuoso_program()
    print(program or "no Virtuoso")
    sys.exit(0 if program else 1)


if __name__ == "__main__":
    main()
