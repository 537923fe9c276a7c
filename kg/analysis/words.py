"""Plans and drafts as Markdown: what is taken to a council, with a source in every paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kg.analysis.documents import escaped
from kg.analysis.evidence import WORDS, Cell, Evidence, Provision
from kg.analysis.gaps import Gap
from kg.analysis.roadmap import JUDGEMENT, Plan, Task
from kg.words import phrase

Address = Callable[[str], str]
"""Where a record can be opened."""

_FOLLOWED = 3
DISCLAIMER = phrase(
    "A draft to begin from, in our own words; it is no legal advice and quotes no text. "
    "Each paragraph names policies that lay the same thing down, and where."
)


def plan(evidence: Evidence, made: Plan, title: str, address: Address, stamp: str, names: Mapping[str, str]) -> str:
    """Write a plan: quick wins first, then each phase with who does what, after what, and who did it before.

    `names` says what the toolkits are called, by their IRI.
    """
    lines = [f"# {escaped(title)}", "", f"{JUDGEMENT} {escaped(made.gaps.peers.told)} {stamp}", ""]
    lines += [_from(evidence, made, address), ""]
    if made.quick_wins:
        wins = (f"- {escaped(task.gap.provision.label)}: {escaped(task.step.government)}" for task in made.quick_wins)
        lines += ["## Quick wins", "", *wins, ""]
    for number, (name, tasks) in enumerate(made.phases, 1):
        lines += [f"## Phase {number}: {name}", ""]
        for task in tasks:
            lines += _task(evidence, task, address, names)
    return "\n".join(lines)


def _from(evidence: Evidence, made: Plan, address: Address) -> str:
    """Say which texts of the subject the plan rests on."""
    own = made.gaps.subject.own
    if not own:
        return "We hold no coded policy of this place itself; every provision is unknown here, and the first step is to look."
    told = (
        f"[{escaped(policy.title)}]({address(policy.iri)}) ({'' if policy.iri in evidence.whole else 'not '}read whole)"
        for policy in own
    )
    rest = "The gaps rest on these and on no others; texts that the base does not hold may say more."
    return f"Texts of its own: {'; '.join(told)}. {rest}"


def _task(evidence: Evidence, task: Task, address: Address, names: Mapping[str, str]) -> list[str]:
    rate = task.gap.rate
    lines = [
        f"### {escaped(task.gap.provision.label)}",
        "",
        f"{_KIND[task.gap.kind]} Peers: {rate.held} of {rate.judged} texts read whole lay it down, {rate.stated} outright."
        + (f" Seen in {task.gap.in_sector} of the texts that name the sector." if task.gap.sector else ""),
        "",
        f"- Government ({escaped(task.step.actor)}; effort {task.step.effort}): {escaped(task.step.government)}",
        f"- Civic community: {escaped(task.step.community)}",
    ]
    if task.before:
        lines.append("- After: " + ", ".join(escaped(evidence.provisions[one].label) for one in task.before))
    lines += [f"- Here: {WORDS[cell.status].lower()} in {source(evidence, cell, address)}" for cell in task.gap.own[:2]]
    lines += [f"- In wider places: {source(evidence, cell, address)}" for cell in task.gap.above[:2]]
    lines += [f"- Example: {source(evidence, cell, address)}" for cell in task.gap.examples[:2]]
    if task.takes:
        told = (f"[{escaped(one.title)}]({address(one.iri)}) ({one.told})" for one in task.takes)
        lines.append("- Of the sector: " + "; ".join(told))
    if task.toolkits:
        named = (f"[{escaped(names.get(one.iri, one.iri))}]({address(one.iri)})" for one in task.toolkits[:3])
        lines.append("- Toolkits: " + "; ".join(named))
    return [*lines, ""]


_KIND = {
    "missing": "Read, and not there.",
    "unknown": "Not seen in what was read; look into the text first.",
    "weak": "Laid down only partly.",
    "held": "Laid down.",
}


def source(evidence: Evidence, cell: Cell, address: Address) -> str:
    """Write which policy lays a provision down, where, and how, in our words."""
    policy = evidence.policies[cell.policy]
    year = f" ({policy.year})" if policy.year else ""
    place = f", {escaped(cell.where)}" if cell.where else ""
    note = f": {escaped(cell.note)}" if cell.note else ""
    return f"[{escaped(policy.title)}]({address(policy.iri)}){year}{place}{note}"


@dataclass(frozen=True)
class Clause:
    """One paragraph of a draft: its words, the cells that it follows, and a note where its group needs one."""

    number: int
    provision: Provision
    text: str
    follows: tuple[Cell, ...]
    note: str = ""


def clauses(evidence: Evidence, gaps: Iterable[Gap]) -> list[Clause]:
    """Return a clause for each provision, in the order of the codebook; a note stands at the first of its group."""
    made: list[Clause] = []
    noted: set[str] = set()
    for gap in sorted(gaps, key=lambda gap: gap.provision.notation):
        step = evidence.steps.get(gap.provision.iri)
        if step is not None:
            group = gap.provision.group
            note = NOTES.get(group, "") if group not in noted else ""
            noted.add(group)
            made.append(Clause(len(made) + 1, gap.provision, step.clause, gap.examples[:_FOLLOWED], note))
    return made


def draft(evidence: Evidence, made: Iterable[Clause], title: str, address: Address, stamp: str) -> str:
    """Write a draft policy: a numbered clause for each provision, each with the policies that it follows."""
    lines = [f"# {escaped(title)}", "", f"*{DISCLAIMER}* {stamp}", ""]
    group = ""
    for clause in made:
        if clause.provision.group != group:
            group = clause.provision.group
            lines += [f"## {escaped(clause.provision.group_label)}", ""]
        lines += [f"**§ {clause.number} {escaped(clause.provision.label)}.** {escaped(clause.text)}", ""]
        told = "; ".join(source(evidence, cell, address) for cell in clause.follows)
        lines += [f"Follows {told}." if told else ALONE, ""]
        if clause.note:
            lines += [f"*Note:* {clause.note}", ""]
    return "\n".join(lines)


ALONE = phrase("No peer of which we hold a note lays this down; whether to be the first is a matter of judgement.")

NOTES = {
    "privacy": phrase(
        "Release of data on persons cannot be taken back. Screen first, test against re-identification, record who decided."
    ),
    "incentive": phrase("A return should cost little, be named in advance, and not reward quantity over quality."),
    "participation": phrase("Ask with a date and answer in public; silence costs more trust than a no."),
}
