"""`.bib` files in and out: entries as values, broken ones too, with line and reason."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bibtexparser import model as blocks
from bibtexparser.entrypoint import parse_string

from kg.citations import dialects, inherit, keys, latex, names
from kg.citations.dialects import NAMES, TITLES, VERBATIM
from kg.citations.entry import Broken, Reading
from kg.citations.entry import Entry as Entry

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

_RANGE = re.compile("(?<![-–])–(?![-–])")
_OPENING = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,={}]+)\s*,")


# -- in -----------------------------------------------------------------------------------------------------------------


def read_bytes(data: bytes) -> Reading:
    """Read a file in UTF-8, in UTF-16 with its mark or, where it is neither, in Windows-1252."""
    return read(decoded(data))


def decoded(data: bytes) -> str:
    """Return the text of a file that does not say how it is encoded."""
    return data.decode(encoding(data), errors="replace").removeprefix("\ufeff")


def encoding(data: bytes) -> str:
    """Return the encoding of a file that does not say it: UTF-16 has its mark, and what is not UTF-8 is Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if data.startswith(b"\xff") else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read(text: str) -> Reading:
    """Read `.bib` text; one broken entry does not cost the others, and what an entry inherits is filled in."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = parse_string(text, parse_stack=[]).blocks
    starts = _starts(text, found)
    pieces = _pieces(text, found, starts)
    macros = dict(dialects.MACROS)
    reading = Reading()
    for block, start, raw in zip(found, starts, pieces, strict=True):
        again = block.ignore_error_block if isinstance(block, blocks.DuplicateBlockKeyBlock) else block
        if isinstance(again, blocks.String):  # BibTeX lets the last definition of a macro count
            macros[again.key.lower()] = _value(again.value, macros)
        elif isinstance(block, blocks.Entry):
            _keep(reading, block, start + 1, raw, macros)
        elif isinstance(block, blocks.ParsingFailedBlock):
            above = next((at for one, at in zip(found, starts, strict=True) if one is _previous(block)), 0)
            reading.broken.append(_broken(block, start + 1, raw, above + 1))
    reading.entries = inherit.resolved(reading.entries)
    return reading


def _starts(text: str, found: Sequence[blocks.Block]) -> list[int]:
    """Return the line in which each block begins, from 0: the library loses count where a line ends with a backslash."""
    starts, at, line = [], 0, 0
    for block in found:
        place = text.find(block.raw or "", at)
        if place >= 0:
            line, at = line + text.count("\n", at, place), place
        starts.append(line)
    return starts


def _pieces(text: str, found: Sequence[blocks.Block], starts: Sequence[int]) -> list[str]:
    """Return the text of each block as it was sent, with what follows up to the next one: a broken entry may end too early."""
    lines = text.split("\n")
    own = [start for block, start in zip(found, starts, strict=True) if not isinstance(block, blocks.ImplicitComment)]
    pieces = []
    for start in starts:
        following = bisect_right(own, start)
        pieces.append("\n".join(lines[start : own[following] if following < len(own) else None]).strip())
    return pieces


def _keep(reading: Reading, block: blocks.Entry, line: int, raw: str, macros: Mapping[str, str]) -> None:
    if not block.key:
        reading.broken.append(Broken(line, "", "the entry has no citation key", raw))
        return
    try:
        values = {item.key.lower(): _value(item.value, macros) for item in block.fields}
    except ValueError as error:
        reading.broken.append(Broken(line, block.key, str(error), raw))
        return
    reading.entries.append(entry(block.key, block.entry_type.lower(), values))


def _previous(block: blocks.ParsingFailedBlock) -> blocks.Block | None:
    return block.previous_block if isinstance(block, blocks.DuplicateBlockKeyBlock) else None


def _broken(block: blocks.ParsingFailedBlock, line: int, raw: str, above: int) -> Broken:
    found = _OPENING.match(raw)
    key = getattr(block.ignore_error_block, "key", None) or (found[1] if found else "")
    match block:
        case blocks.DuplicateBlockKeyBlock():
            reason = f"the key {block.key} was used before, in line {above}"
        case blocks.DuplicateFieldKeyBlock():
            reason = f"the field {', '.join(sorted(block.duplicate_keys))} is there twice"
        case _:
            reason = str(getattr(block.error, "abort_reason", "") or "it is not BibTeX").strip(" .")
    return Broken(line, key, reason, raw)


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """Take off the braces or quotation marks and put macros and joints (`#`) in."""
    return "".join(_part(part.strip(), macros) for part in _joined(raw.strip()))


def _part(part: str, macros: Mapping[str, str]) -> str:
    if part[:1] in ('"', "{"):
        if len(part) < 2 or part[-1] != {'"': '"', "{": "}"}[part[0]]:
            raise ValueError(f"after {part[:40]!r} a comma is missing")
        return part[1:-1]
    return macros.get(part.lower(), part)


def _joined(raw: str) -> list[str]:
    """Split at each `#` that stands outside braces and quotation marks."""
    if "#" not in raw and raw.count("{") <= 1:
        return [raw]
    parts, depth, quoted, start = [], 0, False, 0
    for place, char in enumerate(raw):
        if char in "{}" and raw[place - 1 : place] != "\\":
            depth += 1 if char == "{" else -1
            if depth == 0 and not quoted and raw[place + 1 :].strip() and not raw[place + 1 :].lstrip().startswith("#"):
                raise ValueError(f"after {raw[: place + 1][-40:]!r} a comma is missing")
        elif char == '"' and depth == 0:
            quoted = not quoted
        elif char == "#" and depth == 0 and not quoted:
            parts.append(raw[start:place])
            start = place + 1
    return [*parts, raw[start:]]


def entry(key: str, kind: str, values: Mapping[str, str]) -> Entry:
    """Make an entry from LaTeX values: BibLaTeX's names for types and fields, plain text, names split."""
    given = {_our_name(name, values): value.strip() for name, value in values.items() if value.strip()}
    given = {name: value if name in VERBATIM else latex.harmless(value) for name, value in given.items()}
    given |= {"doi": keys.bare_doi(given["doi"])} if "doi" in given else {}
    if kind in ("phdthesis", "mastersthesis"):
        given.setdefault("type", kind)
    if "date" not in given and (date := _date(given)):
        given = {
            name: text
            for name, text in given.items()
            if name not in ("month", "day") and not _is_plain_year(name, text)
        }
        given["date"] = date
    people = {name: names.read(value) for name, value in given.items() if name in NAMES}
    plain = {
        name: value if name in VERBATIM else latex.decode(value) for name, value in given.items() if name not in NAMES
    }
    made = Entry(key, dialects.TYPE_READ.get(kind, kind), plain, people)
    raw = {
        name: " ".join(value.split()) if name in NAMES else value
        for name, value in given.items()
        if not (plain.get(name) == value and latex.is_bare(value) and name not in TITLES)
        and " ".join(value.split()) not in (_latex(made, name, ascii_only=True), _latex(made, name, ascii_only=False))
    }
    return Entry(made.key, made.type, plain, people, raw)


