"""There and back: an entry to RDF, to BibTeX and to BibLaTeX, and back again, for any text that people can put into a field."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import shipped
from kg.citations import bibtex, csl, graph, ris
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import csl as out_csl
from kg.citations.out import ris as out_ris
from kg.terms import OU

IRI = "https://w3id.org/open-urban/reference/k"

LETTERS = string.ascii_letters + "éüñçßøłőšžÅÉİæœþ城市данныеμ"
SIGNS = "&%#_$~^{}\\'\"`-–—,.;:!?()[]<>@=+*/|“”‘’… "
words = st.text(LETTERS, min_size=1, max_size=12)
texts = (
    st.text(LETTERS + string.digits + SIGNS, min_size=1, max_size=60)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
dates = st.one_of(
    st.integers(1000, 2100).map(str),
    st.dates().map(lambda day: f"{max(day.year, 1000)}-{day.month:02d}"),
    st.sampled_from(["2020-05/2020-07", "1723/..", "1850~", "2020-21", "199X", "2020-05-07"]),
)
names = st.one_of(
    st.builds(Name, words, st.one_of(st.just(""), words), st.just(""), st.just("")),
    st.builds(Name, words, words, st.sampled_from(["van", "de la", "von der"]), st.sampled_from(["", "Jr.", "III"])),
    st.builds(lambda first, second: Name(f"{first} {second}", body=True), words, words),
    st.sampled_from(
        [Name("Barnes and Noble", body=True), Name("Ministry of Health, Kenya", body=True), Name("R&D Ltd.", body=True)]
    ),
).filter(lambda name: name != OTHERS)
people = st.lists(names, min_size=1, max_size=4).map(tuple)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw an entry as a file would give it."""
    kind = draw(st.sampled_from(["article", "book", "inproceedings", "report", "thesis", "online", "misc", "dataset"]))
    named = draw(
        st.dictionaries(
            st.sampled_from(["title", "journaltitle", "booktitle", "publisher", "institution", "series", "note", "abstract",
                             "location", "annotation", "volume", "x-own"]),
            texts, min_size=1, max_size=6,
        )
    )  # fmt: skip
    if draw(st.booleans()):
        named["date"] = draw(dates)
    roles = draw(st.dictionaries(st.sampled_from(["author", "editor", "translator"]), people, max_size=2))
    if "author" in roles and draw(st.booleans()):
        roles["author"] += (OTHERS,)
    return Entry("k", kind, named, roles)


def plain(entry: Entry) -> tuple[object, ...]:
    """Return what an entry says, whatever the spelling."""
    return entry.key, entry.type, dict(entry.fields), dict(entry.names)


def again(entry: Entry, dialect: str) -> Entry:
    reading = bibtex.read(bibtex.written(entry, dialect, ours=True))
    assert reading.broken == []
    [found] = reading.entries
    return found


@settings(max_examples=100, deadline=None)
@given(entries())
def test_an_entry_comes_back_from_rdf(entry: Entry) -> None:
    assert plain(graph.from_triples(graph.to_triples(entry, IRI), IRI)) == plain(entry)


@settings(max_examples=100, deadline=None)
@given(entries())
def test_an_entry_comes_back_from_biblatex(entry: Entry) -> None:
    assert plain(again(entry, "biblatex")) == plain(entry)


@settings(max_examples=100, deadline=None)
@given(entries())
def test_an_imported_entry_is_exported_as_it_came(entry: Entry) -> None:
    came = again(entry, "biblatex")
    assert graph.from_triples(graph.to_triples(came, IRI), IRI) == came


@settings(max_examples=100, deadline=None)
@given(entries())
def test_classic_bibtex_says_the_same_once_it_has_been_read(entry: Entry) -> None:
    once = again(entry, "bibtex")
    assert plain(again(once, "bibtex")) == plain(once)
    assert {**once.fields, "date": "", "year": "", "month": ""}.keys() >= entry.fields.keys()


