"""Principles: lists of them that others made, one by one, measured by the provisions that the codebook ties to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.analysis.evidence import ABSENT, OPPOSITE, PARTLY, STATED, STATUSES, WORDS, slug_of
from kg.analysis.gaps import KINDS, Gap, Gaps
from kg.analysis.tables import Table, Value
from kg.answers import Row
from kg.words import phrase


@dataclass(frozen=True)
class Tie:
    """On what it rests that a provision counts for a principle: the codebook, or an editor's reading or analogy, and why."""

    basis: str = ""
    why: str = ""

    @property
    def told(self) -> str:
        """Who ties the two."""
        return BASES.get(self.basis, BASES[""])


BASES = {"": phrase("the codebook"), "reading": phrase("an editor's reading"), "analogy": phrase("an editor's analogy")}


@dataclass(frozen=True)
class Principle:
    """One principle of a scheme with the gaps of the provisions that count for it; `code` is of ours: `odc-3`.

    `ties` says on what each of its provisions counts, by their IRI.
    """

    iri: str
    code: str
    notation: str
    label: str
    gaps: tuple[Gap, ...]
    ties: Mapping[str, Tie] = field(default_factory=dict, hash=False)

    def tie(self, gap: Gap) -> Tie:
        """Return on what it rests that a provision counts for it."""
        return self.ties.get(gap.provision.iri, Tie())

    @property
    def tally(self) -> dict[str, int]:
        """Count its provisions by kind, those kinds left out of which there is none."""
        kinds = [gap.kind for gap in self.gaps]
        return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}

    @property
    def statuses(self) -> list[str]:
        """The statuses that its provisions have, each once, the strongest first."""
        return [status for status in STATUSES if any(gap.status == status for gap in self.gaps)]


@dataclass(frozen=True)
class Scheme:
    """A list of principles by its own numbers."""

    iri: str
    slug: str
    title: str
    principles: list[Principle] = field(default_factory=list)

    @property
    def mapped(self) -> bool:
        """Tell whether the codebook ties any provision to any principle of the list."""
        return any(principle.gaps for principle in self.principles)

    @property
    def read(self) -> bool:
        """Tell whether it is the editors who tie provisions to it, and not the codebook."""
        return any(tie.basis for principle in self.principles for tie in principle.ties.values())


def schemes(gaps: Gaps, rows: Iterable[Row]) -> list[Scheme]:
    """Return the schemes with every principle once, measured for the subject of `gaps`; the shortest list first."""
    by_provision = {gap.provision.iri: gap for gap in gaps.all}
    found: dict[str, Scheme] = {}
    told: dict[str, Row] = {}
    counting: dict[str, dict[str, Tie]] = {}
    for row in rows:
        iri, principle = row["scheme"].value, row["principle"].value
        found.setdefault(iri, Scheme(iri, slug_of(iri).lower(), row["title"].value))
        told.setdefault(principle, row)
        counting.setdefault(principle, {})
        if "provision" in row and row["provision"].value in by_provision:
            tie = Tie(slug_of(row["basis"].value), row["why"].value) if "basis" in row else Tie()
            counting[principle].setdefault(row["provision"].value, tie)
    for principle, row in told.items():
        scheme = found[row["scheme"].value]
        notation = row["notation"].value if "notation" in row else ""
        those = sorted((by_provision[iri] for iri in counting[principle]), key=lambda gap: gap.provision.notation)
        code = f"{scheme.slug}-{notation or slug_of(principle)}"
        scheme.principles.append(
            Principle(principle, code, notation, row["label"].value, tuple(those), counting[principle])
        )
    for scheme in found.values():
        scheme.principles.sort(key=lambda one: (len(one.notation), one.notation, one.label))
    return sorted(found.values(), key=lambda scheme: (len(scheme.principles), scheme.title))


def mapped(found: Iterable[Scheme]) -> list[Scheme]:
    """Return the schemes to which the codebook ties provisions."""
    return [scheme for scheme in found if scheme.mapped]


_HEAD = (
    "scheme", "code", "principle", "iri", "provision", "provision iri", "kind", "status", "own texts",
    "own stated or partly", "own contrary", "own absent, read whole", "own not seen", "peers stated or partly",
    "peers read whole", "share", "95 % from", "95 % to", "peers absent", "peers contrary", "peers read in part, seen in",
    "peers not seen", "tied by", "why",
)  # fmt: skip

NOTE = phrase(
    "A provision touches only a part of a principle: that it is laid down does not say that the principle is kept. "
    "The codebook ties provisions to principles by our judgement; to FAIR, CARE, the goals and the safeguards they are tied by an "
    "editor's reading of the definitions, with a reason for each. Not seen is not absent."
)


def as_table(gaps: Gaps, found: Iterable[Scheme], title: str, revision: int) -> Table:
    """Write a principle and a provision a row; a principle for which no provision counts has one row without."""
    rows: list[list[Value]] = []
    for scheme in found:
        for principle in scheme.principles:
            first: list[Value] = [scheme.slug, principle.code, principle.label, principle.iri]
            rows += [
                [*first, *_measured(gap, len(gaps.subject.own)), principle.tie(gap).told, principle.tie(gap).why]
                for gap in principle.gaps
            ]
            if not principle.gaps:
                rows.append([*first, *[None] * (len(_HEAD) - len(first))])
    return Table(title, _HEAD, rows, f"{gaps.peers.told()} {NOTE}", revision)


def _measured(gap: Gap, own: int) -> Sequence[Value]:
    rate, said = gap.rate, [cell.status for cell in gap.own]
    return [
        gap.provision.label, gap.provision.iri, gap.kind, WORDS[gap.status], own,
        said.count(STATED) + said.count(PARTLY), said.count(OPPOSITE), said.count(ABSENT), own - len(said),
        rate.held, rate.judged, rate.share, *rate.interval, rate.absent, rate.opposite, rate.elsewhere, rate.unknown,
    ]  # fmt: skip
