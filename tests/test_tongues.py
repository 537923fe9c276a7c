"""The interface speaks the reader's language: which one is chosen, that the catalogues are whole, and that data stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import nodes

from kg.analysis import peers
from kg.web import tongues
from kg.web.analysis import columns, rows
from kg.web.tongues import LANGUAGES
from kg.words import Text, alphabetic, small

ROOT = Path(__file__).resolve().parent.parent
OTHERS = LANGUAGES[1:]
PAGE = {"Accept": "text/html"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


# -- which language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "cookie", "header", "expected"),
    [
        pytest.param("/", None, None, "en", id="nothing said"),
        pytest.param("/", None, "fr", "fr", id="the browser's"),
        pytest.param("/", None, "fr-CA, en;q=0.8", "fr", id="a country's way of it"),
        pytest.param("/", None, "de, es;q=0.3, en;q=0.2", "es", id="the best that there is"),
        pytest.param("/", None, "de", "en", id="none that there is"),
        pytest.param("/", None, "*", "en", id="any"),
        pytest.param("/", "he", "fr", "he", id="chosen before"),
        pytest.param("/", "xx", "fr", "fr", id="a broken cookie"),
        pytest.param("/?lang=es", "he", "fr", "es", id="chosen now"),
        pytest.param("/?lang=xx", "he", "fr", "he", id="chosen now, and unknown"),
        pytest.param("/?lang=", None, "fr", "fr", id="chosen now, and empty"),
        pytest.param("/nonsense?lang=fr", None, None, "fr", id="where nothing is"),
    ],
)
def test_a_reader_gets_the_language_that_was_asked_last(
    client: FlaskClient, address: str, cookie: str | None, header: str | None, expected: str
) -> None:
    if cookie is not None:
        client.set_cookie("lang", cookie)
    answer = client.get(address, headers=PAGE | ({"Accept-Language": header} if header else {}))
    assert answer.headers["Content-Language"] == expected
    assert f'<html lang="{expected}" dir="{"rtl" if expected == "he" else "ltr"}">' in answer.text
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


def test_a_choice_lasts_and_its_links_keep_the_search(client: FlaskClient) -> None:
    page = client.get("/search?q=data&kind=policy&lang=fr").text
    assert (
        '<link rel="alternate" hreflang="he" href="http://localhost/search?q=data&amp;kind=policy&amp;lang=he" title="עברית">'
        in page
    )
    assert 'lang="he" hreflang="he" dir="auto" rel="nofollow">עברית</a>' in page
    assert client.get("/search").headers["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "path", ["/search.json?q=data", "/search.csv?q=data", "/policy/in-ndsap-2012.ttl", "/policy/in-ndsap-2012.json",
             "/policy/in-ndsap-2012.bib", "/map.csv", "/matrix.csv", "/catalog.ttl", "/ontology.ttl", "/bibliography.csv"],
)  # fmt: skip
def test_data_is_the_same_for_every_reader(client: FlaskClient, path: str) -> None:
    said = []
    for code in ("en", "he"):
        answer = client.get(path, headers={"Accept-Language": code})
        assert answer.status_code == 200
        assert "Content-Language" not in answer.headers
        said.append(answer.data)
    assert said[0] == said[1]


@pytest.mark.parametrize("path", ["/", "/search", "/policy/in-ndsap-2012", "/map", "/matrix"])
def test_no_reader_is_served_what_was_kept_for_another(client: FlaskClient, path: str) -> None:
    """The same page in turn, as readers of a busy service ask for it."""
    for _ in range(2):
        for code in LANGUAGES:
            answer = client.get(path, headers=PAGE | {"Accept-Language": code})
            with client.application.test_request_context(headers={"Accept-Language": code}):
                assert tongues.said("Skip to the content") in answer.text
    assert client.get(path, headers=PAGE | {"If-None-Match": answer.headers.get("ETag", '"none"')}).status_code == 200


# -- dates and numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "month", "number"),
    [
        ("en", "7 October 2016", "October 2016", "1,234,567"),
        ("fr", "7 octobre 2016", "octobre 2016", "1\u202f234\u202f567"),
        ("es", "7 de octubre de 2016", "octubre de 2016", "1.234.567"),
        ("he", "7 באוקטובר 2016", "אוקטובר 2016", "1,234,567"),
    ],
)
def test_dates_and_numbers_follow_the_language(app: Flask, code: str, day: str, month: str, number: str) -> None:
    with app.test_request_context(headers={"Accept-Language": code}):
        assert tongues.day(date(2016, 10, 7)) == day
        assert tongues.month(date(2016, 10, 1)) == month
        assert tongues.number(1_234_567) == number


# -- the catalogues ----------------------------------------------------------------------------------------------------


def said_on_pages() -> Catalog:
    """Return every sentence that the pages and their modules say."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    keywords = {"_": None, "phrase": None, "gettext": None, "ngettext": (1, 2)}
    found = Catalog()
    for _, _, text, _, _ in extract_from_dir(ROOT, methods, options, keywords):
        found.add(text)
    return found


