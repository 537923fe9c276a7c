"""Who made a thing stands under its title and in lists, in the order in which the work names them."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kg.base import Base
from kg.web.values import Row, Value, said_once

BYLINE = re.compile(r'<p class="byline">(.*?)</p>', re.DOTALL)


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace(" ,", ",").split())


@pytest.mark.parametrize(
    ("path", "byline"),
    [
        pytest.param("/reference/janssen2012benefits", "authors Marijn Janssen , Yannis Charalabidis , Anneke Zuiderwijk",
                     id="people in the order of the work"),
        pytest.param("/policy/in-ndsap-2012", "issued by Department of Science and Technology, Government of India",
                     id="who issued it"),
    ],
)  # fmt: skip
def test_who_made_it_stands_under_the_title(client: FlaskClient, path: str, byline: str) -> None:
    found = BYLINE.search(client.get(path).text)
    assert found
    assert words(found[1]) == words(byline)


def test_each_name_leads_to_its_record_and_the_list_of_people_is_not_told_again(client: FlaskClient) -> None:
    page = client.get("/reference/janssen2012benefits").text
    found = BYLINE.search(page)
    assert found
    assert re.findall(r'href="([^"]+)"', found[1]) == [
        "/agent/marijn-janssen", "/agent/yannis-charalabidis", "/agent/anneke-zuiderwijk",
    ]  # fmt: skip
    assert ">people and bodies</dt>" not in page
    assert ">in</dt>" not in page
    assert ">appeared in</dt>" in page


def test_lists_name_the_first_authors_with_their_particles(base: Base, client: FlaskClient) -> None:
    cards = base.index.get(
        base.settings.base + key for key in ("reference/janssen2012benefits", "policy/in-ndsap-2012")
    )
    by = {iri.rpartition("/")[2]: card.by for iri, card in cards.items()}
    assert list(by["janssen2012benefits"]) == ["Janssen", "Charalabidis", "Zuiderwijk"]
    assert list(by["in-ndsap-2012"]) == []
    page = client.get("/search?q=privacy&kind=reference").text
    assert "<bdi>van Zoonen</bdi>" in page
    assert "<bdi>Pandit et al.</bdi>" in page


def test_a_plain_row_goes_only_when_all_of_it_stands_beside_it() -> None:
    link = Row("appeared in", "", [Value("Open Data", url="/container/x", iri="https://example.org/container/x")])
    same, other = Row("in", "", [Value("open data")]), Row("in", "", [Value("Open Data, vol. 2")])
    assert said_once([link, same, other]) == [link, other]
    agents = [
        Value(name, url=f"/agent/{name}", iri=f"https://example.org/agent/{name}") for name in ("ada", "bo", "cy")
    ]
    table = Row("authors", "", columns=["name", "record"], rows=[[[], [one]] for one in agents[:2]], people=True)
    told, more = Row("people", "", agents[:2]), Row("people", "", agents)
    assert said_once([told, table, more]) == [table, more]
