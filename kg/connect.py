"""References and the records of their people, journals and books: matched with care, made where missing, asked where open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg import queries
from kg.base import BATCH, Base, Progress, batched
from kg.citations import connected, containers, graph, keys, people
from kg.citations.containers import Container, Library
from kg.citations.entry import Entry
from kg.citations.names import Name
from kg.citations.people import Agent, Directory
from kg.errors import BadInput
from kg.known import Known
from kg.search.index import Wanted
from kg.terms import DCT, OU, record_of

AGENT, CONTAINER = "agent", "container"
REFERENCES = Wanted(facets={"kind": ("reference",)})


@dataclass(frozen=True)
class Question:
    """A name that may be that of somebody who has a record: the node that bears it, and whose it may be."""

    node: str
    name: str
    near: tuple[Agent, ...]


@dataclass
class Connections:
    """What was found: statements to add to references, records to make, what is open, and how often what was done."""

    links: dict[str, list[Triple]] = field(default_factory=dict)
    records: dict[str, list[Triple]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Bearer:
    """A name in its place in a reference."""

    work: str
    role: str
    number: int
    name: Name
    orcid: str

    @property
    def node(self) -> str:
        return connected.node(self.work, self.role, self.number)


class Connector:
    """Finds the people, bodies, journals and books of a base, and knows those that it has made itself."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._known = Known(base)
        self._people, self._library = Directory(), Library()
        self._made: set[str] = set()

    def connect(self, works: Iterable[tuple[str, Entry, list[Triple]]], *, make: bool) -> Connections:
        """Find whose the names in works are and in what they appeared; with `make`, make records for those that have none.

        Whole names come first, so that initials are compared with everybody.
        """
        found = Connections()
        given = list(works)
        bearers = [bearer for iri, entry, triples in given for bearer in _bearers(iri, entry, triples)]
        self._learn(bearers, [one for _, entry, _ in given if (one := containers.of(entry)) is not None])
        for whole in (True, False):
            for bearer in bearers:
                if people.is_whole(bearer.name) is whole:
                    self._settle(bearer, found, make=make and whole)
        parents = self._parents(given)
        for iri, entry, triples in given:
            if not any(triple.predicate == DCT.isPartOf for triple in triples):
                self._place(iri, entry, parents, found, make=make)
        return found

    def _learn(self, bearers: Iterable[_Bearer], appeared: Iterable[Container]) -> None:
        """Bring in those people, bodies, journals and books of the base that these could mean."""
        names = {
            heading for one in bearers for heading in people.headings(one.name.spoken, not one.name.body, one.orcid)
        }
        for agent in self._known.agents(sorted(names)):
            self._people.put(agent)
        titles = {heading for one in appeared for heading in containers.headings(one)}
        for iri, container in self._known.containers(sorted(titles)):
            self._library.put(iri, container)

    def decide(self, bearer: str, agent: str) -> list[Triple]:
        """Return the statements by which somebody says whose a name is."""
        work, _, place = bearer.partition("#")
        role, _, number = place.partition("-")
        return connected.is_whose(work, role, int(number), agent, people.READING)

    def _settle(self, bearer: _Bearer, found: Connections, *, make: bool) -> None:
        match = self._people.whose(bearer.name, bearer.orcid)
        if match.near:
            found.questions.append(Question(bearer.node, bearer.name.spoken, match.near))
            return
        agent, basis = match.agent, match.basis
        if not agent and make:
            agent, basis = self.make_agent(bearer, found), people.SOURCE if bearer.orcid else people.RULE
        if agent:
            found.done[basis] += 1
            found.links.setdefault(bearer.work, []).extend(
                connected.is_whose(bearer.work, bearer.role, bearer.number, agent, basis)
            )

    def make_agent(self, bearer: _Bearer, found: Connections) -> str:
        """Make the record of the person or body whose name it is."""
        iri = self._free(AGENT, bearer.name.spoken)
        agent, found.records[iri] = connected.agent(iri, bearer.name, bearer.orcid, bearer.work, bearer.role)
        self._people.put(agent)
        found.done[AGENT] += 1
        return iri

    def _place(self, iri: str, entry: Entry, parents: dict[str, str], found: Connections, *, make: bool) -> None:
        parent = parents.get(entry.fields.get("crossref", ""), "")
        one = containers.of(entry)
        if not parent and one is not None:
            parent = self._library.find(one)
            if not parent and make and (one.is_periodical or one.year):
                parent = self._free(CONTAINER, one.title, one.year)
                found.records[parent] = connected.container(parent, one, iri)
                self._library.put(parent, one)
                found.done[CONTAINER] += 1
        if parent and parent != iri:
            found.done["part"] += 1
            found.links.setdefault(iri, []).append(Triple(NamedNode(iri), DCT.isPartOf, NamedNode(parent)))

    def _parents(self, works: Iterable[tuple[str, Entry, list[Triple]]]) -> dict[str, str]:
        """Return the references to which `crossref` leads, in the base or among these, by key."""
        own = {entry.key: iri for iri, entry, _ in works}
        asked = {key for _, entry, _ in works if (key := entry.fields.get("crossref", "")) and key not in own}
        for batch in batched(sorted(asked), BATCH):
            rows = self._base.engine.select(queries.fill("aliases", keys=[Literal(key) for key in batch]))
            own |= {row["key"].value: row["record"].value for row in rows}
        return own

    def _free(self, kind: str, text: str, year: str = "") -> str:
        """Return an address that no record has or ever had."""
        slug = keys.address(text)
        plain = f"{self._base.settings.base}{kind}/{slug}" + (f"-{year}" if year not in slug else "")
        iri, number = plain, 1
        while iri in self._made or self._base.journal.known([iri]):
            number += 1
            iri = f"{plain}-{number}"
        self._made.add(iri)
        return iri


