"""The managed Oxigraph server: one for a data folder, shared by all who use it, ended with the last of them (see `kg.keeper`)."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import BaseBusy, EngineDown
from kg.keeper import LOG, NOTE, START_SECONDS, TICK_SECONDS, WELCOME


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
        note = self._asked[0] / NOTE
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
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            note = json.loads((data / NOTE).read_text())
            line = socket.socket(socket.AF_UNIX)
            with contextlib.ExitStack() as unless_welcome:
                unless_welcome.callback(line.close)
                line.connect(note["socket"])
                if line.recv(1) == WELCOME:
                    unless_welcome.pop_all()
                    return line, str(note["url"])
        if not _start_keeper(data, memory, timeout):
            raise EngineDown(
                f"The embedded engine did not start: {_last_words(data)}", f"The whole story is in {data / LOG}."
            )
        time.sleep(TICK_SECONDS / 5)
    raise EngineDown(f"The embedded engine did not answer within {START_SECONDS:.0f} seconds.", f"See {data / LOG}.")


def _start_keeper(data: Path, memory: int, timeout: int) -> bool:
    """Start a keeper, which goes to the background when the server answers; when one is there already the new one just leaves."""
    with (data / LOG).open("ab") as log:
        command = [sys.executable, "-m", "kg.keeper", str(data), str(memory), str(timeout)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode == 0


def _last_words(data: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (data / LOG).read_text("utf-8", "replace").strip().splitlines()
        told = [line for line in lines if line.startswith("Error")] or lines
        return told[-1] if told else "it said nothing"
    return "it left no log"