# Where RIS and CSL-JSON have room for where a work stands and who brought it out, by type of entry.
PLACES = {
    "article": ("journaltitle", "publisher"), "book": ("series", "publisher"), "inproceedings": ("booktitle", "publisher"),
    "incollection": ("booktitle", "publisher"), "report": ("series", "institution"), "thesis": ("series", "institution"),
    "online": ("series", "organization"), "dataset": ("series", "organization"), "standard": ("series", "organization"),
    "software": ("series", "organization"),
}  # fmt: skip
listed = st.lists(words, min_size=1, max_size=3, unique=True).map(", ".join)
plain_texts = texts.filter(lambda text: not csl._TAG.search(text))
plain_names = st.one_of(
    st.builds(Name, words, st.one_of(st.just(""), words)),
    st.builds(Name, words, words, st.sampled_from(["van", "de la", "von der"]), st.sampled_from(["", "Jr.", "III"])),
    st.builds(lambda first, second: Name(f"{first} {second}", body=True), words, words),
)


@st.composite
def held(draw: st.DrawFn) -> Entry:
    """Draw an entry that says only what RIS and CSL-JSON have room for."""
    kind = draw(st.sampled_from(sorted(PLACES)))
    named = draw(
        st.fixed_dictionaries(
            {"title": plain_texts},
            optional={
                **dict.fromkeys((*PLACES[kind], "location", "abstract", "annotation", "edition"), plain_texts),
                "volume": words, "number": words, "keywords": listed,
                "pages": st.tuples(st.integers(1, 99), st.integers(100, 999)).map(lambda pair: f"{pair[0]}–{pair[1]}"),
                "doi": words.map(lambda word: f"10.1000/{word}"), "url": words.map(lambda word: f"https://example.org/{word}"),
                "langid": st.sampled_from(["english", "french", "german"]),
                "date": st.one_of(st.integers(1000, 2100).map(str), st.dates(date(1000, 1, 1)).map(str)),
                "urldate": st.dates(date(2000, 1, 1)).map(str),
            },
        )
    )  # fmt: skip
    some = st.lists(plain_names, min_size=1, max_size=3).map(tuple)
    roles = draw(st.dictionaries(st.sampled_from(["author", "editor", "translator"]), some, max_size=3))
    if "author" in roles and draw(st.booleans()):
        roles["author"] += (OTHERS,)
    return Entry("k2020x", kind, named, roles)


@pytest.mark.parametrize("form", ["ris", "csl"])
@settings(max_examples=150, deadline=None)
@given(entry=held())
def test_what_ris_and_csl_json_have_room_for_comes_back(form: str, entry: Entry) -> None:
    reader, writer = {"ris": (ris.read, out_ris.write), "csl": (csl.read, out_csl.write)}[form]
    reading = reader("".join(writer([entry])))
    assert reading.broken == []
    assert [plain(found) for found in reading.entries] == [plain(entry)]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_no_text_stops_the_reader(text: str) -> None:
    for piece in (text, f"@misc{{k, title = {{{text}}}}}", f"@misc{{k, author = {{{text}}}}}"):
        reading = bibtex.read(piece + "\n\n@misc{whole, title = {whole}}\n")
        assert reading.entries or reading.broken


def test_the_shipped_bibliography_comes_back_word_for_word() -> None:
    text = (shipped.folder("bibliography") / "references.bib").read_text("utf-8")
    reading = bibtex.read(text)
    assert reading.broken == []
    assert len(reading.entries) > 300
    kept = [graph.from_triples(graph.to_triples(entry, IRI), IRI) for entry in reading.entries]
    assert "".join(bibtex.write(kept, "biblatex", ours=True)) == text


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_our_own_export_gives_the_same_graph(dialect: str) -> None:
    text = (shipped.folder("bibliography") / "references.bib").read_text("utf-8")
    for entry in bibtex.read(text).entries[:100]:
        if dialect == "bibtex":  # which leaves out what only we say, and has fewer types
            entry = again(entry, dialect)
        once = graph.to_triples(entry, IRI)
        twice = graph.to_triples(again(graph.from_triples(once, IRI), dialect), IRI)
        assert set(map(str, twice)) == set(map(str, once))


@pytest.mark.parametrize("name", ["keywords", "ids"])
@pytest.mark.parametrize("text", ["zebra, alpha", "zebra,alpha", "alpha, zebra"])
def test_the_order_of_a_list_comes_back_until_somebody_changes_it(name: str, text: str) -> None:
    entry = Entry("k", "misc", {name: text})
    triples = graph.to_triples(entry, IRI)
    assert graph.from_triples(triples, IRI).fields[name] == text
    less = [triple for triple in triples if "zebra" not in str(triple.object) or triple.predicate == OU.rawEntry]
    assert graph.from_triples(less, IRI).fields[name] == "alpha"
