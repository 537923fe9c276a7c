"""What the tests stand on: a base with the shipped corpus, the app, a running service, a browser. All of it real."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient

import servers
from kg import entries
from kg.base import Base, open_base
from kg.settings import Settings
from kg.web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from browser import Open

KG = Path(__file__).resolve().parent.parent / "kg"
UNFIT = shutil.ignore_patterns("engine.*", "*.lock")
"""What belongs to a running engine, not to its data."""

START_SECONDS = 300
"""A first start sets up an environment and loads the whole corpus; a slow machine with other work may take its time."""


# -- the order of the tests, and a loud word on those that could not run -------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make pictures` say where the pictures of pages go."""
    parser.addoption("--pictures", metavar="FOLDER", help="take the pictures of the main pages into this folder")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the fast tests first, then the browser, then the slow ones; take pictures only where they are asked for."""
    if not config.getoption("--pictures"):
        unasked = [item for item in items if item.get_closest_marker("pictures")]
        config.hook.pytest_deselected(items=unasked)
        items[:] = [item for item in items if item not in unasked]

    def patience(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker("slow") else 1 if item.get_closest_marker("browser") else 0

    items.sort(key=patience)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests could not run, where nobody overlooks it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} tests COULD NOT RUN", red=True, bold=True)
        for reason in sorted({str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)}):
            terminalreporter.write_line(reason, red=True)


# -- in this process -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the shipped corpus was loaded; to be copied, never opened.

    It is kept between runs for as long as neither the corpus nor what reads and stores it has changed.
    """
    state = hashlib.sha256(entries.digest(entries.shipped_paths()).encode())
    for path in sorted(path for path in KG.rglob("*") if path.suffix in (".py", ".rq") and "web" not in path.parts):
        state.update(path.read_bytes())
    kept = request.config.cache.mkdir("loaded")
    ready = kept / state.hexdigest()[:16]
    with (kept.parent / "loaded.lock").open("w") as lock:  # the tests run in two processes, and one of them loads
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            for outdated in kept.iterdir():
                shutil.rmtree(outdated, ignore_errors=True)
            fresh = tmp_path_factory.mktemp("loaded") / "data"
            with open_base(Settings(data=fresh)) as base:
                loading = entries.load_shipped(base)
                assert loading is not None
                assert loading.unreadable == []
                assert loading.refused == set()
            shutil.copytree(fresh, ready.with_suffix(".new"), ignore=UNFIT)
            ready.with_suffix(".new").replace(ready)
    return ready


@pytest.fixture(scope="session")
def settings(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the base that the tests read."""
    data = tmp_path_factory.mktemp("base") / "data"
    shutil.copytree(loaded, data)
    return Settings(data=data)


@pytest.fixture(scope="session")
def base(settings: Settings) -> Iterator[Base]:
    """A base that holds the shipped corpus; a test that writes makes its own."""
    with open_base(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def app(base: Base) -> Flask:
    """The web application over that base."""
    made = create_app(base=base)
    made.testing = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who asks the application."""
    return app.test_client()


# -- for tests that write ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A base with the shipped corpus that the tests of one module may change."""
    data = tmp_path_factory.mktemp("own") / "data"
    shutil.copytree(loaded, data)
    with open_base(Settings(data=data)) as opened:
        yield opened


@pytest.fixture(scope="module")
def door(own: Base) -> Flask:
    """The web application over the module's own base."""
    made = create_app(base=own)
    made.testing = True
    return made


@pytest.fixture
def visitor(door: Flask) -> FlaskClient:
    """Somebody who has sent nothing yet."""
    door.extensions["sent"].storage.reset()
    return door.test_client()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a base with the ontology and no record, to be copied."""
    data = tmp_path_factory.mktemp("bare") / "data"
    with open_base(Settings(data=data)) as opened:
        entries.write_ontology(opened)
    return data


@pytest.fixture
def empty(bare: Path, tmp_path: Path) -> Iterator[Base]:
    """A base with the ontology and no record."""
    shutil.copytree(bare, tmp_path / "data", ignore=UNFIT)
    with open_base(Settings(data=tmp_path / "data")) as opened:
        yield opened


# -- as a process of its own ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Service:
    """A running `kg serve`."""

    address: str
    data: Path
    log: Path


def clean_environment(**settings: object) -> dict[str, str]:
    """Return this environment with no `KG_*` but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return kept | {f"KG_{name.upper()}": str(value) for name, value in settings.items()}


def wait_until_healthy(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until a service answers; fail with its log when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"kg serve ended with {process.returncode}:\n{log.read_text('utf-8', 'replace')}")
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(f"{address}/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"kg serve is not healthy after {START_SECONDS} s:\n{log.read_text('utf-8', 'replace')}")


@contextmanager
def run_service(kg: Sequence[str], folder: Path, **settings: object) -> Iterator[Service]:
    """Run `kg serve` in a folder, with its data below it, until the block ends."""
    address = f"http://127.0.0.1:{(port := servers.port())}"
    data, log = folder / "data", folder / "service.log"
    environment = clean_environment(**{"data": data, "host": "127.0.0.1", "port": port, "workers": 1} | settings)
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*kg, "serve"], cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(process, address, log)
        yield Service(address, data, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            pytest.fail(f"kg serve did not end when it was told to:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def running() -> Callable[..., object]:
    """The means to run a service of one's own: `with running([kg], folder) as service`."""
    return run_service


@pytest.fixture(scope="session")
def service(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the shipped corpus, on a port of its own."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(loaded, folder / "data")
    with run_service([sys.executable, "-m", "kg"], folder) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the test cannot run, which is a failure where it could have been installed."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'"
    )
    from browser import chromium, could_be_installed

    path = chromium()
    if path is None:
        reason = "there is no Chromium or Chrome on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI") and could_be_installed():
            pytest.fail(reason)
        pytest.skip(reason)
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, service: Service, tmp_path: Path) -> Open:
    """Open the service as a reader: `with visit("phone") as eyes`."""
    from browser import reader

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    return partial(reader, browser, service.address, pictures)
