"""What people type becomes a query: words, "phrases", AND OR NOT, prefix*, field:word; and near words where one is unknown.

The library's own grammar reads the text. Before that, two things are put in its terms: a name of a field becomes a path in the
index, and `trans*` becomes the words of the index that begin so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from kg.errors import BadInput
from kg.search import analysers

NAMES, TITLE, WORDS, SAID = "names", "title", "words", "said"
SEARCHED = (TITLE, NAMES, WORDS, *analysers.COLUMNS)

_BOOSTS = {TITLE: 4.0, NAMES: 2.0}
_OWN = frozenset({TITLE, "year"})
_LONGEST = 1000
_EXPANDED = 100
_CANDIDATES = 20_000
_NEAR = 3
_SPECIAL = re.compile(
    r"""(?P<quoted>"[^"]*"?) | (?<![\w:/])(?P<field>[A-Za-z][\w-]*):(?=[\w"(\[{]) | (?P<prefix>\w+)\* | (?P<colon>:)""",
    re.VERBOSE,
)
_WORD = re.compile(r"\w+")
_OPERATORS = frozenset({"AND", "OR", "NOT", "TO", "IN"})


def query(index: tantivy.Index, text: str, fields: Collection[str]) -> tantivy.Query:
    """Read a search text; `fields` are the names that may stand before a colon. Whatever is typed means something.

    Raises:
        BadInput: when the text is longer than 1,000 characters.
    """
    if not text.strip():
        return tantivy.Query.all_query()
    if len(text) > _LONGEST:
        raise BadInput("The search text is longer than 1,000 characters.", "Search for fewer words.")
    searcher = index.searcher()
    plain = text.encode("utf-8", "replace").decode()
    written = _SPECIAL.sub(lambda match: _rewritten(searcher, match, fields), plain)
    read, _ = index.parse_query_lenient(written, list(SEARCHED), _BOOSTS, conjunction_by_default=True)
    return read


def _rewritten(searcher: tantivy.Searcher, match: re.Match[str], fields: Collection[str]) -> str:
    if match["quoted"]:
        return match["quoted"]
    if match["prefix"]:
        words = beginning(searcher, match["prefix"])
        return f"({' OR '.join(words)})" if words else match["prefix"]
    if match["field"]:
        name = match["field"].lower()
        own = next((field for field in fields if field.lower() == name), None)
        return f"{name}:" if name in _OWN else f"{SAID}.{own}:" if own is not None else f"{match['field']} "
    return " "


def beginning(searcher: tantivy.Searcher, start: str, limit: int = _EXPANDED) -> list[str]:
    """Return the words of the index that begin so, the most frequent first."""
    folded = analysers.analyser().analyze(start)
    if not folded:
        return []
    found = searcher.terms_with_prefix(WORDS, folded[0], limit=_CANDIDATES)
    return [word for word, _ in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]]


def near(searcher: tantivy.Searcher, text: str) -> Iterator[str]:
    """Yield the text with each word that the index does not know replaced by a near one, the nearest first."""
    for word in dict.fromkeys(_WORD.findall(text)):
        folded = analysers.analyser().analyze(word)
        if word in _OPERATORS or len(word) < 3 or not folded or searcher.doc_freq(WORDS, folded[0]):
            continue
        for other in _nearest(searcher, folded[0]):
            yield re.sub(rf"\b{re.escape(word)}\b", other, text)


def _nearest(searcher: tantivy.Searcher, word: str) -> list[str]:
    """Look among the words that begin alike, then among those that go on alike after a slip in the first letter."""
    known = dict(searcher.terms_with_prefix(WORDS, word[:1], limit=_CANDIDATES))
    if len(word) > 3:
        for start in "abcdefghijklmnopqrstuvwxyz":
            known |= dict(searcher.terms_with_prefix(WORDS, start + word[1:3], limit=200))
            known |= dict(searcher.terms_with_prefix(WORDS, start + word[0:2], limit=200))
    furthest = 1 if len(word) < 5 else 2
    words = [other for other in known if abs(len(other) - len(word)) <= furthest]
    found = process.extract(word, words, scorer=DamerauLevenshtein.distance, score_cutoff=furthest, limit=50)
    return [other for other, _, _ in sorted(found, key=lambda hit: (hit[1], -known[hit[0]]))][:_NEAR]
