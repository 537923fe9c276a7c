"""Gaps: what a subject's policies do not lay down, or what we do not know of them, ranked by how widely and strongly peers do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from kg.analysis.evidence import (
    ABSENT,
    NOT_SEEN,
    OPPOSITE,
    PARTLY,
    STATED,
    WORDS,
    Cell,
    Evidence,
    Helper,
    Provision,
    stronger,
)
from kg.analysis.peers import Peers, Subject, peers_of
from kg.analysis.rates import Rate, adoption
from kg.analysis.tables import Table, Value

MISSING, UNKNOWN, WEAK, HELD = "missing", "unknown", "weak", "held"
KINDS = {
    MISSING: "Missing: read, and not there",
    UNKNOWN: "Unknown: not seen in what was read",
    WEAK: "Weak: only partly laid down",
    HELD: "Laid down",
}
_KIND_OF = {STATED: HELD, PARTLY: WEAK, OPPOSITE: MISSING, ABSENT: MISSING, NOT_SEEN: UNKNOWN}


@dataclass(frozen=True)
class Gap:
    """One provision of a subject: its status, how peers have it, how the texts above and the best peers put it, and what helps.

    `sector` is how the other texts have it, of any level, that name the sector asked for; None where none is asked for.
    """

    provision: Provision
    status: str
    rate: Rate
    own: tuple[Cell, ...]
    above: tuple[Cell, ...]
    examples: tuple[Cell, ...]
    helpers: tuple[Helper, ...]
    sector: Rate | None = None

    @property
    def in_sector(self) -> int:
        """How many texts that name the sector were seen to lay it down, read whole or not."""
        return self.sector.held + self.sector.elsewhere if self.sector else 0

    @property
    def kind(self) -> str:
        """`missing`, `unknown`, `weak` or `held`."""
        return _KIND_OF[self.status]


@dataclass(frozen=True)
class Gaps:
    """Every provision of a subject, most urgent first, with the peers that it was measured against."""

    subject: Subject
    peers: Peers
    all: tuple[Gap, ...]

    def of(self, *kinds: str) -> tuple[Gap, ...]:
        """Return the provisions of some kinds."""
        return tuple(gap for gap in self.all if gap.kind in kinds)

    @property
    def tally(self) -> dict[str, int]:
        """Count the provisions by kind."""
        counted = Counter(gap.kind for gap in self.all)
        return {kind: counted[kind] for kind in KINDS}


def combined(cells: Iterable[Cell]) -> str:
    """Return the status of several texts together: the strongest; absent only where each was judged, else not seen."""
    held = list(cells)
    best = stronger(cell.status for cell in held)
    if best in (STATED, PARTLY):
        return best
    if any(cell.status == OPPOSITE for cell in held):
        return OPPOSITE
    return ABSENT if held and all(cell.judged for cell in held) else NOT_SEEN


def find(evidence: Evidence, subject: Subject, kind: str = "auto", named: Iterable[str] = ()) -> Gaps:
    """Measure a subject against its peers, provision by provision."""
    peers = peers_of(evidence, subject, kind, named)
    rates = adoption(evidence, peers.policies)
    among = frozenset(peers.policies)
    naming = evidence.naming(subject.sector) - {policy.iri for policy in subject.own} if subject.sector else frozenset()
    in_sector = adoption(evidence, naming) if subject.sector else {}
    found = [
        _gap(evidence, subject, (among, naming), provision, (rates[iri], in_sector.get(iri)))
        for iri, provision in evidence.provisions.items()
    ]
    found.sort(
        key=lambda gap: (list(KINDS).index(gap.kind), *(-part for part in gap.rate.weight), gap.provision.notation)
    )
    return Gaps(subject, peers, tuple(_varied(evidence, subject, found, naming)))


def _varied(evidence: Evidence, subject: Subject, found: Iterable[Gap], naming: Container[str]) -> Iterator[Gap]:
    """Yield the gaps with another policy as the first example of each, as far as others put it equally well.

    Of those that are as good (naming the sector or not, stated or partly, with a place in the text or without), the one comes first
    that has served least so far, then one of the subject's own level.
    """
    served: Counter[str] = Counter()
    for gap in found:
        if not gap.examples:
            yield gap
            continue

        def grade(cell: Cell) -> tuple[bool, str, bool]:
            return cell.policy in naming, cell.status, bool(cell.where)

        equal = [cell for cell in gap.examples if grade(cell) == grade(gap.examples[0])]
        first = min(
            equal, key=lambda cell: (served[cell.policy], evidence.policies[cell.policy].level != subject.level)
        )
        served[first.policy] += 1
        yield replace(gap, examples=(first, *(cell for cell in gap.examples if cell is not first)))


def _gap(
    evidence: Evidence,
    subject: Subject,
    among: tuple[Container[str], Container[str]],
    provision: Provision,
    rates: tuple[Rate, Rate | None],
) -> Gap:
    own = tuple(evidence.cell(policy.iri, provision.iri) for policy in subject.own)
    above = (evidence.cell(policy.iri, provision.iri) for policy in subject.above)
    return Gap(
        provision,
        combined(own),
        rates[0],
        tuple(cell for cell in own if cell.status != NOT_SEEN),
        tuple(cell for cell in above if cell.status in (STATED, PARTLY)),
        examples(evidence, *among, provision.iri),
        helpers(evidence, provision.iri, subject.sector),
        rates[1],
    )


def examples(evidence: Evidence, peers: Container[str], naming: Container[str], provision: str) -> tuple[Cell, ...]:
    """Return how policies put a provision: those that name the sector first, of any level, then the peers, the best told first."""
    told = evidence.told.get(provision, ())
    first = tuple(cell for cell in told if cell.policy in naming)
    return first + tuple(cell for cell in told if cell.policy in peers and cell.policy not in naming)


def helpers(evidence: Evidence, provision: str, sector: str) -> tuple[Helper, ...]:
    """Return what helps with a provision, those of the sector first."""
    found = evidence.helpers_of.get(provision, ())
    return tuple(sorted(found, key=lambda helper: (bool(sector) and sector not in helper.sectors, helper.iri)))


_HEAD = (
    "rank", "provision", "iri", "kind", "status", "peers stated or partly", "peers read whole", "share", "95 % from", "95 % to",
    "peers outright", "texts that name the sector and lay it down", "laid down in wider places by", "example",
    "example place in the text", "example note",
)  # fmt: skip


def as_table(evidence: Evidence, gaps: Gaps, title: str, revision: int) -> Table:
    """Write the gaps as a table: a provision a row, in order."""
    rows: list[list[Value]] = []
    for number, gap in enumerate(gaps.all, 1):
        best = gap.examples[0] if gap.examples else None
        above = "; ".join(evidence.policies[cell.policy].title for cell in gap.above)
        shown = (evidence.policies[best.policy].title, best.where, best.note) if best else ("", "", "")
        rate = gap.rate
        rows.append([number, gap.provision.label, gap.provision.iri, gap.kind, WORDS[gap.status], rate.held, rate.judged,
                     rate.share, *rate.interval, rate.stated, gap.in_sector if gap.sector else None, above,
                     *shown])  # fmt: skip
    note = (
        f"{gaps.peers.told()} Ranked by the lower end of the interval of the peers' share, "
        "then by the share that states it outright."
    )
    return Table(title, _HEAD, rows, note, revision)


def unread(evidence: Evidence) -> dict[str, list[str]]:
    """Return where we have looked at nothing, or at little: policies never coded, read in part, and places with no policy."""
    with_policy = {place for policy in evidence.policies.values() for place in policy.places}
    inside = {whole for place in with_policy for whole in evidence.around(place)}
    return {
        "never coded": sorted(evidence.policies.keys() - evidence.coded),
        "not read whole": sorted(evidence.coded - evidence.whole),
        "no policy held": sorted(evidence.places.keys() - inside),
    }
