"""A file of tables: SQLite, opened anew for each use, because web workers are threads and a connection opens in microseconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_SECONDS = 30


class TableFile:
    """One SQLite file with its schema (statements that may be run again); a file that was deleted begins anew."""

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._schema = schema
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

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(self._schema)
