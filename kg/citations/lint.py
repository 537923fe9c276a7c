"""What is probably wrong in references: missing fields, bad numbers, dates to come, LaTeX left over, two spellings of one thing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from stdnum import isbn, issn

from kg.citations import bibtex, containers, keys, likeness, people
from kg.citations.entry import Entry
from kg.citations.likeness import Shelves
from kg.citations.names import OTHERS, Name

_DATE, _WHO = ("date", "year"), ("author", "editor")
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "article": (("author",), ("title",), ("journaltitle",), _DATE),
    "book": (_WHO, ("title",), _DATE),
    "booklet": (_WHO, ("title",), _DATE),
    "collection": (("editor",), ("title",), _DATE),
    "dataset": (_WHO, ("title",), _DATE),
    "inbook": (("author",), ("title",), ("booktitle",), _DATE),
    "incollection": (("author",), ("title",), ("booktitle",), _DATE),
    "inproceedings": (("author",), ("title",), ("booktitle",), _DATE),
    "manual": (_WHO, ("title",), _DATE),
    "online": (("title",), ("url", "doi", "eprint")),
    "patent": (("author",), ("title",), ("number",), _DATE),
    "proceedings": (("title",), _DATE),
    "report": ((*_WHO, "institution"), ("title",), ("institution", "publisher"), _DATE),
    "thesis": (("author",), ("title",), ("type",), ("institution",), _DATE),
    "unpublished": (("author",), ("title",), _DATE),
}
"""Fields that a type of entry needs, any one of each group (BibLaTeX's data model); a report may be by its institution."""

_LAST_STOP = re.compile(r"\.(?=[}\s]*$)")
_SHORTENED = re.compile(r"(?:\b(?:inc|ltd|co|corp|bros|jr|sr|etc|al)|\b\w)\.$", re.IGNORECASE)
"""Titles whose last full stop is not theirs but a word's: `Design Science, Inc.`, `the U.S.`."""
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s/.]+\.?[^\s]*$")
_COMMAND = re.compile(r"\\[A-Za-z]+|(?<!\\)[{}]|\$[^$]+\$")
_HYPHEN = re.compile(r"(?<=\d)\s*-\s*(?=\d)")
_PAGES = re.compile(r"(\d+)[–-](\d+)$")
_ET_AL = re.compile(r"^et\.? al\.?$", re.IGNORECASE)
_READ_AS_IS = frozenset(("abstract", "url", "file", "doi", "eprint", "urldate", "evidence"))


@dataclass(frozen=True)
class Remark:
    """One thing that is probably wrong: in which entry and field, in which words, and what the field should say instead.

    `repair` is the field as BibLaTeX writes it, nothing where only a person can know.
    """

    key: str
    rule: str
    field: str
    message: str
    repair: str = ""


Check = Callable[[Entry], Iterator[Remark]]


def remarks(entries: Iterable[Entry]) -> Iterator[Remark]:
    """Yield what is probably wrong in each entry, and then what is wrong between them; the time grows with their number only."""
    shelves = Shelves()
    journals: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    writers: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in entries:
        for check in _CHECKS:
            yield from check(entry)
        one = likeness.work(entry)
        if found := shelves.like(one):
            yield Remark(entry.key, "duplicate", "title", f"It is probably {found[0].key}: {found[1]}.")
        shelves.put(one)
        if journal := entry.fields.get("journaltitle", ""):
            journals[containers.sound(journal)][journal] += 1
            places[containers.sound(journal)].append((entry.key, journal))
        for name in entry.names.get("author", ()):
            if not name.body and name != OTHERS:
                writers[_person(name)].setdefault(name.spoken, entry.key)
    yield from _journals(journals, places)
    yield from _people(writers)


# -- in one entry -----------------------------------------------------------------------------------------------------------


def _missing(entry: Entry) -> Iterator[Remark]:
    there = {*entry.fields, *entry.names}
    for group in REQUIRED.get(entry.type, (("title",),)):
        if not there.intersection(group):
            yield Remark(entry.key, "missing", group[0], f"An entry of type {entry.type} needs {' or '.join(group)}.")


def _numbers(entry: Entry) -> Iterator[Remark]:
    if "isbn" in entry.fields and not likeness.isbns(text := entry.fields["isbn"]):
        fault = "has a wrong check digit" if len(isbn.compact(text)) in (10, 13) else "has not 10 or 13 digits"
        yield Remark(entry.key, "isbn", "isbn", f"The ISBN {text} {fault}.")
    if text := entry.fields.get("issn", ""):
        parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
        if not all(issn.is_valid(part) for part in parts):
            yield Remark(entry.key, "issn", "issn", f"The ISSN {text} has a wrong check digit or length.")
        elif (better := ", ".join(issn.format(part) for part in parts)) != text:
            yield Remark(entry.key, "issn", "issn", "An ISSN has a hyphen in its middle.", better)


