"""A file of tables: SQLite, opened anew for each transaction; a short question goes over a connection that its thread keeps."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.02


class TableFile:
    """One SQLite file with its schema (statements that may be run again); a file that was deleted begins anew."""

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._schema = schema
        self._kept = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            self._prepare(connection)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for one transaction: committed at the end of the block, rolled back where it raises."""
        gone = not self.path.exists()
        if gone:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            if gone:  # what lies in the folder `derived` may be deleted at any time
                self._prepare(connection)
            with connection:
                yield connection

    def ask(self, question: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one SELECT: several times cheaper than a transaction, and as fresh."""
        return self._line().execute(question, values).fetchall()

    def _line(self) -> sqlite3.Connection:
        """Return this thread's connection, a new one where the file is another or this process was forked off."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            with self.open():
                found = os.stat(self.path)
        of = (os.getpid(), found.st_dev, found.st_ino)
        kept: _Line | None = getattr(self._kept, "line", None)
        if kept is None or kept.of != of:
            kept = self._kept.line = _Line(
                of, sqlite3.connect(self.path, timeout=_PATIENCE_SECONDS, check_same_thread=False)
            )
        return kept.connection

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables; of several that begin a file at once, SQLite lets one go first and turns the others away."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(self._schema)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE_SECONDS)


class _Line:
    """A kept connection and the process and file that it is of; closed when its thread has gone."""

    def __init__(self, of: tuple[int, int, int], connection: sqlite3.Connection) -> None:
        self.of = of
        self.connection = connection

    def __del__(self) -> None:
        if self.of[0] == os.getpid():  # what a parent opened is the parent's to close
            self.connection.close()
