"""Files of references in any form: which one a file is in, read into entries, and what could not be read laid beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from kg.citations import bibtex, csl, library, ris, table
from kg.citations.dialects import DIALECTS
from kg.citations.entry import Broken, Reading
from kg.errors import BadInput

READERS: Mapping[str, Callable[[str], Reading]] = {
    "bibtex": bibtex.read,
    "biblatex": bibtex.read,
    "ris": ris.read,
    "csljson": csl.read,
}
TABLE = "table"
"""References in a table, which is told from a table of other records by its headings."""

_ALL = {**READERS, TABLE: table.read}
_ENDINGS = {".bib": "biblatex", ".bibtex": "bibtex", ".ris": "ris", ".enw": "", ".json": "csljson"}


def read(path: Path, form: str = "") -> Reading:
    """Read a file of references; without `form`, by its ending or else by how it begins."""
    text = bibtex.decoded(path.read_bytes())
    form = _form(path, form, text)
    if form not in _ALL:
        raise BadInput(
            f"{path} is no file of references that we know.", f"Name its form: --format {'|'.join(READERS)}."
        )
    return _once(_ALL[form](text))


def is_library(path: Path, form: str = "") -> bool:
    """Tell whether a file of references is `.bib`, in which more may stand than entries."""
    return _form(path, form, bibtex.decoded(path.read_bytes()[:4096])) in DIALECTS


def _form(path: Path, form: str, text: str) -> str:
    return form or _ENDINGS.get(path.suffix.lower(), "") or _looks_like(text)


def pasted(text: str) -> Reading | None:
    """Read references that somebody pasted, by how they begin, without what is private; None where they are in no form we know."""
    form = _looks_like(text)
    if not form:
        return None
    reading = _once(READERS[form](text))
    reading.entries = list(map(library.public, reading.entries))
    return reading


def is_pasted_library(text: str) -> bool:
    """Tell whether what somebody pasted is `.bib`."""
    return _looks_like(text) in DIALECTS


def _looks_like(text: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("TY  -"):
        return "ris"
    return "csljson" if start.startswith(("[", "{")) else "biblatex" if "@" in start else ""


def _once(reading: Reading) -> Reading:
    """Take a key that stood before from an entry: RIS and CSL-JSON allow that, and the import makes it a key of its own."""
    seen: set[str] = set()
    for place, entry in enumerate(reading.entries):
        if entry.key in seen:
            reading.entries[place] = replace(entry, key="")
        seen.add(entry.key)
    return reading


def rejected(broken: list[Broken]) -> str:
    """Return what could not be read, whole, with line and reason where the form has room for a remark."""
    if all(one.raw.lstrip().startswith("@") for one in broken):
        return "\n".join(f"Line {one.line}: {_remark(one.reason)}.\n{one.raw}\n" for one in broken)
    if all(_is_json(one.raw) for one in broken):
        return "[\n" + ",\n".join(one.raw for one in broken) + "\n]\n"
    return "\n".join(one.raw.rstrip("\n") + "\n" for one in broken)


def _remark(reason: str) -> str:
    """Return a reason without the sign that would begin an entry."""
    return reason.replace("@", "at ").replace("\n", " ")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
