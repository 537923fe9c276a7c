"""Citation keys, and the addresses of references that are made from them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count
from string import ascii_lowercase
from urllib.parse import quote

from kg.citations.entry import Entry
from kg.citations.names import OTHERS

_SMALL_WORDS = frozenset(
    """a an and as at by de der die das des do does el en for from how in into is its la las le les los of on or our o os
    para por que sur the their to towards un una und une von what when where which who why with""".split()  # noqa: SIM905
)
_WORDS = re.compile(r"[a-z0-9]+")
_UNUSABLE = re.compile(r"[\s{}(),=\"#%'\\~]|://|^\d+$")
_LONGEST = 80
DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
"""What the shapes take for a DOI."""
_RESOLVER = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*|doi\s+)", re.IGNORECASE)


def slug(key: str) -> str:
    """Return the last part of a reference's IRI: the key itself, with signs that an IRI does not take escaped."""
    return quote(key, safe="-._~!$'()*+:@")


def usable(key: str) -> str:
    """Return a foreign identifier where BibTeX takes it as a key; nothing for a number, an address, or what holds spaces."""
    return "" if _UNUSABLE.search(key) else key


def bare_doi(text: str) -> str:
    """Return a DOI without the address of its resolver in front."""
    return _RESOLVER.sub("", text.strip())


def made(entry: Entry, taken: Container[str] = ()) -> str:
    """Make a key as authorYEARword in small ASCII letters: `lee2019open`; where that is taken, `lee2019openb`.

    The author is the first one's family name, or a telling word of a body; the word is the first telling one of the title.
    """
    year = re.search(r"\d{4}", entry.fields.get("date", "") or entry.fields.get("year", ""))
    word = next((word for word in _folded(entry.fields.get("title", "")) if _tells(word)), "")
    plain = f"{_author(entry)}{year[0] if year else 'nd'}{word}"
    return next(key for key in _candidates(plain) if key not in taken)


def _author(entry: Entry) -> str:
    people = [name for name in (*entry.names.get("author", ()), *entry.names.get("editor", ())) if name != OTHERS]
    if people and not people[0].body:
        return "".join(_folded(people[0].family)) or "anon"
    bodies = (entry.fields.get(name, "") for name in ("institution", "organization", "publisher"))
    body = people[0].family if people else next(filter(None, bodies), "")
    return next((word for word in _folded(body) if _tells(word)), "anon")


def _tells(word: str) -> bool:
    return word not in _SMALL_WORDS and not word.isdigit()


def address(text: str) -> str:
    """Return a name or title as the last part of an IRI: small ASCII words and hyphens, `rob-kitchin`."""
    words = _folded(text)
    kept = [word for place, word in enumerate(words) if len("-".join(words[: place + 1])) <= _LONGEST]
    return "-".join(kept) or quote("-".join(text.lower().split()), safe="-")[:_LONGEST].rstrip("%") or "x"


def _folded(text: str) -> list[str]:
    """Return the words of a text in small ASCII letters."""
    flat = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l"))
    return _WORDS.findall("".join(char for char in flat.lower() if char.isascii() and char not in "'’"))


def _candidates(plain: str) -> Iterator[str]:
    yield plain
    yield from (plain + letter for letter in ascii_lowercase[1:])
    yield from (f"{plain}{number}" for number in count(27))