def catalogue(code: str) -> Catalog:
    with (tongues.CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as text:
        return read_po(text, locale=code)


def messages(code: str) -> Iterator[tuple[Message, tuple[str, ...], tuple[str, ...]]]:
    """Yield each message with its English forms and its translations."""
    for message in catalogue(code):
        if message.id:
            english = message.id if isinstance(message.id, tuple) else (message.id,)
            yield message, english, message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.fixture(scope="module")
def said() -> Catalog:
    return said_on_pages()


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_what_the_pages_say_and_nothing_else(code: str, said: Catalog) -> None:
    on_pages, kept = ({message.id for message in held if message.id} for held in (said, catalogue(code)))
    assert len(on_pages) > 50
    assert sorted(map(str, on_pages ^ kept)) == [], "run `make messages`, and translate what is new"


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code: str) -> None:
    plurals = catalogue(code).num_plurals
    for message, english, translated in messages(code):
        assert all(translated), message.id
        assert not message.fuzzy, message.id
        assert len(translated) == (plurals if len(english) > 1 else 1), message.id


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_placeholders_and_links_of_the_english(code: str) -> None:
    tags = re.compile(r"</?\w+[^>]*>")
    for message, english, translated in messages(code):
        for form in translated:
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(english[-1])), message.id
            assert sorted(tags.findall(form)) == sorted(tags.findall(english[-1])), message.id


# -- what the model calls things -----------------------------------------------------------------------------------------


def test_kinds_fields_and_groups_are_called_as_the_ontology_says(client: FlaskClient) -> None:
    page = client.get("/policy/in-ndsap-2012?lang=fr").text
    assert "Politique publique" in page
    assert ">Comment nous le savons</h2>" in page
    assert "<dt" in page
    assert ">lieu</dt>" in page
    assert "Politiques publiques" in client.get("/search?lang=fr").text


# -- nothing is left in English ------------------------------------------------------------------------------------------

WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {
    "AND",
    "OR",
    "NOT",
    "TO",
    "BibTeX",
    "DCAT",
    "AP",
    "CSV",
    "N",
    "Triples",
    "SPARQL",
    "unAPI",
    "ou",
    "ms",
    "ORCID",
}
EXAMPLES = re.compile(r"<code>[^<]*</code>|<script.*?</script>|<!doctype[^>]*>|&\w+;", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|alt|title|placeholder)="([^"]*)')
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "kg" / "web" / "templates"))
    for path in (ROOT / "kg" / "web" / "templates").rglob("*.html")
)


