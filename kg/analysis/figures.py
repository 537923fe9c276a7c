"""Figures of papers: rows of a question drawn as bars, in SVG for pages and in PNG for Word and LaTeX."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _LEFT, _RIGHT = 760, 270, 60
_BAR, _GAP, _TOP, _TEXT = 15, 9, 14, 12
_LONGEST = 42
_SCALE = 3
"""Dots of the PNG for each unit: about 300 to the inch across a page."""
_INKS = ("#1f5a7a", "#9dbfd0", "#c98a2b", "#5d5d5d")
"""From dark to light and back, so that series also differ without colour."""
_PAPER, _WORDS = "#ffffff", "#222222"


@dataclass(frozen=True)
class Chart:
    """Bars: a label for each group, a name for each series, and a number for each of both; `title` says what is drawn."""

    title: str
    labels: tuple[str, ...]
    series: tuple[str, ...]
    numbers: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    ink: str


@dataclass(frozen=True)
class _Text:
    x: float
    y: float
    words: str
    anchor: str = "start"


def svg(chart: Chart) -> bytes:
    """Draw a chart as SVG; the numbers stand at the bars, so that nothing must be measured by eye."""
    height = _height(chart)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="{_TEXT}">',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>',
    ]
    for part in _parts(chart):
        at = f'x="{part.x:.1f}"'
        if isinstance(part, _Box):
            lines.append(
                f'<rect {at} y="{part.y:.1f}" width="{part.width:.1f}" height="{part.height}" fill="{part.ink}"/>'
            )
        else:
            lines.append(
                f'<text {at} y="{part.y + _TEXT:.1f}" text-anchor="{part.anchor}" fill="{_WORDS}">{escape(part.words)}</text>'
            )
    return "\n".join([*lines, "</svg>", ""]).encode()


def png(chart: Chart) -> bytes:
    """Draw the same chart as PNG."""
    image = Image.new("RGB", (_WIDTH * _SCALE, _height(chart) * _SCALE), _PAPER)
    drawn = ImageDraw.Draw(image)
    font = ImageFont.load_default(_TEXT * _SCALE)
    for part in _parts(chart):
        x, y = part.x * _SCALE, part.y * _SCALE
        if isinstance(part, _Box):
            drawn.rectangle((x, y, x + part.width * _SCALE, y + part.height * _SCALE), fill=part.ink)
        else:
            drawn.text((x, y), part.words, fill=_WORDS, font=font, anchor="ra" if part.anchor == "end" else "la")
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(300, 300), optimize=True)
    return out.getvalue()


def _height(chart: Chart) -> int:
    legend = 24 if len(chart.series) > 1 else 0
    return _TOP + legend + len(chart.labels) * (len(chart.series) * _BAR + _GAP) + _TOP


def _parts(chart: Chart) -> Iterator[_Box | _Text]:
    """Lay the chart out: a legend where there are several series, then a group of bars for each label."""
    y: float = _TOP
    if len(chart.series) > 1:
        yield from _legend(chart.series, y)
        y += 24
    most = max((number for group in chart.numbers for number in group), default=0) or 1
    for label, group in zip(chart.labels, chart.numbers, strict=True):
        middle = y + (len(group) * _BAR - _TEXT) / 2 - 1
        yield _Text(_LEFT - 8, middle, label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…", "end")
        for number, ink in zip(group, _inks(len(group)), strict=True):
            width = max(number, 0) / most * (_WIDTH - _LEFT - _RIGHT)
            yield _Box(_LEFT, y, width, _BAR - 2, ink)
            yield _Text(_LEFT + width + 5, y - 1, f"{number:,.0f}" if number == int(number) else f"{number:,.1f}")
            y += _BAR
        y += _GAP


def _legend(series: Sequence[str], y: float) -> Iterator[_Box | _Text]:
    x: float = _LEFT
    for name, ink in zip(series, _inks(len(series)), strict=True):
        yield _Box(x, y + 1, 11, 11, ink)
        yield _Text(x + 16, y - 1, name)
        x += 36 + 7 * len(name)


def _inks(number: int) -> Sequence[str]:
    return (_INKS * (number // len(_INKS) + 1))[:number]
