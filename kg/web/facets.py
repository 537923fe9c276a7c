"""Facets as a page shows them: counted values, those that lie below others folded under them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kg.search.index import KIND, TOLD, Counts, Wanted
from kg.web.asked import Toggled, address
from kg.web.names import Name, names
from kg.web.site import base
from kg.web.tongues import _, language
from kg.words import Text

_SHOWN = 10
_BUDGET = 30


@dataclass
class Choice:
    """One value of a facet: what it is called, how many records have it, whether it is chosen, what lies below."""

    label: str
    count: int
    link: Callable[[], str]
    selected: bool
    below: list[Choice] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where choosing or unchoosing it leads; made only for what is shown."""
        return self.link()

    @property
    def open(self) -> bool:
        """Tell whether something below it is chosen."""
        return any(choice.selected or choice.open for choice in self.below)

    @property
    def size(self) -> int:
        """How many choices it is, with those below."""
        return 1 + sum(choice.size for choice in self.below)


@dataclass
class Facet:
    """A facet with the choices that fit on the page; `all_url` leads to the others, `number` of them if they were counted."""

    name: str
    label: str
    choices: list[Choice]
    number: int | None
    all_url: str | None


def titles() -> dict[str, str]:
    """Return what each facet is called."""
    spoken = {facet.slug: facet.name_in(language()) for facet in base().model.facets}
    return {KIND: _("Kind")} | {slug: name[:1].upper() + name[1:] for slug, name in spoken.items()}


def labels(counts: Counts, wanted: Wanted) -> dict[str, Name]:
    """Return the names of everything that is counted or chosen."""
    values = {value for told in counts.values() for value, _ in told}
    values |= {value for chosen in wanted.facets.values() for value in chosen}
    named = names(value for value in values if ":" in value)
    kinds = {kind.name: Name(Text(kind.plural_in(language()))) for kind in base().model.kinds if kind.name}
    return {value: Name(Text(value)) for value in values} | named | kinds


def facets(counts: Counts, wanted: Wanted, named: Mapping[str, Name]) -> list[Facet]:
    """Return every facet that has something to choose."""
    shown = []
    for slug, label in sorted(titles().items(), key=lambda facet: _rank(facet[0], counts)):
        if told := counts.get(slug):
            tree = choices(slug, told, wanted, named)
            cut = _cut(tree)
            every = len(told) < TOLD
            whole = every and sum(choice.size for choice in cut) == len(told)
            rest = None if whole else address(wanted, path=f"/search/by/{slug}")
            shown.append(Facet(slug, label, cut, len(told) if every else None, rest))
    return shown


def _rank(slug: str, counts: Counts) -> tuple[bool, bool, int]:
    """Put the kind first, then the place, then what most records have."""
    where = next((facet.slug for facet in base().model.facets if facet.role == "place"), "")
    return (slug != KIND, slug != where, -sum(count for _, count in counts.get(slug, ())))


def choices(slug: str, counts: Sequence[tuple[str, int]], wanted: Wanted, named: Mapping[str, Name]) -> list[Choice]:
    """Return the counted values as a tree, the chosen first, then the most frequent."""
    chosen, toggled = wanted.facets.get(slug, ()), Toggled(wanted)
    made = {
        value: Choice(named[value].label, count, partial(toggled.address, slug, value), value in chosen)
        for value, count in counts
    }
    below: dict[str | None, list[str]] = defaultdict(list)
    for value in made:
        above = next((wider for wider in named[value].wider if wider in made), None)
        below[above].append(value)
    for value, choice in made.items():
        choice.below = [made[other] for other in below[value]]
    roots = [made[value] for value in below[None]]
    return sorted(roots, key=lambda choice: not (choice.selected or choice.open))


def _cut(tree: list[Choice]) -> list[Choice]:
    """Keep the first values, and below them as many as the page has room for; what is chosen stays."""
    room = _BUDGET - min(len(tree), _SHOWN)

    def trimmed(choice: Choice) -> Choice:
        nonlocal room
        kept = []
        for other in choice.below:
            if room > 0 or other.selected or other.open:
                room -= 1
                kept.append(other)
        return Choice(choice.label, choice.count, choice.link, choice.selected, [trimmed(other) for other in kept])

    first = tree[:_SHOWN] + [choice for choice in tree[_SHOWN:] if choice.selected or choice.open]
    return [trimmed(choice) for choice in first]
