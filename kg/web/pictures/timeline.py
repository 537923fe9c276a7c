"""The timeline: how many records of each kind a search finds in each year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import Blueprint, Response, render_template, request

from kg.search.index import KIND, YEAR, Wanted
from kg.web import tongues
from kg.web.asked import address, wanted_from
from kg.web.pictures import choosing
from kg.web.pictures.tables import Cell, Table, table
from kg.web.site import base
from kg.web.tongues import ENGLISH, _, language, pair, use

blueprint = Blueprint("timeline", __name__)

WIDTH = 960
_ROW = 96
_HEAD = 24
_TALLEST = 64
_WIDEST = 24
_FEWEST_YEARS = 12


@dataclass(frozen=True)
class Bar:
    """One year of one kind: where it stands, how tall, what it says, where it leads."""

    x: float
    y: float
    width: float
    height: float
    label: str
    url: str


@dataclass(frozen=True)
class Band:
    """One kind with its bars on a base line."""

    kind: str
    label: str
    y: int
    total: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Picture:
    """Bands under one scale of years; `outside` counts records from before the first year that is drawn."""

    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, int], ...]
    first: int
    last: int
    height: int
    before: int

    @property
    def dated(self) -> int:
        """How many records the picture stands for."""
        return sum(band.total for band in self.bands)


@blueprint.get("/timeline")
@blueprint.get("/timeline.<any(csv):ext>")
def timeline(ext: str | None = None) -> Response | str:
    """Show the records of a search by year and kind, as a picture and a table, or the table as CSV."""
    wanted = wanted_from(request.args)
    if ext:
        use(ENGLISH)
    numbers = _numbers(wanted)
    if ext:
        return numbers.csv("timeline")
    return render_template(
        "pictures/timeline.html",
        picture=picture(wanted),
        table=numbers,
        chosen=choosing.chosen(wanted),
        kinds=choosing.kinds(wanted, "/timeline"),
        formats=choosing.formats("/timeline", wanted),
    )


def picture(wanted: Wanted) -> Picture | None:
    """Draw the bands of a search; None where no record has a year. Years before the last century and a half are only counted."""
    counts = _counts(wanted)
    years = sorted({year for by_year in counts.values() for year in by_year})
    if not years:
        return None
    last = years[-1]
    first = min(max(years[0], last - 60), last - _FEWEST_YEARS)
    step = WIDTH / (last - first + 1)
    tallest = max(count for by_year in counts.values() for count in by_year.values())
    bands = []
    for number, kind in enumerate(kind for kind in base().model.kinds if kind.name in counts):
        line = _HEAD + (number + 1) * _ROW - 8
        by_year = counts[kind.name or ""]
        bars = tuple(
            _bar(wanted, kind.name or "", year, count, (year - first) * step, line, step, tallest)
            for year, count in sorted(by_year.items())
            if year >= first
        )
        bands.append(Band(kind.name or "", kind.plural_in(language()), line, sum(by_year.values()), bars))
    ticks = tuple(((year - first + 0.5) * step, year) for year in _round_years(first, last))
    before = sum(count for by_year in counts.values() for year, count in by_year.items() if year < first)
    return Picture(tuple(bands), ticks, first, last, _HEAD + len(bands) * _ROW + 20, before)


def _bar(wanted: Wanted, kind: str, year: int, count: int, x: float, line: int, step: float, tallest: int) -> Bar:
    height = max(2.0, _TALLEST * count / tallest)
    url = address(replace(wanted, facets={**wanted.facets, KIND: [kind]}, since=year, until=year))
    width = min(step * 0.76, _WIDEST)
    return Bar(
        round(x + (step - width) / 2, 1),
        round(line - height, 1),
        round(width, 1),
        round(height, 1),
        pair(str(year), tongues.number(count)),
        url,
    )


def _round_years(first: int, last: int) -> Iterable[int]:
    """Yield the years of the scale: every fifth, or every tenth of a long stretch."""
    every = 5 if last - first <= 40 else 10
    return range(first + -first % every, last + 1, every)


def _counts(wanted: Wanted) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for (kind, year), count in base().index.cross(wanted, KIND, YEAR).items():
        counts[kind][int(year)] = count
    return counts


def _numbers(wanted: Wanted) -> Table:
    counts = _counts(wanted)
    kinds = [kind for kind in base().model.kinds if kind.name in counts]
    rows = []
    for year in sorted({year for by_year in counts.values() for year in by_year}, reverse=True):
        then = replace(wanted, since=year, until=year)
        numbers = [counts[kind.name or ""].get(year, 0) for kind in kinds]
        cells = [
            Cell(count, address(replace(then, facets={**wanted.facets, KIND: [kind.name or ""]})) if count else None)
            for kind, count in zip(kinds, numbers, strict=True)
        ]
        rows.append([Cell(str(year), address(then)), Cell(sum(numbers)), *cells])
    return table(
        _("Records by year"),
        [("year", _("Year")), ("all", _("All")), *((kind.name or "", kind.plural_in(language())) for kind in kinds)],
        rows,
    )
