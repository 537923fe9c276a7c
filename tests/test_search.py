"""What people type into the search box means what they think it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import BadInput
from kg.search.cards import Card, Line
from kg.search.index import TOLD, Index, Wanted

FIELDS = ("title", "summary", "place", "author", "publisher")
AFRICA, KENYA, NAIROBI = (f"https://example.org/place/{name}" for name in ("africa", "ke", "ke-nairobi"))


def card(
    slug: str, title: str, *lines: tuple[str, str, str], year: int | None = None, places: tuple[str, ...] = ()
) -> Card:
    """Make a card with the lines that `cards.make` would give it."""
    said = (Line("title", "en", title), *(Line(*line) for line in lines))
    summary = next((text for field, _, text in lines if field == "summary"), "")
    return Card(
        iri=f"https://example.org/policy/{slug}", kind="policy", title=title, language="en", summary=summary, year=year,
        names=title, lines=said, facets={"place": places},
    )  # fmt: skip


CARDS = (
    card("buses", "Opening bus timetables", ("summary", "en", "Transport data of the city are open."),
         ("author", "", "Marijn Janssen"), ("place", "en", "Nairobi"), ("place", "en", "Africa"),
         year=2012, places=(NAIROBI, KENYA, AFRICA)),
    card("clear", "Transparency decree", ("summary", "en", "Ministries publish their spending."),
         ("place", "en", "Kenya"), ("place", "en", "Africa"), year=2015, places=(KENYA, AFRICA)),
    card("loi", "A law for the digital republic", ("summary", "fr", "Les données publiques sont réutilisables par les régions."),
         ("note", "en", "Personal data are anonymised before publication."), year=2016),
    card("wind", "Éolien data", ("summary", "es", "Políticas de apertura para ciudades."), year=2020),
    card("he", "Government decision", ("summary", "he", "מאגרי מידע ציבוריים"),
         ("note", "en", "Transport policies for people."), year=2016),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(tmp_path_factory.mktemp("search"), ["place"], FIELDS)
    made.write(CARDS, (), 1)
    return made


def found(index: Index, text: str) -> set[str]:
    return {hit.card.iri.rpartition("/")[2] for hit in index.search(Wanted(text=text)).hits}


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        pytest.param("transport", {"buses", "he"}, id="a word"),
        pytest.param("TRANSPORT", {"buses", "he"}, id="capitals"),
        pytest.param("eolien", {"wind"}, id="accents left out"),
        pytest.param("Éolien", {"wind"}, id="accents kept"),
        pytest.param("timetable", {"buses"}, id="English plural"),
        pytest.param("policy", {"he"}, id="English ending"),
        pytest.param("région", {"loi"}, id="French plural"),
        pytest.param("regions", {"loi"}, id="French without accent"),
        pytest.param("política", {"wind"}, id="Spanish plural"),
        pytest.param("מידע", {"he"}, id="Hebrew"),
        pytest.param("transport people", {"he"}, id="every word"),
        pytest.param("timetables OR decree", {"buses", "clear"}, id="OR"),
        pytest.param("transport AND policies", {"he"}, id="AND"),
        pytest.param("transport NOT people", {"buses"}, id="NOT"),
        pytest.param("transport -people", {"buses"}, id="minus"),
        pytest.param("(decree OR timetables) africa", {"buses", "clear"}, id="brackets"),
        pytest.param('"transport data"', {"buses"}, id="phrase"),
        pytest.param('"data transport"', set(), id="phrase in another order"),
        pytest.param("transp*", {"buses", "clear", "he"}, id="prefix"),
        pytest.param("ÉOL*", {"wind"}, id="prefix with capitals and accents"),
        pytest.param("xyz*", set(), id="prefix of nothing"),
        pytest.param("title:transparency", {"clear"}, id="field: title"),
        pytest.param("title:transport", set(), id="field: not in the title"),
        pytest.param("author:janssen", {"buses"}, id="field: author"),
        pytest.param('author:"marijn janssen"', {"buses"}, id="field: phrase"),
        pytest.param("Author:jans*", {"buses"}, id="field: prefix"),
        pytest.param("place:kenya", {"clear"}, id="field: place"),
        pytest.param("place:africa", {"buses", "clear"}, id="field: what lies above the place"),
        pytest.param("place:(nairobi OR kenya)", {"buses", "clear"}, id="field: brackets"),
        pytest.param("year:[2015 TO 2016]", {"clear", "loi", "he"}, id="years"),
        pytest.param("decree: spending", {"clear"}, id="a colon that is punctuation"),
        pytest.param("foo:transport", set(), id="a field that nobody knows is a word"),
    ],
)  # fmt: skip
def test_a_search_text_means(index: Index, text: str, slugs: set[str]) -> None:
    assert found(index, text) == slugs


@pytest.mark.parametrize(
    ("text", "near"),
    [
        pytest.param("transprot", "transport", id="two letters changed places"),
        pytest.param("ransport", "transport", id="first letter lost"),
        pytest.param("timetbles", "timetables", id="letter lost"),
        pytest.param("kenia", "kenya", id="a place"),
        pytest.param("transprot data", "transport data", id="one word of two"),
    ],
)
def test_a_search_that_finds_nothing_offers_a_near_one(index: Index, text: str, near: str) -> None:
    answer = index.search(Wanted(text=text))
    assert answer.total == 0
    assert near in answer.near
    assert index.search(Wanted(text=near)).total > 0


def test_a_search_that_finds_something_offers_nothing_else(index: Index) -> None:
    assert index.search(Wanted(text="transport")).near == []


@pytest.mark.parametrize(
    ("text", "marked", "where"),
    [
        ("timetables city", "Transport data of the <b>city</b> are open.", "summary"),
        ("anonymised", "Personal data are <b>anonymised</b> before publication.", "note"),
        ("région", "Les données publiques sont réutilisables par les <b>régions</b>.", "summary"),
        ("decree", "", "title"),
    ],
)
def test_a_hit_says_where_it_matched(index: Index, text: str, marked: str, where: str) -> None:
    hit = index.search(Wanted(text=text)).hits[0]
    assert (hit.snippet.replace("&#x27;", "'").rstrip("."), hit.where) == (marked.rstrip("."), where)


def test_what_lies_above_a_place_counts_its_records(index: Index) -> None:
    assert index.tally(Wanted(), "place") == {AFRICA: 2, KENYA: 2, NAIROBI: 1}
    assert index.search(Wanted(facets={"place": [KENYA]})).total == 2
    assert index.search(Wanted(facets={"place": [NAIROBI]})).total == 1


def test_years_bound_a_search_on_both_sides_year_0_too(index: Index) -> None:
    assert index.search(Wanted(since=2015, until=2016)).total == 3
    assert index.search(Wanted(since=0)).total == 5
    assert index.search(Wanted(until=0)).total == 0


def test_a_walk_goes_through_everything_in_order_of_titles(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.search.index._WALKED", 2)
    walked: Iterator[Card] = index.walk(Wanted())
    titles = [card.title for card in walked]
    assert titles == sorted((card.title for card in CARDS), key=str.casefold)
    assert index.count(Wanted()) == len(CARDS)
    assert [card.iri for card in index.walk(Wanted(text="transport people"))] == [CARDS[-1].iri]


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "title"])
@pytest.mark.parametrize("text", ["", "data"])
def test_a_walk_has_the_order_of_the_pages_and_leaves_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sort: str, text: str
) -> None:
    undated = [card(f"undated-{n}", f"Data without a year {n}") for n in range(3)]
    index = Index(tmp_path, ["place"], FIELDS)
    index.write([*CARDS, *undated], (), 1)
    monkeypatch.setattr("kg.search.index._WALKED", 3)
    wanted = Wanted(text=text, sort=sort)
    walked = [found.iri for found in index.walk(wanted)]
    assert walked == [hit.card.iri for hit in index.search(wanted).hits]
    assert len(walked) == len(set(walked)) == index.count(wanted) > 3


def test_an_endless_search_text_is_refused(index: Index) -> None:
    with pytest.raises(BadInput, match="1,000"):
        index.search(Wanted(text="a" * 1001))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.one_of(st.sampled_from('abct*":()[]{}^~+-\\/ANDORT '), st.characters()), max_size=40))
def test_no_text_breaks_the_search(index: Index, text: str) -> None:
    answer = index.search(Wanted(text=text))
    assert 0 <= answer.total <= len(CARDS)


def test_an_index_of_another_shape_is_built_anew(tmp_path: Path) -> None:
    Index(tmp_path, ["place"], FIELDS).write(CARDS, (), 7)
    assert Index(tmp_path, ["place"], FIELDS).revision == 7
    assert Index(tmp_path, ["place", "sector"], FIELDS).revision == 0


# -- counts ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crowded(tmp_path: Path) -> Index:
    """An index with more places than a page tells: one of them has two records, the others one."""
    made = Index(tmp_path, ["place"], FIELDS)
    cards = [card(f"p{n}", f"Policy {n}", places=(f"https://example.org/place/{n:03}",)) for n in range(2 * TOLD)]
    made.write([*cards, card("a", "Policy a", places=(KENYA,)), card("b", "Policy b", places=(KENYA,))], (), 1)
    return made


def test_the_most_frequent_values_are_told_and_a_chosen_one_however_rare(crowded: Index) -> None:
    told = crowded.counts(Wanted())["place"]
    assert len(told) == TOLD
    assert told[0] == (KENYA, 2)
    assert len(crowded.tally(Wanted(), "place")) == 2 * TOLD + 1
    rare = next(value for value in crowded.tally(Wanted(), "place") if value not in dict(told))
    chosen = crowded.counts(Wanted(facets={"place": [rare, "https://example.org/place/none"]}))["place"]
    assert (rare, 1) in chosen
    assert "https://example.org/place/none" not in dict(chosen)


def test_counts_are_remembered_until_the_index_changes(crowded: Index) -> None:
    first = crowded.counts(Wanted())
    assert crowded.counts(Wanted(sort="newest", offset=20)) is first
    assert crowded.counts(Wanted(text="policy")) is not first
    crowded.write([card("c", "Policy c", places=(KENYA,))], (), 2)
    assert crowded.tally(Wanted(), "place")[KENYA] == 3
    assert dict(crowded.counts(Wanted())["place"])[KENYA] == 3
