"""What a paper cites: the keys in LaTeX's `.aux` (BibTeX, and BibLaTeX without biber) and in biber's `.bcf`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

from rapidfuzz import fuzz, process

from kg.errors import BadInput

ALL = "*"
"""What `\\nocite{*}` leaves in the file: everything."""

_CITATION = re.compile(r"\\(?:citation|abx@aux@cite(?:\{\d+\})?)\{([^}]*)\}")
_INPUT = re.compile(r"\\@input\{([^}]*)\}")
_CITEKEY = "{https://sourceforge.net/projects/biblatex}citekey"
_NEAR = 60


def keys(path: Path) -> list[str]:
    """Return the keys that a paper cites, each once, in the order of the paper."""
    found = _in_bcf(path) if path.suffix == ".bcf" else _in_aux(path, path.parent, set())
    return list(dict.fromkeys(key for key in found if key))


def _in_aux(path: Path, folder: Path, seen: set[Path]) -> Iterator[str]:
    """Yield the keys of an `.aux` file and of those that it reads in, which `\\include` makes."""
    if path in seen:
        return
    seen.add(path)
    text = path.read_text("utf-8", "replace")
    for line in text.splitlines():
        if found := _INPUT.match(line.strip()):
            inner = folder / found[1]
            if inner.is_file():
                yield from _in_aux(inner, folder, seen)
        for citation in _CITATION.finditer(line):
            yield from (key.strip() for key in citation[1].split(","))


def _in_bcf(path: Path) -> Iterator[str]:
    try:
        tree = fromstring(path.read_bytes())
    except ParseError as error:
        raise BadInput(
            f"{path} is no control file of biber: {error}.", "Run LaTeX once more to make it anew."
        ) from error
    for element in tree.iter(_CITEKEY):
        yield ALL if element.get("nocite") and element.text == ALL else (element.text or "").strip()


def near(key: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the keys that look most like one that is missing, the likeliest first."""
    found = process.extract(key, known, scorer=fuzz.ratio, processor=str.casefold, limit=count, score_cutoff=_NEAR)
    return [choice for choice, *_ in found]
