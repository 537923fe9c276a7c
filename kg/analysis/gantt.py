"""A plan drawn as a Gantt chart in SVG: a bar a step, as long as its effort, after what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from kg.analysis.roadmap import EFFORTS, PHASES, Plan
from kg.words import Say, phrase, plainly

_ROW, _LABEL, _UNIT, _TOP = 22, 300, 46, 48
_LONGEST = 48
_PLAIN, _QUICK = "#1f5a7a", "#22663b"
EFFORT = phrase("Effort in grades, not dates: low 1, medium 2, high 3.")
QUICK = phrase("Green: quick win.")


_TOLD = phrase("Steps: %(count)s; a bar begins when what it waits for ends. Units are effort, not dates.")


@dataclass(frozen=True)
class Bar:
    """One bar: what stands before it, from where to where it goes, what it says at length and on itself, its colour."""

    label: str
    start: int
    end: int
    told: str
    word: str
    colour: str = ""


def spans(plan: Plan) -> dict[str, tuple[int, int]]:
    """Return start and end of each step in units of effort: it starts when the last of those before it ends."""
    found: dict[str, tuple[int, int]] = {}
    for task in plan.tasks:
        start = max((found[one][1] for one in task.before), default=0)
        found[task.step.provision] = start, start + EFFORTS[task.step.effort]
    return found


def bars(plan: Plan, say: Say = plainly) -> list[Bar]:
    """Return the bars of a derived plan."""
    at = spans(plan)
    return [
        Bar(task.gap.provision.label, *at[task.step.provision],
            say(phrase("%(step)s: %(phase)s, effort: %(effort)s"), step=task.gap.provision.label, phase=say(PHASES[task.phase]),
                effort=say(task.step.effort)),
            say(task.step.effort), _QUICK if task.quick else "")
        for task in plan.tasks
    ]  # fmt: skip


def draw(made: Sequence[Bar], title: str, legend: str, say: Say = plainly) -> str:
    """Draw the chart; it has words for every bar, and needs no colour to be read."""
    told = say(_TOLD, count=len(made))
    longest = max((bar.end for bar in made), default=1)
    width, height = _LABEL + (longest + 3) * _UNIT, _TOP + _ROW * len(made) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(told)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="8" y="20" font-size="15">{escape(title)}</text>',
    ]
    for unit in range(longest + 1):
        x = _LABEL + unit * _UNIT
        lines.append(f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 26}" stroke="#ddd"/>')
    for number, bar in enumerate(made):
        x, y = _LABEL + bar.start * _UNIT, _TOP + number * _ROW
        length = (bar.end - bar.start) * _UNIT - 4
        label = bar.label if len(bar.label) <= _LONGEST else bar.label[: _LONGEST - 1] + "…"
        lines.append(
            f'<g><title>{escape(bar.told)}</title><text x="8" y="{y + 13}">{escape(label)}</text>'
            f'<rect x="{x}" y="{y + 2}" width="{length}" height="{_ROW - 7}" rx="2" fill="{bar.colour or _PLAIN}"/>'
            f'<text x="{x + length + 6}" y="{y + 13}" fill="#333" font-size="10">{escape(bar.word)}</text></g>'
        )
    lines.append(f'<text x="8" y="{height - 8}" fill="#555">{escape(legend)}</text></svg>')
    return "\n".join(lines) + "\n"
