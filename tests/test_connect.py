"""People, journals and books as records: matched with care, made once, never merged silently, and unlinked when a name changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from kg import connect, intake
from kg.base import Base, open_base
from kg.citations import bibtex, graph, people
from kg.citations.connected import rewritten
from kg.citations.names import Name
from kg.citations.people import Agent, Directory, Match
from kg.connect import Connections, Connector
from kg.entries import write_ontology
from kg.errors import BadInput
from kg.settings import Settings
from kg.terms import DCT, OU

JOSIAH, OTHER_ORCID = "0000-0002-1825-0097", "0000-0001-5109-3700"
ANNA = Agent("a:anna", "Anna van den Berg", person=True)
ROB = Agent("a:rob", "Rob Kitchin", person=True, orcid=JOSIAH)
BANK = Agent("a:bank", "World Bank", person=False)
KNOWN = Directory(
    [ANNA, ROB, BANK, Agent("a:wei1", "Wei Zhang", person=True), Agent("a:wei2", "Wei Zhang", person=True)]
)

PAPERS = """
@article{one2019, author = {Lee, Maria and {City Institute} and Okafor, N.}, title = {Open data in Nairobi},
  journal = {The Journal of Cities}, year = 2019, issn = {1234-5679}}
@article{two2020, author = {Okafor, Ngozi and Lee, Maria}, title = {Sensors and what they miss},
  journal = {Journal of Cities}, year = 2020, author+an:orcid = {1="0000-0002-1825-0097"}}
@inproceedings{three2020, author = {Lee, María}, title = {Portals}, booktitle = {Proceedings of Data Days}, year = 2020}
@inproceedings{four2021, author = {Berg, Anna}, title = {Licences}, booktitle = {Proceedings of Data Days}, year = 2021}
@proceedings{days2022, editor = {Berg, Anna}, title = {Data Days}, year = 2022}
@inproceedings{five2022, author = {Berg, Anna}, title = {Formats}, crossref = {days2022}}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Base]:
    """A base with the ontology and six works."""
    with open_base(Settings(data=tmp_path / "data")) as base:
        write_ontology(base)
        intake.accept(base, list(intake.compare(base, bibtex.read(PAPERS).entries)), "tester", "test")
        yield base


def connected(base: Base) -> Connections:
    return Connector(base).connect(connect.references(base), make=True)


def said(base: Base, key: str) -> dict[str, str]:
    """Return whose the names of a reference are: `author-1` to the slug of a record."""
    iri = intake.address(base, key)
    return {
        triple.subject.value.partition("#")[2]: triple.object.value.rpartition("/")[2]
        for triple in base.graphs([iri])[iri]
        if triple.predicate == OU.agent
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    }


@pytest.mark.parametrize(
    ("name", "orcid", "expected"),
    [
        pytest.param(Name("Berg", "Anna", "van den"), "", Match("a:anna", "rule"), id="the whole name"),
        pytest.param(Name("BERG", "ANNA", "VAN DEN"), "", Match("a:anna", "rule"), id="capitals"),
        pytest.param(Name("Berg", "A.", "van den"), "", Match(near=(ANNA,)), id="an initial is a question"),
        pytest.param(Name("Berg", "Anna Maria", "van den"), "", Match(near=(ANNA,)), id="one more name is a question"),
        pytest.param(Name("Bérg", "Anna", "van den"), "", Match(near=(ANNA,)), id="an accent is a question"),
        pytest.param(Name("Berg", "Joanna", "van den"), "", Match(), id="another given name is another person"),
        pytest.param(Name("Kitchin", "Robert M."), JOSIAH, Match("a:rob", "source"), id="an ORCID settles it"),
        pytest.param(Name("Kitchin", "Rob"), OTHER_ORCID, Match(), id="two ORCIDs are two people"),
        pytest.param(Name("Berg", "Anna", "van den"), OTHER_ORCID, Match(near=(ANNA,)), id="an ORCID that nobody has yet"),
        pytest.param(Name("World Bank", body=True), "", Match("a:bank", "rule"), id="a body"),
        pytest.param(Name("World Bank Group", body=True), "", Match(near=(BANK,)), id="a body with more words"),
        pytest.param(Name("Bank of Kenya", body=True), "", Match(), id="another body"),
        pytest.param(Name("Bank", "World"), "", Match(), id="a body read as a person is nobody"),
    ],
)  # fmt: skip
def test_a_name_is_matched_asked_about_or_left(name: Name, orcid: str, expected: Match) -> None:
    assert KNOWN.whose(name, orcid) == expected


def test_two_people_of_one_name_are_asked_about() -> None:
    assert {agent.iri for agent in KNOWN.whose(Name("Zhang", "Wei")).near} == {"a:wei1", "a:wei2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (JOSIAH, JOSIAH),
        ("https://orcid.org/0000-0002-1825-0097", JOSIAH),
        ("http://orcid.org/0000-0002-1694-233X", "0000-0002-1694-233X"),
        ("0000-0002-1825-0098", ""),
        ("1825", ""),
    ],
    ids=["bare", "address", "with an X", "wrong check digit", "too short"],
)
def test_an_orcid_is_checked(text: str, expected: str) -> None:
    assert people.orcid(text) == expected


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        (Name("Berg", "Anna"), True), (Name("Berg", "A."), False), (Name("Berg", "AB"), False), (Name("Berg", ""), False),
        (Name("Berg", "A. Maria"), False), (Name("Open Data Institute", body=True), True), (Name("Anonymous", body=True), False),
        (Name("Government", "Kenya"), False), (Name("Plato", body=True), True),
    ],
    ids=lambda value: value.spoken if isinstance(value, Name) else None,
)  # fmt: skip
def test_a_record_is_only_made_of_a_whole_name(name: Name, whole: bool) -> None:
    assert people.is_whole(name) is whole


