"""A kept plan as Markdown: what is taken to a council, with who, until when and how far each step is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.analysis import plans
from kg.analysis.documents import escaped
from kg.analysis.plans import NOTE, STATES, Line
from kg.analysis.words import Hand
from kg.words import phrase


def plan(lines: Sequence[Line], title: str, about: str, labels: Mapping[str, str], hand: Hand, stamp: str) -> str:
    """Write a kept plan; `labels` says what provisions and records are called."""
    say = hand.say
    counted = ", ".join(
        f"{number} {say(STATES[state]).lower()}" for state, number in plans.tally(lines).items() if number
    )
    text = [f"# {escaped(title)}", "", *([escaped(about), ""] if about else []), f"{say(NOTE)} {stamp}", "",
            say(phrase("Steps: %(count)s (%(states)s)."), count=len(lines), states=counted), ""]  # fmt: skip
    for number, (name, those) in enumerate(plans.phases(lines), 1):
        phase = say(phrase("Phase %(number)s: %(name)s"), number=number, name=say(name)) if name else ""
        text += [f"## {phase or say(phrase('Without a phase'))}", ""]
        for line in those:
            text += _step(line, labels, hand)
    return "\n".join(text)


def _step(line: Line, labels: Mapping[str, str], hand: Hand) -> list[str]:
    say = hand.say
    head = labels.get(line.provision) or line.task
    told = hand.listed([say(STATES.get(line.state or "open", line.state)), *plans.when(line, say)])
    text = [f"### {line.position}. {escaped(head)}", "", f"{told}.", ""]
    text.append(hand.line(escaped(line.who) or say(phrase("To do")), escaped(line.task)))
    if line.community:
        text.append(hand.line(say(phrase("Civic community")), escaped(line.community)))
    if line.after:
        text.append(hand.line(say(phrase("After")), ", ".join(escaped(labels.get(one, one)) for one in line.after)))
    if line.said:
        text.append(f"- {escaped(line.said)}")
    if line.evidence:
        found = hand.listed(hand.link(labels.get(one, one), one) for one in line.evidence)
        text.append(hand.line(say(phrase("Evidence")), found))
    if line.note:
        text.append(hand.line(say(phrase("Note")), escaped(line.note)))
    return [*text, ""]