def _addresses(entry: Entry) -> Iterator[Remark]:
    doi, url = entry.fields.get("doi", ""), entry.fields.get("url", "")
    if doi and not keys.DOI.fullmatch(doi):
        found = keys.DOI.search(doi)
        yield Remark(entry.key, "doi", "doi", f"A DOI is written 10.NNNN/…, not {doi}.", found[0] if found else "")
    if url and not _ADDRESS.match(url):
        better = f"https://{url}" if re.match(r"(www\.|[\w-]+\.[a-z]{2,}/)\S*$", url) else ""
        yield Remark(entry.key, "url", "url", f"{url} is no address that a browser opens.", better)


def _dates(entry: Entry) -> Iterator[Remark]:
    text = entry.fields.get("date") or entry.fields.get("year", "")
    found = re.match(r"\d{4}", text)
    if found and int(found[0]) > date.today().year + 1:
        yield Remark(entry.key, "future", "date", f"The year {found[0]} is still to come.")
    if text and not re.search(r"\d", text) and text.casefold() not in ("in press", "forthcoming", "n.d."):
        yield Remark(entry.key, "date", "date", f"{text} is no date.")


def _pages(entry: Entry) -> Iterator[Remark]:
    text = entry.fields.get("pages", "")
    better = _HYPHEN.sub("–", text)
    if better != text:
        yield Remark(
            entry.key, "pages", "pages", "A range of pages has a dash (--), not a hyphen.", better.replace("–", "--")
        )
    found = _PAGES.match(better)
    if found and len(found[1]) == len(found[2]) and int(found[1]) > int(found[2]):
        yield Remark(entry.key, "pages", "pages", f"The pages {better} run backwards.")


def _titles(entry: Entry) -> Iterator[Remark]:
    for name in ("title", "booktitle"):
        text = entry.fields.get(name, "")
        letters = [char for char in text if char.isalpha()]
        if (
            len(letters) > 12
            and all(char.isupper() for char in letters)
            and any(char.islower() or char.isupper() for char in letters)
        ):
            yield Remark(
                entry.key,
                "capitals",
                name,
                "The title is all in capitals: a style cannot make small letters of acronyms.",
            )
        if text.endswith(".") and not text.endswith("..") and not _SHORTENED.search(text):
            better = _LAST_STOP.sub("", bibtex.spelled(entry, name, "biblatex"))
            yield Remark(entry.key, "stop", name, "A style puts the full stop after a title.", better)


def _latex(entry: Entry) -> Iterator[Remark]:
    for name, text in entry.fields.items():
        if name not in _READ_AS_IS and (found := _COMMAND.search(text)):
            yield Remark(entry.key, "latex", name, f"LaTeX that could not be read is left in the text: {found[0]}.")


def _names(entry: Entry) -> Iterator[Remark]:
    for role, listed in entry.names.items():
        better = tuple(_better(name) for name in listed)
        if better != listed:
            said = " and ".join(name.spoken for name, now in zip(listed, better, strict=True) if name != now)
            spelled = bibtex.spelled(replace(entry, fields={}, names={role: better}, raw={}), role, "biblatex")
            yield Remark(
                entry.key,
                "name",
                role,
                f"{said} is read as a person: a body stands in braces, a cut list ends in others.",
                spelled,
            )
        for name in listed:
            if len(name.family) > 3 and name.family.isupper() and not name.body:
                yield Remark(entry.key, "name", role, f"{name.spoken} is written in capitals.")
            if any(char.isdigit() for char in name.spoken) and not name.body:
                yield Remark(entry.key, "name", role, f"{name.spoken} holds a number.")


def _better(name: Name) -> Name:
    if not name.body and _ET_AL.match(name.spoken):
        return OTHERS
    return Name(name.spoken, body=True) if people.is_body(name) else name


_CHECKS: tuple[Check, ...] = (_missing, _numbers, _addresses, _dates, _pages, _titles, _latex, _names)


# -- between entries --------------------------------------------------------------------------------------------------------


def _journals(journals: dict[str, Counter[str]], places: dict[str, list[tuple[str, str]]]) -> Iterator[Remark]:
    for sound, spellings in journals.items():
        if len(spellings) < 2:
            continue
        usual = min(spellings, key=lambda name: (-spellings[name], name))
        for key, journal in places[sound]:
            if journal != usual:
                better = bibtex.spelled(Entry(key, "article", {"journaltitle": usual}), "journaltitle", "biblatex")
                yield Remark(key, "journal", "journaltitle", f"Elsewhere the journal is called {usual}.", better)


def _person(name: Name) -> str:
    """Return what two spellings of one person have in common: the family name without accents, and the first initial."""
    return f"{likeness.flat(name.family)} {likeness.flat(name.given)[:1]}"


def _people(writers: dict[str, dict[str, str]]) -> Iterator[Remark]:
    for spellings in writers.values():
        first, *others = spellings
        for name in others:
            if _compatible(first, name):
                yield Remark(
                    spellings[name],
                    "person",
                    "author",
                    f"{name} may be {first} of {spellings[first]}: one person, or two?",
                )


def _compatible(one: str, other: str) -> bool:
    """Tell whether two spellings can be of one person: each given name the same, or one the initial of the other."""
    words, more = likeness.flat(one).split(), likeness.flat(other).split()
    return words[-1:] == more[-1:] and all(
        a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a, b in zip(words[:-1], more[:-1], strict=False)
    )
