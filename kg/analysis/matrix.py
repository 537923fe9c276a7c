"""The provision matrix: policies by provisions, sorted, with a rate under each column and a count beside each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg.analysis.evidence import PARTLY, STATED, STATUSES, WORDS, Cell, Evidence, Policy, Provision
from kg.analysis.rates import Rate, adoption
from kg.analysis.tables import Table, Value
from kg.words import phrase

ROW_ORDERS = {
    "title": phrase("By title"), "year": phrase("Newest first"), "held": phrase("Most provisions first"),
    "place": phrase("By place"),
}  # fmt: skip
COLUMN_ORDERS = {"code": phrase("As in the codebook"), "rate": phrase("Most widely laid down first")}
NOTE = phrase(
    "A cell counts by the weaker of its readings. Rates are shares of the texts that were read whole; "
    "a provision that was not seen, and a text read only in part, are in neither numerator nor denominator. "
    "Intervals are 95 % Wilson intervals; the texts are those that could be had, not a random sample."
)


@dataclass(frozen=True)
class Matrix:
    """Policies (rows) by provisions (columns) with the rates of all chosen policies."""

    evidence: Evidence
    policies: tuple[Policy, ...]
    provisions: tuple[Provision, ...]
    rates: dict[str, Rate]

    def row(self, policy: Policy) -> list[Cell]:
        """Return the cells of one policy in the order of the columns."""
        return [self.evidence.cell(policy.iri, provision.iri) for provision in self.provisions]

    def tally(self, policy: Policy) -> Counter[str]:
        """Count the statuses of one policy's cells."""
        held = self.evidence.verdicts.get(policy.iri, {})
        return Counter(held[provision.iri][0] for provision in self.provisions if provision.iri in held)

    def place(self, policy: Policy) -> str:
        """Return where a policy applies, in words."""
        return ", ".join(self.evidence.places.get(place, place) for place in policy.places)


def build(
    evidence: Evidence, policies: Sequence[Policy], group: str = "", rows: str = "title", columns: str = "code"
) -> Matrix:
    """Put the matrix of some policies together, for one group of provisions or for all."""
    provisions = [provision for provision in evidence.provisions.values() if group in ("", provision.group)]
    rates = adoption(evidence, (policy.iri for policy in policies))
    if columns == "rate":
        provisions.sort(
            key=lambda provision: (tuple(-part for part in rates[provision.iri].weight), provision.notation)
        )
    matrix = Matrix(evidence, tuple(policies), tuple(provisions), rates)
    return Matrix(evidence, tuple(_sorted(matrix, rows)), tuple(provisions), rates)


def _sorted(matrix: Matrix, order: str) -> list[Policy]:
    def held(policy: Policy) -> tuple[int, int]:
        tally = matrix.tally(policy)
        return -tally[STATED] - tally[PARTLY], -tally[STATED]

    keys = {
        "year": lambda policy: (-(policy.year or 0),),
        "held": held,
        "place": lambda policy: (matrix.place(policy).casefold(),),
    }
    by_title = sorted(matrix.policies, key=lambda policy: (policy.title.casefold(), policy.iri))
    return sorted(by_title, key=keys[order]) if order in keys else by_title


def as_table(matrix: Matrix, title: str, revision: int) -> Table:
    """Write the matrix as a table: a policy a row, a provision a column, the rates below."""
    head = [
        "policy",
        "iri",
        "place",
        "level",
        "year",
        "text read",
        *(provision.label for provision in matrix.provisions),
    ]
    rows: list[list[Value]] = [
        [policy.title, policy.iri, matrix.place(policy), policy.level, policy.year,
         "whole" if policy.iri in matrix.evidence.whole else "in part or by tag",
         *(WORDS[cell.status] for cell in matrix.row(policy))]
        for policy in matrix.policies
    ]  # fmt: skip
    for label, told in _FEET:
        rates = (matrix.rates[provision.iri] for provision in matrix.provisions)
        rows.append([label, "", "", "", None, "", *(told(rate) for rate in rates)])
    return Table(title, head, rows, NOTE, revision)


_FEET: tuple[tuple[str, Callable[[Rate], Value]], ...] = (
    ("stated", lambda rate: rate.stated),
    ("partly", lambda rate: rate.partly),
    ("texts read whole", lambda rate: rate.judged),
    ("share stated or partly", lambda rate: rate.share),
    ("95 % from", lambda rate: rate.interval[0]),
    ("95 % to", lambda rate: rate.interval[1]),
)


def rates_table(matrix: Matrix, title: str, revision: int) -> Table:
    """Write the rates as a table: a provision a row."""
    head = ["provision", "iri", "group", "stated", "partly", "contrary", "absent", "texts read whole", "share stated or partly",
            "95 % from", "95 % to", "seen in texts not counted", "not seen", "at least", "at most"]  # fmt: skip
    rows: list[list[Value]] = []
    for provision in matrix.provisions:
        rate = matrix.rates[provision.iri]
        rows.append([provision.label, provision.iri, provision.group_label, rate.stated, rate.partly, rate.opposite, rate.absent,
                     rate.judged, rate.share, *rate.interval, rate.elsewhere, rate.unknown, *rate.bounds])  # fmt: skip
    return Table(title, head, rows, NOTE, revision)


def cells_table(matrix: Matrix, title: str, revision: int) -> Table:
    """Write every cell as a row, with both readings, note and place in the text."""
    pairs = [(policy, provision) for policy in matrix.policies for provision in matrix.provisions]
    return listed(matrix.evidence, pairs, title, revision)


_CELLS = ("policy", "policy iri", "provision", "provision iri", "status", "first reading", "second reading", "method",
          "text read whole", "counts in rates", "note", "place in the text")  # fmt: skip


def listed(evidence: Evidence, pairs: Iterable[tuple[Policy, Provision]], title: str, revision: int) -> Table:
    """Write some cells as rows: what each says, how it was read, and whether it counts in rates."""
    rows: list[list[Value]] = []
    for policy, provision in pairs:
        cell, whole = evidence.cell(policy.iri, provision.iri), policy.iri in evidence.whole
        second = WORDS[cell.second] if cell.second in STATUSES else ""
        rows.append([policy.title, policy.iri, provision.label, provision.iri, WORDS[cell.status],
                     WORDS.get(cell.first, cell.first), second, cell.method if cell.first in STATUSES[:4] else "",
                     "yes" if whole else "no", "yes" if whole and cell.judged else "no", cell.note, cell.where])  # fmt: skip
    return Table(title, _CELLS, rows, NOTE, revision)
