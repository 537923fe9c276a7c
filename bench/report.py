"""Writes what was measured as Markdown, each figure beside the bar that it is to reach, and as a picture of the ratios."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from bench.ask import KEPT, MANY, SLOW, Memory, Speed
from bench.engines import DIRECT, OURS
from bench.pages import Times
from bench.work import Done

POINT_BAR, KEPT_BAR, HEAVY_BAR = 0.5, 1.0, 0.95
_FLAT_MIB = 64
"""By how much the service may grow while a million rows go through it, and still be called constant."""

# Name: unit, bar, and whether the figure must be at least the bar (otherwise at most).
BARS: dict[str, tuple[str, float, bool]] = {
    "entry page, p50": ("ms", 8, False),
    "entry page, p95": ("ms", 20, False),
    "search, p50": ("ms", 15, False),
    "search, p95": ("ms", 40, False),
    "import": ("s", 30, False),
    "import memory": ("MiB", 1024, False),
    "import against pandoc": ("times its speed", 1, True),
    "export, first byte": ("ms", 200, False),
    "export": ("s", 3, False),
    "second start": ("s", 3, False),
    "check of one change, p95": ("ms", 15, False),
    "check of the whole base": ("records/s", 500, True),
}
_UNITS = {"check of the whole base, memory": "MiB"}

_ROW, _LEFT, _WIDTH, _TOP = 22, 190, 760, 44
_FULL = 2.0
"""The ratio at which a bar of the picture ends; a longer one is cut, its number is not."""


@dataclass
class Found:
    """All that one run measured."""

    records: int
    entries: int
    seconds: float
    speeds: list[Speed] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    pages: list[Times] = field(default_factory=list)
    work: list[Done] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def bar_of(query: str) -> float:
    """Return the part of the engine's own speed that a query is to reach through the service."""
    return {"point": POINT_BAR, KEPT: KEPT_BAR}.get(query, HEAVY_BAR)


def ratios(speeds: Iterable[Speed]) -> dict[tuple[str, int], dict[str, float]]:
    """Return for each query and number of clients how many times as fast we are as each other server that answered."""
    by_case: dict[tuple[str, int], dict[str, float]] = {}
    for speed in speeds:
        by_case.setdefault((speed.query, speed.clients), {})[speed.server] = speed.answers
    return {
        case: {name: rates[OURS] / rate for name, rate in rates.items() if name != OURS and rate}
        for case, rates in by_case.items()
        if rates.get(OURS)
    }


def markdown(found: Found, picture: str) -> str:
    """Return the whole report; `picture` is the file name of its picture."""
    return "\n".join(
        [
            "# What was measured",
            "",
            f"`make bench RECORDS={found.records} ENTRIES={found.entries}`: {found.records:,} records that were made for it, "
            f"and a .bib of {found.entries:,} entries, on {machine()}. Clients and servers share the machine.",
            "",
            f"Each server was asked in turns, {found.seconds:g} s at a time, three times; the median counts. "
            "A ratio says how many times as many answers a second our `/sparql` gave as the other server. "
            "Our own memory of answers was passed by, but for `kept`. "
            "`too slow` is a server that took longer for one answer than a measurement lasts, with fewer clients.",
            "",
            f"![Ratios of our endpoint to its own engine asked directly]({picture})",
            "",
            *_ratio_table(found.speeds),
            "",
            *_memory_table(found.memories),
            "",
            *_bar_table(found),
            "",
            *_remarks(found),
            "",
            *_speed_table(found.speeds),
            "",
        ]
    )


