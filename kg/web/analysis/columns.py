"""What the columns of tables and the fixed words in them are called: tables are data and stay English, a page speaks."""

from __future__ import annotations

from kg.analysis.tables import Value
from kg.web.tongues import ENGLISH, said
from kg.words import Text, phrase, spoken_in

COLUMNS = (
    phrase("about"), phrase("after"), phrase("basis"), phrase("civic community"), phrase("code"), phrase("coded"),
    phrase("counts in rates"), phrase("dataset"), phrase("effort"), phrase("evidence"), phrase("example"),
    phrase("example note"), phrase("example place in the text"), phrase("factor"), phrase("first reading"),
    phrase("government"), phrase("here"), phrase("instrument"), phrase("kind"), phrase("kind of gap"), phrase("known as"),
    phrase("laid down in wider places by"), phrase("level"), phrase("method"), phrase("note"),
    phrase("own absent, read whole"), phrase("own contrary"), phrase("own not seen"), phrase("own note"),
    phrase("own stated or partly"), phrase("own texts"), phrase("peers"), phrase("peers absent"), phrase("peers contrary"),
    phrase("peers not seen"), phrase("peers outright"), phrase("peers read in part, seen in"), phrase("peers read whole"),
    phrase("peers stated or partly"), phrase("peers that lay it down"), phrase("phase"), phrase("place"),
    phrase("place in the text"), phrase("policy"), phrase("principle"), phrase("provision"), phrase("quadrant"),
    phrase("quick win"), phrase("rank"), phrase("read whole"), phrase("record"), phrase("relation"), phrase("rule"),
    phrase("scheme"), phrase("second reading"), phrase("sectors"), phrase("seen in"), phrase("share"), phrase("signed by"),
    phrase("standard"), phrase("standards and datasets of the sector"), phrase("status"), phrase("step"), phrase("text"),
    phrase("text read whole"), phrase("texts that name the sector and lay it down"), phrase("tied by"), phrase("toolkits"),
    phrase("state"), phrase("until"), phrase("what"),
    phrase("what is done"), phrase("what the evidence says"), phrase("who"), phrase("why"), phrase("year"), phrase("95 % from"),
    phrase("95 % to"),
)  # fmt: skip
"""Every column of the tables behind numbers."""

WORDS = (
    phrase("missing"), phrase("unknown"), phrase("weak"), phrase("held"), phrase("yes"), phrase("no"), phrase("low"),
    phrase("medium"), phrase("high"), phrase("strength"), phrase("weakness"), phrase("opportunity"), phrase("threat"),
    phrase("fact seen"), phrase("editor's reading"), phrase("readings differ"), phrase("not read in the source"),
    phrase("never coded"), phrase("not read whole"), phrase("no policy held"), phrase("nothing helps"),
)  # fmt: skip
"""Words that tables use beside the names of statuses, relations and phases."""

_FIXED = {
    "kind", "status", "first reading", "second reading", "text read whole", "counts in rates", "coded", "read whole", "here",
    "quick win", "kind of gap", "effort", "phase", "quadrant", "known as", "relation", "state", "what", "tied by",
}  # fmt: skip
_ENGLISH = {"note", "example note", "government", "civic community", "why", "factor", "who"}
"""Columns of sentences that were written in one language."""


def called(column: str) -> str:
    """Return what a column is called, as a heading."""
    name = said(column)
    return name[:1].upper() + name[1:]


def told(column: str, value: Value) -> str:
    """Return a value as a page writes it: a share in per cent, a fixed word in the reader's language."""
    if isinstance(value, float):
        return f"{value * 100:.0f} %"
    text = "" if value is None else value if isinstance(value, str) else str(value)
    if column in _FIXED:
        return said(text)
    return Text(text, spoken_in(text, ENGLISH)) if column in _ENGLISH else text
