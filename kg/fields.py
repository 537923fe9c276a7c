"""What the shapes say of kinds, fields and groups, each in every language in which it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from kg.words import Text, Words, text_in, words_in

LANGUAGE = "en"


@dataclass(frozen=True)
class Group:
    """A heading on pages and forms."""

    name: str
    label: str
    order: float
    labels: Words = ()

    def label_in(self, language: str) -> str:
        """Return the heading in a language."""
        return words_in(self.labels, language, self.label)


@dataclass(frozen=True)
class Field:
    """One thing that a record may say: a property shape with a name.

    A facet may look `through` a property of the record at what its nested things say; with `counted_by` a nested thing counts
    only where that property of it has one of the values of `counted_when`.
    """

    iri: str
    path: str
    name: str
    help: str
    order: float
    group: Group
    facet: bool
    role: str | None
    scheme: str | None
    target: str | None
    node: str | None
    bibtex: str | None
    names: Words = ()
    messages: Words = ()
    helps: Words = ()
    facet_names: Words = ()
    through: str | None = None
    counted_by: str | None = None
    counted_when: frozenset[str] = frozenset()
    weakest: bool = False
    byline: bool = False

    @cached_property
    def slug(self) -> str:
        """The last part of the shape's IRI: what URLs and the search index call this field."""
        return self.iri.rpartition("#")[2].rpartition("/")[2]

    def name_in(self, language: str) -> str:
        """Return the name in a language."""
        return words_in(self.names, language, self.name)

    def seen_through(self, outer: Field) -> Field:
        """Return this field of a nested thing as a facet of the records that have such things in a field of theirs."""
        names = self.facet_names or self.names
        called = words_in(names, LANGUAGE, self.name)
        return replace(self, through=outer.path, name=called, names=names, group=outer.group, order=outer.order)

    def help_in(self, language: str) -> Text:
        """Return what the field is for, in a language, else in English; empty where the shape has no words for it."""
        return text_in(self.helps, language, LANGUAGE)

    def message_in(self, language: str) -> str:
        """Return what the check says when the field is wrong, in a language; empty where the shape has no words for it."""
        return words_in(self.messages, language, words_in(self.messages, LANGUAGE, ""))


@dataclass(frozen=True)
class Kind:
    """A kind of record (`policy`), or of a nested thing (no `name`): a node shape with its fields in order."""

    iri: str
    name: str | None
    label: str
    plural: str
    comment: str
    order: float
    classes: frozenset[str]
    fields: tuple[Field, ...]
    bibtex_type: str | None
    biblatex_type: str | None
    searched: bool = True
    entry_subtype: str | None = None
    listed_by: str | None = None
    labels: Words = ()
    plurals: Words = ()
    comments: Words = ()

    def label_in(self, language: str) -> str:
        """Return what one record of the kind is called in a language."""
        return words_in(self.labels, language, self.label)

    def plural_in(self, language: str) -> str:
        """Return what lists of the kind are called in a language."""
        return words_in(self.plurals, language, self.plural)

    def comment_in(self, language: str) -> Text:
        """Return what the kind is, in a language, else in English; empty where the shape has no words for it."""
        return text_in(self.comments, language, LANGUAGE)

    def field(self, path: str) -> Field | None:
        """Return the field with that property, if this kind has one."""
        return self._by_path.get(path)

    def role(self, role: str) -> Field | None:
        """Return the field that plays a role on pages: `title`, `summary`, `use`, `date`, `place`, `address`."""
        return next((field for field in self.fields if field.role == role), None)

    @cached_property
    def makers(self) -> tuple[Field, ...]:
        """The fields that say who made a record of the kind, the most telling first."""
        return tuple(field for field in self.fields if field.byline)

    @cached_property
    def _by_path(self) -> dict[str, Field]:
        return {field.path: field for field in self.fields}
