"""LaTeX in BibTeX fields to plain Unicode and back."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pylatexenc import latex2text, latexwalker
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec
from pylatexenc.latexencode import UnicodeToLatexEncoder
from pylatexenc.macrospec import LatexContextDb, MacroSpec

_MARKED = re.compile(r"[\\{}$~%]|--|``|''|[?!]`")
_BARE = re.compile(r"(?<!\\)([%&#])")
_TELLING = re.compile(r"[\\{}$~%&#_^]|--|``|''|[?!]`")
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=`)(?=`)|(?<=')(?=')|(?<=[?!])(?=`)")
"""Between two signs that TeX would join to one: a dash, a quotation mark, the opening marks of Spanish."""
_WORD = re.compile(r"([^\W_]+)")
_INNER_CAPITAL = re.compile(r"[A-Za-z0-9][A-Z]")
"""In ASCII, what `_has_inner_capital` finds: told at a glance, since few titles have one."""
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
_COMBINING = dict(
    zip(
        "`'^\"~=.cvuHkrdb",
        "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u0328\u030a\u0323\u0331",
        strict=True,
    )
)
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ",
    "oe": "œ", "OE": "Œ",
}  # fmt: skip
_ACCENTS = re.compile(
    r"""\{(?<!\\\{)\\(?:[`'^"~=.](?:\\[ij]|[A-Za-z]|\{(?:\\[ij]|[A-Za-z])\})|[cvuHkrdb](?:\ +[A-Za-z]|\{[A-Za-z]\})"""
    r"""|ss|[oOlLij]|aa|AA|ae|AE|oe|OE)\}"""
    r"""|(?<!\\)\\(?:[`'^"~=.](?:[A-Za-z]|\{(?:\\[ij]|[A-Za-z])\})|[cvuHkrdb]\{[A-Za-z]\})"""
)
"""A letter that is a command in braces, an accent on a letter, with or without braces around the whole or the letter."""
_SHELL = dict.fromkeys(map(ord, "{}\\ "))
_NAMED = re.compile(r"\\([A-Za-z]*[A-Z][A-Za-z]*)(?:\s*\{\}|(?![A-Za-z]|\s*[{\[]))")
"""A command that takes nothing: where nobody knows it, its name says more than nothing (`\\TUG`, `\\XeTeX`)."""
_NEEDS_READER = re.compile(r"\\(?![&%#_$])|(?<!\\)\$")
_PLAIN = {
    "{": "", "}": "", "~": " ", "---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡",
    r"\&": "&", r"\%": "%", r"\#": "#", r"\_": "_", r"\$": "$",
}  # fmt: skip
"""Marks that need no grammar. Reading these and the common accents here is what makes 10,000 entries quick."""
_PLAIN_MARKS = re.compile(r"\\[&%#_$]|---?|[?!]`|``|''|[{}~]")
_SHORT = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "copyright": "©", "textcopyright": "©", "-": "", "/": "", ",": " ",
    "textregistered": "®", "texttrademark": "™", "textquotesingle": "'", "textasciicircum": "^", "slash": "/", "newblock": "",
    "BibLaTeX": "BibLaTeX", "Dash": "—",
}  # fmt: skip
"""Commands of bibliographies that the library's tables leave out or read otherwise."""
_SORTING = ("noopsort", "NOOPSORT", "SortNoop", "sortnoop")
"""Commands that say how to sort, and print nothing."""


def _words() -> LatexContextDb:
    texts = latex2text.get_default_latex_context_db()
    texts.add_context_category(
        "bibliographies",
        prepend=True,
        macros=[
            *(MacroTextSpec(name, text) for name, text in _SHORT.items()),
            *(MacroTextSpec(name, "") for name in _SORTING),
            MacroTextSpec("url", "%s"),
            MacroTextSpec("href", "%(2)s"),
            MacroTextSpec("enquote", "“%(2)s”"),
            MacroTextSpec("mkbibquote", "“%s”"),
        ],
    )
    return texts


def _grammar() -> object:
    commands = latexwalker.get_default_latex_context_db()
    commands.add_context_category(
        "bibliographies",
        prepend=True,
        macros=[
            *(MacroSpec(name, "") for name in _SHORT),
            *(MacroSpec(name, "{") for name in _SORTING),
            MacroSpec("url", "{"),
            MacroSpec("href", "{{"),
            MacroSpec("enquote", "*{"),
            MacroSpec("mkbibquote", "{"),
        ],
    )
    return commands


_TEXTS, _GRAMMAR = _words(), _grammar()
_READER = LatexNodes2Text(_TEXTS, math_mode="text", keep_comments=True, strict_latex_spaces=False)
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
        text = _ACCENTS.sub(_accented, text)
        if not _NEEDS_READER.search(text):
            text = _PLAIN_MARKS.sub(lambda found: _PLAIN[found[0]], text)
            return unicodedata.normalize("NFC", " ".join(text.split()))
        try:
            plain = _READER.latex_to_text(_NAMED.sub(_name, harmless(text)), latex_context=_GRAMMAR)
        except Exception:
            return " ".join(text.split())
        text = plain if plain.strip() else text.translate(_SHELL)  # a command that nobody knows is better than nothing
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _name(found: re.Match[str]) -> str:
    return found[0] if _TEXTS.get_macro_spec(found[1]) is not None else f"{{{found[1]}}}"


def _accented(found: re.Match[str]) -> str:
    core = found[0].translate(_SHELL)
    return _LETTERS.get(core) or unicodedata.normalize("NFC", core[1] + _COMBINING[core[0]])


def harmless(latex: str) -> str:
    """Escape the signs that would end a line or a cell where TeX reads them bare: `%`, `&`, `#`."""
    return _BARE.sub(r"\\\1", latex)


def encode(text: str, *, ascii_only: bool, title: bool = False) -> str:
    """Return text as LaTeX: escaped, accents as commands if `ascii_only`, acronyms in a `title` kept by braces."""
    if is_bare(text) and not (title and _INNER_CAPITAL.search(text)):
        return text
    pieces = _WORD.split(text) if title else [text]
    return "".join(_piece(piece, ascii_only, protect=title and _has_inner_capital(piece)) for piece in pieces)


def is_bare(text: str) -> bool:
    """Tell whether text is the same in plain text and in LaTeX: ASCII without a sign that means something to TeX."""
    return text.isascii() and not _TELLING.search(text)


def to_ascii(latex: str) -> str:
    """Return LaTeX with every accent as a command, which is what classic BibTeX sorts and reads right."""
    return latex if latex.isascii() else "".join(char if char.isascii() else _command(char) for char in latex)


def _piece(text: str, ascii_only: bool, *, protect: bool) -> str:
    escaped = _LIGATURES.sub("{}", text.translate(_SPECIAL))
    if ascii_only:
        escaped = to_ascii(escaped)
    return f"{{{escaped}}}" if protect else escaped


def _has_inner_capital(word: str) -> bool:
    return any(char.isupper() for char in word[1:])


@cache
def _command(char: str) -> str:
    """Return the command for a character; the character itself where none reads back as that character."""
    if char in _TYPEWRITTEN:
        return _TYPEWRITTEN[char]
    command = str(_WRITER.unicode_to_latex(char))
    return command if decode(f"a{command}a") == f"a{char}a" else char
