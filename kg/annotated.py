"""The annotated bibliography of a base as a document: works with their chapters and links, gathered and given to the writer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kg import cited, queries
from kg.base import BATCH, Base, batched
from kg.citations.entry import Entry
from kg.citations.out import annotated
from kg.citations.out.annotated import Words, Work
from kg.errors import BadInput
from kg.search.cards import classes_of, statements
from kg.terms import record_of
from kg.words import Say, phrase, plainly, small

KIND, YEAR, NONE = "kind", "year", "none"
DEFAULT = "keyword"
_LINKED = 12
_TITLE = phrase("Annotated bibliography")
_REST, _USE, _LINKED_HERE = phrase("Other works"), phrase("Use:"), phrase("Linked here:")
_COUNTED = phrase("From Open Urban, revision %(revision)s of %(date)s; works: %(count)s.")
_TERMS = phrase(
    "Annotations under CC BY 4.0. What is missing here was not seen; that does not mean that it does not exist."
)


@dataclass(frozen=True)
class Reader:
    """For whom a document is written: the language, its words, days and numbers, and what things are called in it."""

    language: str = "en"
    say: Say = plainly
    leftwards: bool = False
    called: Callable[[Iterable[str]], Mapping[str, str]] | None = None
    day: Callable[[date], str] = date.isoformat
    number: Callable[[int], str] = "{:,}".format


ENGLISH = Reader()


def groups(base: Base) -> list[str]:
    """Return by what a document can be parted into chapters: every facet, kind, year, or nothing."""
    return [*(facet.slug for facet in base.model.facets if not facet.through), KIND, YEAR, NONE]


def works(base: Base, iris: Iterable[str], group: str, reader: Reader = ENGLISH) -> list[Work]:
    """Return the citable records among these as works of a document; `group` says what their chapters are."""
    if group not in groups(base):
        raise BadInput(f"There are no chapters by {group[:80]!r}.", f"Choose one of {', '.join(groups(base))}.")
    read = list(cited.read(base, iris))
    topics = {iri: _topics(base, iri, entry, triples, group, reader) for iri, entry, triples in read}
    named = {topic for found in topics.values() for topic in found if "://" in topic}
    labels = reader.called(named) if reader.called else base.labels(named)
    links = linked(base, [iri for iri, _, _ in read], reader.language)
    return [
        Work(entry, tuple(heading(labels.get(topic, topic)) for topic in topics[iri]), links.get(iri, ()))
        for iri, entry, _ in read
    ]


def _topics(base: Base, iri: str, entry: Entry, triples: list[Triple], group: str, reader: Reader) -> list[str]:
    said = statements(triples, iri)
    kind = base.model.kind_of(classes_of(said))
    if group == NONE or kind is None:
        return []
    if group == KIND:
        return [kind.plural_in(reader.language)]
    if group == YEAR:
        return [entry.fields.get("date", "")[:4] or reader.say(phrase("No date"))]
    terms = [term for field in kind.fields if field.slug == group for term in said.get(field.path, ())]
    return sorted({term.value for term in terms if isinstance(term, NamedNode | Literal)})


def heading(topic: str) -> str:
    """Write a keyword such as `open-government-data` as a heading."""
    words = topic.replace("-", " ") if topic.islower() and " " not in topic else topic
    return words[:1].upper() + words[1:]


def linked(base: Base, iris: list[str], language: str = ENGLISH.language) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what else that can be cited is linked to each record, either way: title with kind, and address."""
    found: dict[str, set[str]] = defaultdict(set)
    for batch in batched(iris, BATCH):
        for row in base.engine.select(queries.fill("linked", things=map(NamedNode, batch))):
            other = record_of(row["other"].value)
            if other != row["thing"].value and other.startswith(base.settings.base):
                found[row["thing"].value].add(other)
    cards = base.index.get({other for others in found.values() for other in others})
    kinds = {kind.name: kind for kind in base.model.kinds if kind.biblatex_type or kind.bibtex_type}
    return {
        iri: tuple(
            (f"{card.title} ({small(kinds[card.kind].label_in(language))})", card.iri)
            for card in sorted(
                (cards[other] for other in others if other in cards), key=lambda card: card.title.casefold()
            )
            if card.kind in kinds
        )[:_LINKED]
        for iri, others in found.items()
    }


def write(
    base: Base,
    iris: Iterable[str],
    form: str,
    style: str,
    group: str,
    *,
    told: str = "",
    seconds: float = 600,
    reader: Reader = ENGLISH,
) -> bytes:
    """Return the document in a form of `annotated.FORMATS`; `style` is the path of a citation style, `told` one more sentence."""
    found = works(base, iris, group, reader)
    if not found:
        raise BadInput("There is nothing to cite among these.", "Widen the search, or name other records.")
    say, changed = reader.say, base.journal.changed_at
    on = reader.day(date.fromisoformat(changed[:10])) if changed else "–"
    facts = say(_COUNTED, revision=reader.number(base.journal.revision), date=on, count=reader.number(len(found)))
    paragraphs = [" ".join(part for part in (facts, told, say(_TERMS)) if part)]
    words = Words(
        say(_REST), say(_USE), say(_LINKED_HERE), say("; "), _spoken(reader.language), leftwards=reader.leftwards
    )
    return annotated.write(found, form, style, say(_TITLE), paragraphs, seconds, words)


def _spoken(language: str) -> str:
    """Return the language for a citation style, which speaks its own English."""
    return "" if language == ENGLISH.language else language
