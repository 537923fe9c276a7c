"""What becomes of a proposal: sent, accepted into the base by the one path that every write takes, declined, asked back, undone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kg import filing
from kg.base import Base, canonical, parsed
from kg.desk.journal import Change
from kg.desk.proposals import ACCEPTED, ASKED, DECLINED, EDITED, OPEN, UNDONE, Proposal, Proposals, Records, Sender
from kg.errors import BadInput, Overtaken
from kg.terms import DCT, OU, PROV, RDF, XSD, node

_ATTEMPTS = 5
_VISITOR = "a visitor"

States = Mapping[str, tuple[list[Triple] | None, list[Triple] | None]]
"""Record to its statements before and after."""


@dataclass(frozen=True)
class Stale:
    """A record that has changed since a proposal was made: as it was then, as it is now, as the proposal wants it."""

    iri: str
    was: list[Triple]
    now: list[Triple]
    wanted: list[Triple]


def desk(base: Base) -> Proposals:
    """Return the proposals of a base."""
    return Proposals(_table(base))


def _table(base: Base) -> Path:
    return base.settings.data / "proposals.sqlite"


# -- sending --------------------------------------------------------------------------------------------------------------


def send(base: Base, records: States, why: str, sender: Sender) -> tuple[int, str]:
    """Keep a proposal of somebody, judged like a write (it may speak of its own records only); return number and secret."""
    return send_all(base, [(why, records)], sender)[0]


def send_all(base: Base, wanted: Iterable[tuple[str, States]], sender: Sender) -> list[tuple[int, str]]:
    """Keep several proposals of somebody, each judged as `send` does: all of them or, where one cannot be kept, none."""
    judged = [(why, _judged(base, records, sender)) for why, records in wanted]
    return desk(base).send_all(sender.name or _VISITOR, judged, sender)


def _judged(base: Base, records: States, sender: Sender) -> Records:
    filing.judge(base, {iri: after for iri, (_, after) in records.items()})
    if not records and not sender.text:
        raise BadInput("There is nothing to propose.", "Say what is missing or wrong.")
    pairs = {iri: (canonical(before), canonical(after)) for iri, (before, after) in records.items()}
    if records and all(before == after for before, after in pairs.values()):
        raise BadInput("Nothing is changed.", "Change what is wrong, or leave the record as it is.")
    return pairs


# -- deciding -------------------------------------------------------------------------------------------------------------


def stale(base: Base, number: int) -> list[Stale]:
    """Return the records of a proposal that now say something else than when it was made, and not what it wants."""
    records = desk(base).records(number)
    now = base.graphs(records)
    return [
        Stale(iri, parsed(before), now.get(iri, []), parsed(after))
        for iri, (before, after) in records.items()
        if canonical(now.get(iri)) not in (before, after)
    ]


def accept(base: Base, number: int, who: str, note: str = "", seen: str | None = None) -> list[Change]:
    """Write what a proposal wants, with credit to who sent it; raise Overtaken where a record has moved on.

    With `seen`, what the curator looked at: Overtaken when the proposal or a record of it says something else by now.
    """
    with _deciding(base):
        proposal = _open(base, number)
        table = desk(base)
        for left in reversed(range(_ATTEMPTS)):
            revision = base.journal.revision
            moved = stale(base, number)
            if moved or (seen is not None and seen != mark(base, number)):
                raise Overtaken(
                    f"{moved[0].iri if moved else 'The proposal'} has changed since you looked at it.",
                    "Look at it again: nothing was written.",
                )
            given = _with_credit(proposal, table.records(number), table.sender(number))
            filing.judge(base, given)
            table.intend(number, who, note)
            try:
                changes = base.write(given, who, _reason(proposal, table.sender(number)), since=revision)
            except Overtaken:
                table.forget_intention(number)
                if not left:
                    raise
            except Exception:
                table.forget_intention(number)
                raise
            else:
                table.decide(number, ACCEPTED, who, note)
                return changes
    raise AssertionError("the last attempt returns or raises")


def decline(base: Base, number: int, who: str, note: str = "") -> None:
    """Decline a proposal; what it held stays readable."""
    with _deciding(base):
        desk(base).decide(number, DECLINED, who, note)


def ask(base: Base, number: int, who: str, question: str) -> None:
    """Ask back: the question stands on the page of who sent the proposal, which stays open."""
    with _deciding(base):
        _open(base, number)
        desk(base).say(number, who, ASKED, question)


def edit(base: Base, number: int, records: States, who: str, seen: str) -> None:
    """Put a curator's wording in the place of what a proposal says, if it still says what the curator saw."""
    with _deciding(base):
        _open(base, number)
        if seen != mark(base, number):
            raise Overtaken("The proposal has changed since you opened it.", "Look at it again: nothing was written.")
        filing.judge(base, {iri: after for iri, (_, after) in records.items()})
        pairs = {iri: (canonical(before), canonical(after)) for iri, (before, after) in records.items()}
        desk(base).replace(number, pairs, who)


