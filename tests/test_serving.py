"""The service as a process: it ends when it is told so, whatever its workers are at."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import servers
from conftest import clean_environment

ENDS_WITHIN_SECONDS = 20


@pytest.mark.parametrize("moment", ["port opens", "worker answers"])
def test_a_service_with_many_workers_ends_when_told_to_while_they_start(
    moment: str, loaded: Path, tmp_path: Path
) -> None:
    """A worker that has not yet begun to listen must not swallow the signal."""
    shutil.copytree(loaded, tmp_path / "data")
    port = servers.port()
    settings = clean_environment(data=tmp_path / "data", host="127.0.0.1", port=port, workers=3)
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen([sys.executable, "-m", "kg", "serve"], env=settings, stdout=log, stderr=log)
    try:
        wait_for(port, answer=moment == "worker answers", service=service)
        service.terminate()
        service.wait(ENDS_WITHIN_SECONDS)
    finally:
        service.kill()
        service.wait()
    assert not (tmp_path / "data" / "engine.json").exists() or engine_ends(tmp_path / "data")


def wait_for(port: int, answer: bool, service: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on a port, or answers there."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and service.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            if answer:
                line.sendall(b"GET /health HTTP/1.0\r\n\r\n")
                assert line.recv(12).startswith(b"HTTP/1")
            return
        time.sleep(0.01)
    pytest.fail("the service does not listen")


def engine_ends(data: Path) -> bool:
    """Tell whether the engine follows its last user within its time."""
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if not (data / "engine.json").exists():
            return True
        time.sleep(0.05)
    return False
