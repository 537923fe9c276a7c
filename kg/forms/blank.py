"""A blank: what a form asks for one kind of record, each question read from the property shape that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg.errors import BrokenHouse
from kg.model import Field, Group, Kind, Model
from kg.terms import OU, RDF, RDFS, SH, SKOS, XSD

_CLASS = NamedNode("http://www.w3.org/ns/shacl#class")
_IN = NamedNode("http://www.w3.org/ns/shacl#in")
_OR = NamedNode("http://www.w3.org/ns/shacl#or")
_ONLY_ONE = 1

WORDS, TEXT, CHOICE, THING, ADDRESS, DATE, NUMBER, YES, PARTS = (
    "words", "text", "choice", "thing", "address", "date", "number", "yes", "parts",
)  # fmt: skip
"""How a question is answered: words in a language, text without one, from a list, by naming a record, and so on."""


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen, and what it is called (the caller's labels win)."""

    iri: str
    label: str


@dataclass(frozen=True)
class Question:
    """One field of a form; `parts` are the questions about each nested thing, `options` what can be chosen."""

    field: Field
    answer: str
    required: bool
    wanted: bool
    most: int | None
    datatype: str | None = None
    classes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    parts: tuple[Question, ...] = ()
    part_class: str = ""

    @property
    def slug(self) -> str:
        """What the form calls the field."""
        return self.field.slug

    @property
    def path(self) -> str:
        """The property that the answers are values of."""
        return self.field.path

    @property
    def many(self) -> bool:
        """Tell whether more than one answer may be given."""
        return self.most != _ONLY_ONE

    @property
    def spoken(self) -> bool:
        """Tell whether an answer has a language."""
        return self.answer == WORDS

    @property
    def long(self) -> bool:
        """Tell whether an answer may run over several lines."""
        return self.answer == WORDS and self.field.role != "title"


@dataclass(frozen=True)
class Blank:
    """The form of one kind: its questions, and the classes that a new record of it is typed with."""

    kind: Kind
    questions: tuple[Question, ...]
    classes: tuple[str, ...]
    sorts: tuple[Option, ...] = ()

    def question(self, slug: str) -> Question | None:
        """Return the question of that name."""
        return self._by_slug.get(slug)

    def asks(self, path: str) -> Question | None:
        """Return the question that a property answers."""
        return next((question for question in self.questions if question.path == path), None)

    @cached_property
    def _by_slug(self) -> dict[str, Question]:
        return {question.slug: question for question in self.questions}

    @property
    def groups(self) -> list[tuple[Group, list[Question]]]:
        """The questions under the headings of the shapes, in their order."""
        found: dict[str, tuple[Group, list[Question]]] = {}
        for question in self.questions:
            found.setdefault(question.field.group.name, (question.field.group, []))[1].append(question)
        return list(found.values())


