"""README's first command, as a newcomer gives it: in a clone without a virtual environment, with no setting but a port."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

import servers
from conftest import wait_until_healthy
from test_wheel import BUILT_FROM, ROOT, without_settings

pytestmark = pytest.mark.slow


def test_one_command_serves_from_a_fresh_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for name in (*BUILT_FROM, "Makefile", "server.py"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, clone / name)
    port, log = servers.port(), tmp_path / "serve.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            ["make", "serve"], cwd=clone, env=without_settings(port=port), stdout=written, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(process, f"http://127.0.0.1:{port}", log)
        with urlopen(f"http://127.0.0.1:{port}/policy/il-gov-resolution-1933-2016", timeout=60) as page:
            assert b"Government Resolution 1933" in page.read()
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert "Loading the base" in log.read_text("utf-8", "replace"), "it shows how far it is"
