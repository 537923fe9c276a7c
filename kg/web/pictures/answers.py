"""Pictures of a query's answer: bars where a column holds numbers, a map where rows name places or hold coordinates."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.terms import path_of
from kg.web import tongues
from kg.web.names import names
from kg.web.pictures.world import STEPS, shapes
from kg.web.site import base
from kg.web.values import Value

_MOST_BARS = 60
_MOST_POINTS = 500
_WIDTH = 960
_POINT = re.compile(r"(?:<[^>]*>\s*)?POINT\s*Z?\s*\(\s*([-+.\deE]+)\s+([-+.\deE]+)[^)]*\)", re.IGNORECASE)
_LATITUDE, _LONGITUDE = {"lat", "latitude"}, {"lon", "long", "lng", "longitude"}
_NUMBERS = {
    "integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
    "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "negativeInteger", "nonPositiveInteger",
}  # fmt: skip

Cell = NamedNode | Literal | object | None
Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Answer:
    """The rows of an answer as terms, and as they are shown."""

    head: Sequence[str]
    terms: Sequence[Sequence[Cell]]
    shown: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class Bar:
    """One row: what it is about, its number as it is written, and its length in hundredths of the longest."""

    label: Value
    number: str
    length: float


@dataclass(frozen=True)
class Chart:
    """The bars of one column of numbers; `more` rows have none."""

    value: str
    by: str
    bars: tuple[Bar, ...]
    more: int


@dataclass(frozen=True)
class Mark:
    """A country or a point on the map: its shape's name or where its dot stands, its shade, its words and where it leads."""

    label: str
    url: str
    shade: int
    code: str = ""
    dot: tuple[str, str] | None = None


@dataclass(frozen=True)
class Map:
    """What is coloured and dotted on the world, what the shades mean, and how many rows are not on it."""

    value: str
    """The column whose numbers are shown; nothing where rows are counted."""
    drawn: tuple[Mark, ...]
    steps: tuple[str, ...]
    beside: int


def chart(answer: Answer) -> Chart | None:
    """Return the bars of the first column of numbers that is not what the rows are about; None where there is none."""
    columns = _numbers(answer)
    about = next((place for place in range(len(answer.head)) if place not in columns), 0)
    value = next((place for place in columns if place != about), None)
    if value is None or len(answer.terms) < 2:
        return None
    found = [
        (row[about], number) for row, number in zip(answer.shown, columns[value], strict=True) if number is not None
    ]
    longest = max(number for _, number in found)
    if longest <= 0 or any(number < 0 for _, number in found):
        return None  # bars of both signs say more than a bar can
    bars = tuple(Bar(label, written(number), round(100 * number / longest, 2)) for label, number in found[:_MOST_BARS])
    return Chart(answer.head[value], answer.head[about], bars, len(answer.terms) - len(bars))


def world(answer: Answer) -> Map | None:
    """Return a map of the answer: points where it holds coordinates, else countries; None where it says no place."""
    return _points(answer) or _countries(answer)