def test_people_and_journals_are_made_once_and_linked(mine: Base) -> None:
    found = connected(mine)
    connect.accept(mine, found, "tester", "test")
    assert said(mine, "one2019") == {"author-1": "maria-lee", "author-2": "city-institute"}
    assert said(mine, "two2020") == {"author-1": "ngozi-okafor", "author-2": "maria-lee"}
    assert said(mine, "three2020") == {}
    assert {(question.name, question.near[0].name) for question in found.questions} == {
        ("María Lee", "Maria Lee"),
        ("N. Okafor", "Ngozi Okafor"),
    }
    iri = intake.address(mine, "two2020")
    triples = mine.graphs([iri])[iri]
    assert sum(triple.predicate == DCT.contributor for triple in triples) == 2
    assert "https://orcid.org/" + JOSIAH in str(mine.graphs([f"{mine.settings.base}agent/ngozi-okafor"]))


def test_one_journal_is_one_record_and_proceedings_are_told_by_their_year(mine: Base) -> None:
    connect.accept(mine, connected(mine), "tester", "test")
    within = {}
    for key in ("one2019", "two2020", "three2020", "four2021", "five2022"):
        iri = intake.address(mine, key)
        within[key] = [
            triple.object.value.removeprefix(mine.settings.base)
            for triple in mine.graphs([iri])[iri]
            if triple.predicate == DCT.isPartOf and isinstance(triple.object, NamedNode)
        ]
    assert within == {
        "one2019": ["container/the-journal-of-cities"],
        "two2020": ["container/the-journal-of-cities"],
        "three2020": ["container/proceedings-of-data-days-2020"],
        "four2021": ["container/proceedings-of-data-days-2021"],
        "five2022": ["reference/days2022"],
    }


def test_the_second_time_nothing_is_left_to_do_and_files_are_the_same(mine: Base) -> None:
    before = "".join(bibtex.write((entry for _, entry, _ in connect.references(mine)), "biblatex", ours=True))
    connect.accept(mine, connected(mine), "tester", "test")
    again = connected(mine)
    assert (again.links, again.records) == ({}, {})
    assert "".join(bibtex.write((entry for _, entry, _ in connect.references(mine)), "biblatex", ours=True)) == before


def test_a_person_decides_whose_a_name_is(mine: Base) -> None:
    connect.accept(mine, connected(mine), "tester", "test")
    connect.decide(mine, "one2019#author-3", "agent/ngozi-okafor", "ana")
    assert connect.decide(mine, "three2020#author-1", "new", "ana").endswith("agent/maria-lee-2")
    assert said(mine, "one2019")["author-3"] == "ngozi-okafor"
    assert connected(mine).questions == []
    for name, agent in (("one2019#author-9", "new"), ("nobody#author-1", "new"), ("one2019#author-3", "agent/nobody")):
        with pytest.raises(BadInput):
            connect.decide(mine, name, agent, "ana")


def test_a_link_goes_when_the_name_or_the_journal_changes(mine: Base) -> None:
    connect.accept(mine, connected(mine), "tester", "test")
    iri = intake.address(mine, "one2019")
    triples = mine.graphs([iri])[iri]
    now = graph.from_triples(triples, iri)
    text = PAPERS.split("@article{two")[0]
    then = bibtex.read(text.replace("Lee, Maria and ", "").replace("The Journal of Cities", "Town")).entries[0]
    after = rewritten(triples, iri, now, then)
    assert [triple.object for triple in after if triple.predicate in (OU.agent, DCT.contributor, DCT.isPartOf)] == []
    same = rewritten(triples, iri, now, now)
    assert set(same) == set(triples)


def test_an_import_is_linked_with_those_who_have_a_record_and_keeps_links(mine: Base) -> None:
    connect.accept(mine, connected(mine), "tester", "test")
    more = "@article{six2023, author = {Lee, Maria and New, Person}, title = {Six}, journal = {Journal of Cities}, year = 2023}"
    arrivals = list(intake.compare(mine, bibtex.read(more + PAPERS.replace("2019, issn", "2018, issn")).entries))
    intake.accept(mine, arrivals, "tester", "test")
    assert said(mine, "six2023") == {"author-1": "maria-lee"}
    assert said(mine, "one2019") == {"author-1": "maria-lee", "author-2": "city-institute"}


def test_the_shipped_references_are_connected_and_what_is_open_stays_open(base: Base) -> None:
    found = connected(base)
    assert (found.links, found.records) == ({}, {})
    assert {"M. Batty", "Stefaan G. Verhulst"} <= {question.name for question in found.questions}


def test_the_page_of_a_person_lists_their_works(client: FlaskClient) -> None:
    page = client.get("/agent/rob-kitchin").text
    assert "people and bodies" in page
    assert 'href="/reference/kandt' not in page
    assert client.get("/search?contributor=agent/marijn-janssen&kind=reference").status_code == 200
    assert client.get("/container/cities").text.count('href="/reference/') >= 1
