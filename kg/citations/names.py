"""Names of people and bodies: split as BibTeX splits them, written so that BibTeX splits them again the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts, split_multiple_persons_names

from kg.citations import latex

_KEYED = re.compile(
    r"\b((?:family|given|prefix|suffix)(?:-i)?|useprefix|sortingnamekeytemplatename|id)\s*=\s*", re.IGNORECASE
)
_HANGING = re.compile(r"^(?:and\s+)+|(?:\s+and)+\s*$", re.IGNORECASE)
_PARTICLES = re.compile(r"(?:[^\W\dA-Z][\w'’.]*\s+)+(?=\w)")


@dataclass(frozen=True)
class Name:
    """A person by parts, or a body: one with nothing but a `family` that is to be kept whole (`body`)."""

    family: str
    given: str = ""
    prefix: str = ""
    suffix: str = ""
    body: bool = False

    @property
    def spoken(self) -> str:
        """The name in reading order."""
        return " ".join(part for part in (self.given, self.prefix, self.family, self.suffix) if part)


_WORD = re.compile(r"[^\W\d_]{2,}")
OTHERS = Name("others")
"""What stands last where a source cut the list."""


def read(field: str) -> tuple[Name, ...]:
    """Split a field of names joined by ` and `; braces around a whole name say that it is a body's."""
    return tuple(
        _one(name)
        for name in split_multiple_persons_names(_HANGING.sub("", " ".join(field.split())))
        if name.strip(" ,")
    )


def _one(name: str) -> Name:
    name = name.strip()
    if _whole_in_braces(name):
        return Name(latex.decode(name[1:-1]), body=True)
    if "=" in name and (keyed := _keyed(name)):
        return keyed
    try:
        parts = parse_single_name_into_parts(name)
    except InvalidNameError:
        return Name(latex.decode(name), body=True)
    return Name(family=_text(parts.last), given=_text(parts.first), prefix=_text(parts.von), suffix=_text(parts.jr))


def plain(text: str) -> Name:
    """Split a person's name in reading order, which is plain text."""
    return _one(latex.encode(text, ascii_only=False))


def inverted(text: str) -> Name:
    """Read plain text as `von Last, First, Suffix`, which RIS has; without a comma it is a body's, with one at its end one name."""
    family, *rest = (part.strip() for part in text.split(","))
    if text.strip().lower().rstrip(".") in ("et al", "others"):
        return OTHERS
    if not any(rest):
        return Name(family, body="," not in text)
    particles = _PARTICLES.match(family)
    prefix = particles[0].strip() if particles else ""
    return Name(family[len(prefix) :].strip(), rest[0], prefix, ", ".join(filter(None, rest[1:])))


def _keyed(name: str) -> Name | None:
    """Read BibLaTeX's extended form: `family=Beauvoir, given=Simone, prefix=de`."""
    pieces = _KEYED.split(name)
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    keyed = {key.lower(): latex.decode(value.strip(' ,"')) for key, value in pairs}
    if "family" not in keyed:
        return None
    return Name(keyed["family"], keyed.get("given", ""), keyed.get("prefix", ""), keyed.get("suffix", ""))


def _text(words: Iterable[str]) -> str:
    return latex.decode(" ".join(words))


def _whole_in_braces(text: str) -> bool:
    if not (text.startswith("{") and text.endswith("}")):
        return False
    if text.startswith("{\\") and len(_WORD.findall(text)) < 2:  # `{\\AA}` is a letter, `{\\TeX{} Users Group}` a body
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return place == len(text) - 1
    return False


def write(names: Iterable[Name], *, ascii_only: bool) -> str:
    """Join names as `von Last, Jr, First`, bodies in braces."""
    return " and ".join(_written(name, ascii_only) for name in names)


def _written(name: Name, ascii_only: bool) -> str:
    if name == OTHERS:
        return "others"
    family, given, prefix, suffix = (
        latex.encode(part, ascii_only=ascii_only) for part in (name.family, name.given, name.prefix, name.suffix)
    )
    if name.body:
        return f"{{{family}}}"
    small = family[:1].islower() and (given or suffix or " " in family)
    if _hides_joint(family) or (small and not prefix):
        family = f"{{{family}}}"
    if _hides_joint(given):
        given = f"{{{given}}}"
    last = f"{prefix} {family}" if prefix else family
    return ", ".join([last, *([suffix] if suffix else []), *([given] if given or suffix else [])])


def _hides_joint(part: str) -> bool:
    """Tell whether BibTeX would split a part: it holds a comma, or the word `and`."""
    return "," in part or " and " in f" {part} ".lower()
