"""The annotated bibliography as a document: chapters, works in a citation style, what each says, and what is linked to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.citations.entry import Entry
from kg.citations.out import csl, pandoc
from kg.citations.out.pandoc import Block, text

FORMATS = {"docx": "docx", "odt": "odt", "tex": "latex", "md": "gfm", "html": "html5"}
"""What we call a form and what pandoc calls it."""

REST = "Other works"
_STYLED = ("docx", "odt", "html")


@dataclass(frozen=True)
class Work:
    """One work with what we say of it: the chapters (`topics`) it could stand in, titles and addresses of what is `linked`."""

    entry: Entry
    topics: tuple[str, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()


def chapters(works: Iterable[Work]) -> list[tuple[str, list[Work]]]:
    """Give every work one chapter: the largest topic takes its works first, then the largest of what is left.

    So a document has few and full chapters, in alphabetical order, and names no work twice. A work without a topic stands last.
    """
    rest = list(works)
    made: dict[str, list[Work]] = {}
    while counts := Counter(topic for work in rest for topic in work.topics):
        topic = min(counts, key=lambda name: (-counts[name], name))
        made[topic] = [work for work in rest if topic in work.topics]
        rest = [work for work in rest if topic not in work.topics]
    ordered = sorted(made.items(), key=lambda chapter: chapter[0].casefold())
    return [*ordered, *([(REST, rest)] if rest else [])]


def write(works: Sequence[Work], form: str, style: str, title: str, told: Sequence[str], seconds: float) -> bytes:
    """Return the document in a form of FORMATS; `style` is the path of a style, `told` the paragraphs before the first chapter."""
    parted = chapters(works) if any(work.topics for work in works) else [("", list(works))]
    ordered = [work for _, found in parted for work in found]
    printed = pandoc.references([csl.item(work.entry) for work in ordered], style, seconds)
    place = {key: number for number, (key, _) in enumerate(printed)}
    said = dict(printed)
    blocks: list[Block] = [_paragraph(words) for words in told]
    for name, found in parted:
        if name:
            blocks.append({"t": "Header", "c": [1, ["", [], []], text(f"{name} ({len(found)})")]})
        for work in sorted(found, key=lambda work: place[work.entry.key]):
            blocks += _work(work, said[work.entry.key], form)
    return pandoc.write(pandoc.document(blocks, title), FORMATS[form], seconds)


def _work(work: Work, printed: list[Block], form: str) -> list[Block]:
    """Return a reference, and under it what we say of it."""
    fields = work.entry.fields
    below = [_paragraph(fields["annotation"])] if "annotation" in fields else []
    if "usage" in fields:
        below.append(_paragraph(fields["usage"], "Use: "))
    if work.linked:
        below.append(_links(work.linked))
    if form in _STYLED:
        named = [["", ["csl-entry"], [["custom-style", "Bibliography"]]], printed if form == "html" else plain(printed)]
        reference: list[Block] = [{"t": "Div", "c": named}]
    else:
        reference = plain(printed)
    return [*reference, *([{"t": "BlockQuote", "c": below}] if below else [])]


def _paragraph(words: str, head: str = "") -> Block:
    strong = [{"t": "Strong", "c": text(head)}, {"t": "Space"}] if head else []
    return {"t": "Para", "c": strong + text(words)}


def _links(linked: Iterable[tuple[str, str]]) -> Block:
    inlines: list[Block] = [{"t": "Strong", "c": text("Linked here:")}, {"t": "Space"}]
    for number, (title, address) in enumerate(linked):
        if number:
            inlines += [{"t": "Str", "c": ";"}, {"t": "Space"}]
        inlines.append({"t": "Link", "c": [["", [], []], text(title), [address, ""]]})
    return {"t": "Para", "c": inlines}


def plain(node: Any) -> Any:
    """Return a piece of a document without the spans that only a stylesheet understands."""
    if isinstance(node, list):
        return [part for one in node for part in _unwrapped(one)]
    if isinstance(node, Mapping):
        return {name: plain(part) for name, part in node.items()}
    return node


def _unwrapped(node: Any) -> list[Any]:
    if isinstance(node, Mapping) and node.get("t") == "Span":
        inner: list[Any] = plain(node["c"][1])
        return inner
    return [plain(node)]
