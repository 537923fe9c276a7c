"""One text in several languages, and which of them a reader gets."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

Words = tuple[tuple[str, str], ...]
"""The text in each language that it was written in: pairs of language and text."""

_WORD = re.compile(r"[^\s-]+")


def words_in(words: Words, language: str, default: str) -> str:
    """Return the text in a language, or the default where nobody has translated it yet."""
    return dict(words).get(language, default)


class Text(str):
    """A text that knows its language; empty where nobody said it."""

    language: str

    def __new__(cls, text: str, language: str | None = "") -> Text:
        """Make a text of words and the language that they are in."""
        made = super().__new__(cls, text)
        made.language = language or ""
        return made

    def lower(self) -> Text:
        """Return the same words in small letters, still in their language; an acronym keeps its capitals."""
        return Text(small(str(self)), self.language)


def small(text: str) -> str:
    """Return words in small letters, as they stand in a sentence; an acronym (SWOT, API) keeps its capitals."""
    if isinstance(text, Text):
        return text.lower()
    return _WORD.sub(lambda word: word[0] if sum(map(str.isupper, word[0])) > 1 else word[0].lower(), text)


class PersonsName(str):
    """What somebody is called: a citation tells the family name from the given ones, and takes every other name for a body's."""


def alphabetic(text: str) -> str:
    """Return the key by which names are put in the order of the alphabet: neither capitals nor accents count."""
    bare = (char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return "".join(bare)


def spoken_in(text: str, other: str) -> str:
    """Return the language that a text knows to be in, else the other one."""
    return getattr(text, "language", "") or other


def text_in(words: Words, language: str, other: str) -> Text:
    """Return the text in a language, else in the other one, with the language that it is in; empty where it is in neither."""
    said = dict(words)
    spoken = language if language in said else other
    return Text(said.get(spoken, ""), spoken)


class Say(Protocol):
    """How a sentence is said: in whose language, with what is given in the places of its `%(name)s`."""

    def __call__(self, text: str, /, **given: object) -> str:
        """Say it."""


def plainly(text: str, /, **given: object) -> str:
    """Say a sentence in English."""
    return text % given


def phrase(text: str) -> str:
    """Mark a text for the catalogues of translations, and return it as it is: who shows it says it in the reader's language."""
    return text