def undo(base: Base, number: int, who: str) -> list[Change]:
    """Take back what an accepted proposal changed, if nobody has changed its records since."""
    with _deciding(base):
        proposal = desk(base).get(number)
        if proposal.state != ACCEPTED or undone(base, number):
            raise BadInput(f"Proposal {number} is {proposal.state}, and there is nothing to undo.")
        reason = _reason(proposal, desk(base).sender(number))
        revision = base.journal.revision
        back: dict[str, list[Triple] | None] = {}
        for iri, (before, after) in desk(base).records(number).items():
            if before == after:
                continue
            last = next(iter(base.journal.history(iri)), None)
            if last is None or last.why != reason:
                raise Overtaken(f"<{iri}> has changed since proposal {number} was accepted.", "Its history shows how.")
            back[iri] = parsed(last.before) or None
        changes = base.write(back, who, f"{UNDONE}: {reason}", since=revision)
        desk(base).say(number, who, UNDONE)
    return changes


def put_back(base: Base, iri: str, revision: int, seen: int, who: str) -> list[Change]:
    """Write a record as it was before one of its changes, whoever made it; `seen` is the last change that the curator saw."""
    with _deciding(base):
        past = base.journal.history(iri)
        change = next((one for one in past if one.revision == revision), None)
        if change is None:
            raise BadInput(f"<{iri}> did not change in revision {revision}.", "Its history lists its changes.")
        if past[0].revision != seen:
            raise Overtaken(f"<{iri}> has changed since you looked at it.", "Look at it again: nothing was written.")
        given = {iri: parsed(change.before) or None}
        filing.judge(base, given)
        return base.write(given, who, f"{UNDONE}: put back as before revision {revision}")


def undone(base: Base, number: int) -> bool:
    """Tell whether an accepted proposal was taken back; after a crash before the desk was told, the journal knows."""
    table = desk(base)
    if any(word.act == UNDONE for word in table.words(number)):
        return True
    told = f"{UNDONE}: {_reason(table.get(number), table.sender(number))}"
    return any(change.why == told for iri in table.records(number) for change in base.journal.history(iri))


def settle(base: Base) -> None:
    """Bring proposals in line with the journal, wherever a crash left them: what was written is accepted, what was not is open."""
    if not _table(base).is_file() or not desk(base).intended():
        return
    with _deciding(base):
        for proposal in desk(base).intended():
            reason = _reason(proposal, desk(base).sender(proposal.number))
            records = desk(base).records(proposal.number)
            if any(change.why == reason for iri in records for change in base.journal.history(iri)):
                desk(base).decide(proposal.number, ACCEPTED, proposal.decided_by or "", proposal.note)
            else:
                desk(base).forget_intention(proposal.number)


def mark(base: Base, number: int) -> str:
    """Return what a curator has seen of a proposal: it changes with the proposal and with each record that it names."""
    table = desk(base)
    states = base.journal.states(list(table.records(number))[:500])
    edits = sum(word.act == EDITED for word in table.words(number))
    return f"{number}.{edits}." + ".".join(str(revision) for _, (revision, _) in sorted(states.items()))


def _open(base: Base, number: int) -> Proposal:
    proposal = desk(base).get(number)
    if proposal.state != OPEN:
        raise Overtaken(
            f"Proposal {number} was {proposal.state} already, by {proposal.decided_by}.",
            "A decision is not taken twice.",
        )
    return proposal


def _reason(proposal: Proposal, sender: Sender) -> str:
    """Return what the journal says of a proposal, which everyone may read: a name only where somebody wished to be named."""
    return f"proposal {proposal.number}: {proposal.why}" + (f", by {sender.name}" if sender.name else "")


# -- credit ---------------------------------------------------------------------------------------------------------------


def _with_credit(
    proposal: Proposal, records: Mapping[str, tuple[bytes | None, bytes | None]], sender: Sender
) -> dict[str, list[Triple] | None]:
    made: dict[str, list[Triple] | None] = {}
    for iri, (before, after) in records.items():
        triples = parsed(after)
        if triples and after != before and sender.name:
            triples += credit(iri, proposal.number, sender)
        made[iri] = triples or None
    return made


def credit(iri: str, number: int, sender: Sender) -> list[Triple]:
    """Return the statements that name who proposed a change of a record, on the day of its acceptance."""
    thing, own = NamedNode(iri), NamedNode(f"{iri}#contribution-{number}")
    today = datetime.now(UTC).date().isoformat()
    said = [
        Triple(thing, PROV.wasGeneratedBy, own),
        Triple(own, RDF.type, OU.Contribution),
        Triple(own, OU.creditedAs, Literal(sender.name)),
        Triple(own, DCT.date, Literal(today, datatype=XSD.date)),
    ]
    if sender.affiliation:
        said.append(Triple(own, OU.affiliation, Literal(sender.affiliation)))
    if sender.orcid and (orcid := node(sender.orcid)):
        said.append(Triple(own, PROV.wasAssociatedWith, orcid))
    return said


@contextmanager
def _deciding(base: Base) -> Iterator[None]:
    """Let one decision be taken at a time, so that nothing is accepted that is being declined."""
    with (base.settings.data / "desk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
