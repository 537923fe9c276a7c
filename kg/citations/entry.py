"""An entry of a bibliography as a value, whatever form it came in; and what reading a file gives, the broken pieces too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.citations.names import Name


@dataclass(frozen=True)
class Entry:
    """One work, in BibLaTeX's terms and plain Unicode.

    `raw` keeps the source's own LaTeX of a field where the plain text does not tell all of it (mathematics, a protected capital).
    """

    key: str
    type: str
    fields: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Broken:
    """A piece of a file that is no entry: where it begins (line, from 1), why, and its text as it was sent."""

    line: int
    key: str
    reason: str
    raw: str


@dataclass
class Reading:
    """What a file holds."""

    entries: list[Entry] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    holds: frozenset[str] | None = None
    """The fields that the file has room for, where that is not every one: a table has those of its headings."""
