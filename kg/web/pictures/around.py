"""The links around a record: what points at it on the left, what it points at on the right, and all of it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from pyoxigraph import NamedNode

from kg.errors import NotFound
from kg.search.cards import Statements, statements
from kg.terms import RDF, RECORDS
from kg.web import inbound
from kg.web.negotiation import CSV
from kg.web.pictures import choosing
from kg.web.pictures.tables import Cell, Table, table
from kg.web.records import Record, read
from kg.web.site import base, links
from kg.web.tongues import ENGLISH, _, language, use
from kg.words import alphabetic

blueprint = Blueprint("around", __name__)

_SHOWN = 16
_ROW = 30
_MIDDLE = 480
_EDGE = 350
_LONGEST = 46


@dataclass(frozen=True)
class Near:
    """A thing one link away: what it is called, its kind and page, and what the link means."""

    label: str
    kind: str
    url: str
    meaning: str


@dataclass(frozen=True)
class Node:
    """A thing in the picture: its words, where they stand, and the line to the middle."""

    near: Near
    x: int
    y: int
    curve: str


@dataclass(frozen=True)
class Picture:
    """Both sides with the height that they need, and how many did not fit."""

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    height: int
    more: int


@blueprint.get("/around/<kind>/<path:slug>")
def around(kind: str, slug: str) -> Response | str:
    """Show what is one link away from a record, as a picture and a table; with `.csv` the table."""
    ext = slug.endswith(".csv")
    slug = slug.removesuffix(".csv")
    if ext:
        use(ENGLISH)
    root = RECORDS if kind == "concept" else base().settings.base
    found = read(f"{root}{kind}/{slug}")
    if found is None:
        raise NotFound(_("There is no <%(iri)s>.", iri=f"{root}{kind}/{slug}"))
    pointing, pointed = _pointing(found), _pointed(found)
    numbers = _table(pointing, pointed)
    if ext:
        return numbers.csv("around")
    return render_template(
        "pictures/around.html",
        title=found.label,
        kind=found.kind.name if found.kind else "thing",
        url=f"/{kind}/{slug}",
        picture=_picture(pointing, pointed),
        table=numbers,
        counts=(len(pointing), len(pointed)),
        formats=links(f"/around/{kind}/{slug}", [CSV]),
    )


def _pointing(found: Record) -> list[Near]:
    model = base().model
    near = [
        Near(link.shown["title"], link.kind, link.shown["url"], inbound.meaning(model.kind(link.kind), link.path))
        for link in inbound.links(found.iri)
    ]
    return sorted(near, key=lambda other: (other.meaning, alphabetic(other.label)))


def _pointed(found: Record) -> list[Near]:
    said: Statements = statements(found.triples, found.iri)
    near = []
    for path, values in said.items():
        for value in values:
            url = choosing.page(value.value) if isinstance(value, NamedNode) and path != RDF.type.value else None
            if url and "#" not in value.value:
                label = found.spoken.get(value.value, url.rpartition("/")[2])
                near.append(Near(label, url.split("/")[1], url, inbound.meaning(found.kind, path)))
    return sorted(near, key=lambda other: (other.meaning, alphabetic(other.label)))


def _picture(pointing: Sequence[Near], pointed: Sequence[Near]) -> Picture:
    rows = max(min(len(pointing), _SHOWN), min(len(pointed), _SHOWN), 3)
    height = rows * _ROW + 40
    more = max(0, len(pointing) - _SHOWN) + max(0, len(pointed) - _SHOWN)
    return Picture(_side(pointing, height, -1), _side(pointed, height, 1), height, more)


def _side(all_near: Sequence[Near], height: int, side: int) -> tuple[Node, ...]:
    """Stand things under each other on one side of the middle, each with a curve to it."""
    shown = all_near[:_SHOWN]
    top = (height - len(shown) * _ROW) // 2 + _ROW // 2
    x, middle = (_EDGE if side < 0 else 960 - _EDGE), height // 2
    nodes = []
    for number, near in enumerate(shown):
        y = top + number * _ROW
        start, half = _MIDDLE + side * 14, (_MIDDLE + x) // 2
        curve = f"M{start},{middle}C{half},{middle} {half},{y} {x - side * 6},{y}"
        label = near.label if len(near.label) <= _LONGEST else near.label[: _LONGEST - 1].rstrip() + "…"
        nodes.append(Node(Near(label, near.kind, near.url, near.meaning), x, y, curve))
    return tuple(nodes)


def _table(pointing: Sequence[Near], pointed: Sequence[Near]) -> Table:
    model = base().model
    rows = [
        [
            Cell(near.label, near.url),
            Cell(kind.label_in(language()) if (kind := model.kind(near.kind)) else near.kind),
            Cell(near.meaning),
            Cell(way),
        ]
        for way, side in ((_("points here"), pointing), (_("pointed at from here"), pointed))
        for near in side
    ]
    heads = [("thing", _("Thing")), ("kind", _("Kind")), ("link", _("Link")), ("direction", _("Direction"))]
    return table(_("Everything one link away"), heads, rows)
