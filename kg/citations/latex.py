"""LaTeX in BibTeX fields to plain Unicode and back."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexencode import UnicodeToLatexEncoder

_MARKED = re.compile(r"[\\{}$~%]|--|``|''")
_BARE = re.compile(r"(?<!\\)([%&#])")
_WORD = re.compile(r"([^\W_]+)")
_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_TYPEWRITTEN = {"–": "--", "—": "---", "“": "``", "”": "''", "‘": "`", "’": "'", "\xa0": "~"}
_READER = LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces=False)
_WRITER = UnicodeToLatexEncoder(
    non_ascii_only=True,
    replacement_latex_protection="braces-all",
    unknown_char_policy="keep",
    unknown_char_warning=False,
)


def decode(text: str) -> str:
    r"""Return plain Unicode: accents, dashes and quotation marks as characters, braces and commands gone.

    A `%` is a sign like any other in a `.bib` file, not the beginning of a comment. What cannot be read as LaTeX stays as it is.
    """
    if _MARKED.search(text):
        try:
            text = _READER.latex_to_text(harmless(text))
        except Exception:
            return " ".join(text.split())
    return unicodedata.normalize("NFC", " ".join(text.split()))


def harmless(latex: str) -> str:
    """Escape the signs that would end a line or a cell where TeX reads them bare: `%`, `&`, `#`."""
    return _BARE.sub(r"\\\1", latex)


def encode(text: str, *, ascii_only: bool, title: bool = False) -> str:
    """Return text as LaTeX: escaped, accents as commands if `ascii_only`, acronyms in a `title` kept by braces."""
    pieces = _WORD.split(text) if title else [text]
    return "".join(_piece(piece, ascii_only, protect=title and _has_inner_capital(piece)) for piece in pieces)


def to_ascii(latex: str) -> str:
    """Return LaTeX with every accent as a command, which is what classic BibTeX sorts and reads right."""
    return latex if latex.isascii() else "".join(char if char.isascii() else _command(char) for char in latex)


def _piece(text: str, ascii_only: bool, *, protect: bool) -> str:
    escaped = text.translate(_SPECIAL)
    if ascii_only:
        escaped = to_ascii(escaped)
    return f"{{{escaped}}}" if protect else escaped


def _has_inner_capital(word: str) -> bool:
    return any(char.isupper() for char in word[1:])


@cache
def _command(char: str) -> str:
    if char in _TYPEWRITTEN:
        return _TYPEWRITTEN[char]
    return str(_WRITER.unicode_to_latex(char))
