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


@dataclass(frozen=True)
class Words:
    """The words that a document adds of its own, and their language; `leftwards` where that is written from right to left."""

    rest: str = REST
    use: str = "Use:"
    linked: str = "Linked here:"
    between: str = "; "
    language: str = ""
    leftwards: bool = False


ENGLISH = Words()
_STYLED = ("docx", "odt", "html")


@dataclass(frozen=True)
class Work:
    """One work with what we say of it: the chapters (`topics`) it could stand in, titles and addresses of what is `linked`."""

    entry: Entry
    topics: tuple[str, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()


def chapters(works: Iterable[Work], rest_is: str = REST) -> list[tuple[str, list[Work]]]:
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
    return [*ordered, *([(rest_is, rest)] if rest else [])]


def write(
    works: Sequence[Work],
    form: str,
    style: str,
    title: str,
    told: Sequence[str],
    seconds: float,
    words: Words = ENGLISH,
) -> bytes:
    """Return the document in a form of FORMATS; `style` is the path of a style, `told` the paragraphs before the first chapter."""
    parted = chapters(works, words.rest) if any(work.topics for work in works) else [("", list(works))]
    ordered = [work for _, found in parted for work in found]
    printed = pandoc.references([csl.item(work.entry) for work in ordered], style, seconds, words.language)
    place = {key: number for number, (key, _) in enumerate(printed)}
    said = dict(printed)
    blocks: list[Block] = [_paragraph(sentence) for sentence in told]
    for name, found in parted:
        if name:
            blocks.append({"t": "Header", "c": [1, ["", [], []], text(f"{name} ({len(found)})")]})
        for work in sorted(found, key=lambda work: place[work.entry.key]):
            blocks += _work(work, said[work.entry.key], form, words)
    made = pandoc.document(blocks, title, words.language or "en", leftwards=words.leftwards)
    return pandoc.write(made, FORMATS[form], seconds)


def _work(work: Work, printed: list[Block], form: str, words: Words) -> list[Block]:
    """Return a reference, and under it what we say of it."""
    fields = work.entry.fields
    below = [_paragraph(fields["annotation"])] if "annotation" in fields else []
    if "usage" in fields:
        below.append(_paragraph(fields["usage"], words.use))
    if work.linked:
        below.append(_links(work.linked, words))
    if form in _STYLED:
        named = [["", ["csl-entry"], [["custom-style", "Bibliography"]]], printed if form == "html" else plain(printed)]
        reference: list[Block] = [{"t": "Div", "c": named}]
    else:
        reference = plain(printed)
    return [*reference, *([{"t": "BlockQuote", "c": below}] if below else [])]


def _paragraph(words: str, head: str = "") -> Block:
    strong = [{"t": "Strong", "c": text(head)}, {"t": "Space"}] if head else []
    return {"t": "Para", "c": strong + text(words)}


def _links(linked: Iterable[tuple[str, str]], words: Words) -> Block:
    inlines: list[Block] = [{"t": "Strong", "c": text(words.linked)}, {"t": "Space"}]
    for number, (title, address) in enumerate(linked):
        if number:
            inlines += [{"t": "Str", "c": words.between.rstrip()}, {"t": "Space"}]
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
