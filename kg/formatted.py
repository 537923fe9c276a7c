"""Printed references, kept: a derived file of what each entry looks like in each citation style, which can be deleted at any time.

What is kept is found by the content of the entry, so that it is never stale; where there are too many, some make room.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from markupsafe import Markup

from kg.citations.entry import Entry
from kg.citations.out import csl, pandoc, styles
from kg.citations.out.html import html
from kg.tables import TableFile

_SCHEMA = "CREATE TABLE IF NOT EXISTS printed (name TEXT PRIMARY KEY, html TEXT NOT NULL) WITHOUT ROWID"
_MOST = 50_000
_TRIMMED_EVERY = 1_000
_SECONDS = 20
_WAITING = 50


class Formatted:
    """The printed references of one base."""

    def __init__(self, path: Path) -> None:
        self._file = TableFile(path, _SCHEMA)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="formatted")
        self._waiting: set[str] = set()

    def known(self, entry: Entry, style: str, language: str = "") -> Markup | None:
        """Return an entry as it is printed, at once; where it is not known yet it will be soon, and this says None."""
        name = _name([entry], style, language)
        kept = self._kept(name)
        if kept is None and name not in self._waiting and len(self._waiting) < _WAITING:
            self._waiting.add(name)
            self._writer.submit(self._later, entry, style, language, name)
        return kept[0] if kept else None

    def printed(self, entries: Sequence[Entry], style: str, language: str = "") -> list[Markup]:
        """Return entries as they are printed in one list, each at its own place; pandoc is waited for where they are new.

        `language` is that of the words of the style, where it is not the style's own.
        """
        name = _name(entries, style, language)
        kept = self._kept(name)
        if kept is None:
            found = dict(
                pandoc.references([csl.item(entry) for entry in entries], styles.path(style), _SECONDS, language)
            )
            kept = [html(found.get(entry.key, [])) for entry in entries]
            self._keep(name, kept)
        return kept

    def _later(self, entry: Entry, style: str, language: str, name: str) -> None:
        try:
            self.printed([entry], style, language)
        finally:
            self._waiting.discard(name)

    def _kept(self, name: str) -> list[Markup] | None:
        rows = self._file.ask("SELECT html FROM printed WHERE name = ?", (name,))
        return [Markup(text) for text in json.loads(rows[0][0])] if rows else None

    def _keep(self, name: str, printed: Sequence[Markup]) -> None:
        with self._file.open() as connection:
            number = connection.execute("SELECT count(*) FROM printed").fetchone()[0]
            if number >= _MOST:  # names are hashes: the first of them are any
                connection.execute(
                    "DELETE FROM printed WHERE name IN (SELECT name FROM printed ORDER BY name LIMIT ?)",
                    (_TRIMMED_EVERY,),
                )
            connection.execute("INSERT OR REPLACE INTO printed VALUES (?, ?)", (name, json.dumps(printed)))


def _name(entries: Sequence[Entry], style: str, language: str) -> str:
    """Return one name for these entries in this style and language."""
    said = json.dumps([style, language, [csl.item(entry) for entry in entries]], sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
