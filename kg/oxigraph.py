"""The managed Oxigraph server: one for a data folder, shared by all who use it, ended with the last of them.

A small *keeper* process (`python -m kg.oxigraph`) holds the folder's lock, runs the server, starts it again when it dies, and
listens on a Unix socket. Whoever uses the engine keeps a connection to that socket open. The kernel closes it however a process
ends, so when the last user is gone the keeper knows, stops the server and leaves. If the keeper is killed, the kernel kills the
server too.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from kg.errors import BaseBusy, EngineDown

_START_SECONDS = 30.0
_GRACE_SECONDS = 0.5
_STOP_SECONDS = 10.0
_TICK_SECONDS = 0.1
_LOG_BYTES = 1_000_000
_PR_SET_PDEATHSIG = 1
_WELCOME = b"!"
_NOTE = "engine.json"
_LOCK = "engine.lock"
_LOG = "engine.log"


# -- for those who use the engine ------------------------------------------------------------------------------------------


class Attachment:
    """A share in the engine of a data folder; it lasts until `close` or the end of the process."""

    def __init__(self, data: Path, memory: int, timeout: int) -> None:
        self._asked = (data, memory, timeout)
        self._line: socket.socket | None = None
        self._renewing = threading.Lock()
        self.url = ""
        self.renew()

    def renew(self) -> str:
        """Connect again if the keeper has gone, starting another; return the engine's address."""
        with self._renewing:
            if self._line is None or not _connected(self._line):
                self.close()
                self._line, self.url = _connect(*self._asked)
            return self.url

    def stop(self, deaf_seconds: float) -> None:
        """End a server that has not kept its time limit, unless it began only since; its keeper starts another."""
        note = self._asked[0] / _NOTE
        with contextlib.suppress(OSError, ValueError):
            if time.time() - note.stat().st_mtime >= deaf_seconds:
                os.kill(json.loads(note.read_text())["server"], signal.SIGKILL)

    def close(self) -> None:
        """Give the share back; the last one ends the engine."""
        if self._line is not None:
            self._line.close()
            self._line = None


attach = Attachment
"""Share in the engine of a data folder, starting it if nobody has; memory in MiB, query time limit in seconds."""


