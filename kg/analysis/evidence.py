"""The evidence that analyses stand on: policies, provisions and what each policy lays down, from the rows of questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kg.terms import RECORDS
from kg.words import phrase

STATED, PARTLY, OPPOSITE, ABSENT, NOT_SEEN = "stated", "partly", "opposite", "absent", "not-seen"
STATUSES = (STATED, PARTLY, OPPOSITE, ABSENT, NOT_SEEN)
WORDS = {
    STATED: phrase("Stated"), PARTLY: phrase("Partly"), OPPOSITE: phrase("Says the contrary"), ABSENT: phrase("Absent"),
    NOT_SEEN: phrase("Not seen"),
}  # fmt: skip
READ = "first-reading"
"""The method of a cell that was read from the text; others (earlier tags) name only what is there, never what is absent."""

_STRENGTH = {STATED: 3, PARTLY: 2, ABSENT: 1, OPPOSITE: 0}


@dataclass(frozen=True)
class Policy:
    """One policy as analyses sort it; terms are slugs (`transport`, `national`), places are IRIs."""

    iri: str
    title: str
    places: tuple[str, ...] = ()
    level: str = ""
    type: str = ""
    sectors: tuple[str, ...] = ()
    year: int | None = None
    since: int | None = None
    ends: int | None = None
    status: str = ""

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return slug_of(self.iri)


@dataclass(frozen=True)
class Provision:
    """One provision of the codebook; `matches` are (IRI, label) of principles that it corresponds to."""

    iri: str
    label: str
    definition: str
    notation: str
    group: str
    group_label: str
    matches: tuple[tuple[str, str], ...] = ()

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return slug_of(self.iri)


@dataclass(frozen=True)
class Cell:
    """What one policy lays down on one provision; `second` is a second reading where it differs."""

    policy: str
    provision: str
    first: str
    second: str = ""
    method: str = READ
    note: str = ""
    where: str = ""

    @cached_property
    def status(self) -> str:
        """The weaker of the readings; a reading that saw nothing does not count."""
        return weaker(self.first, self.second)

    @property
    def judged(self) -> bool:
        """Tell whether the text was read for this provision and a verdict reached."""
        return self.method == READ and self.status != NOT_SEEN


@dataclass(frozen=True)
class Helper:
    """A record that points at a provision: a practice, a guide, an interview, a reference."""

    iri: str
    link: str
    provision: str
    sectors: tuple[str, ...] = ()
    type: str = ""


STEP_WORDS = ("actor", "government", "community", "clause")
"""What a step says in words."""


@dataclass(frozen=True)
class Step:
    """How a provision becomes practice, by our judgement.

    `before` are the provisions whose steps come first; `takes` says what of a sector the step is about: `standard`, `dataset`.
    """

    provision: str
    before: tuple[str, ...]
    effort: str
    actor: str
    government: str
    community: str
    clause: str
    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that the analyses of one revision stand on."""

    policies: Mapping[str, Policy]
    provisions: Mapping[str, Provision]
    cells: Mapping[tuple[str, str], Cell]
    places: Mapping[str, str] = field(default_factory=dict)
    wholes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place_types: Mapping[str, str] = field(default_factory=dict)
    helpers: tuple[Helper, ...] = ()
    concepts: Mapping[str, str] = field(default_factory=dict)
    read_whole: frozenset[str] = frozenset()
    steps: Mapping[str, Step] = field(default_factory=dict)

    def cell(self, policy: str, provision: str) -> Cell:
        """Return a cell; where nothing is held it is not seen."""
        return self.cells.get((policy, provision)) or Cell(policy, provision, NOT_SEEN)

    @cached_property
    def whole(self) -> frozenset[str]:
        """The policies whose whole text was read: where a reading says so, something was found absent, or every provision judged.

        The codebook allows `absent` only where the whole text was read.
        """
        judged: dict[str, int] = defaultdict(int)
        found = set(self.read_whole)
        for cell in self.cells.values():
            judged[cell.policy] += cell.judged and cell.provision in self.provisions
            if cell.method == READ and ABSENT in (cell.first, cell.second):
                found.add(cell.policy)
        every = len(self.provisions)
        return frozenset(found | {policy for policy, number in judged.items() if every and number == every})

    @cached_property
    def coded(self) -> frozenset[str]:
        """The policies of which at least one provision is held."""
        return frozenset(policy for policy, _ in self.cells)

    @cached_property
    def verdicts(self) -> Mapping[str, Mapping[str, tuple[str, bool]]]:
        """Status of each held cell by policy and provision, and whether it counts in rates: judged, in a text read whole."""
        found: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
        for (policy, provision), cell in self.cells.items():
            found[policy][provision] = cell.status, policy in self.whole and cell.judged
        return found

    def around(self, place: str) -> frozenset[str]:
        """Return a place and all that it is a part of."""
        return self._around.get(place) or frozenset({place})

    @cached_property
    def _around(self) -> Mapping[str, frozenset[str]]:
        return {place: _reached(place, self.wholes) for place in self.places.keys() | self.wholes.keys()}

    def inside(self, policy: Policy, place: str) -> bool:
        """Tell whether a policy applies in a place or in a part of it."""
        return any(place in self.around(one) for one in policy.places)

    @cached_property
    def told(self) -> Mapping[str, tuple[Cell, ...]]:
        """How each provision is put, with a note: stated before partly, with a place in the text before without, newest first."""
        found: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.cells.values():
            if cell.status in (STATED, PARTLY) and cell.note and cell.policy in self.policies:
                found[cell.provision].append(cell)

        def rank(cell: Cell) -> tuple[bool, bool, int, str]:
            return cell.status != STATED, not cell.where, -(self.policies[cell.policy].year or 0), cell.policy

        return {provision: tuple(sorted(cells, key=rank)) for provision, cells in found.items()}

    def naming(self, sector: str) -> frozenset[str]:
        """Return the coded policies, of any level, that name a sector."""
        return frozenset(iri for iri in self.coded & self.policies.keys() if sector in self.policies[iri].sectors)

    def scheme(self, name: str) -> dict[str, str]:
        """Return the concepts of a scheme, slug to label, by label."""
        start = concept(name, "")
        found = {iri.removeprefix(start): label for iri, label in self.concepts.items() if iri.startswith(start)}
        return dict(sorted(found.items(), key=lambda item: item[1].casefold()))

    @cached_property
    def helpers_of(self) -> Mapping[str, tuple[Helper, ...]]:
        """The helpers of each provision."""
        found: dict[str, list[Helper]] = defaultdict(list)
        for helper in self.helpers:
            found[helper.provision].append(helper)
        return {provision: tuple(those) for provision, those in found.items()}


