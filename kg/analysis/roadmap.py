"""The roadmap: gaps put into an order in which they can be closed, in phases, with who acts and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from kg.analysis.evidence import Evidence, Helper, Step
from kg.analysis.gaps import MISSING, UNKNOWN, WEAK, Gap, Gaps
from kg.analysis.priority import Offer
from kg.analysis.tables import Table, Value
from kg.errors import BrokenHouse
from kg.words import Say, phrase, plainly

PHASES = (phrase("Foundations"), phrase("Rules and release"), phrase("Depth"), phrase("Reach"))
EFFORTS = {"low": 1, "medium": 2, "high": 3}
JUDGEMENT = phrase(
    "Steps, order, effort and actors are the editors' judgement; what peers lay down, and where in their texts, is evidence. "
    "An unknown provision begins with a look into the text: it may be there."
)
TOOLKITS = ("toolkit", "guideline", "guide", "handbook", "manual", "playbook", "checklist", "canvas")
"""Types of output by which somebody can work."""
_TAKEN = 4
WIDELY = 0.5
"""A quick win has low effort, waits for nothing, and at least this share of the peers' texts lays it down."""


@dataclass(frozen=True)
class Taken:
    """A standard or a dataset of the sector that a step names, with how many datasets follow it or places publish it."""

    iri: str
    title: str
    datasets: int = 0
    places: int = 0

    def told(self, say: Say = plainly) -> str:
        """Say what the base knows of its use."""
        if self.datasets:
            one, many = (
                phrase("followed by %(count)s dataset of the base"),
                phrase("followed by %(count)s datasets of the base"),
            )
            return say(one if self.datasets == 1 else many, count=self.datasets)
        if self.places:
            one, many = phrase("published in %(count)s place"), phrase("published in %(count)s places")
            return say(one if self.places == 1 else many, count=self.places)
        return say(phrase("published, where was not seen"))


@dataclass(frozen=True)
class Task:
    """One step of a plan: the gap that it closes, its phase (from 0), and the provisions of the plan that come before.

    `takes` are the standards or datasets of the sector that the step is about, most used or most urgent first.
    """

    gap: Gap
    step: Step
    phase: int
    before: tuple[str, ...]
    takes: tuple[Taken, ...] = ()

    @property
    def toolkits(self) -> tuple[Helper, ...]:
        """Return the toolkits, guides and checklists that a link ties to the provision, those of the sector first."""
        return tuple(helper for helper in self.gap.helpers if helper.type in TOOLKITS and "/output/" in helper.iri)

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


def plan(evidence: Evidence, gaps: Gaps, wanted: Iterable[str] = (), offers: Sequence[Offer] = ()) -> Plan:
    """Order the gaps, or only the wanted provisions among them with what they need first.

    Within a phase what more texts of the sector lay down comes first, then what peers lay down more widely, then what is easier.
    `offers` are the datasets of the sector as `kg.analysis.priority` ranks them for the place.
    """
    open_gaps = {
        gap.provision.iri: gap for gap in gaps.of(MISSING, UNKNOWN, WEAK) if gap.provision.iri in evidence.steps
    }
    chosen = _with_needs(evidence, open_gaps, wanted) if (wanted := list(wanted)) else set(open_gaps)
    before = {iri: [one for one in evidence.steps[iri].before if one in chosen] for iri in chosen}
    depth = order(before)
    tasks = [
        Task(open_gaps[iri], step := evidence.steps[iri], min(depth[iri], len(PHASES) - 1), tuple(sorted(before[iri])),
             _taken(step, offers))
        for iri in chosen
    ]  # fmt: skip
    tasks.sort(key=lambda task: (depth[task.step.provision], -task.gap.in_sector, *(-part for part in task.gap.rate.weight),
                                 EFFORTS[task.step.effort], task.gap.provision.notation))  # fmt: skip
    return Plan(gaps, tuple(tasks))


def _taken(step: Step, offers: Sequence[Offer]) -> tuple[Taken, ...]:
    """Return what a step names: the standards to which most datasets are published, the datasets that are first for the place."""
    found: list[Taken] = []
    if "standard" in step.takes:
        standards = sorted((one for one in offers if one.standard), key=lambda one: (-len(one.datasets), one.title))
        found += [Taken(one.standard, one.title, datasets=len(one.datasets)) for one in standards[:_TAKEN]]
    if "dataset" in step.takes:
        missing = [one for one in offers if not one.here and one.datasets][:_TAKEN]
        found += [Taken(one.standard or next(iter(one.datasets)), one.title, places=len(one.places)) for one in missing]
    return tuple({one.iri: one for one in found}.values())


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
                     task.gap.rate.judged, task.gap.in_sector if task.gap.sector else None, *shown,
                     "; ".join(helper.iri for helper in task.toolkits), "; ".join(one.title for one in task.takes)])  # fmt: skip
    return Table(title, _HEAD, rows, f"{JUDGEMENT} {made.gaps.peers.told()}", revision)


_HEAD = (
    "step", "phase", "provision", "kind of gap", "who", "government", "civic community", "effort", "quick win", "after",
    "peers that lay it down", "peers read whole", "texts that name the sector and lay it down", "example", "example iri",
    "place in the text", "toolkits", "standards and datasets of the sector",
)  # fmt: skip
