"""References written: RIS, CSL-JSON, tables, through every door, and read back the same; second readers say the same as ours."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg import cited, papers
from kg.base import Base, open_base
from kg.citations import bibtex, graph
from kg.citations import csl as csl_in
from kg.citations import ris as ris_in
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name
from kg.citations.out import csl, ris, table
from kg.search.index import Wanted
from kg.settings import Settings
from kg.shelf import Shelf

ARTICLE = Entry(
    "broek2015",
    "article",
    {
        "title": "Öffnen & teilen: 100% der Daten der Stadt Zürich_2",
        "journaltitle": "Government Information Quarterly",
        "date": "2015-03-09",
        "volume": "32",
        "number": "2",
        "pages": "12–34",
        "doi": "10.1000/ab_c",
        "issn": "0740-624X",
        "url": "https://doi.org/10.1000/ab_c",
        "langid": "german",
        "keywords": "open data, cities",
        "abstract": "What it says.",
        "annotation": "Why it matters.",
        "usage": "For the paper.",
    },
    {"author": (Name("Broek", "Jan", "van den"), Name("World Bank", body=True), Name("King", "Martin", "", "Jr."))},
)
CHAPTER = Entry(
    "chapter",
    "incollection",
    {"title": "A Chapter", "booktitle": "A Book", "date": "1999", "publisher": "P", "location": "Nairobi", "pages": "7",
     "isbn": "9780306406157", "edition": "2"},
    {"author": (Name("Núñez", "Ana"), OTHERS), "editor": (Name("Łoś", "Jan"),)},
)  # fmt: skip
REPORT = Entry(
    "report",
    "report",
    {"title": "R", "institution": "City of Turin", "date": "2010-05", "number": "TR-7", "type": "Technical report"},
)
ONLINE = Entry(
    "web",
    "online",
    {
        "title": "W",
        "date": "2020",
        "organization": "Org",
        "url": "https://example.org/a?b=c&d=e",
        "urldate": "2021-02-03",
    },
)
THESIS = Entry(
    "thesis",
    "thesis",
    {"title": "T", "institution": "TU Delft", "date": "2001", "type": "Doctoral thesis"},
    {"author": (Name("Óskarsson", "Einar"),)},
)
PAPER = Entry(
    "paper",
    "inproceedings",
    {"title": "P", "booktitle": "Proceedings of X", "date": "2011-07", "pages": "1–9", "series": "LNCS"},
    {"author": (Name("Li", "Na"),)},
)
STANDARD = Entry("gtfs", "standard", {"title": "GTFS", "organization": "MobilityData", "date": "2022"})
DATA = Entry(
    "data",
    "dataset",
    {"title": "D", "organization": "City", "date": "2019", "version": "2.1"},
    {"author": (Name("City of Y", body=True),)},
)
LAW = Entry(
    "law",
    "legislation",
    {"title": "Act 12", "date": "2018-01-02", "type": "Law"},
    {"author": (Name("Parliament", body=True),)},
)
TABLE = (ARTICLE, CHAPTER, REPORT, ONLINE, THESIS, PAPER, STANDARD, DATA, LAW)

each = pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.key)


def _same(found: Entry, sent: Entry, lost: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    assert found.key == sent.key
    assert found.type == sent.type
    assert dict(found.fields) == {name: text for name, text in sent.fields.items() if name not in lost}
    assert {name: people for name, people in found.names.items() if people} == dict(sent.names)


# -- what is written reads back -----------------------------------------------------------------------------------------


@each
def test_ris_reads_back(entry: Entry) -> None:
    reading = ris_in.read("".join(ris.write([entry])))
    assert not reading.broken
    lost = {"version"}  # RIS has no tag for it
    if entry is CHAPTER:  # nor for a list that was cut
        people = reading.entries[0].names["author"]
        assert people[0] == Name("Núñez", "Ana")
        return
    _same(reading.entries[0], entry, lost)


@each
def test_csl_json_reads_back(entry: Entry) -> None:
    reading = csl_in.read("".join(csl.write([entry])))
    assert not reading.broken
    _same(reading.entries[0], entry, {"usage"})


WORDS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_any_title_comes_out_as_it_went_in(titles: list[str]) -> None:
    sent = [Entry(f"k{number}", "report", {"title": title, "note": title}) for number, title in enumerate(titles)]
    items = json.loads("".join(csl.write(sent)))
    assert [item["title"] for item in items] == titles
    found = ris_in.read("".join(ris.write(sent)))
    assert [entry.fields["title"] for entry in found.entries] == titles
    rows = list(csv.DictReader(io.StringIO("".join(table.write(sent)))))
    assert [row["title"].removeprefix("'") for row in rows] == [title.removeprefix("'") for title in titles]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://example.org")'])
def test_a_formula_in_a_table_is_text(text: str) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(table.write([Entry("k", "misc", {"title": text})])))))
    assert rows[0]["title"] == "'" + text


# -- the particulars ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("2015", {"date-parts": [[2015]]}),
        ("2015-03", {"date-parts": [[2015, 3]]}),
        ("2015-03-09", {"date-parts": [[2015, 3, 9]]}),
        ("2015/2017", {"date-parts": [[2015], [2017]]}),
        ("2015~", {"date-parts": [[2015]], "circa": True}),
        ("2015-13", {"literal": "2015-13"}),
        ("around 2015", {"literal": "around 2015"}),
        ("2015/..", {"literal": "2015/.."}),
    ],
)
def test_dates_are_told_in_parts_or_in_their_own_words(date: str, written: dict[str, Any]) -> None:
    assert csl.date(date) == written


def test_ris_lines_hold_one_tag_each() -> None:
    text = "".join(ris.write([Entry("k", "misc", {"title": "two\nER  - lines", "annotation": "a\r\nTY  - JOUR"})]))
    assert [line[:6] for line in text.split("\r\n") if line] == ["TY  - ", "ID  - ", "TI  - ", "N1  - ", "ER  - "]


# -- a second reader ----------------------------------------------------------------------------------------------------


def _pandoc_reads(text: str, form: str) -> dict[str, dict[str, Any]]:
    command = [pypandoc.get_pandoc_path(), "--from", form, "--to", "csljson"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=True)
    return {item["id"]: item for item in json.loads(done.stdout)}


def _spoken(person: dict[str, str]) -> str:
    if "literal" in person:
        return person["literal"]
    parts = (
        person.get("given"),
        person.get("dropping-particle"),
        person.get("non-dropping-particle"),
        person["family"],
        person.get("suffix"),
    )
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_pandoc_reads_our_bib_as_our_csl_json(dialect: str) -> None:
    theirs = _pandoc_reads("".join(bibtex.write(TABLE, dialect)), dialect)
    for entry in TABLE:
        ours, read = csl.item(entry), theirs[entry.key]
        plain = read["title"].replace('<span class="nocase">', "").replace("</span>", "")
        assert plain.casefold() == ours["title"].casefold()
        assert [_spoken(person) for person in read.get("author", ())] == [
            _spoken(person) for person in ours.get("author", ())
        ]
        assert read["issued"]["date-parts"][0][0] == ours["issued"]["date-parts"][0][0]


def test_pandoc_takes_every_item(base: Base) -> None:
    iris = sorted(card.iri for card in base.index.cards(Wanted()))
    entries = list(cited.entries(base, iris))
    theirs = _pandoc_reads("".join(csl.write(entries)), "csljson")
    assert len({entry.key for entry in entries}) == len(entries) > 900
    assert theirs.keys() == {entry.key for entry in entries}


# -- the doors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "author"),
    [
        pytest.param("interview/baron-computable-2014", "author = {Baron, Ger}", id="a person"),
        pytest.param("interview/mashariki-iodc-2015", "author = {{Amen Ra Mashariki}}", id="a name that nobody has split"),
        pytest.param("interview/nea-2015", "author = {{National Environment Agency}}", id="a body"),
        pytest.param("policy/ke-open-data-initiative-2011", "author = {{Government of Kenya (Kenya ICT Board)}}", id="a ministry"),
    ],
)  # fmt: skip
def test_people_are_cited_as_people_and_bodies_as_bodies(client: FlaskClient, record: str, author: str) -> None:
    assert author in client.get(f"/{record}.bib").text
    assert author in client.get(f"/search.bib?ids={record}&unverified=1").text


KINDS = ("policy", "dataset", "standard", "practice", "interview", "reference", "output", "event")
MEDIA = {
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "csv": "text/csv",
}


@pytest.mark.parametrize("ext", MEDIA)
@pytest.mark.parametrize("kind", KINDS)
def test_every_citable_kind_is_written(kind: str, ext: str, client: FlaskClient, base: Base) -> None:
    card = base.index.cards(Wanted(facets={"kind": [kind]}))[0]
    path = card.iri.removeprefix(base.settings.base)
    answer = client.get(f"/{path}.{ext}")
    assert answer.status_code == 200
    assert answer.mimetype == MEDIA[ext]
    assert answer.get_data(as_text=True).strip()
    assert client.get(f"/{path}", headers={"Accept": MEDIA[ext]}).get_data() == answer.get_data()


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("policy", {"legislation", "report"}),
        ("dataset", {"dataset"}),
        ("standard", {"standard"}),
        ("practice", {"report"}),
        ("interview", {"interview"}),
        ("output", {"report"}),
        ("event", {"event"}),
    ],
)
def test_each_kind_has_its_type(kind: str, types: set[str], client: FlaskClient) -> None:
    items = client.get(f"/search.csl.json?kind={kind}").get_json(force=True)
    assert {item["type"] for item in items} <= types
    assert items


@pytest.mark.parametrize("ext", ["bib", "ris", "csl.json"])
def test_a_search_is_written_whole(ext: str, client: FlaskClient) -> None:
    total = client.get("/search.json?q=privacy&kind=reference").get_json()["total"]
    answer = client.get(f"/search.{ext}?q=privacy&kind=reference")
    mark = {"bib": "\n@", "ris": "TY  - ", "csl.json": '"id": '}[ext]
    assert ("\n" + answer.get_data(as_text=True)).count(mark) == total - int(answer.headers["Left-Out"])


def test_ids_are_written_in_their_order(client: FlaskClient) -> None:
    items = client.get(
        "/bibliography.csl.json?ids=janssen2012benefits,policy/in-ndsap-2012,agarwal2005ontological"
    ).get_json(force=True)
    assert [item["id"] for item in items] == ["janssen2012benefits", "policy/in-ndsap-2012", "agarwal2005ontological"]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/bibliography.bib?ids=nothing-of-the-kind", 404, "Name references by their keys"),
        ("/bibliography.bib?unverified=perhaps", 400, "unverified=1"),
        ("/bibliography.xyz", 404, ".csl.json"),
        ("/place/ke.ris", 404, "not something to cite"),
        ("/bibliography.bib?ids=" + ",".join(["a"] * 2001), 400, "2,001"),
    ],
)
def test_a_wrong_request_is_told_what_to_do(address: str, status: int, words: str, client: FlaskClient) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


def test_unverified_records_are_left_out_and_told(client: FlaskClient) -> None:
    kinds = "&".join(f"kind={kind}" for kind in KINDS)
    answer = client.get(f"/search.bib?{kinds}")
    text, left = answer.get_data(as_text=True), int(answer.headers["Left-Out"])
    assert left > 0
    assert text.startswith(f"% {left} of which only a mention was seen")
    whole = client.get(f"/search.bib?{kinds}&unverified=1")
    assert ("\n" + whole.get_data(as_text=True)).count("\n@") == text.count("\n@") + left
    assert whole.headers["Left-Out"] == "0"


def test_biblatex_says_how_sure_we_are_where_it_is_asked(client: FlaskClient) -> None:
    address = "/bibliography.bib?ids=janssen2012benefits&dialect=biblatex"
    [plain], [whole] = (bibtex.read(client.get(address + more).text).entries for more in ("", "&evidence=1"))
    assert whole.fields.keys() - plain.fields.keys() == {"usage", "confidence", "evidence"}
    assert "confidence" not in client.get("/bibliography.bib?ids=janssen2012benefits&evidence=1").text


# -- what is kept beside the base -----------------------------------------------------------------------------------------


def test_an_entry_that_is_kept_is_the_one_that_was_made_and_counts_for_its_state_only(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "entries.sqlite")
    sent = {f"https://example.org/{entry.key}": entry for entry in TABLE}
    shelf.put(sent, dict.fromkeys(sent, "1 monday"))
    assert shelf.get(dict.fromkeys(sent, "1 monday")) == sent
    assert shelf.get(dict.fromkeys(sent, "2 monday")) == {}


def test_a_changed_reference_is_written_anew(tmp_path: Path) -> None:
    iri = "https://w3id.org/open-urban/reference/broek2015"
    with open_base(Settings(data=tmp_path)) as base:
        for volume in ("32", "33"):
            changed = replace(ARTICLE, fields={**ARTICLE.fields, "volume": volume})
            base.write({iri: graph.to_triples(changed, iri)}, "test", "a change", checked=True)
            for _ in range(2):
                [entry] = cited.entries(base, [iri])
                assert entry.fields["volume"] == volume
        base.write({iri: None}, "test", "gone", checked=True)
        assert list(cited.entries(base, [iri])) == []


@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
@pytest.mark.parametrize("key", ["policy/in-ndsap-2012", "in-ndsap-2012", "janssen2012benefits"])
def test_a_paper_cites_a_policy_by_the_key_of_the_export_or_by_its_slug(key: str, dialect: str, base: Base) -> None:
    made = papers.of_keys(base, [key], None, dialect)
    assert made.missing == {}
    assert [entry.key for entry in made.entries] == [key]


@pytest.mark.parametrize(("pages", "written"), [("1–9", "1--9"), ("A3–A7, 12", "A3--A7, 12"), ("5", "5")])
@pytest.mark.parametrize("dialect", ["bibtex", "biblatex"])
def test_a_range_of_pages_has_two_hyphens_and_no_braces(pages: str, written: str, dialect: str) -> None:
    text = bibtex.written(Entry("x", "article", {"pages": pages}), dialect)
    assert f"pages = {{{written}}}" in text
    assert bibtex.read(text).entries[0].fields["pages"] == pages


def test_a_near_miss_of_a_policy_is_named_by_the_key_that_can_be_cited(base: Base) -> None:
    made = papers.of_keys(base, ["in-ndsap-2013", "policy/in-ndsap-2021"], None, "bibtex")
    assert {key: near[0] for key, near in made.missing.items()} == dict.fromkeys(made.missing, "policy/in-ndsap-2012")


def test_the_bibliography_is_paged_in_the_order_of_keys_and_its_letters_lead_to_their_pages(
    client: FlaskClient,
) -> None:
    first = client.get("/bibliography?unverified=1").text
    last = int(max(re.findall(r"page=(\d+)", first), key=int))
    pages = [first, *(client.get(f"/bibliography?unverified=1&page={number}").text for number in range(2, last + 1))]
    slugs = [slug for page in pages for slug in re.findall(r'<li id="([^"]+)"><abbr class="unapi-id"', page)]
    assert slugs == sorted(slugs, key=str.casefold)
    assert len(slugs) == len(set(slugs)) > 300
    for page, letter in re.findall(r"page=(\d+)#begins-(\w)", first):
        assert f'id="begins-{letter}"' in pages[int(page) - 1]
    assert client.get("/bibliography?page=999").status_code == 404
