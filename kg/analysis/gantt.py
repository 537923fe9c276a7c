"""A plan drawn as a Gantt chart in SVG: a bar a step, as long as its effort, after what it waits for."""

from __future__ import annotations

from xml.sax.saxutils import escape

from kg.analysis.roadmap import EFFORTS, PHASES, Plan

_ROW, _LABEL, _UNIT, _TOP = 22, 300, 46, 48


def spans(plan: Plan) -> dict[str, tuple[int, int]]:
    """Return start and end of each step in units of effort: it starts when the last of those before it ends."""
    found: dict[str, tuple[int, int]] = {}
    for task in plan.tasks:
        start = max((found[one][1] for one in task.before), default=0)
        found[task.step.provision] = start, start + EFFORTS[task.step.effort]
    return found


def draw(plan: Plan, title: str) -> str:
    """Draw the chart; it has words for every bar, and needs no colour to be read."""
    at = spans(plan)
    longest = max((end for _, end in at.values()), default=1)
    width, height = _LABEL + (longest + 1) * _UNIT, _TOP + _ROW * len(plan.tasks) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{len(plan.tasks)} steps; a bar begins when what it waits for ends. Units are effort, not dates.</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="8" y="20" font-size="15">{escape(title)}</text>',
    ]
    for unit in range(longest + 1):
        x = _LABEL + unit * _UNIT
        lines.append(f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 26}" stroke="#ddd"/>')
    for number, task in enumerate(plan.tasks):
        start, end = at[task.step.provision]
        x, y = _LABEL + start * _UNIT, _TOP + number * _ROW
        length = (end - start) * _UNIT - 4
        fill = "#22663b" if task.quick else "#1f5a7a"
        told = f"{task.gap.provision.label}: {PHASES[task.phase]}, effort {task.step.effort}"
        lines.append(
            f'<g><title>{escape(told)}</title><text x="8" y="{y + 13}">{escape(task.gap.provision.label)}</text>'
            f'<rect x="{x}" y="{y + 2}" width="{length}" height="{_ROW - 7}" rx="2" fill="{fill}"/>'
            f'<text x="{x + 6}" y="{y + 13}" fill="#fff" font-size="10">{task.step.effort}</text></g>'
        )
    told = "Effort in grades, not dates: low 1, medium 2, high 3. Green: quick win."
    lines.append(f'<text x="8" y="{height - 8}" fill="#555">{told}</text></svg>')
    return "\n".join(lines) + "\n"
