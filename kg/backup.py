"""Backup and restore: the private tables and the triples of one moment, with a manifest that tells whether they are whole."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg import __version__
from kg.desk.journal import Journal
from kg.dumps import quads, sha256, write
from kg.errors import BadInput

_MANIFEST = "manifest.json"
_TRIPLES = "open-urban.nq.gz"
_JOURNAL = "journal.sqlite"


def backup(data: Path, target: Path) -> int:
    """Copy what a data folder holds into a new folder, also while it is being served; return the revision.

    The triples are written from the copy of the journal, so both are of one moment. The folder gets its name when it is whole.
    The key that signs sessions and open forms (`secret.key`) stays behind: with it whoever holds a copy could sit down at the desk.
    A restored base makes a new one: curators sign in again, and a form that was open is checked and sent once more.
    """
    if target.exists():
        raise BadInput(f"{target} is there already.", "Name a folder that is not there yet.")
    if not (data / _JOURNAL).is_file():
        raise BadInput(f"{data} holds no base.", "Set KG_DATA to the data folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}.half-{os.getpid()}")
    half.mkdir()
    try:
        for table in sorted(data.glob("*.sqlite")):
            _copy(table, half / table.name)
        with Journal(half / _JOURNAL).snapshot() as (revision, graphs):
            write(half / _TRIPLES, graphs, quads)
        for leftover in half.glob("*.sqlite-*"):
            leftover.unlink()
        files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in sorted(half.iterdir())}
        told = {"version": __version__, "made": _now(), "revision": revision, "files": files}
        (half / _MANIFEST).write_text(json.dumps(told, indent=1) + "\n")
        half.rename(target)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return revision


def restore(source: Path, data: Path) -> int:
    """Put a backup into an empty or new data folder; return its revision. The engine is filled when the base is opened next."""
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BadInput(f"{data} is not empty.", "Restore into an empty data folder, then point KG_DATA to it.")
    told = _manifest(source)
    data.parent.mkdir(parents=True, exist_ok=True)
    half = data.with_name(f"{data.name}.half-{os.getpid()}")
    half.mkdir()
    try:
        for name in told["files"]:
            if name.endswith(".sqlite"):
                shutil.copyfile(source / name, half / name)
        half.rename(data)  # takes the place of an empty folder, in one step
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return int(told["revision"])


def _manifest(source: Path) -> dict[str, Any]:
    """Read a manifest and check every file against it."""
    try:
        told: dict[str, Any] = json.loads((source / _MANIFEST).read_text("utf-8"))
        files = told["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{source} is no backup: its {_MANIFEST} cannot be read ({error}).") from error
    for name, known in files.items():
        path = source / name
        if Path(name).name != name or not path.is_file() or sha256(path) != known["sha256"]:
            raise BadInput(f"{path} is missing or was changed since the backup.", "Take another backup.")
    return told


def _copy(source: Path, target: Path) -> None:
    """Copy a SQLite file while others write to it."""
    reading, writing = sqlite3.connect(source, timeout=30), sqlite3.connect(target)
    try:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
    finally:
        reading.close()
        writing.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
