"""Bodies and people that a form names and the base does not have: made with the record that names them, as one proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.forms import tidy
from kg.forms.answers import Form, Resolve
from kg.forms.blank import Blank, Blanks, Option, Question
from kg.terms import OU, RDF
from kg.web.site import base

CHOSEN = "new:"
"""What the fields of a form begin with that say what a name, which the base does not have, is to be made as."""
_LONGEST = 200


@dataclass(frozen=True)
class Unknown:
    """A name that the base does not have: what it can be made as, and what was chosen."""

    text: str
    sorts: tuple[Option, ...]
    chosen: str


@dataclass
class Newcomers:
    """The names of one form that the base does not have, and the records that are made of those for which that was chosen."""

    named_by: str
    blanks: Blanks
    chosen: Mapping[str, str]
    find: Resolve
    records: dict[str, list[Triple]] = field(default_factory=dict)
    unknown: dict[str, Unknown] = field(default_factory=dict)

    def resolve(self, text: str, question: Question) -> NamedNode | str:
        """Return the thing that a text names, made anew where that was chosen, or the sentence that says why it names none."""
        found = self.find(text, question)
        if (
            isinstance(found, NamedNode)
            or not question.field.target
            or len(text) > _LONGEST
            or "[" in text
            or ":" in text
        ):
            return found
        blank = self.blanks.of(question.field.target)
        if blank is None or not _is_made_of_a_name(blank):
            return found
        sort = self.chosen.get(CHOSEN + text, "")
        sort = sort if sort in {option.iri for option in blank.sorts} else ""
        self.unknown[text] = Unknown(text, blank.sorts, sort)
        return self._made(blank, text, sort) if sort else found

    def _made(self, blank: Blank, text: str, sort: str) -> NamedNode:
        stem = f"{base().settings.base}{blank.kind.name}/{tidy.slug(text)}"
        iri, number = stem, 2
        while base().journal.known([iri]):
            iri, number = f"{stem}-{number}", number + 1
        self.records[iri] = _said(blank, iri, text, sort, self.named_by)
        return NamedNode(iri)


def of(named_by: str, blanks: Blanks, form: Form, find: Resolve) -> Newcomers:
    """Return the newcomers of a form over a record."""
    chosen = {name: texts[-1] for name, texts in form.items() if name.startswith(CHOSEN) and texts}
    return Newcomers(named_by, blanks, chosen, find)


def _is_made_of_a_name(blank: Blank) -> bool:
    """Tell whether a record of a kind can begin with a name: it has narrower classes, and asks for nothing else but how we know."""
    own = blank.kind.role("title")
    known = {field.path for field in (own, blank.kind.role("confidence")) if field} | {OU.evidence.value}
    return bool(own and blank.sorts) and all(one.path in known for one in blank.questions if one.required)


def _said(blank: Blank, iri: str, text: str, sort: str, named_by: str) -> list[Triple]:
    """Return what is known of a newcomer: what it is, its name, that nobody has looked, and which record names it."""
    thing, seen = NamedNode(iri), NamedNode(f"{iri}#evidence-1")
    said = [Triple(thing, RDF.type, NamedNode(name)) for name in (*blank.classes, sort)]
    if own := blank.kind.role("title"):
        said.append(Triple(thing, NamedNode(own.path), Literal(text)))
    if (sure := blank.kind.role("confidence")) and (question := blank.asks(sure.path)):
        unverified = next((option.iri for option in question.options if option.iri.endswith("/unverified")), "")
        said += [Triple(thing, NamedNode(sure.path), NamedNode(unverified))] if unverified else []
    return [
        *said,
        Triple(thing, OU.evidence, seen),
        Triple(seen, RDF.type, OU.Evidence),
        Triple(seen, OU.source, NamedNode(named_by)),
        Triple(seen, OU.supports, Literal("the name, as this record gives it", language="en")),
    ]
