"""Gathering the evidence: the questions that are asked of the store, and how their rows are put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from kg import queries
from kg.analysis.evidence import READ, STEP_WORDS, Cell, Evidence, Helper, Policy, Provision, Step, slug_of, told_apart
from kg.answers import Row

Select = Callable[[str], list[Row]]


def gather(select: Select) -> Evidence:
    """Ask the questions and put their rows together."""
    places, wholes, types = _places(select(queries.fill("analysis-places")))
    return Evidence(
        policies=_policies(select(queries.fill("analysis-policies"))),
        provisions=_provisions(select(queries.fill("analysis-provisions"))),
        cells=_cells(select(queries.fill("analysis-cells"))),
        places=places,
        wholes=wholes,
        place_types=types,
        helpers=_helpers(select(queries.fill("analysis-helpers"))),
        concepts={row["concept"].value: row["label"].value for row in select(queries.fill("analysis-concepts"))},
        steps=_steps(select(queries.fill("analysis-steps"))),
        read_whole=frozenset(row["policy"].value for row in select(queries.fill("analysis-readings"))),
    )


def _policies(rows: Iterable[Row]) -> dict[str, Policy]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["policy"].value].append(row)
    return {iri: _policy(iri, those) for iri, those in sorted(grouped.items())}


def _policy(iri: str, rows: list[Row]) -> Policy:
    def every(name: str) -> list[str]:
        return sorted({row[name].value for row in rows if name in row})

    def one(name: str) -> str:
        return min(every(name), default="")

    def year(*names: str) -> int | None:
        return next((int(text[:4]) for name in names if (text := one(name))[:4].isdigit()), None)

    return Policy(
        iri=iri,
        title=one("title"),
        places=tuple(every("place")),
        level=slug_of(one("level")),
        type=slug_of(one("type")),
        sectors=tuple(slug_of(value) for value in every("sector")),
        year=year("issued", "since"),
        since=year("since", "issued"),
        ends=year("until"),
        status=slug_of(one("status")),
    )


def _provisions(rows: Iterable[Row]) -> dict[str, Provision]:
    found: dict[str, Provision] = {}
    matches: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        iri = row["provision"].value
        if "match" in row:
            label = row.get("matchLabel")
            matches[iri][row["match"].value] = label.value if label else slug_of(row["match"].value)
        definition = row.get("definition")
        found[iri] = Provision(
            iri,
            row["label"].value,
            definition.value if definition else "",
            row["notation"].value,
            slug_of(row["group"].value),
            row["groupLabel"].value,
            tuple(sorted(matches[iri].items())),
        )
    return dict(sorted(found.items(), key=lambda item: item[1].notation))


def _cells(rows: Iterable[Row]) -> dict[tuple[str, str], Cell]:
    """Keep one cell for each policy and provision: a reading before an earlier tag."""

    def text(row: Row, name: str) -> str:
        return row[name].value if name in row else ""

    made = (
        Cell(
            row["policy"].value,
            row["provision"].value,
            slug_of(row["status"].value),
            slug_of(text(row, "second")),
            slug_of(text(row, "method")),
            text(row, "note"),
            text(row, "where"),
        )
        for row in rows
    )
    found: dict[tuple[str, str], Cell] = {}
    for cell in sorted(made, key=lambda cell: (cell.method != READ, cell.first, cell.second, cell.note)):
        found.setdefault((cell.policy, cell.provision), cell)
    return found


def _helpers(rows: Iterable[Row]) -> tuple[Helper, ...]:
    sectors: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    types: dict[str, str] = {}
    for row in rows:
        found = sectors[row["provision"].value, slug_of(row["link"].value), row["thing"].value]
        if "sector" in row:
            found.add(slug_of(row["sector"].value))
        if "type" in row:
            type_ = slug_of(row["type"].value)
            types[row["thing"].value] = min(type_, types.get(row["thing"].value, type_))
    return tuple(
        Helper(thing, link, provision, tuple(sorted(those)), types.get(thing, ""))
        for (provision, link, thing), those in sorted(sectors.items())
    )


def _steps(rows: Iterable[Row]) -> dict[str, Step]:
    before: dict[str, set[str]] = defaultdict(set)
    takes: dict[str, set[str]] = defaultdict(set)
    found: dict[str, Step] = {}
    for row in rows:
        provision = row["provision"].value
        if "before" in row:
            before[provision].add(row["before"].value)
        if "takes" in row:
            takes[provision].add(slug_of(row["takes"].value).lower())
        effort, actor, government, community, clause = (row[name].value for name in ("effort", *STEP_WORDS))
        first, what = tuple(sorted(before[provision])), tuple(sorted(takes[provision]))
        found[provision] = Step(provision, first, effort, actor, government, community, clause, what)
    return found


def _places(rows: Sequence[Row]) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, str]]:
    """Return what each place is called, of what it is a part, and of which type it is."""
    labels = {row["place"].value: row["label"].value for row in rows}
    types = {row["place"].value: row["type"].value for row in rows if "type" in row}
    called = {row["type"].value: row["typeLabel"].value for row in rows if "type" in row}
    wholes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if "whole" in row:
            wholes[row["place"].value].add(row["whole"].value)
    told = told_apart(labels, {place: called[type_] for place, type_ in types.items()})
    return told, {place: tuple(sorted(those)) for place, those in wholes.items()}, types