def bare_in(source: str, app: Flask) -> set[str]:
    """Return the words of a template that stand outside `_()`: in its text, and in what a screen reader says."""
    text = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\x00"
        for output in app.jinja_env.parse(source).find_all(nodes.Output)
        for part in output.nodes
    )
    text = EXAMPLES.sub("", text)
    told = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"", " ", text) + " ".join(SPOKEN.findall(text))
    return set(WORD.findall(told)) - NAMES


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_says_nothing_outside_the_catalogues(template: str, app: Flask) -> None:
    source = (ROOT / "kg" / "web" / "templates" / template).read_text("utf-8")
    assert sorted(bare_in(source, app)) == []


def test_a_bare_sentence_is_noticed(app: Flask) -> None:
    said = bare_in('<p title="Here">{{ _("Spoken") }} left {{ name }} out</p><code>kg lint</code>', app)
    assert said == {"Here", "left", "out"}


# -- no sentence is glued together from pieces ----------------------------------------------------------------------------

SIGNS = re.compile(r"[:;?!«»“”]")
"""Signs before, after or around which languages put blanks of their own: they come with the sentence, from the catalogues."""
JOINTS = re.compile(r"\s*[:;!–]\s*|\s+\?|\?\s+")
DRAWN = {"ontology/ontology.html": "ou:"}
"""What stands for itself and is no sentence."""


def glued_in(name: str, source: str, app: Flask) -> list[str]:
    """Return where a template puts signs of its own between what it says, or joins a sentence to something."""
    parsed = app.jinja_env.parse(source)
    text = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\x00"
        for output in parsed.find_all(nodes.Output)
        for part in output.nodes
    ).replace(DRAWN.get(name, "\x01"), "")
    told = re.sub(r"<[^>]*>", "", EXAMPLES.sub("", text)) + " ".join(SPOKEN.findall(text))
    found = [told[max(0, sign.start() - 20) : sign.end() + 20] for sign in SIGNS.finditer(told)]
    for output in parsed.find_all(nodes.Output):
        spoken = {id(argument) for call in output.find_all(nodes.Call) if is_sentence(call) for argument in call.args}
        found += [
            repr(const.value)
            for const in output.find_all(nodes.Const)
            if isinstance(const.value, str) and JOINTS.fullmatch(const.value) and id(const) not in spoken
        ]
        found += ["~" for joined in output.find_all(nodes.Concat) if any(map(is_sentence, joined.nodes))]
    return found


def is_sentence(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ("_", "ngettext")


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_glues_no_sentence_together(template: str, app: Flask) -> None:
    source = (ROOT / "kg" / "web" / "templates" / template).read_text("utf-8")
    assert glued_in(template, source, app) == []


@pytest.mark.parametrize(
    "source",
    ['<h1>{{ _("Gaps") }}: {{ place }}</h1>', '{{ _("Gaps") ~ " " ~ place }}', '{{ all|join("; ") }}',
     '<a title="{{ label }}: {{ count }}">', "{{ label }}?"],
)  # fmt: skip
def test_a_glued_sentence_is_noticed(source: str, app: Flask) -> None:
    assert glued_in("any", source, app)


@pytest.mark.parametrize(
    "address", ["/compare?ids=policy/de-dng-2021,policy/fr-crpa-open-data", "/rows/policies", "/search?q=data", "/gaps"]
)
def test_every_page_that_refuses_what_it_does_not_know_knows_the_language(address: str, client: FlaskClient) -> None:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang=fr")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Language"] == "fr"


# -- the analyses --------------------------------------------------------------------------------------------------------