def _reached(place: str, wholes: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = [place]
    while waiting:
        if (now := waiting.pop()) not in seen:
            seen.add(now)
            waiting.extend(wholes.get(now, ()))
    return frozenset(seen)


def weaker(first: str, second: str) -> str:
    """Return the weaker of two readings: stated, partly, absent, contrary; `not-seen` and nothing yield to the other."""
    given = [status for status in (first, second) if status in _STRENGTH]
    return min(given, key=_STRENGTH.__getitem__, default=NOT_SEEN)


def stronger(statuses: Iterable[str]) -> str:
    """Return the strongest of several texts' statuses, `not-seen` where there is none."""
    given = [status for status in statuses if status in _STRENGTH]
    return max(given, key=_STRENGTH.__getitem__, default=NOT_SEEN)


def told_apart(labels: Mapping[str, str], types: Mapping[str, str]) -> dict[str, str]:
    """Return the names of places; of several with one name each says what it is: `Singapore (city or region)`."""
    named = Counter(labels.values())
    return {
        place: f"{label} ({types[place].lower()})" if named[label] > 1 and place in types else label
        for place, label in labels.items()
    }


def slug_of(iri: str) -> str:
    """Return the last part of an IRI."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def concept(scheme: str, slug: str) -> str:
    """Return the IRI of a concept of ours."""
    return f"{RECORDS}concept/{scheme}/{slug}"