def _bearers(iri: str, entry: Entry, triples: list[Triple]) -> Iterator[_Bearer]:
    """Yield the names of a reference that are not connected yet."""
    done = {
        triple.subject.value
        for triple in triples
        if triple.predicate == OU.agent and isinstance(triple.subject, NamedNode)
    }
    orcids = {role: people.orcids(entry, role) for role in entry.names}
    for role, number, name in graph.contributors(entry):
        bearer = _Bearer(iri, role, number, name, orcids[role].get(number, ""))
        if bearer.node not in done:
            yield bearer


# -- the references of a base -----------------------------------------------------------------------------------------------


def references(base: Base, progress: Progress = lambda done: None) -> Iterator[tuple[str, Entry, list[Triple]]]:
    """Yield every reference with its entry and statements, in the order of their addresses."""
    iris = sorted(card.iri for card in base.index.walk(REFERENCES))
    for batch in batched(iris, BATCH):
        found = base.graphs(batch)
        yield from ((iri, graph.from_triples(found[iri], iri), found[iri]) for iri in batch if iri in found)
        progress(len(batch))


def accept(base: Base, found: Connections, who: str, why: str, progress: Progress = lambda done: None) -> int:
    """Write new records first, and then the links to them; return how many records changed."""
    changed = 0
    for batch in batched(found.records, BATCH):
        changed += len(base.write({iri: found.records[iri] for iri in batch}, who, why))
        progress(len(batch))
    for batch in batched(found.links, BATCH):
        now = base.graphs(batch)
        given = {iri: [*dict.fromkeys([*now[iri], *found.links[iri]])] for iri in batch if iri in now}
        changed += len(base.write(given, who, why))
        progress(len(batch))
    return changed


def decide(base: Base, name: str, agent: str, who: str) -> str:
    """Say that a name (`key#author-2`) is that of a person or body (`agent/slug`, or `new`); return the agent's address."""
    root = base.settings.base
    bearer = name if name.startswith(root) else root + ("" if name.startswith("reference/") else "reference/") + name
    iri = record_of(bearer)
    triples = base.graphs([iri]).get(iri)
    entry = graph.from_triples(triples, iri) if triples else None
    whose = [one for one in _bearers(iri, entry, []) if one.node == bearer] if entry else []
    if not whose or not triples:
        raise BadInput(f"There is no name {name}.", "Write key#author-2 or key#editor-1, as `kg connect` lists them.")
    connector, found = Connector(base), Connections()
    target = connector.make_agent(whose[0], found) if agent == "new" else root + agent.removeprefix(root)
    if agent != "new" and target not in base.index.get([target]):
        raise BadInput(f"There is no {agent}.", "Name a record as agent/rob-kitchin, or write new.")
    gone = {
        triple
        for triple in triples
        if triple.predicate in (OU.agent, OU.matchedBy) and triple.subject == NamedNode(bearer)
    }
    base.write(found.records, who, f"{name} is a person or body of its own")
    after = [*dict.fromkeys([*(triple for triple in triples if triple not in gone), *connector.decide(bearer, target)])]
    base.write({iri: after}, who, f"{name} is {target.removeprefix(root)}")
    return target