ANALYSES = {
    "/gaps?place=ke": "Lacunes",
    "/gaps?place=ke&sector=transport": "Textes du secteur",
    "/gaps/corpus": "Où nous n’avons encore rien regardé",
    "/gaps/principles?place=ke": "Principe",
    "/matrix": "Matrice des dispositions",
    "/matrix/provision/portal": "Sans réserve",
    "/matrix/cell/de-dng-2021/portal": "Première lecture",
    "/compare?ids=policy/de-dng-2021,policy/fr-crpa-open-data": "Côte à côte",
    "/swot?policy=de-dng-2021": "Forces",
    "/swot?place=de": "Mêmes facteurs",
    "/roadmap?place=ke&sector=transport": "Gains rapides",
    "/draft?place=ke": "Ébauche de politique",
    "/consult?place=ke&who=city": "Qui êtes-vous",
    "/advocate/transport": "Pourquoi des données ouvertes",
    "/priority?sector=transport&place=ke": "Licence la plus employée",
    "/transposition": "Qui met en œuvre",
    "/unresolved": "Lectures qui diffèrent",
    "/rows/policies": "les lignes derrière un nombre",
}
"""A page of each kind, and words that it has in French."""


@pytest.mark.parametrize("address", ANALYSES)
def test_an_analysis_speaks_the_language_of_its_reader(address: str, client: FlaskClient) -> None:
    joint = "&" if "?" in address else "?"
    page = client.get(f"{address}{joint}lang=fr", headers=PAGE)
    assert page.status_code == 200
    assert ANALYSES[address].casefold() in page.text.casefold()
    for english in ("read whole", "Not seen", "Peers", "Take it", "Laid down"):
        assert english not in page.text
    hebrew = client.get(f"{address}{joint}lang=he", headers=PAGE).text
    assert 'dir="rtl"' in hebrew
    assert max(len(page.text), len(hebrew)) < 102_000  # letters: in UTF-8 some weigh two bytes


def test_a_link_to_rows_finds_the_same_rows_in_every_language(client: FlaskClient) -> None:
    counts = set()
    for code in LANGUAGES:
        page = client.get(f"/swot?place=de&lang={code}", headers=PAGE).text
        address = re.findall(r'href="(/rows/factors\?[^"]*provision[^"]*)"', page)[0].replace("&amp;", "&")
        rows = client.get(address, headers=PAGE).text
        counts.add(re.findall(r'id="count">([\d,]+)<', rows)[0])
    assert len(counts) == 1
    assert counts != {"0"}


def test_every_column_of_a_table_has_a_name_in_every_language(client: FlaskClient) -> None:
    """The columns are read from the tables themselves: one that is added is noticed here."""
    more = dict.fromkeys(("datasets", "places", "records"), "?sector=transport") | {"factors": "?policy=de-dng-2021"}
    for of in rows._TABLES:
        asked = client.get(f"/rows/{of}.json{more.get(of, '?place=ke')}")
        assert asked.status_code == 200, asked.text
        for row in asked.json["rows"][:1]:
            named = {name for name in row if not name.endswith("iri")}
            assert named <= set(columns.COLUMNS), of
    assert len(set(columns.COLUMNS)) == len(columns.COLUMNS)


def test_what_is_kept_of_an_analysis_is_kept_for_each_language(client: FlaskClient) -> None:
    """The comparison and the forms are kept between readers: none may get another's words."""
    for code, words in (("fr", "lieu"), ("en", "place"), ("es", "lugar"), ("fr", "lieu")):
        page = client.get(f"/compare?ids=policy/de-dng-2021,policy/fr-crpa-open-data&lang={code}", headers=PAGE).text
        assert f'<th scope="row">{words.capitalize()}</th>' in page


def test_the_number_in_a_sentence_for_translators_is_the_one_that_counts() -> None:
    assert f"fewer than {peers.ENOUGH} texts" in peers.PASSED


def test_small_letters_leave_acronyms_alone() -> None:
    assert small("Análisis DAFO (SWOT)") == "análisis DAFO (SWOT)"
    assert small("Open by default") == "open by default"
    assert small(Text("APIs and Bulk", "en")).language == "en"


def test_names_stand_in_the_order_of_the_alphabet_whatever_their_accents() -> None:
    assert sorted(["Zambie", "Égypte", "Espagne", "eThekwini"], key=alphabetic) == [
        "Égypte",
        "Espagne",
        "eThekwini",
        "Zambie",
    ]
