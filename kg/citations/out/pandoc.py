"""pandoc, run as a process of its own with a time limit and a memory cap: citations in a style, and documents of every form.

Documents pass as pandoc's own JSON: a dictionary with `blocks`, each a dictionary with a type `t` and a content `c`.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pypandoc

from kg.citations.out.csl import Item
from kg.errors import BadInput, Busy, TooMuch

Block = dict[str, Any]
Document = dict[str, Any]

_MEBIBYTES = 1024
_HEAP_EXHAUSTED = 251
_PATIENCE_SECONDS = 10.0
_PLACES = threading.BoundedSemaphore(2)
_SAFE = ("http://", "https://", "mailto:", "#")


def run(arguments: Iterable[str], given: bytes, seconds: float) -> bytes:
    """Return what pandoc makes of bytes; raise TooMuch where it needs more time or memory than it may have."""
    cap = ["+RTS", f"-M{_MEBIBYTES}m", "-RTS", "--sandbox"]
    if not _PLACES.acquire(timeout=_PATIENCE_SECONDS):
        raise Busy("Other documents are being made.", "Try again in a moment.")
    try:
        done = subprocess.run(
            [pypandoc.get_pandoc_path(), *cap, *arguments],
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooMuch(f"The document was not ready after {seconds:.0f} seconds.", _SMALLER) from error
    finally:
        _PLACES.release()
    if done.returncode == _HEAP_EXHAUSTED:
        raise TooMuch(f"The document needs more than {_MEBIBYTES} MiB of memory.", _SMALLER)
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()
        raise BadInput(f"pandoc could not make it: {told[:500]}", "Try another style or format.")
    return done.stdout


_SMALLER = "Ask for fewer references: narrow the search, or make it with `kg export` on the machine of the base."


def references(items: list[Item], style: str, seconds: float, language: str = "") -> list[tuple[str, list[Block]]]:
    """Return items as a citation style prints them, in the order of the style: key and blocks; `style` is a path.

    `language` is that of the style's own words (and others, retrieved from, the names of months), where it is not the style's.

    Some styles print nothing for some types (APA takes an interview for a private letter): such items are printed as documents.
    """
    printed = _printed(items, style, seconds, language)
    found = {key for key, _ in printed}
    silent = [item | {"type": "document"} for item in items if item["id"] not in found]
    return printed + (_printed(silent, style, seconds, language) if silent else [])


def _printed(items: list[Item], style: str, seconds: float, language: str) -> list[tuple[str, list[Block]]]:
    # Ids of our own making: pandoc turns signs in keys into others where an anchor does not take them.
    numbered = [_for_print(item) | {"id": f"n{number}"} for number, item in enumerate(items)]
    given = json.dumps(numbered)
    spoken = [f"--metadata=lang={language}"] if language else []
    made = run(["--from=csljson", "--to=json", "--citeproc", f"--csl={style}", *spoken], given.encode(), seconds)
    entries = (entry for block in json.loads(made)["blocks"] if block["t"] == "Div" for entry in block["c"][1])
    return [
        (items[int(entry["c"][0][0].removeprefix("ref-n"))]["id"], [harmless(block) for block in entry["c"][1]])
        for entry in entries
        if entry["t"] == "Div" and any(block["c"] for block in entry["c"][1])
    ]


def _for_print(item: Item) -> Item:
    """Return an item without what is ours, and without a publisher that is the author: styles name such a body once."""
    authors = {person.get("literal") for person in item.get("author", ())}
    return {
        name: value
        for name, value in item.items()
        if name != "custom" and not (name == "publisher" and value in authors)
    }


def harmless(node: Any) -> Any:
    """Return a piece of a document without links that are no addresses (`javascript:`) and without raw text of any format."""
    if isinstance(node, list):
        return [harmless(part) for part in node]
    if not isinstance(node, dict):
        return node
    match node:
        case {"t": "Link", "c": [attributes, inlines, [target, title]]}:
            if not target.startswith(_SAFE):
                return {"t": "Span", "c": [["", [], []], harmless(inlines)]}
            return {"t": "Link", "c": [attributes, harmless(inlines), [target, title]]}
        case {"t": "RawInline", "c": [_, text]}:
            return {"t": "Str", "c": text}
        case {"t": kind, "c": content}:
            return {"t": kind, "c": harmless(content)}
    return node


def document(blocks: list[Block], title: str, language: str = "en", *, leftwards: bool = False) -> Document:
    """Return blocks as a whole document; `leftwards` where its language is written from right to left."""
    meta = {
        "title": {"t": "MetaInlines", "c": text(title)},
        "lang": {"t": "MetaString", "c": language},
    } | ({"dir": {"t": "MetaString", "c": "rtl"}} if leftwards else {})
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}


def write(made: Document, form: str, seconds: float) -> bytes:
    """Return a document in one of pandoc's formats, whole (with head and style)."""
    return run(["--from=json", f"--to={form}", "--standalone", "--wrap=none"], json.dumps(made).encode(), seconds)


def text(words: str) -> list[Block]:
    """Return plain words as inlines."""
    return list(_spaced(words.split()))


def _spaced(words: list[str]) -> Iterator[Block]:
    for number, word in enumerate(words):
        if number:
            yield {"t": "Space"}
        yield {"t": "Str", "c": word}
