"""A record as a page shows it: its statements arranged by the fields and groups of its shape, every value a link or words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, unquote, urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from kg.model import Field, Kind, Model
from kg.search.cards import Statements, byline, statements
from kg.terms import DCT, FOAF, NAMING, OU, RDF, RDFS, RECORDS, SKOS, path_of
from kg.vocabulary import Vocabulary
from kg.web.tongues import _, best, day, language, month
from kg.web.values import Row, Section, Value, reading_order, said_once
from kg.words import Text, alphabetic, phrase

_SAFE = ("http", "https", "ftp", "mailto")
_SHOWN_ABOVE = ("title", "summary", "use")
_STATUSES = RECORDS + "concept/provision-status/"
_LONGEST_ADDRESS = 72
_OTHERS = {
    DCT.language.value: phrase("language"),
    DCT.source.value: phrase("source"),
    FOAF.familyName.value: phrase("family name"),
    FOAF.givenName.value: phrase("given name"),
    FOAF.page.value: phrase("page"),
    RDFS.isDefinedBy.value: phrase("defined in"),
    SKOS.altLabel.value: phrase("also called"),
    SKOS.broadMatch.value: phrase("broader, in another scheme"),
    SKOS.topConceptOf.value: phrase("at the top of"),
}


@dataclass
class Portrait:
    """What the page of a record needs, in the order in which it is read."""

    iri: str
    kind: str
    kind_label: str
    title: str
    title_lang: str
    other_titles: list[Value]
    summary: str
    summary_lang: str
    by: Row | None
    use: Row | None
    place: list[Value]
    year: str
    confidence: str
    address: str | None
    groups: list[Section]


class Painter:
    """Turns terms into values; `labels` says what things are called."""

    def __init__(self, model: Model, base: str, labels: Mapping[str, str]) -> None:
        self.model = model
        self.base = base
        self.labels = labels

    def value(self, term: NamedNode | Literal) -> Value:
        """Show one term: a name with its page, an address with its host's leave, or words."""
        if isinstance(term, Literal):
            return Value(spoken(term), term.language or "")
        own = self.model.by_path.get(term.value)
        label = self.labels.get(term.value) or (own.name_in(language()) if own else None)
        lang = label.language if isinstance(label, Text) else ""
        status = term.value.removeprefix(_STATUSES) if term.value.startswith(_STATUSES) else ""
        path = path_of(term.value, self.base) or path_of(term.value, RECORDS)
        if path is not None:
            return Value(label or path.rpartition("/")[2], lang, path, iri=term.value, status=status)
        if label is not None:
            return Value(label, lang, "/about?iri=" + quote(term.value, safe=""), iri=term.value)
        safe = term.value if urlsplit(term.value).scheme in _SAFE else None
        return Value(_shortened(term.value) if safe else term.value, url=safe, external=True, iri=term.value)

    def paint(self, kind: Kind | None, iri: str, triples: list[Triple]) -> Portrait:
        """Arrange the statements of a record; what its shape does not know comes last, under its property's name."""
        found = statements(triples, iri)
        titles = self._role(kind, found, "title") or [
            value for path in NAMING for value in found.get(path.value, ()) if isinstance(value, Literal)
        ]
        title = self._called(iri) or best(titles)
        summary = best(self._role(kind, found, "summary"))
        address = next((v.value for v in self._role(kind, found, "address") if isinstance(v, NamedNode)), None)
        dates = sorted(value.value[:4] for value in self._role(kind, found, "date"))
        confidence = self._role(kind, found, "confidence")
        return Portrait(
            iri=iri,
            kind=(kind.name or "") if kind else "",
            kind_label=kind.label_in(language()) if kind else _("Thing"),
            title=title.value if title else self.labels.get(iri, iri),
            title_lang=(title.language or "") if title else "",
            other_titles=[self.value(term) for term in titles if term != title],
            summary=summary.value if summary else "",
            summary_lang=(summary.language or "") if summary else "",
            by=self._by(kind, found, triples),
            use=self._use(kind, found),
            place=[self.value(term) for term in self._role(kind, found, "place")],
            year=dates[0] if dates else "",
            confidence=self.value(confidence[0]).text if confidence else "",
            address=address if address and urlsplit(address).scheme in _SAFE else None,
            groups=self._sections(kind, iri, found, triples),
        )

    def _called(self, iri: str) -> Literal | None:
        """Return what the thing is called in the reader's language where only the labels know it: a country by its code."""
        label = self.labels.get(iri)
        return (
            Literal(label, language=label.language)
            if isinstance(label, Text) and label.language == language()
            else None
        )

    def _role(self, kind: Kind | None, found: Statements, role: str) -> list[NamedNode | Literal]:
        own = kind.role(role) if kind else None
        return found.get(own.path, []) if own else []

    def _by(self, kind: Kind | None, found: Statements, triples: list[Triple]) -> Row | None:
        """Return who made it, as the work prints them, each with a link to the record of that person or body."""
        made = byline(kind, found, triples) if kind else None
        if made is None:
            return None
        own, makers = made
        shown = [(maker.name, self.value(maker.agent) if maker.agent else Value(maker.name)) for maker in makers]
        values = [replace(value, text=name, lang="") if name else value for name, value in shown]
        return Row(own.name_in(language()), own.help_in(language()), values)

    def _use(self, kind: Kind | None, found: Statements) -> Row | None:
        """Return what it is of use for, in the reader's language where it is said in it."""
        own, said = kind.role("use") if kind else None, best(self._role(kind, found, "use"))
        return Row(own.name_in(language()), own.help_in(language()), [self.value(said)]) if own and said else None

    def _sections(self, kind: Kind | None, iri: str, found: Statements, triples: list[Triple]) -> list[Section]:
        rest = {path: values for path, values in found.items() if path != RDF.type.value}
        sections: dict[str, Section] = {}
        for own in kind.fields if kind else ():
            values = rest.pop(own.path, [])
            if own.weakest:
                stronger = _linked_otherwise(own, kind, found, triples)
                values = [value for value in values if value not in stronger]
            if values and own.role not in _SHOWN_ABOVE and (own.node or not own.byline):
                section = sections.setdefault(
                    own.group.name, Section(own.group.name, own.group.label_in(language()), [])
                )
                counted = kind is not None and self.model.said_of(own.iri, OU.counted) == "true"
                section.fields.append(
                    self._counted(own, kind, iri, values) if counted else self._row(own, values, triples)
                )
        if rest:
            rows = [
                Row(called(self.model, path), path, [self.value(v) for v in values])
                for path, values in sorted(rest.items())
            ]
            sections.setdefault("other", Section("other", _("Also said"), [])).fields.extend(rows)
        for section in sections.values():
            section.fields = said_once(section.fields)
        return list(sections.values())

    def _counted(self, own: Field, kind: Kind | None, iri: str, values: list[NamedNode | Literal]) -> Row:
        """Say how many nested things there are, and where the record is shown in full."""
        page = full_page(self.model, kind, iri)
        return Row(own.name_in(language()), own.help, [Value(str(len(values)), url=page)])

    def _row(self, own: Field, values: list[NamedNode | Literal], triples: list[Triple]) -> Row:
        nested = self.model.nested.get(own.node or "")
        if nested is None or not nested.fields:
            shown = sorted(
                (self.value(value) for value in values),
                key=lambda value: (value.lang != language(), alphabetic(value.text)),
            )
            return Row(own.name_in(language()), own.help_in(language()), shown)
        inner = _statements_of(values, triples)
        columns = [column for column in nested.fields if any(column.path in found for found in inner)]
        folded = [column for column in columns if self.model.said_of(column.iri, OU.folded) == "true"]
        columns = [column for column in columns if column not in folded] + folded
        rows = [[[self.value(v) for v in found.get(column.path, ())] for column in columns] for found in inner]
        heads = [column.name_in(language()) for column in columns]
        return Row(
            own.name_in(language()),
            own.help_in(language()),
            columns=heads,
            rows=sorted(rows, key=reading_order),
            folded=len(folded),
            people=own.byline,
        )