@contextmanager
def service_lock(data: Path, address: str) -> Iterator[None]:
    """Be the one service on a data folder; a second one is told who the first is."""
    with (data / "service.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise BaseBusy(
                f"Another service ({lock.read().strip() or 'of unknown address'}) already runs on {data}."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {address}")
        lock.flush()
        yield


def _connected(line: socket.socket) -> bool:
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _connect(data: Path, memory: int, timeout: int) -> tuple[socket.socket, str]:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            note = json.loads((data / _NOTE).read_text())
            line = socket.socket(socket.AF_UNIX)
            with contextlib.ExitStack() as unless_welcome:
                unless_welcome.callback(line.close)
                line.connect(note["socket"])
                if line.recv(1) == _WELCOME:
                    unless_welcome.pop_all()
                    return line, str(note["url"])
        if not _start_keeper(data, memory, timeout):
            raise EngineDown(
                f"The embedded engine did not start: {_last_words(data)}", f"The whole story is in {data / _LOG}."
            )
        time.sleep(_TICK_SECONDS / 5)
    raise EngineDown(f"The embedded engine did not answer within {_START_SECONDS:.0f} seconds.", f"See {data / _LOG}.")


def _start_keeper(data: Path, memory: int, timeout: int) -> bool:
    """Start a keeper, which goes to the background when the server answers; when one is there already the new one just leaves."""
    with (data / _LOG).open("ab") as log:
        command = [sys.executable, "-m", "kg.oxigraph", str(data), str(memory), str(timeout)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode == 0


def _last_words(data: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (data / _LOG).read_text("utf-8", "replace").strip().splitlines()
        told = [line for line in lines if line.startswith("Error")] or lines
        return told[-1] if told else "it said nothing"
    return "it left no log"


# -- the keeper -------------------------------------------------------------------------------------------------------------


class _Keeper:
    """Runs the server for as long as somebody is connected."""

    def __init__(self, data: Path, memory: int, timeout: int) -> None:
        self.data = data
        self.memory = memory
        self.timeout = timeout
        self.port = free_port()
        self.door = ""
        self.server: subprocess.Popen[bytes] | None = None
        self.lines: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, started: Callable[[], None]) -> None:
        """Serve until the last user is gone; `started` is called when the server answers."""
        folder = tempfile.mkdtemp(prefix="open-urban-")  # the path of a Unix socket may not exceed 108 bytes
        try:
            door = socket.socket(socket.AF_UNIX)
            self.door = f"{folder}/engine"
            door.bind(self.door)
            door.listen(64)
            self.start()
            self._note()
            started()
            self._watch(door)
        finally:
            self.stop()
            (self.data / _NOTE).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def _note(self) -> None:
        fresh = self.data / (_NOTE + ".new")
        server = self.server.pid if self.server else 0
        fresh.write_text(json.dumps({"url": self.url, "socket": self.door, "keeper": os.getpid(), "server": server}))
        fresh.replace(self.data / _NOTE)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [program(), "serve", "--location", str(self.data / "triples"), "--bind", f"127.0.0.1:{self.port}",
                   "--union-default-graph", "--timeout-s", str(self.timeout)]  # fmt: skip
        self.server = subprocess.Popen(command, preexec_fn=_leash(self.memory), stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                sys.exit(f"oxigraph ended with {self.server.returncode}")
            with contextlib.suppress(URLError, OSError), urlopen(self.url, timeout=2):
                return
            time.sleep(_TICK_SECONDS / 5)
        sys.exit(f"oxigraph did not answer within {_START_SECONDS:.0f} seconds")

    def stop(self) -> None:
        """End the server, kindly first."""
        if self.server is None or self.server.poll() is not None:
            return
        self.server.terminate()
        try:
            self.server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def _watch(self, door: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(door, selectors.EVENT_READ)
            alone_since = time.monotonic()
            while self.lines or time.monotonic() - alone_since < _GRACE_SECONDS:
                for key, _ in selector.select(_TICK_SECONDS):
                    self._hear(selector, door, key.fileobj)
                if self.lines:
                    alone_since = time.monotonic()
                if self.server is not None and self.server.poll() is not None:
                    print(f"oxigraph ended with {self.server.returncode}; starting it again", flush=True)
                    self.start()
                    self._note()
                _trim(self.data / _LOG)

    def _hear(self, selector: selectors.BaseSelector, door: socket.socket, spoke: object) -> None:
        """Welcome a new user, or see one off: users never say anything, so news on their line is its end."""
        if spoke is door:
            line, _ = door.accept()
            line.sendall(_WELCOME)
            self.lines.append(line)
            selector.register(line, selectors.EVENT_READ)
        elif isinstance(spoke, socket.socket):
            selector.unregister(spoke)
            self.lines.remove(spoke)
            spoke.close()


def _leash(memory: int) -> Callable[[], None]:
    """Return what the server does before it begins: cap its memory (MiB), and on Linux die with its keeper."""

    def leash() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_AS, (memory * 2**20, memory * 2**20))

    return leash


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program() -> str:
    """Find the server that the PyPI package `oxigraph` installs beside Python."""
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        sys.exit("the program oxigraph is not installed: pip install oxigraph")
    return found


def _trim(log: Path) -> None:
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LOG_BYTES:
            os.truncate(log, 0)


def main() -> None:
    """Keep the engine of a data folder, unless another keeper does."""
    data, memory, timeout = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with (data / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        reader, writer = os.pipe()
        if (
            os.fork()
        ):  # in the foreground: wait for news from the background, where the server lives and dies with its parent
            os.close(writer)
            sys.exit(0 if os.read(reader, 1) else 1)
        os.close(reader)
        os.setsid()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        _Keeper(data, memory, timeout).run(lambda: _say(writer))


def _say(writer: int) -> None:
    os.write(writer, _WELCOME)
    os.close(writer)


if __name__ == "__main__":
    main()
