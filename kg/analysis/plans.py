"""A plan that somebody took over: its steps as statements of a record, read back, and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.analysis.evidence import Cell, Evidence, concept, slug_of
from kg.analysis.gantt import Bar
from kg.analysis.roadmap import EFFORTS, PHASES, Plan, Task
from kg.analysis.tables import Table, Value
from kg.search.cards import statements, things_of, words_of
from kg.terms import CITO, OU, RDF, XSD
from kg.words import Say, Text, phrase, plainly, spoken_in

PHASE_SLUGS = ("foundations", "rules-and-release", "depth", "reach")
"""The phases as the concept scheme calls them, in order."""
STATES = {"open": phrase("Open"), "started": phrase("Started"), "done": phrase("Done"), "dropped": phrase("Dropped")}
_EXAMPLES = 2
_USUAL = "medium"
"""The effort that a chart draws where a step names none."""
_COLOURS = {"done": "#22663b", "started": "#8a5a00", "dropped": "#6b6b6b"}


@dataclass(frozen=True)
class Line:
    """One step of a plan: `name` is its fragment, `after` and `evidence` are IRIs, `due` is a day, a month or a year."""

    name: str
    position: int
    task: str
    provision: str = ""
    community: str = ""
    who: str = ""
    phase: str = ""
    effort: str = ""
    due: str = ""
    state: str = ""
    after: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    said: str = ""
    note: str = ""


# -- from a derived plan to a record ---------------------------------------------------------------------------------------


def taken(evidence: Evidence, made: Plan, say: Say = plainly, language: str = "en") -> list[Line]:
    """Return the steps of a derived plan as somebody takes them over: all open, with the evidence of this revision in words."""
    return [_line(evidence, number, task, say, language) for number, task in enumerate(made.tasks, 1)]


def _line(evidence: Evidence, number: int, task: Task, say: Say, language: str) -> Line:
    gap, shown = task.gap, (*task.gap.own[:1], *task.gap.examples[:_EXAMPLES])
    records = [
        *(cell.policy for cell in shown),
        *(one.iri for one in task.takes),
        *(one.iri for one in task.toolkits[:2]),
    ]
    peers = phrase("Peers: %(held)s of %(judged)s texts read whole lay it down, %(stated)s outright.")
    rate = say(peers, held=gap.rate.held, judged=gap.rate.judged, stated=gap.rate.stated)
    return Line(
        name=f"step-{gap.provision.slug}",
        position=number,
        task=task.step.government,
        provision=gap.provision.iri,
        community=task.step.community,
        who=task.step.actor,
        phase=PHASE_SLUGS[task.phase],
        effort=task.step.effort,
        state="open",
        after=task.before,
        evidence=tuple(dict.fromkeys(records)),
        said=Text(" ".join([rate, *(_told(evidence, cell, say) for cell in shown)]), language),
    )


def _told(evidence: Evidence, cell: Cell, say: Say) -> str:
    """Say in words how one policy has it, and where."""
    policy = evidence.policies[cell.policy]
    year = f" ({policy.year})" if policy.year else ""
    where = f", {cell.where}" if cell.where else ""
    found = f"{policy.title}{year}{where}"
    told = say("%(what)s: %(text)s", what=found, text=cell.note) if cell.note else found
    return told.rstrip(".") + "."


def written(iri: str, lines: Iterable[Line]) -> list[Triple]:
    """Write steps as statements of a record."""
    made: list[Triple] = []
    for line in lines:
        step = NamedNode(f"{iri}#{line.name}")
        made += [Triple(NamedNode(iri), OU.hasStep, step), Triple(step, RDF.type, OU.PlanStep)]
        made.append(Triple(step, OU.position, Literal(line.position)))
        words = ((OU.forGovernment, line.task), (OU.forCommunity, line.community), (OU.actor, line.who),
                 (OU.evidenceNote, line.said), (OU.ownNote, line.note))  # fmt: skip
        made += [Triple(step, path, Literal(text, language=spoken_in(text, "en"))) for path, text in words if text]
        made += [Triple(step, OU.effort, Literal(line.effort))] if line.effort else []
        made += [Triple(step, OU.due, Literal(line.due, datatype=precision(line.due)))] if line.due else []
        things = [(OU.towards, line.provision), *((OU.afterProvision, one) for one in line.after),
                  *((CITO.citesAsEvidence, one) for one in line.evidence),
                  (OU.planPhase, line.phase and concept("plan-phase", line.phase)),
                  (OU.stepState, line.state and concept("step-state", line.state))]  # fmt: skip
        made += [Triple(step, path, NamedNode(thing)) for path, thing in things if thing]
    return made


def precision(due: str) -> NamedNode:
    """Return the datatype of a date by how much of it is there: a year, a month or a day."""
    return {4: XSD.gYear, 7: XSD.gYearMonth}.get(len(due), XSD.date)


# -- from a record to pages ------------------------------------------------------------------------------------------------


def read(iri: str, triples: list[Triple]) -> list[Line]:
    """Read the steps of a record, in their order."""
    steps = things_of(statements(triples, iri), OU.hasStep)
    return sorted((_read(triples, step) for step in steps), key=lambda line: (line.position, line.name))


def _read(triples: list[Triple], step: str) -> Line:
    said = statements(triples, step)

    position = words_of(said, OU.position)
    return Line(
        name=step.rpartition("#")[2],
        position=int(position) if position.isdigit() else 0,
        task=words_of(said, OU.forGovernment),
        provision=next(iter(things_of(said, OU.towards)), ""),
        community=words_of(said, OU.forCommunity),
        who=words_of(said, OU.actor),
        phase=slug_of(next(iter(things_of(said, OU.planPhase)), "")),
        effort=words_of(said, OU.effort),
        due=words_of(said, OU.due),
        state=slug_of(next(iter(things_of(said, OU.stepState)), "")),
        after=things_of(said, OU.afterProvision),
        evidence=things_of(said, CITO.citesAsEvidence),
        said=words_of(said, OU.evidenceNote),
        note=words_of(said, OU.ownNote),
    )


def phases(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return the steps of each phase that has some; those without a phase come last, under no name."""
    names = (*zip(PHASE_SLUGS, PHASES, strict=True), ("", ""))
    known = set(PHASE_SLUGS)
    grouped = [
        (name, [line for line in lines if (line.phase if line.phase in known else "") == slug]) for slug, name in names
    ]
    return [(name, those) for name, those in grouped if those]


