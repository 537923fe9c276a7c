"""The roadmap: gaps put into an order in which they can be closed, in phases, with who acts and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from kg.analysis.evidence import Evidence, Step
from kg.analysis.gaps import MISSING, UNKNOWN, WEAK, Gap, Gaps
from kg.analysis.tables import Table, Value
from kg.errors import BrokenHouse

PHASES = ("Foundations", "Rules and release", "Depth", "Reach")
EFFORTS = {"low": 1, "medium": 2, "high": 3}
JUDGEMENT = (
    "Steps, order, effort and actors are the editors' judgement; what peers lay down, and where in their texts, is evidence. "
    "An unknown provision begins with a look into the text: it may be there."
)
WIDELY = 0.5
"""A quick win has low effort, waits for nothing, and at least this share of the peers' texts lays it down."""


@dataclass(frozen=True)
class Task:
    """One step of a plan: the gap that it closes, its phase (from 0), and the provisions of the plan that come before."""

    gap: Gap
    step: Step
    phase: int
    before: tuple[str, ...]

    @property
    def quick(self) -> bool:
        """Tell whether it is a quick win."""
        return self.step.effort == "low" and not self.before and (self.gap.rate.share or 0) >= WIDELY


@dataclass(frozen=True)
class Plan:
    """The tasks of a plan in the order in which they are done."""

    gaps: Gaps
    tasks: tuple[Task, ...]

    @property
    def phases(self) -> list[tuple[str, list[Task]]]:
        """Return the tasks of each phase that has some."""
        grouped = [(name, [task for task in self.tasks if task.phase == number]) for number, name in enumerate(PHASES)]
        return [(name, tasks) for name, tasks in grouped if tasks]

    @property
    def quick_wins(self) -> list[Task]:
        """Return what can be had at once, most widely laid down first."""
        return sorted(
            (task for task in self.tasks if task.quick), key=lambda task: [-part for part in task.gap.rate.weight]
        )


def order(before: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the depth of each step: 0 where nothing comes before, else one more than the deepest that does."""
    sorter = TopologicalSorter(before)
    depth: dict[str, int] = {}
    try:
        for one in sorter.static_order():
            depth[one] = max((depth[other] + 1 for other in before.get(one, ())), default=0)
    except CycleError as error:
        raise BrokenHouse(f"The steps of the roadmap go in a circle: {' -> '.join(error.args[1])}.") from error
    return depth


def plan(evidence: Evidence, gaps: Gaps, wanted: Iterable[str] = ()) -> Plan:
    """Order the gaps, or only the wanted provisions among them with what they need first."""
    open_gaps = {
        gap.provision.iri: gap for gap in gaps.of(MISSING, UNKNOWN, WEAK) if gap.provision.iri in evidence.steps
    }
    chosen = _with_needs(evidence, open_gaps, wanted) if (wanted := list(wanted)) else set(open_gaps)
    before = {iri: [one for one in evidence.steps[iri].before if one in chosen] for iri in chosen}
    depth = order(before)
    tasks = [
        Task(open_gaps[iri], evidence.steps[iri], min(depth[iri], len(PHASES) - 1), tuple(sorted(before[iri])))
        for iri in chosen
    ]
    tasks.sort(key=lambda task: (depth[task.step.provision], *(-part for part in task.gap.rate.weight),
                                 EFFORTS[task.step.effort], task.gap.provision.notation))  # fmt: skip
    return Plan(gaps, tuple(tasks))


def _with_needs(evidence: Evidence, open_gaps: Mapping[str, Gap], wanted: Iterable[str]) -> set[str]:
    """Add to the wanted provisions the open ones that have to come first."""
    found: set[str] = set()
    waiting = [iri for iri in wanted if iri in open_gaps]
    while waiting:
        if (now := waiting.pop()) not in found:
            found.add(now)
            waiting.extend(one for one in evidence.steps[now].before if one in open_gaps)
    return found


def as_table(evidence: Evidence, made: Plan, title: str, revision: int) -> Table:
    """Write the plan as a table: a step a row, in order."""
    rows: list[list[Value]] = []
    for number, task in enumerate(made.tasks, 1):
        best = task.gap.examples[0] if task.gap.examples else None
        shown = (evidence.policies[best.policy].title, best.policy, best.where) if best else ("", "", "")
        needs = "; ".join(evidence.provisions[one].label for one in task.before)
        rows.append([number, PHASES[task.phase], task.gap.provision.label, task.gap.kind, task.step.actor, task.step.government,
                     task.step.community, task.step.effort, "yes" if task.quick else "", needs, task.gap.rate.held,
                     task.gap.rate.judged, *shown])  # fmt: skip
    return Table(title, _HEAD, rows, f"{JUDGEMENT} Peers: {made.gaps.peers.why}.", revision)


_HEAD = (
    "step", "phase", "provision", "kind of gap", "who", "government", "civic community", "effort", "quick win", "after",
    "peers that lay it down", "peers read whole", "example", "example iri", "place in the text",
)  # fmt: skip
