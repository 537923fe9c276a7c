"""A sheet: a form laid over a record as it stood, with what it reads, what it writes and what the check says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app
from pyoxigraph import NamedNode, Triple

from kg.forms import answers, changes, naming, tidy
from kg.forms.answers import Answers, Form
from kg.forms.blank import PARTS, Blank, Blanks
from kg.model import LANGUAGE
from kg.search.cards import statements
from kg.shapes import Problem
from kg.terms import FOAF, RDF
from kg.web import newcomers, tongues
from kg.web.newcomers import Newcomers
from kg.web.site import base
from kg.web.tongues import _, language

_OPENED_AT_ONCE = 4
"""More nested things of one question than this are listed, and opened one by one."""


def blanks() -> Blanks:
    """Return the forms of this base's model, read once for each application."""
    if "blanks" not in current_app.extensions:
        current_app.extensions["blanks"] = Blanks(base().model)
    return cast(Blanks, current_app.extensions["blanks"])


@dataclass
class Sheet:
    """A form over a record as it stood: what it reads and writes, and the names that it shows.

    A `new` record is not in the base yet; it begins empty, or with the statements of a draft that is taken over.
    """

    blank: Blank
    iri: str
    start: list[Triple]
    labels: Mapping[str, str]
    new: bool
    newcomers: Newcomers | None = None
    """What the form that was read last names, and the base does not have."""

    @property
    def others(self) -> dict[str, list[Triple]]:
        """The records that are made together with this one, because it names them."""
        return self.newcomers.records if self.newcomers else {}

    @classmethod
    def over(cls, blank: Blank, iri: str, start: list[Triple], *, new: bool = False) -> Sheet:
        """Lay a form over the statements of a record; none for a new one."""
        return cls(blank, iri, start, base().labels(naming.pointed(start)), new or not start)

    @property
    def before(self) -> list[Triple]:
        """What the base says of the record now."""
        return [] if self.new else self.start

    def renamed(self, iri: str) -> Sheet:
        """Return the sheet of a new record under its lasting name."""
        return Sheet(self.blank, iri, [_moved(triple, self.iri, iri) for triple in self.start], self.labels, self.new)

    def shown(self, iri: str) -> str:
        """Return what the form shows for a thing."""
        return naming.shown(iri, self.labels, base().settings.base)

    def opened(self) -> dict[str, list[str]]:
        """Return the nested things that a fresh form shows part by part: those of which there are few."""
        own = statements(self.start, self.iri)
        found: dict[str, list[str]] = {}
        for question in self.blank.questions:
            if question.answer == PARTS:
                names = answers.names(question, self.iri, own)
                fresh = ["new-1"] if not names and question.wanted else []
                found[question.slug] = names if len(names) <= _OPENED_AT_ONCE else fresh
        return found

    def form(self) -> dict[str, list[str]]:
        """Write the record as the fields of a fresh form."""
        return answers.written(self.blank, self.iri, self.start, self.shown, self.opened())

    def read(self, form: Form) -> Answers:
        """Read what was typed; what follows from it is brought in line."""
        names = naming.Names(base().model, base().index, base().settings.base)
        self.newcomers = newcomers.of(self.iri, blanks(), form, names.resolve)
        found = answers.read(self.blank, self.iri, self.start, form, self.shown, self.newcomers.resolve)
        for node in tidy.doubts(self.start, found.triples):
            asked = changes.asked_of(self.blank, node, FOAF.name.value, self.iri, found.triples)
            found.complaints[asked or ""].append(tidy.DOUBT)
        found.triples = tidy.tidied(self.iri, self.start, found.triples)
        return found


def _moved(triple: Triple, old: str, new: str) -> Triple:
    def named(term: object) -> object:
        inside = isinstance(term, NamedNode) and (term.value == old or term.value.startswith(old + "#"))
        return NamedNode(new + term.value[len(old) :]) if inside and isinstance(term, NamedNode) else term

    return Triple(named(triple.subject), triple.predicate, named(triple.object))  # type: ignore[arg-type]


def judged(sheet: Sheet, found: Answers) -> tuple[dict[str, list[str]], dict[str, list[str]], list[str]]:
    """Check what a form says: complaints and warnings by field, and complaints about the record as a whole."""
    complaints = {name: [tongues.said(text) for text in texts] for name, texts in found.complaints.items()}
    warnings: dict[str, list[str]] = {}
    whole: list[str] = []
    for problem in base().check({sheet.iri: found.triples, **sheet.others}):
        if problem.record in sheet.others:
            if problem.severe:
                whole.append(_sentence(problem))
            continue
        name = changes.asked_of(sheet.blank, problem.focus, problem.path, sheet.iri, found.triples)
        if name is not None and any(key == name or key.startswith(name + "/") for key in found.complaints):
            continue  # what could not be read is missing for that reason, which is told already
        told = _sentence(problem)
        if name is None:
            if problem.severe and told not in whole:
                whole.append(told)
        else:
            side = complaints if problem.severe else warnings
            if told not in side.setdefault(name, []):
                side[name].append(told)
    return complaints, warnings, whole


def _sentence(problem: Problem) -> str:
    """Return what the check says in the reader's language, where the shape has it in that."""
    model = base().model
    for kind in (*model.kinds, *model.nested.values()):
        for field in kind.fields:
            if field.path == problem.path and problem.message == field.message_in(LANGUAGE):
                return field.message_in(language())
    return problem.message or _("%(field)s is not as it should be.", field=problem.field)


def adding(form: Mapping[str, list[str]], blank: Blank, name: str) -> dict[str, list[str]]:
    """Return a form with one more row for an answer, or one more nested thing, as `name` asks."""
    made = {key: list(texts) for key, texts in form.items()}
    question = blank.question(name)
    if question is not None and question.answer == PARTS:
        number = 1
        while f"new-{number}" in made.get(name, []):
            number += 1
        made.setdefault(name, []).append(f"new-{number}")
    else:
        made.setdefault(name, []).append("")
        if name + "@" in made:
            made[name + "@"].append(LANGUAGE)
    return made


def opening(form: Mapping[str, list[str]], sheet: Sheet, name: str) -> dict[str, list[str]]:
    """Return a form with one nested thing more shown part by part: `evidence/evidence-3`."""
    slug, _, fragment = name.partition("/")
    question = sheet.blank.question(slug)
    there = answers.names(question, sheet.iri, statements(sheet.start, sheet.iri)) if question else []
    if question is None or fragment not in there or fragment in form.get(slug, []):
        return dict(form)
    wanted = {slug: [fragment]}
    fresh = answers.written(sheet.blank, sheet.iri, sheet.start, sheet.shown, wanted)
    made = {key: list(texts) for key, texts in form.items()}
    made[slug] = [*made.get(slug, []), fragment]
    return made | {key: texts for key, texts in fresh.items() if key.startswith(f"{slug}/{fragment}/")}


def filled(sheet: Sheet, triples: list[Triple], sort: str) -> list[Triple]:
    """Add to a new record the classes of its kind, and the narrower one that was chosen."""
    thing = NamedNode(sheet.iri)
    sorts = {option.iri for option in sheet.blank.sorts}
    classes = [*sheet.blank.classes, *([sort] if sort in sorts else [])]
    return [*triples, *(Triple(thing, RDF.type, NamedNode(name)) for name in classes)]