def machine() -> str:
    """Say what the figures were measured on."""
    model = ""
    if (told := Path("/proc/cpuinfo")).is_file():
        lines = told.read_text("utf-8", "replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores{f' of {model}' if model else ''}, Python {platform.python_version()}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _ratio_table(speeds: Sequence[Speed]) -> Iterator[str]:
    found = ratios(speeds)
    names = list(dict.fromkeys(speed.server for speed in speeds if speed.server != OURS))
    slow = {(speed.query, speed.clients, speed.server) for speed in speeds if speed.failed == SLOW}
    rows = []
    for query, clients in dict.fromkeys((speed.query, speed.clients) for speed in speeds):
        row = found.get((query, clients), {})
        told = [
            f"{row[name]:.2f}" if name in row else "too slow" if (query, clients, name) in slow else "failed"
            for name in names
        ]
        bar = bar_of(query)
        rows.append([query, str(clients), *told, f"≥ {bar:g}", _verdict(row.get(DIRECT, 0) >= bar)])
    yield from _table(["query", "clients", *(f"to {name}" for name in names), "bar (to direct)", ""], rows)


def _rates(speed: Speed) -> list[str]:
    if speed.failed:
        return ["too slow" if speed.failed == SLOW else "failed", "", ""]
    return [f"{speed.answers:.2f}", f"{speed.megabytes:.2f}", f"{speed.size:,}"]


def _speed_table(speeds: Sequence[Speed]) -> Iterator[str]:
    rows = [[s.query, str(s.clients), s.server, *_rates(s)] for s in speeds]
    yield from _table(["query", "clients", "server", "answers/s", "MB/s", "bytes of an answer"], rows)


def _memory_table(memories: Sequence[Memory]) -> Iterator[str]:
    rows = [
        [m.server, f"{m.size / 1e6:.1f}", *(f"{size / 2**20:.0f}" for size in (m.before, m.most, m.after))]
        for m in memories
    ]
    yield from _table([f"`{MANY}`, 1 client", "MB sent", "MiB before", "MiB at most", "MiB after"], rows)
    grown = {m.server: (m.most - m.before) / 2**20 for m in memories}
    if OURS in grown:
        own = grown[OURS] - max(grown.get(DIRECT, 0), 0)
        yield ""
        yield (
            f"Ours counts the service and its engine. Both grew by {grown[OURS]:.0f} MiB, "
            f"{own:.0f} MiB more than the engine alone: "
            f"constant memory (less than {_FLAT_MIB} MiB of our own) is {_verdict(own < _FLAT_MIB)}."
        )


def figures(found: Found) -> Iterator[tuple[str, float]]:
    """Yield the figures that have names of their own."""
    for page in found.pages:
        yield f"{page.name}, p50", page.p50
        yield f"{page.name}, p95", page.p95
    for done in found.work:
        yield done.name, done.figure


def _bar_table(found: Found) -> Iterator[str]:
    rows = []
    for name, figure in figures(found):
        unit, bar, at_least = BARS.get(name, (_UNITS.get(name, ""), 0, False))
        told = f"{figure:.4g} {unit}" if figure < 10_000 else f"{figure:,.0f} {unit}"
        reached = figure >= bar if at_least else figure <= bar
        rows.append(
            [name, told, f"{'≥' if at_least else '≤'} {bar:,g} {unit}" if bar else "", _verdict(reached) if bar else ""]
        )
    yield from _table(["work", "measured", "bar", ""], rows)
    yield ""
    yield "The bars were set for pages and the check of one change at 100,000 records, for import and export at 10,000 entries."


def _remarks(found: Found) -> Iterator[str]:
    yield from (f"- {remark}" for remark in found.remarks)
    yield from (
        f"- {s.server}, `{s.query}`, {s.clients} clients: {' '.join(s.failed.split())[:200]}"
        for s in found.speeds
        if s.failed not in ("", SLOW)
    )
    sizes: dict[str, dict[str, int]] = {}
    for speed in found.speeds:
        if speed.size:
            sizes.setdefault(speed.query, {})[speed.server] = speed.size
    for query, of in sizes.items():
        if OURS in of and DIRECT in of and of[OURS] != of[DIRECT]:
            yield f"- `{query}`: our answer has {of[OURS]:,} bytes, the engine's own {of[DIRECT]:,}."


def picture(speeds: Iterable[Speed]) -> str:
    """Return an SVG of the ratios of our endpoint to its engine, a bar each, a tick at what it is to reach."""
    rows = [(case, row[DIRECT]) for case, row in ratios(speeds).items() if DIRECT in row]
    height = _TOP + _ROW * len(rows) + 12
    scale = (_WIDTH - _LEFT - 70) / _FULL
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'font-family="sans-serif" font-size="13">',
        "<title>Speed of our SPARQL endpoint as a part of its engine's own</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="24" fill="#1b1b1b">'
        "Answers a second through /sparql ÷ the engine asked directly; | is the bar to reach</text>",
    ]
    for number, ((query, clients), ratio) in enumerate(rows):
        y, bar = _TOP + number * _ROW, bar_of(query)
        length, tick = min(ratio, _FULL) * scale, _LEFT + bar * scale
        label = escape(f"{query}, {clients} client{'s' if clients > 1 else ''}")
        fill = "#1f6f5c" if ratio >= bar else "#b3541e"
        parts += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end" fill="#1b1b1b">{label}</text>',
            f'<rect x="{_LEFT}" y="{y + 3}" width="{length:.1f}" height="{_ROW - 8}" fill="{fill}"/>',
            f'<path d="M{tick:.1f} {y}v{_ROW - 2}" stroke="#1b1b1b" stroke-width="1.5"/>',
            f'<text x="{_LEFT + max(length, bar * scale) + 6:.1f}" y="{y + 14}" fill="#1b1b1b">{ratio:.2f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def write(found: Found, path: Path) -> None:
    """Write report and picture, `path` with the ending .md and .svg."""
    drawing = path.with_suffix(".svg")
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.write_text(picture(found.speeds), "utf-8")
    path.with_suffix(".md").write_text(markdown(found, drawing.name), "utf-8")
