"""Voices on a record: who agrees, who does not and why, each by a name and an accepted proposal."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.analysis.evidence import slug_of
from kg.web.analysis import answers
from kg.web.portrait import spoken
from kg.web.site import base, query_link
from kg.web.tongues import _


def on(iri: str) -> dict[str, Any]:
    """Return what people think of a record: how many agree, in part or not, each with name, day and reason."""
    term = NamedNode(iri)
    question = queries.fill("analysis-voices", target=term)
    found: dict[str, dict[str, Any]] = {}
    for row in base().engine.select(question):
        voice = row["voice"].value
        said = {"stance": slug_of(row["stance"].value), "reason": row["reason"].value, "url": answers.path(voice),
                "who": [], "on": ""}  # fmt: skip
        kept = found.setdefault(voice, said)
        if "who" in row and row["who"].value not in [one["name"] for one in kept["who"]]:
            kept["who"].append({"name": row["who"].value, "orcid": row["orcid"].value if "orcid" in row else ""})
        if "date" in row and not kept["on"] and isinstance(row["date"], Literal):
            kept["on"] = spoken(row["date"])
    signed = [voice for voice in found.values() if voice["who"]]
    stances = [voice["stance"] for voice in signed]
    return {
        "voices": signed,
        "tally": {stance: stances.count(stance) for stance in words()},
        "words": words(),
        "query_url": query_link(question),
    }


def words() -> dict[str, str]:
    """Return what the stances are called."""
    return {"agrees": _("agrees"), "in-part": _("agrees in part"), "disagrees": _("disagrees")}
