"""Plans and drafts as Markdown: what is taken to a council, with a source in every paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kg.analysis.documents import escaped
from kg.analysis.evidence import WORDS, Cell, Evidence, Provision
from kg.analysis.gaps import Gap
from kg.analysis.roadmap import JUDGEMENT, Plan, Task
from kg.words import Say, phrase, plainly

Address = Callable[[str], str]
"""Where a record can be opened."""

_FOLLOWED = 3
DISCLAIMER = phrase(
    "A draft to begin from, in our own words; it is no legal advice and quotes no text. "
    "Each paragraph names policies that lay the same thing down, and where."
)


@dataclass(frozen=True)
class Hand:
    """How a paper is written: where a record can be opened (`address`), in whose language (`say`), what records are called."""

    address: Address
    say: Say = plainly
    names: Mapping[str, str] = field(default_factory=dict)

    def link(self, title: str, iri: str) -> str:
        """Write a title that leads to its record."""
        return f"[{escaped(title)}]({self.address(iri)})"

    def listed(self, texts: Iterable[str]) -> str:
        """Write texts in a row."""
        return self.say("; ").join(texts)

    def line(self, what: str, text: str) -> str:
        """Write a point of a list: what it is about, and what it says."""
        return "- " + self.say("%(what)s: %(text)s", what=what, text=text)


def plan(evidence: Evidence, made: Plan, title: str, hand: Hand, stamp: str) -> str:
    """Write a plan: quick wins first, then each phase with who does what, after what, and who did it before."""
    say = hand.say
    lines = [f"# {escaped(title)}", "", f"{say(JUDGEMENT)} {escaped(made.gaps.peers.told(say))} {stamp}", ""]
    lines += [_from(evidence, made, hand), ""]
    if made.quick_wins:
        wins = (hand.line(escaped(task.gap.provision.label), escaped(task.step.government)) for task in made.quick_wins)
        lines += [f"## {say(phrase('Quick wins'))}", "", *wins, ""]
    for number, (name, tasks) in enumerate(made.phases, 1):
        lines += ["## " + say(phrase("Phase %(number)s: %(name)s"), number=number, name=say(name)), ""]
        for task in tasks:
            lines += _task(evidence, task, hand)
    return "\n".join(lines)


def _from(evidence: Evidence, made: Plan, hand: Hand) -> str:
    """Say which texts of the subject the plan rests on."""
    own, say = made.gaps.subject.own, hand.say
    if not own:
        return say(
            phrase(
                "We hold no coded policy of this place itself; every provision is unknown here, and the first step is to look."
            )
        )
    read, unread = say(phrase("read whole")), say(phrase("not read whole"))
    told = (
        f"{hand.link(policy.title, policy.iri)} ({read if policy.iri in evidence.whole else unread})" for policy in own
    )
    return say(
        phrase(
            "Texts of its own: %(texts)s. The gaps rest on these and on no others; texts that the base does not hold may say more."
        ),
        texts=hand.listed(told),
    )


def _task(evidence: Evidence, task: Task, hand: Hand) -> list[str]:
    rate, say = task.gap.rate, hand.say
    told = [
        say(_KIND[task.gap.kind]),
        say(phrase("Peers: %(held)s of %(judged)s texts read whole lay it down, %(stated)s outright."),
            held=rate.held, judged=rate.judged, stated=rate.stated),
    ]  # fmt: skip
    if task.gap.sector:
        told.append(say(phrase("Seen in %(count)s of the texts that name the sector."), count=task.gap.in_sector))
    actor = say(
        phrase("Government (%(actor)s; effort: %(effort)s)"),
        actor=escaped(task.step.actor),
        effort=say(task.step.effort),
    )
    lines = [f"### {escaped(task.gap.provision.label)}", "", " ".join(told), ""]
    lines += [
        hand.line(actor, escaped(task.step.government)),
        hand.line(say(phrase("Civic community")), escaped(task.step.community)),
    ]
    if task.before:
        before = ", ".join(escaped(evidence.provisions[one].label) for one in task.before)
        lines.append(hand.line(say(phrase("After")), before))
    for cell in task.gap.own[:2]:
        lines.append(hand.line(say(phrase("Here")), f"{say(WORDS[cell.status])}, {source(evidence, cell, hand)}"))
    lines += [hand.line(say(phrase("In wider places")), source(evidence, cell, hand)) for cell in task.gap.above[:2]]
    lines += [hand.line(say(phrase("Example")), source(evidence, cell, hand)) for cell in task.gap.examples[:2]]
    if task.takes:
        taken = hand.listed(f"{hand.link(one.title, one.iri)} ({one.told(say)})" for one in task.takes)
        lines.append(hand.line(say(phrase("Of the sector")), taken))
    if task.toolkits:
        named = hand.listed(hand.link(hand.names.get(one.iri, one.iri), one.iri) for one in task.toolkits[:3])
        lines.append(hand.line(say(phrase("Toolkits")), named))
    return [*lines, ""]


_KIND = {
    "missing": phrase("Read, and not there."),
    "unknown": phrase("Not seen in what was read; look into the text first."),
    "weak": phrase("Laid down only partly."),
    "held": phrase("Laid down."),
}


def source(evidence: Evidence, cell: Cell, hand: Hand) -> str:
    """Write which policy lays a provision down, where, and how, in our words."""
    policy = evidence.policies[cell.policy]
    year = f" ({policy.year})" if policy.year else ""
    place = f", {escaped(cell.where)}" if cell.where else ""
    found = f"{hand.link(policy.title, policy.iri)}{year}{place}"
    return hand.say("%(what)s: %(text)s", what=found, text=escaped(cell.note)) if cell.note else found


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


def draft(evidence: Evidence, made: Iterable[Clause], title: str, hand: Hand, stamp: str) -> str:
    """Write a draft policy: a numbered clause for each provision, each with the policies that it follows."""
    say = hand.say
    lines = [f"# {escaped(title)}", "", f"*{say(DISCLAIMER)}* {stamp}", ""]
    group = ""
    for clause in made:
        if clause.provision.group != group:
            group = clause.provision.group
            lines += [f"## {escaped(clause.provision.group_label)}", ""]
        lines += [f"**§ {clause.number} {escaped(clause.provision.label)}.** {escaped(clause.text)}", ""]
        told = hand.listed(source(evidence, cell, hand) for cell in clause.follows)
        lines += [say(phrase("Follows %(policies)s."), policies=told) if told else say(ALONE), ""]
        if clause.note:
            lines += [f"*{say(clause.note)}*", ""]
    return "\n".join(lines)


ALONE = phrase("No peer of which we hold a note lays this down; whether to be the first is a matter of judgement.")

NOTES = {
    "privacy": phrase(
        "Release of data on persons cannot be taken back. Screen first, test against re-identification, record who decided."
    ),
    "incentive": phrase("A return should cost little, be named in advance, and not reward quantity over quality."),
    "participation": phrase("Ask with a date and answer in public; silence costs more trust than a no."),
}
