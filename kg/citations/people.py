"""Who is meant by a name: the person or body whose record an ORCID or the whole name leads to, and else those it may be."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz
from stdnum.iso7064 import mod_11_2

from kg.citations.entry import Entry
from kg.citations.likeness import flat
from kg.citations.names import Name

SOURCE, RULE, READING = "source", "rule", "reading"
"""On what a match rests: an ORCID, the same whole name, or somebody's decision."""

_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?$", re.IGNORECASE)
_ANNOTATED = re.compile(r'(\d+)\s*=\s*"([^"]*)"')
_NOBODY = frozenset(
    ("anon", "anonymous", "unknown", "various", "various authors", "aa vv", "n n", "nn", "s n", "others")
)
_BODIES = re.compile(
    r"\b(universit|minist(?:ry|erio|ère)|bank\b|organi[sz]ation|agency|institute|council|commission|committee|department"
    r"|association|foundation|government|city of|united nations)", re.IGNORECASE,
)  # fmt: skip
_SAME_BODY = 88
_CROWD = 50
_SHORTEST = 3


@dataclass(frozen=True)
class Agent:
    """A person or body that has a record."""

    iri: str
    name: str
    person: bool
    orcid: str = ""


@dataclass(frozen=True)
class Match:
    """Whose name it is and on what that rests; or, where that is open, whose it may be; or nothing."""

    agent: str = ""
    basis: str = ""
    near: tuple[Agent, ...] = ()


def orcid(text: str) -> str:
    """Return an ORCID as 0000-0000-0000-000X; nothing where it is none or its check digit is wrong."""
    found = _ORCID.match(text.strip())
    parts = [part.upper() for part in found.groups()] if found else []
    return "-".join(parts) if parts and mod_11_2.is_valid("".join(parts)) else ""


def orcids(entry: Entry, role: str) -> Mapping[int, str]:
    """Return the ORCIDs that BibLaTeX's annotation of a list of names holds, by place: `author+an:orcid = {1="0000-…"}`."""
    told = _ANNOTATED.findall(entry.fields.get(f"{role}+an:orcid", ""))
    return {int(place): found for place, text in told if (found := orcid(text))}


def is_body(name: Name) -> bool:
    """Tell whether a name that was read as a person's is plainly a body's: `Bank, World`."""
    return not name.body and _BODIES.search(name.spoken) is not None


def is_whole(name: Name) -> bool:
    """Tell whether a name is one that a record can be made of: a body's, or a person's with a given name spelled out."""
    if is_body(name) or flat(name.spoken) in _NOBODY or any(char.isdigit() for char in name.spoken):
        return False
    if name.body:
        return len(name.family) >= _SHORTEST
    first = name.given.split()[0] if name.given.split() else ""
    initials = "." in first or (first.isupper() and len(first) <= _SHORTEST)
    return len(first) > 1 and not initials and first[0].isalpha() and len(name.family) > 1


def may_be(one: str, other: str) -> bool:
    """Tell whether two names can be one person's: the first and the last word fit, and so do all of the shorter in the longer."""
    short, long = sorted((flat(one).split(), flat(other).split()), key=len)
    if not short or short[-1] != long[-1] or not _fits(short[0], long[0]):
        return False
    rest = iter(long[1:])
    return all(any(_fits(word, another) for another in rest) for word in short[1:])


def _fits(one: str, other: str) -> bool:
    """Tell whether a word is the same, its initial, or a shorter form of three letters or more."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and (len(shorter) in (1, len(longer)) or len(shorter) >= _SHORTEST)


def headings(name: str, person: bool, number: str = "") -> Iterator[str]:
    """Yield under what a person or body is looked up: the ORCID, the whole name, and what tells the name from others."""
    kind = "person" if person else "body"
    if number:
        yield f"orcid {number}"
    yield f"{kind} is {_plain(name)}"
    yield from (f"{kind} near {word}" for word in _telling(name, person))


class Directory:
    """The people and bodies that have records, found by ORCID, by whole name, and by what a name may stand for."""

    def __init__(self, agents: Iterable[Agent] = ()) -> None:
        self._orcids: dict[str, Agent] = {}
        self._names: dict[tuple[str, bool], dict[str, Agent]] = defaultdict(dict)
        self._near: dict[tuple[str, bool], dict[str, Agent]] = defaultdict(dict)
        for agent in agents:
            self.put(agent)

    def put(self, agent: Agent) -> None:
        """Add a person or body."""
        if agent.orcid:
            self._orcids[agent.orcid] = agent
        self._names[_plain(agent.name), agent.person][agent.iri] = agent
        for word in _telling(agent.name, agent.person):
            self._near[word, agent.person].setdefault(agent.iri, agent)

    def whose(self, name: Name, number: str = "") -> Match:
        """Return whose name this is, `number` being the ORCID that stands beside it."""
        if number in self._orcids:
            return Match(self._orcids[number].iri, SOURCE)
        same = list(self._names.get((_plain(name.spoken), not name.body), {}).values())
        same = [agent for agent in same if not number or not agent.orcid]  # two ORCIDs are two people
        if number and same:
            return Match(near=tuple(same))
        if len(same) == 1 and is_whole(name):
            return Match(same[0].iri, RULE)
        if number and is_whole(name):
            return Match()
        return Match(near=tuple(same) or tuple(self._alike(name)))

    def _alike(self, name: Name) -> Iterator[Agent]:
        seen: set[str] = set()
        for word in _telling(name.spoken, not name.body):
            others = self._near.get((word, not name.body), {})
            for agent in others.values() if not name.body or len(others) <= _CROWD else ():
                alike = _alike_bodies if name.body else may_be
                if agent.iri not in seen and alike(name.spoken, agent.name):
                    seen.add(agent.iri)
                    yield agent


def _plain(name: str) -> str:
    """Return a name in the form in which two are the same: signs and accents count, capitals and spaces do not."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _telling(name: str, person: bool) -> list[str]:
    """Return the words by which a name is looked up: the family name's last, a body's two longest."""
    words = flat(name).split()
    return words[-1:] if person else sorted(set(words), key=lambda word: (-len(word), word))[:2]


def _alike_bodies(one: str, other: str) -> bool:
    words, more = set(flat(one).split()), set(flat(other).split())
    within = min(len(words), len(more)) > 1 and (words <= more or more <= words)
    return within or fuzz.token_sort_ratio(flat(one), flat(other)) >= _SAME_BODY
