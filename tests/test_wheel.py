"""What we hand out works: the wheel, in an empty environment, in another folder, far from this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILT_FROM = (
    "kg",
    "ontologies",
    "bibliography",
    "setup.cfg",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "LICENSE-CONTENT.md",
)
CONTENT = {"ontologies": (".ttl",), "bibliography": (".ttl", ".bib")}

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command, return what it wrote, and fail with everything it said when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel made from it."""
    # A copy, because setuptools keeps a build folder whose old files would find their way into a new wheel.
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--outdir", out, source, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The wheel."""
    [path] = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that holds nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that has nothing to do with the checkout."""
    return tmp_path


def without_settings(**settings: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KG_", "PYTHON"))}
    return kept | {f"KG_{name.upper()}": str(value) for name, value in settings.items()}


def test_the_wheel_holds_every_file_that_the_service_reads(wheel: Path) -> None:
    expected = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "kg").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for folder, endings in CONTENT.items():
        found = {f"kg/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*") if path.suffix in endings}
        assert found, f"{folder} is empty"
        expected |= found
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    assert names == expected
    assert licences == {"LICENSE", "LICENSE-CONTENT.md"}


def test_the_sdist_makes_the_same_wheel(built: Path) -> None:
    # `python -m build` makes the wheel out of the sdist: that the wheel is whole says that the sdist is.
    assert len(list(built.glob("*.tar.gz"))) == len(list(built.glob("*.whl"))) == 1


def test_it_loads_and_answers_from_another_folder(
    installed: Path, elsewhere: Path, running: Callable[..., Any]
) -> None:
    kg, environment = installed / "kg", without_settings(data=elsewhere / "data")
    assert "serve" in run(kg, "--help", cwd=elsewhere, environment=environment)
    where = run(installed / "python", "-c", "import kg; print(kg.__file__)", cwd=elsewhere, environment=environment)
    assert not where.startswith(str(ROOT))
    run(kg, "load", cwd=elsewhere, environment=environment)

    # The service runs on the data folder that was just loaded.
    with running([str(kg)], elsewhere) as service:
        count = "SELECT (COUNT(DISTINCT ?policy) AS ?n) WHERE { ?policy a <https://w3id.org/open-urban/ns#Policy> }"
        asked = Request(
            f"{service.address}/sparql?query={quote(count)}", headers={"Accept": "application/sparql-results+json"}
        )
        with urlopen(asked, timeout=60) as answer:
            [row] = json.load(answer)["results"]["bindings"]
        policies = len(list((ROOT / "bibliography" / "policy").glob("*.ttl")))
        assert int(row["n"]["value"]) == policies > 0
        with urlopen(f"{service.address}/", timeout=60) as answer:
            assert b"Open Urban" in answer.read()