def written(number: float) -> str:
    """Write a number as readers expect it: thousands parted, no more digits than say something."""
    return tongues.number(int(number) if number == int(number) else float(f"{number:.4g}"))


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a place stands on `world.svg` (Equal Earth; Šavrič, Patterson and Jenny 2018, equations 1 and 2)."""
    a1, a2, a3, a4, m = 1.340264, -0.081106, 0.000893, 0.003796, math.sqrt(3) / 2

    def upward(t: float) -> float:
        return t * (a1 + a2 * t**2 + t**6 * (a3 + a4 * t**2))

    scale = _WIDTH / (2 * math.pi / (m * a1))
    t = math.asin(m * math.sin(math.radians(latitude)))
    x = math.radians(longitude) * math.cos(t) / (m * (a1 + 3 * a2 * t**2 + t**6 * (7 * a3 + 9 * a4 * t**2)))
    return _WIDTH / 2 + scale * x, scale * (upward(math.asin(m)) - upward(t))


def _numbers(answer: Answer) -> dict[int, Numbers]:
    """Return the columns that hold numbers and nothing else, by their place."""
    columns: dict[int, Numbers] = {}
    for place in range(len(answer.head)):
        cells = [row[place] for row in answer.terms]
        numbers = [_number(cell) for cell in cells]
        if any(number is not None for number in numbers) and all(
            cell is None or number is not None for cell, number in zip(cells, numbers, strict=True)
        ):
            columns[place] = numbers
    return columns


def _number(cell: Cell) -> float | None:
    if not isinstance(cell, Literal) or cell.datatype.value.rpartition("#")[2] not in _NUMBERS:
        return None
    try:
        number = float(cell.value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


# -- places ------------------------------------------------------------------------------------------------------------


def _countries(answer: Answer) -> Map | None:
    start = _places_start()
    if start is None:
        return None
    for column in range(len(answer.head)):
        cells = [row[column] for row in answer.terms]
        iris = [cell.value if isinstance(cell, NamedNode) and cell.value.startswith(start) else None for cell in cells]
        if any(iris):
            return _coloured(answer, iris)
    return None


def _places_start() -> str | None:
    """Return how the IRIs of places begin: with the kind that the facet of places leads to."""
    kind = next((facet.target for facet in base().model.facets if facet.role == "place"), None)
    return f"{base().settings.base}{kind}/" if kind else None


def _coloured(answer: Answer, iris: Sequence[str | None]) -> Map | None:
    """Show a column's number where each country has one row of its own, else count rows, those of its cities among them."""
    columns = _numbers(answer)
    named = names(iri for iri in iris if iri)
    own = Counter(_code(iri) for iri in iris if iri and _code(iri) in shapes())
    first = next(iter(columns), None)
    if first is not None and own and max(own.values()) == 1:
        value, places = answer.head[first], [iri if iri and _code(iri) in shapes() else None for iri in iris]
        numbers = columns[first]
    else:
        value, places, numbers = "", [_country(iri, named[iri].wider) if iri else None for iri in iris], [1] * len(iris)
    totals: dict[str, float] = {}
    for place, number in zip(places, numbers, strict=True):
        if place and number is not None:
            totals[place] = totals.get(place, 0) + number
    if not totals or min(totals.values()) < 0:
        return None
    steps = _steps(list(totals.values()))
    labels = names(totals)
    drawn = [_drawn(place, labels[place].label, total, steps) for place, total in totals.items()]
    return Map(value, tuple(drawn), tuple(map(written, steps)), sum(place is None for place in places))


def _country(iri: str, wider: Sequence[str]) -> str | None:
    return next((place for place in (iri, *wider) if _code(place) in shapes()), None)


def _code(iri: str) -> str:
    return iri.rpartition("/")[2]


def _drawn(iri: str, label: str, total: float, steps: Sequence[float]) -> Mark:
    url = path_of(iri, base().settings.base) or iri
    shade = sum(total >= step for step in steps)
    return Mark(tongues.pair(label, written(total)), url, shade, _code(iri), shapes()[_code(iri)])


def _steps(numbers: Sequence[float]) -> Sequence[float]:
    """Return where shades begin: doubling for small counts, else five equal parts."""
    most = max(numbers)
    if most <= 2 * STEPS[-1] and all(number == int(number) for number in numbers):
        return STEPS
    return [most * part / len(STEPS) for part in range(len(STEPS))]


# -- coordinates -------------------------------------------------------------------------------------------------------


def _points(answer: Answer) -> Map | None:
    """Dot the rows that hold a WKT point, or a latitude and a longitude (WGS 84), where they stand."""
    found = [(row, at) for row, at in zip(answer.shown, _coordinates(answer), strict=True) if at is not None]
    dots = []
    for row, (longitude, latitude) in found[:_MOST_POINTS]:
        x, y = project(longitude, latitude)
        linked = next((value for value in row if value.url), row[0])
        dots.append(Mark(linked.text, linked.url or "#result", len(STEPS), dot=(f"{x:.1f}", f"{y:.1f}")))
    return Map("", tuple(dots), (), len(answer.terms) - len(dots)) if dots else None


def _coordinates(answer: Answer) -> list[tuple[float, float] | None]:
    low = [name.lower() for name in answer.head]
    latitude = next((place for place, name in enumerate(low) if name in _LATITUDE), None)
    longitude = next((place for place, name in enumerate(low) if name in _LONGITUDE), None)
    if latitude is not None and longitude is not None:
        return [_on_earth(_degrees(row[longitude]), _degrees(row[latitude])) for row in answer.terms]
    return [next(filter(None, map(_wkt, row)), None) for row in answer.terms]


def _wkt(cell: Cell) -> tuple[float, float] | None:
    match = _POINT.fullmatch(cell.value.strip()) if isinstance(cell, Literal) else None
    return _on_earth(_float(match[1]), _float(match[2])) if match else None


def _degrees(cell: Cell) -> float | None:
    return _float(cell.value) if isinstance(cell, Literal) else None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _on_earth(longitude: float | None, latitude: float | None) -> tuple[float, float] | None:
    if longitude is None or latitude is None or not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return longitude, latitude