def tally(lines: Iterable[Line]) -> dict[str, int]:
    """Count the steps by how far they are; one that says nothing is open."""
    states = [line.state or "open" for line in lines]
    return {state: states.count(state) for state in STATES}


def bars(lines: Sequence[Line], labels: Mapping[str, str], say: Say = plainly) -> list[Bar]:
    """Return the bars of a chart: a step begins when the last of those before it that stand higher in the plan ends."""
    ends: dict[str, int] = {}
    made: list[Bar] = []
    for line in lines:
        start = max((ends[one] for one in line.after if one in ends), default=0)
        end = start + EFFORTS.get(line.effort, EFFORTS[_USUAL])
        if line.provision:
            ends[line.provision] = max(end, ends.get(line.provision, 0))
        label = labels.get(line.provision) or line.task
        state = say(STATES.get(line.state or "open", line.state)).lower()
        told = say("%(what)s: %(text)s", what=label, text=", ".join([state, *when(line, say)]))
        made.append(Bar(label, start, end, told, f"{line.due} {state}".strip(), _COLOURS.get(line.state, "")))
    return made


def when(line: Line, say: Say = plainly) -> list[str]:
    """Say until when a step is to be done, and with what effort, where that is known."""
    told = [say(phrase("until %(date)s"), date=line.due)] if line.due else []
    return told + ([say(phrase("effort: %(effort)s"), effort=say(line.effort))] if line.effort else [])


_HEAD = (
    "step", "phase", "provision", "provision iri", "what is done", "civic community", "who", "effort", "until", "state", "after",
    "what the evidence says", "evidence", "own note",
)  # fmt: skip


def as_table(lines: Sequence[Line], labels: Mapping[str, str], title: str, revision: int) -> Table:
    """Write the steps as a table, a step a row."""
    names = dict(zip(PHASE_SLUGS, PHASES, strict=True))
    rows: list[list[Value]] = [
        [line.position, names.get(line.phase, ""), labels.get(line.provision, ""), line.provision, line.task, line.community,
         line.who, line.effort, line.due, STATES.get(line.state or "open", line.state),
         "; ".join(labels.get(one, one) for one in line.after), line.said, "; ".join(line.evidence), line.note]
        for line in lines
    ]  # fmt: skip
    return Table(title, _HEAD, rows, NOTE, revision)


NOTE = phrase("A plan as its authors keep it. What the evidence says is as it was when the plan was taken over.")
