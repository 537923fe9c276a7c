"""A `.bib` file as somebody keeps it: what a base has since corrected goes into its entries, and all else stays as it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bibtexparser import model as blocks
from bibtexparser.entrypoint import parse_string

from kg.citations import bibtex
from kg.citations.dialects import FIELD_READ
from kg.citations.entry import Entry
from kg.citations.names import Name

_PRIVATE = re.compile(r"(?:file|owner|__markedentry|local-url|localfile|bdsk-file-\d+|username)$")
_ADDRESS = re.compile(r"https?://\S+")
_OURS = frozenset(("annotation", "usage", "confidence", "evidence", "ids"))
"""What a base adds to the entries of others: it is no correction of a file that does not have it."""
_FIELD = re.compile(r"\s*,\s*([^\s=,{}\"#]+)(\s*=\s*)")
_OPENING = re.compile(r"@\s*\w+\s*[{(]\s*[^\s,]*")
_MODERN = re.compile(r"^\s*(?:date|journaltitle)\s*=|databaseType:biblatex", re.MULTILINE | re.IGNORECASE)

Value = TypeVar("Value")

Correction = tuple[Entry | None, Entry]
"""What the base said of a work when a file was imported, None where it had no record of it yet; and what it says now."""


def public(entry: Entry) -> Entry:
    """Return an entry without what only its owner should know: where files lie on a disk, and by what name somebody logs in."""
    kept = {
        name: text
        for name, text in entry.fields.items()
        if not _PRIVATE.match(name) or (name == "file" and _ADDRESS.fullmatch(text))
    }
    return (
        entry
        if len(kept) == len(entry.fields)
        else replace(
            entry,
            fields=kept,
            raw={name: text for name, text in entry.raw.items() if name in kept or name in entry.names},
        )
    )


def corrected(data: bytes, find: Callable[[Mapping[str, Entry]], Mapping[str, Correction]]) -> bytes:
    """Return a file with its entries corrected; `find` gets its entries by key and returns the corrections of some.

    Only what changed is written anew: every other value, remark, macro, line and byte stays. A field follows the base where the
    file said of it what the base said: what somebody spells in a way of their own is theirs.
    """
    encoding = bibtex.encoding(data)
    text = data.decode(encoding, "surrogateescape")
    newline = next((mark for mark in ("\r\n", "\r") if mark in text), "\n")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    entries = {entry.key: entry for entry in bibtex.read(plain).entries}
    corrections = find(entries)
    default = "biblatex" if _MODERN.search(plain) else "bibtex"
    parts, at = [], 0
    for block in parse_string(plain, parse_stack=[]).blocks:
        place = plain.find(block.raw or "", at)
        if isinstance(block, blocks.Entry) and block.key in corrections and place >= 0:
            mine, (then, now) = entries[block.key], corrections[block.key]
            wanted = merged(mine, then or mine, now)
            piece = _rewritten(block.raw or "", mine, wanted, default, modern=not plain.isascii())
            parts += [plain[at:place], piece]
            at = place + len(block.raw or "")
        elif place >= 0:
            parts.append(plain[at : place + len(block.raw or "")])
            at = place + len(block.raw or "")
    made = "".join([*parts, plain[at:]])
    if made == plain:
        return data
    made = made.replace("\n", newline)
    try:
        return made.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return made.encode("utf-8", "replace")


def merged(mine: Entry, then: Entry, now: Entry) -> Entry:
    """Return somebody's entry with what has changed between two states of it, wherever it said the same as the first."""

    def said(entry: Entry, name: str) -> str | tuple[Name, ...] | None:
        return entry.names.get(name) or entry.fields.get(name)

    every = {*then.fields, *then.names, *now.fields, *now.names}
    moved = {
        name
        for name in every
        if said(then, name) != said(now, name)
        and said(mine, name) == said(then, name)
        and (name not in _OURS or said(mine, name))
    }
    if not moved and (then.type == now.type or mine.type != then.type):
        return mine
    return Entry(
        mine.key,
        now.type if mine.type == then.type else mine.type,
        _moved(mine.fields, now.fields, moved),
        _moved(mine.names, now.names, moved),
        _moved(mine.raw, now.raw, moved),
    )


def _moved(mine: Mapping[str, Value], now: Mapping[str, Value], names: set[str]) -> dict[str, Value]:
    kept = {name: value for name, value in mine.items() if name not in names}
    return kept | {name: value for name, value in now.items() if name in names}


# -- the text of one entry ------------------------------------------------------------------------------------------------


def _rewritten(raw: str, was: Entry, wanted: Entry, default: str, *, modern: bool) -> str:
    """Return the text of an entry with other values where `wanted` differs from what it `was`."""
    if was == wanted:
        return raw
    spans = _spans(raw)
    names = {name.lower() for name, *_ in spans}
    dialect = "biblatex" if "date" in names else "bibtex" if "year" in names else default
    signs = "bibtex" if raw.isascii() and not modern else "biblatex"
    kind, old = bibtex.spellings(was, dialect, signs, ours=True)
    new_kind, new = bibtex.spellings(wanted, dialect, signs, ours=True)
    changed = {name: new.get(name) for name in {**old, **new} if old.get(name) != new.get(name)}
    for name, start, value, end in reversed(spans):
        found = _meant(name, changed)
        if found is not None:
            put = changed.pop(found)
            raw = raw[:start] + raw[end:] if put is None else raw[:value] + put + raw[end:]
    raw = _with(raw, {name: text for name, text in changed.items() if text is not None})
    return raw if kind == new_kind else re.sub(r"@\s*\w+", f"@{new_kind}", raw, count=1)


def _meant(name: str, among: Mapping[str, str | None]) -> str | None:
    """Return which of these fields a file means by a name: `school` and `institution` are one."""
    name = name.lower()
    older = (one for one in among if FIELD_READ.get(one, one) == FIELD_READ.get(name, name))
    return name if name in among else next(older, None)


def _spans(raw: str) -> list[tuple[str, int, int, int]]:
    """Return name, start (at the comma before it), start of the value and end of each field of an entry."""
    found, opening = [], _OPENING.match(raw)
    at = opening.end() if opening else len(raw)
    while field := _FIELD.match(raw, at):
        at = _end(raw, field.end())
        found.append((field[1], field.start(), field.end(), at))
    return found


def _end(raw: str, start: int) -> int:
    """Return where a value ends: before a comma or a closing brace that stands outside braces and quotation marks."""
    depth, quoted = 0, False
    for place in range(start, len(raw)):
        sign = raw[place]
        if sign in "{}" and raw[place - 1] != "\\":
            depth += 1 if sign == "{" else -1
        elif sign == '"' and depth == 0:
            quoted = not quoted
        if depth < 0 or (sign in ",)" and depth == 0 and not quoted):
            return start + len(raw[start:place].rstrip())
    return len(raw)


def _with(raw: str, added: Mapping[str, str]) -> str:
    """Return an entry with more fields after its last one, laid out like that: many align their equals signs."""
    spans = _spans(raw)
    opening = _OPENING.match(raw)
    end, before, equals, column = opening.end() if opening else len(raw), ",\n  ", " = ", 0
    if spans:
        name, start, value, end = spans[-1]
        before, _, equals = raw[start:value].partition(name)
        columns = {len(one) + raw[at:to].partition(one)[2].index("=") for one, at, to, _ in spans}
        if len(columns) == 1 and len({len(one) for one, *_ in spans}) > 1:
            (column,) = columns
            equals = equals.lstrip()
    lines = (f"{before}{field.ljust(column)}{equals}{text}" for field, text in added.items())
    return raw[:end] + "".join(lines) + raw[end:]