def _linked_otherwise(
    weakest: Field, kind: Kind | None, found: Statements, triples: list[Triple]
) -> set[NamedNode | Literal]:
    """Return what a record links to by another field of the same group, or by a relation that only a reason tells."""
    paths = {own.path for own in kind.fields if own.group == weakest.group} - {weakest.path} if kind else set()
    linked = {value for path in paths for value in found.get(path, ())}
    reasons = {t.subject for t in triples if t.predicate == OU.relation and t.object != NamedNode(weakest.path)}
    told = (triple.object for triple in triples if triple.predicate == OU.target and triple.subject in reasons)
    return linked.union(value for value in told if isinstance(value, NamedNode))


def full_page(model: Model, kind: Kind | None, iri: str) -> str | None:
    """Return the page that shows a record in full, where the shape of its kind names one."""
    page = model.said_of(kind.iri, OU.shownAt) if kind else None
    return page + iri.rpartition("/")[2] if page else None


def _statements_of(values: list[NamedNode | Literal], triples: list[Triple]) -> list[Statements]:
    """Group the statements of several nested things in one walk: a coded policy has some hundreds of them."""
    found: dict[str, dict[str, list[NamedNode | Literal]]] = {value.value: {} for value in values}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            inner = found.get(triple.subject.value)
            if inner is not None:
                inner.setdefault(triple.predicate.value, []).append(triple.object)
    return [found[value.value] for value in values]


def _shortened(address: str) -> str:
    """Return an address as readers know it again: host and path, the middle left out where it is long."""
    parts = urlsplit(address)
    text = unquote(parts.netloc + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else ""))
    text = text.removeprefix("www.")
    half = _LONGEST_ADDRESS // 2
    return text if len(text) <= _LONGEST_ADDRESS else f"{text[:half]}…{text[-half:]}"


def spoken(literal: Literal) -> str:
    """Return a literal as a reader wants it: `7 October 2016` for a date, its words for the rest."""
    text, datatype = literal.value, literal.datatype.value.rpartition("#")[2]
    if datatype == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return day(date.fromisoformat(text))
    if datatype == "gYearMonth" and re.fullmatch(r"\d{4}-\d\d", text):
        return month(date.fromisoformat(f"{text}-01"))
    return text


def called(model: Model, path: str) -> str:
    """Return what a property that no shape of a record knows is called: as the ontology calls it in the reader's language."""
    if path in _OTHERS:
        return _(_OTHERS[path])
    label = Vocabulary(model, language()).label(path)
    return label if label.language == language() else local_name(path)


def local_name(iri: str) -> str:
    """Return the readable end of an IRI: `placeInText` as `place in text`."""
    name = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
