"""Forms drawn from the shapes: every shipped record comes out as it went in, and answers become the terms that they mean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg import entries, model
from kg.base import canonical
from kg.forms import answers, changes, tidy
from kg.forms.blank import CHOICE, DATE, PARTS, THING, WORDS, Blanks, Question
from kg.forms.naming import Names, shown
from kg.search.cards import classes_of, statements
from kg.terms import DCT, FOAF, OU, RDF, RECORDS, XSD

READ = model.read()
BLANKS = Blanks(READ)
SHIPPED, _ = entries.read_files(entries.shipped_paths(), RECORDS)
KINDS = [kind.name or "" for kind in BLANKS.kinds]


def of_kind(name: str) -> Iterator[tuple[str, list[Triple]]]:
    for iri, triples in SHIPPED.items():
        kind = READ.kind_of(classes_of(statements(triples, iri)))
        if kind is not None and kind.name == name:
            yield iri, triples


def nobody(text: str, question: Question) -> str:
    return f"nothing is called {text}"


def there_and_back(name: str, iri: str, triples: list[Triple], *, opened: bool) -> answers.Answers:
    blank = BLANKS.of(name)
    assert blank is not None
    own = statements(triples, iri)
    parts = {q.slug: answers.names(q, iri, own) for q in blank.questions if q.answer == PARTS}
    form = answers.written(blank, iri, triples, str, parts if opened else {})
    crossed = {field: [text.replace("\n", "\r\n") for text in texts] for field, texts in form.items()}
    return answers.read(blank, iri, triples, crossed, str, nobody)


@pytest.mark.parametrize("opened", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize("name", KINDS)
def test_a_form_that_nobody_touched_is_the_record_itself(name: str, opened: bool) -> None:
    for iri, triples in of_kind(name):
        found = there_and_back(name, iri, triples, opened=opened)
        assert found.complaints == {}, iri
        assert canonical(found.triples) == canonical(triples), iri


def test_every_kind_of_the_model_can_be_filled_in_but_concepts() -> None:
    assert {kind.name for kind in READ.kinds} - set(KINDS) == {"concept"}


def test_every_field_is_asked_or_left_as_it_is_by_its_shape() -> None:
    for name in KINDS:
        blank = BLANKS.of(name)
        assert blank is not None
        left = {field.slug for field in blank.kind.fields} - {question.slug for question in blank.questions}
        assert left <= {"contribution", "rawEntry"}, name


@pytest.mark.parametrize(
    ("kind", "slug", "answer"),
    [("practice", "title", WORDS), ("practice", "issued", DATE), ("practice", "practiceType", CHOICE),
     ("practice", "placeOptional", THING),
     ("practice", "evidence", PARTS),
     ("swot", "quadrant", CHOICE), ("policy", "level", CHOICE), ("interview", "accessRights", CHOICE)],
)  # fmt: skip
def test_a_shape_says_how_a_field_is_answered(kind: str, slug: str, answer: str) -> None:
    blank = BLANKS.of(kind)
    assert blank is not None
    question = blank.question(slug)
    assert question is not None
    assert question.answer == answer
    assert bool(question.options) == (answer == CHOICE)


def practice(form: dict[str, list[str]], start: list[Triple] | None = None) -> answers.Answers:
    blank = BLANKS.of("practice")
    assert blank is not None
    return answers.read(blank, RECORDS + "practice/x", start or [], form, str, nobody)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [("2016", XSD.gYear), ("2016-10", XSD.gYearMonth), ("2016-10-07", XSD.date), ("2016-02-30", None),
     ("10/2016", None), ("٢٠١٦", None)],
)  # fmt: skip
def test_a_date_is_as_precise_as_it_was_given(text: str, datatype: NamedNode | None) -> None:
    found = practice({"has": ["issued"], "issued": [text]})
    if datatype is None:
        assert "issued" in found.complaints
    else:
        assert [triple.object for triple in found.triples] == [Literal(text, datatype=datatype)]


def test_a_choice_that_the_list_does_not_have_is_told() -> None:
    assert practice({"has": ["sector"], "sector": ["https://example.org/x"]}).complaints == {
        "sector": ["Choose from the list."]
    }


def test_a_new_nested_thing_gets_a_name_and_its_class() -> None:
    form = {"has": ["evidence"], "evidence": ["new-1", "new-2"], "evidence/new-1/sourceNote": ["page 3"],
            "evidence/new-1/sourceNote@": ["en"], "evidence/new-2/sourceNote": [" "]}  # fmt: skip
    node = NamedNode(RECORDS + "practice/x#evidence-1")
    thing = NamedNode(RECORDS + "practice/x")
    assert set(practice(form).triples) == {
        Triple(thing, OU.evidence, node),
        Triple(node, RDF.type, OU.Evidence),
        Triple(node, OU.sourceNote, Literal("page 3", language="en")),
    }


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "en", "fr", "pt-BR"]))
def test_any_words_become_one_literal_and_come_back(text: str, language: str) -> None:
    found = practice({"has": ["title"], "title": [text], "title@": [language]})
    for triple in found.triples:
        again = practice({"has": ["title"], "title": [triple.object.value], "title@": [language]}, found.triples)  # type: ignore[union-attr]
        assert canonical(again.triples) == canonical(found.triples)
        assert triple.predicate == DCT.title


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "x [javascript:alert(1)]", "http://",
     "https://a b", 'https://a"b',
     "../../etc/passwd", "practice/../x", "practice/no-such-record", "nonsense/x", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_is_no_answer(text: str, base: object) -> None:
    blank = BLANKS.of("practice")
    question = blank.question("addressOptional") if blank else None
    assert question is not None
    assert isinstance(Names(READ, base.index, RECORDS).resolve(text, question), str)  # type: ignore[attr-defined]


def test_a_thing_is_named_by_its_title_its_id_or_what_the_form_shows(base: object) -> None:
    blank = BLANKS.of("practice")
    question = blank.question("placeOptional") if blank else None
    assert question is not None
    names = Names(READ, base.index, RECORDS)  # type: ignore[attr-defined]
    kenya = NamedNode(RECORDS + "place/ke")
    for text in ("Kenya", " kenya ", "place/ke", shown(kenya.value, {kenya.value: "Kenya"}, RECORDS), kenya.value):
        assert names.resolve(text.strip(), question) == kenya
    assert "No record has the name" in str(names.resolve("Kenia-on-Sea", question))


def test_a_change_is_told_field_by_field() -> None:
    iri, before = next(of_kind("practice"))
    blank = BLANKS.of("practice")
    assert blank is not None
    after = [triple for triple in before if triple.predicate != DCT.title]
    after.append(Triple(NamedNode(iri), DCT.title, Literal("Another name", language="en")))
    [row] = changes.rows(blank, iri, before, after, lambda term: term.value)
    assert (row.group, row.label, row.after) == ("In short", "title", ["Another name"])


def test_what_two_changed_in_different_fields_is_joined_and_in_one_field_told() -> None:
    iri = RECORDS + "practice/x"
    thing = NamedNode(iri)
    one, two, three = (Triple(thing, DCT.title, Literal(text)) for text in "abc")
    note = Triple(thing, DCT.description, Literal("d"))
    assert changes.merged([one], [one, note], [two]) == ([note, two], False)
    assert changes.merged([one], [three], [two])[1]


def test_an_author_who_is_named_anew_is_parted_anew() -> None:
    iri = RECORDS + "reference/x"
    node = NamedNode(iri + "#author-1")
    after = [
        Triple(node, RDF.type, OU.Contributor),
        Triple(node, NamedNode("http://xmlns.com/foaf/0.1/name"), Literal("Lindh, Maud")),
    ]
    said = statements(tidy.tidied(iri, [], after), node.value)
    spoken = [said[f"http://xmlns.com/foaf/0.1/{name}"][0].value for name in ("name", "familyName", "givenName")]
    assert spoken == ["Maud Lindh", "Lindh", "Maud"]


def _author(iri: str, name: str, *more: Triple) -> list[Triple]:
    node = NamedNode(iri + "#author-1")
    return [Triple(node, RDF.type, OU.Contributor), Triple(node, FOAF.name, Literal(name)), *more]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Maud Lindh", True), ("Anna van den Berg", True), ("City Press", True),
        ("Lindh, Maud", False), ("{City Press}", False), ("UNESCO", False), ("World Bank", False), ("C40 Cities", False),
        ("Ministry of Works", False), ("A very long name of some body", False),
    ],
)  # fmt: skip
def test_a_name_that_may_be_a_person_or_a_body_is_asked_about(typed: str, asked: bool) -> None:
    iri = RECORDS + "reference/x"
    assert tidy.doubts([], _author(iri, typed)) == ([iri + "#author-1"] if asked else [])
    assert tidy.doubts(_author(iri, typed), _author(iri, typed)) == [], "what stood before is not asked about"


def test_a_body_in_braces_is_kept_whole() -> None:
    iri = RECORDS + "reference/x"
    said = statements(tidy.tidied(iri, [], _author(iri, "{Barnes and Noble}")), iri + "#author-1")
    assert [term.value for term in said[FOAF.name.value]] == ["Barnes and Noble"]
    assert FOAF.familyName.value not in said


def test_the_link_of_a_name_goes_with_the_name_unless_it_was_given_anew() -> None:
    iri = RECORDS + "reference/x"
    node, maud, anna = (
        NamedNode(iri + "#author-1"),
        NamedNode(RECORDS + "agent/maud"),
        NamedNode(RECORDS + "agent/anna"),
    )
    linked = [Triple(node, OU.agent, maud), Triple(NamedNode(iri), DCT.contributor, maud)]
    before = _author(iri, "Maud Lindh", *linked)
    gone = tidy.tidied(iri, before, _author(iri, "Berg, Anna", *linked))
    assert not any(triple.predicate in (OU.agent, DCT.contributor) for triple in gone)
    given = [Triple(node, OU.agent, anna), *linked[1:]]
    assert Triple(node, OU.agent, anna) in tidy.tidied(iri, before, _author(iri, "Berg, Anna", *given))
    assert Triple(node, OU.agent, maud) in tidy.tidied(iri, before, _author(iri, "Maud Lindh", *linked))
