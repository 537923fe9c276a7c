"""What the analysis pages hold in memory: the evidence of the revision that the base stands at, gathered once and shared."""

from __future__ import annotations

from threading import Lock
from typing import cast

from flask import current_app

from kg.analysis.evidence import Evidence
from kg.analysis.gathering import gather
from kg.web.site import base

_LOCK = Lock()


def evidence() -> Evidence:
    """Return the evidence of the present revision; a change of the base makes the next reader gather it anew."""
    revision = base().index.revision  # the last to be written: what it has, the engine has
    kept = cast("tuple[int, Evidence] | None", current_app.extensions.get("evidence"))
    if kept is not None and kept[0] == revision:
        return kept[1]
    with _LOCK:
        kept = cast("tuple[int, Evidence] | None", current_app.extensions.get("evidence"))
        if kept is None or kept[0] != revision:
            kept = (revision, gather(base().engine.select))
            current_app.extensions["evidence"] = kept
        return kept[1]
