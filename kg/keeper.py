"""The keeper of an engine: runs the Oxigraph server of a data folder, starts it again when it dies, ends it with its last user.

It holds the folder's lock, runs as a process of its own (`python -m kg.keeper`) and listens on a Unix socket, to which whoever
uses the engine keeps a connection. The kernel closes it however a process ends, so when the last user is gone the keeper knows,
stops the server and leaves. If the keeper is killed, the kernel kills the server too.
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
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

START_SECONDS = 30.0
TICK_SECONDS = 0.1
_GRACE_SECONDS = 0.5
_STOP_SECONDS = 10.0
_LOG_BYTES = 1_000_000
_PORTS = 5
_SLEEPERS_MIB = 65_536
"""Address space for the stacks of the threads by which Oxigraph 0.5 waits for the time limit, one a query; they take no memory."""
_PR_SET_PDEATHSIG = 1
WELCOME = b"!"
NOTE = "engine.json"
LOG = "engine.log"
_LOCK = "engine.lock"


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
            (self.data / NOTE).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def _note(self) -> None:
        fresh = self.data / (NOTE + ".new")
        server = self.server.pid if self.server else 0
        fresh.write_text(json.dumps({"url": self.url, "socket": self.door, "keeper": os.getpid(), "server": server}))
        fresh.replace(self.data / NOTE)

    def start(self) -> None:
        """Start the server and wait until it answers; where somebody else came first to its port, at another one."""
        for _ in range(_PORTS):
            if self._started():
                return
            self.port = free_port()
        sys.exit("no port stays free for oxigraph")

    def _started(self) -> bool:
        """Start the server; tell whether it is the one that answers at our port."""
        command = [program(), "serve", "--location", str(self.data / "triples"), "--bind", f"127.0.0.1:{self.port}",
                   "--union-default-graph", "--timeout-s", str(self.timeout)]  # fmt: skip
        self.server = subprocess.Popen(command, preexec_fn=_leash(self.memory), stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            answers = _answers(self.url)
            if self.server.poll() is not None:
                if answers:
                    return False
                sys.exit(f"oxigraph ended with {self.server.returncode}")
            if answers and listens(self.server.pid, self.port):
                return True
            time.sleep(TICK_SECONDS / 5)
        sys.exit(f"oxigraph did not answer within {START_SECONDS:.0f} seconds")

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
                for key, _ in selector.select(TICK_SECONDS):
                    self._hear(selector, door, key.fileobj)
                if self.lines:
                    alone_since = time.monotonic()
                if self.server is not None and _held(self.server.pid) > self.memory:
                    print(f"oxigraph holds more than {self.memory} MiB", flush=True)
                    self.server.kill()
                    self.server.wait()
                if self.server is not None and self.server.poll() is not None:
                    print(f"oxigraph ended with {self.server.returncode}; starting it again", flush=True)
                    self.start()
                    self._note()
                _trim(self.data / LOG)

    def _hear(self, selector: selectors.BaseSelector, door: socket.socket, spoke: object) -> None:
        """Welcome a new user, or see one off: users never say anything, so news on their line is its end."""
        if spoke is door:
            line, _ = door.accept()
            line.sendall(WELCOME)
            self.lines.append(line)
            selector.register(line, selectors.EVENT_READ)
        elif isinstance(spoke, socket.socket):
            selector.unregister(spoke)
            self.lines.remove(spoke)
            spoke.close()


def _leash(memory: int) -> Callable[[], None]:
    """Return what the server does before it begins: on Linux, cap its address space (MiB) and die with its keeper."""

    def leash() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            most = (memory + _SLEEPERS_MIB) * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    return leash


def _held(process: int) -> int:
    """Return the memory that a process holds, in MiB, without the files that it maps; 0 where the system does not tell."""
    with contextlib.suppress(OSError), Path(f"/proc/{process}/status").open(encoding="ascii", errors="replace") as told:
        return next((int(line.split()[1]) // 1024 for line in told if line.startswith("RssAnon:")), 0)
    return 0


def _answers(url: str) -> bool:
    try:
        urlopen(url, timeout=2).close()
    except HTTPError:
        return True
    except OSError:
        return False
    return True


def listens(process: int, port: int) -> bool:
    """Tell whether it is this process that listens on a port of 127.0.0.1; where the system does not tell, it is believed."""
    try:
        table = Path(f"/proc/{process}/net/tcp").read_text("ascii").splitlines()[1:]
        files = [os.readlink(path) for path in Path(f"/proc/{process}/fd").iterdir()]
    except OSError:
        return sys.platform != "linux"
    sockets = (line.split() for line in table)
    return any(told[1].endswith(f":{port:04X}") and f"socket:[{told[9]}]" in files for told in sockets)


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
    os.write(writer, WELCOME)
    os.close(writer)


if __name__ == "__main__":
    main()