def _is_plain_year(name: str, text: str) -> bool:
    """Tell whether a field is a year that says no more than its date: `{\\noopsort{1985a}}1985` tells BibTeX how to sort."""
    return name == "year" and "\\" not in text


def _our_name(name: str, values: Mapping[str, str]) -> str:
    """Return the present name of a field, unless the entry has a field of that name too: ACM writes `address` and `location`."""
    ours = dialects.FIELD_READ.get(name, name)
    return name if values.get(ours, "").strip() else ours


def _date(given: Mapping[str, str]) -> str | None:
    raw = given.get("year", "")
    year, month, day = (latex.decode(given.get(name, "")) for name in ("year", "month", "day"))
    return dialects.date_from(raw if raw.endswith("~") else year, month, day)  # `1850~` is about 1850, no tie


# -- out ----------------------------------------------------------------------------------------------------------------


def write(entries: Iterable[Entry], dialect: str, *, ours: bool = False) -> Iterator[str]:
    """Yield each entry as text: `bibtex` in ASCII and classic types, which every TeX reads, or `biblatex` in UTF-8.

    `ours` has BibLaTeX say too what a work is of use for and how sure we are, in fields that its data model does not know.
    """
    for number, item in enumerate(entries):
        yield ("\n" if number else "") + written(item, dialect, ours=ours)


def written(item: Entry, dialect: str, *, ours: bool = False) -> str:
    """Return one entry as text."""
    kind, values = spellings(item, dialect, ours=ours)
    lines = [f"  {name} = {values[name]}" for name in sorted(values, key=_place)]
    return f"@{kind}{{{item.key},\n" + ",\n".join(lines) + "\n}\n"


def spellings(item: Entry, dialect: str, signs: str = "", *, ours: bool = False) -> tuple[str, dict[str, str]]:
    """Return the type of an entry and its fields as a file has them, each in its braces; a month is a macro.

    `signs` names the dialect in whose signs they are written, where it is another: a classic file may be in UTF-8.
    """
    kind = dialects.type_for(item.type, item.fields, dialect)
    values = {
        _written_name(name, kind, item, dialect): spelled(item, name, signs or dialect)
        for name in [*item.names, *item.fields]
        if name not in dialects.LEFT_OUT[dialect] or (ours and dialect == "biblatex")
    }
    month = ""
    if dialect == "bibtex" and "date" in values:
        year, month, day = dialects.year_month_day(item.fields["date"])
        values.setdefault("year", year)
        values |= {"day": day} if day and "day" not in item.fields else {}
        del values["date"]
    if dialect == "biblatex" and "date" in values and "\\" in item.raw.get("year", ""):
        del values["year"]
    if dialect == "bibtex" and values.get("type") == kind:
        del values["type"]
    return kind, {name: f"{{{value}}}" for name, value in values.items()} | ({"month": month} if month else {})


def _written_name(name: str, kind: str, item: Entry, dialect: str) -> str:
    theirs = dialects.field_for(name, kind, dialect)
    return name if theirs in item.fields else theirs


def spelled(item: Entry, name: str, dialect: str) -> str:
    """Return one field as LaTeX: the source's own spelling where it is kept, else ours."""
    ascii_only = dialect == "bibtex"
    if name in item.raw:
        return latex.to_ascii(item.raw[name]) if ascii_only and name not in VERBATIM else item.raw[name]
    return _latex(item, name, ascii_only=ascii_only)


def _latex(item: Entry, name: str, *, ascii_only: bool) -> str:
    if name in item.names:
        return names.write(item.names[name], ascii_only=ascii_only)
    text = item.fields[name]
    if name in VERBATIM:
        return text
    if name == "pages":
        return "--".join(latex.encode(part, ascii_only=ascii_only) for part in _RANGE.split(text))
    return latex.encode(text, ascii_only=ascii_only, title=name in TITLES)


def _place(name: str) -> tuple[int, str]:
    return (dialects.ORDER.index(name) if name in dialects.ORDER else len(dialects.ORDER), name)
