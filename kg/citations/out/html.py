"""Printed references as HTML and as plain words: the few things of a pandoc document that citation styles use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

_TAGS = {
    "Emph": "i",
    "Strong": "b",
    "Superscript": "sup",
    "Subscript": "sub",
    "Underline": "u",
    "Strikeout": "s",
    "SmallCaps": "span",
}
_MARGIN = "csl-left-margin"


def html(nodes: Iterable[Any]) -> Markup:
    """Return blocks or inlines as HTML; the number that a numbering style puts before a reference is left out."""
    return Markup("").join(_html(node) for node in nodes)


def _html(node: Any) -> Markup:
    match node:
        case {"t": "Str", "c": text}:
            return escape(text)
        case {"t": "Space" | "SoftBreak" | "LineBreak"}:
            return Markup(" ")
        case {"t": "Span" | "Div", "c": [[_, classes, _], inner]}:
            return Markup("") if _MARGIN in classes else html(inner)
        case {"t": "Link", "c": [_, inner, [target, _]]}:
            return Markup('<a href="{}" rel="external">{}</a>').format(target, html(inner))
        case {"t": "Quoted", "c": [_, inner]}:
            return Markup("“{}”").format(html(inner))
        case {"t": "Code", "c": [_, text]}:
            return escape(text)
        case {"t": "Para" | "Plain", "c": inner}:
            return html(inner)
        case {"t": kind, "c": inner} if kind in _TAGS:
            return Markup("<{0}>{1}</{0}>").format(Markup(_TAGS[kind]), html(inner))
    return Markup("")
