"""What an entry takes over from others: `crossref` by BibLaTeX's rules (manual, appendix B), `xdata` field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kg.citations.entry import Entry

_NOT_PASSED_ON = frozenset(
    ("crossref", "xref", "xdata", "ids", "entryset", "entrysubtype", "execute", "label", "options", "presort", "related",
     "relatedoptions", "relatedstring", "relatedtype", "shortauthor", "shorthand", "shorttitle", "sortkey", "keywords",
     "annotation", "abstract", "note", "file", "url", "urldate", "doi", "eprint", "eprinttype", "eprintclass", "usage",
     "confidence", "evidence", "groups", "timestamp", "pages", "type")
)  # fmt: skip
_DAY = frozenset(("date", "year", "month", "day"))
_IN_BOOKS = frozenset(
    ("inbook", "bookinbook", "suppbook", "incollection", "suppcollection", "inproceedings", "inreference")
)
_PERIODICAL = frozenset(("article", "suppperiodical", "review"))
_AUTHORED = frozenset(("inbook", "bookinbook", "suppbook"))


def resolved(entries: list[Entry]) -> list[Entry]:
    """Return the entries with what they inherit filled in, without the `xdata` containers; a link that leads nowhere stays."""
    if not any("crossref" in entry.fields or "xdata" in entry.fields or entry.type == "xdata" for entry in entries):
        return entries
    known = {entry.key: entry for entry in entries}
    done: dict[str, Entry] = {}
    return [_whole(entry, known, done, ()) for entry in entries if entry.type != "xdata"]


def _whole(entry: Entry, known: Mapping[str, Entry], done: dict[str, Entry], above: tuple[str, ...]) -> Entry:
    if entry.key in done:
        return done[entry.key]
    whole, path = entry, (*above, entry.key)
    lent = [key.strip() for key in entry.fields.get("xdata", "").split(",") if key.strip()]
    if lent and all(key in known and key not in path for key in lent):
        for key in lent:
            whole = _filled(whole, _whole(known[key], known, done, path), {})
        whole = replace(whole, fields={name: text for name, text in whole.fields.items() if name != "xdata"})
    parent = entry.fields.get("crossref", "").strip()
    if parent in known and parent not in path:
        above_it = _whole(known[parent], known, done, path)
        whole = _filled(whole, above_it, _renamed(whole.type, above_it.type))
    if not above:
        done[entry.key] = whole
    return whole


def _filled(entry: Entry, source: Entry, renamed: Mapping[str, str]) -> Entry:
    """Give an entry the fields of another that it lacks, under the names that they have in it."""
    dated = any(name in entry.fields for name in ("date", "year"))
    there = {*entry.fields, *entry.names}
    given = {
        name: renamed.get(name, name)
        for name in (*source.fields, *source.names)
        if name not in _NOT_PASSED_ON or (source.type == "xdata" and name not in ("ids", "xdata"))
    }
    given = {name: target for name, target in given.items() if target not in there and not (dated and target in _DAY)}
    return replace(
        entry,
        fields={**entry.fields, **{to: source.fields[name] for name, to in given.items() if name in source.fields}},
        names={**entry.names, **{to: source.names[name] for name, to in given.items() if name in source.names}},
        raw={**entry.raw, **{to: source.raw[name] for name, to in given.items() if name in source.raw}},
    )


def _renamed(child: str, parent: str) -> Mapping[str, str]:
    """Return which field of a parent is which one of its child."""
    if child in _PERIODICAL or parent == "periodical":
        return {"title": "journaltitle", "subtitle": "journalsubtitle", "shorttitle": "shortjournal"}
    if child not in _IN_BOOKS:
        return (
            {"title": "maintitle", "subtitle": "mainsubtitle", "titleaddon": "maintitleaddon"} if "mv" in parent else {}
        )
    titles = {"title": "booktitle", "subtitle": "booksubtitle", "titleaddon": "booktitleaddon"}
    if parent.startswith("mv"):
        titles = {"title": "maintitle", "subtitle": "mainsubtitle", "titleaddon": "maintitleaddon"}
    return titles | ({"author": "bookauthor"} if child not in _AUTHORED else {})
