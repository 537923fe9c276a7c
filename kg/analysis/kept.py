"""A kept plan as Markdown: what is taken to a council, with who, until when and how far each step is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kg.analysis import plans
from kg.analysis.documents import escaped
from kg.analysis.plans import NOTE, STATES, Line

Address = Callable[[str], str]
"""Where a record can be opened."""


def plan(lines: Sequence[Line], title: str, about: str, labels: Mapping[str, str], address: Address, stamp: str) -> str:
    """Write a kept plan; `labels` says what provisions and records are called."""
    counted = ", ".join(f"{number} {STATES[state].lower()}" for state, number in plans.tally(lines).items() if number)
    text = [f"# {escaped(title)}", "", *([escaped(about), ""] if about else []), f"{NOTE} {stamp}", "",
            f"{len(lines)} steps: {counted}.", ""]  # fmt: skip
    for number, (name, those) in enumerate(plans.phases(lines), 1):
        text += [f"## Phase {number}: {name}" if name else "## Without a phase", ""]
        for line in those:
            text += _step(line, labels, address)
    return "\n".join(text)


def _step(line: Line, labels: Mapping[str, str], address: Address) -> list[str]:
    head = labels.get(line.provision) or line.task
    told = [STATES.get(line.state or "open", line.state)]
    told += [f"until {line.due}"] if line.due else []
    told += [f"effort {line.effort}"] if line.effort else []
    text = [
        f"### {line.position}. {escaped(head)}",
        "",
        f"{'; '.join(told)}.",
        "",
        f"- {escaped(line.who or 'To do')}: {escaped(line.task)}",
    ]
    if line.community:
        text.append(f"- Civic community: {escaped(line.community)}")
    if line.after:
        text.append("- After: " + ", ".join(escaped(labels.get(one, one)) for one in line.after))
    if line.said:
        text.append(f"- {escaped(line.said)}")
    if line.evidence:
        text.append(
            "- Evidence: " + "; ".join(f"[{escaped(labels.get(one, one))}]({address(one)})" for one in line.evidence)
        )
    if line.note:
        text.append(f"- Note: {escaped(line.note)}")
    return [*text, ""]