@dataclass
class Blanks:
    """The forms of every kind of a model."""

    model: Model
    _made: dict[str, Blank] = field(default_factory=dict)

    def of(self, name: str) -> Blank | None:
        """Return the form of the kind with that URL segment; a kind that nobody fills in has none."""
        kind = self.model.kind(name)
        if kind is None or self._said(kind.iri, OU.asked) == "false":
            return None
        if name not in self._made:
            self._made[name] = Blank(
                kind,
                tuple(self._questions(kind, kind)),
                (self._target(kind), *sorted(self._all(kind.iri, OU.alsoClass))),
                tuple(self._sorts(kind)),
            )
        return self._made[name]

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that can be filled in, in order."""
        return [kind for kind in self.model.kinds if kind.name and self.of(kind.name)]

    # -- one question -------------------------------------------------------------------------------------------------

    def _questions(self, kind: Kind, whole: Kind) -> Iterator[Question]:
        for own in kind.fields:
            if self._said(own.iri, OU.asked) != "false":
                yield self._question(own, whole)

    def _question(self, own: Field, whole: Kind) -> Question:
        least, most = self._said(own.iri, SH.minCount), self._said(own.iri, SH.maxCount)
        advice = self._said(own.iri, SH.severity) == SH.Warning.value
        nested = self.model.nested.get(own.node or "")
        options = tuple(self._options(own, whole))
        return Question(
            field=own,
            answer=PARTS if nested else self._answer(own, bool(options)),
            required=bool(least) and not advice,
            wanted=bool(least),
            most=int(most) if most else None,
            datatype=self._said(own.iri, SH.datatype),
            classes=tuple(sorted(self._all(own.iri, _CLASS))),
            options=options,
            parts=tuple(self._questions(nested, whole)) if nested else (),
            part_class=self._target(nested) if nested else "",
        )

    def _answer(self, own: Field, chosen: bool) -> str:
        """Say how a field is answered, from what its shape demands."""
        datatype, node_kind = self._said(own.iri, SH.datatype), self._said(own.iri, SH.nodeKind)
        if chosen:
            return CHOICE
        if datatype == XSD.boolean.value:
            return YES
        if datatype == XSD.integer.value:
            return NUMBER
        if self._takes_dates(own):
            return DATE
        if own.target or self._said(own.iri, _CLASS) or (node_kind == SH.IRI.value and own.group.name == "links"):
            return THING
        if node_kind == SH.IRI.value:
            return ADDRESS
        if node_kind == SH.Literal.value and self._said(own.iri, OU.plain) != "true":
            return WORDS
        return TEXT

    def _takes_dates(self, own: Field) -> bool:
        """Tell whether a value is a day, a month or a year: the shape of its values offers those datatypes."""
        node = self._said(own.iri, SH.node)
        choices = self._list(self._said(node, _OR)) if node else []
        return XSD.gYear.value in {self._said(choice, SH.datatype) for choice in choices}

    def _options(self, own: Field, whole: Kind) -> Iterator[Option]:
        if offered := self._said(own.iri, OU.offers):
            for field_ in whole.fields:
                if field_.group.name == offered.rpartition("#")[2] and not self.model.nested.get(field_.node or ""):
                    yield Option(field_.path, field_.name)
        elif listed := self._said(own.iri, _IN):
            yield from (Option(iri, self._label(iri)) for iri in self._list(listed))
        elif own.scheme:
            yield from self._concepts(own.scheme)

    def _concepts(self, scheme: str) -> Iterator[Option]:
        found = {
            quad.subject.value
            for quad in self.model.shapes.quads_for_pattern(None, SKOS.inScheme, NamedNode(scheme), DefaultGraph())
            if isinstance(quad.subject, NamedNode)
        }
        order = {iri: (self._said(iri, SKOS.notation) or "", self._label(iri).casefold()) for iri in found}
        yield from (Option(iri, self._label(iri)) for iri in sorted(found, key=lambda iri: order[iri]))

    def _sorts(self, kind: Kind) -> Iterator[Option]:
        """Yield the narrower classes of a kind that somebody can tell apart, because they have a name."""
        for quad in self.model.shapes.quads_for_pattern(
            None, RDFS.subClassOf, NamedNode(self._target(kind)), DefaultGraph()
        ):
            if isinstance(quad.subject, NamedNode) and self._said(quad.subject.value, OU.sort) == "true":
                yield Option(quad.subject.value, self._label(quad.subject.value))

    # -- what the files say ---------------------------------------------------------------------------------------------

    def _target(self, kind: Kind) -> str:
        found = sorted(self._all(kind.iri, SH.targetClass))
        if not found:
            raise BrokenHouse(f"The shape {kind.iri} has no class.")
        return found[0]

    def _all(self, subject: str, predicate: NamedNode) -> Iterator[str]:
        for quad in self.model.shapes.quads_for_pattern(NamedNode(subject), predicate, None, DefaultGraph()):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object.value

    def _said(self, subject: str | None, predicate: NamedNode) -> str | None:
        return min(self._all(subject, predicate), default=None) if subject else None

    def _label(self, iri: str) -> str:
        for predicate in (SKOS.prefLabel, RDFS.label):
            terms = [
                quad.object
                for quad in self.model.shapes.quads_for_pattern(NamedNode(iri), predicate, None, DefaultGraph())
                if isinstance(quad.object, Literal)
            ]
            if terms:
                return min(terms, key=lambda term: (term.language != "en", term.language or "", term.value)).value
        return iri

    def _list(self, head: str | None) -> list[str]:
        found = []
        while head and head != RDF.nil.value:
            found += list(self._all(head, RDF.first))
            head = self._said(head, RDF.rest)
        return found
