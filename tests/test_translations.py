"""The ontology speaks English, French, Spanish and Hebrew; a name that somebody forgot to translate is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from kg import model
from kg.model import Model
from kg.terms import DCT, OU, OWL, RDF, RDFS, SH, SKOS

LANGUAGES = ("en", "fr", "es", "he")
SPOKEN = (RDFS.label, OU.plural, SH.name, SH.message, SH.description, OU.facetName)
SHAPES = "https://w3id.org/open-urban/shapes#"


@pytest.fixture(scope="module")
def read() -> Model:
    return model.read()


def spoken(read: Model) -> dict[tuple[str, str], set[str]]:
    """Return the languages of everything that a shape, a group or a class of ours is called or says."""
    said: dict[tuple[str, str], set[str]] = {}
    classes = {quad.subject for quad in read.shapes.quads_for_pattern(None, RDF.type, OWL.Class)}
    for predicate in SPOKEN:
        for quad in read.shapes.quads_for_pattern(None, predicate, None):
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, Literal):
                continue
            if quad.subject.value.startswith(SHAPES) or quad.subject in classes:
                said.setdefault((quad.subject.value, predicate.value), set()).add(quad.object.language or "none")
    for kind in read.kinds:
        said[kind.iri, RDFS.comment.value] = {language for language, _ in kind.comments}
    return said


def test_there_is_something_to_translate(read: Model) -> None:
    assert len(spoken(read)) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_said_in_every_language(read: Model, language: str) -> None:
    missing = sorted(f"{who} {what}" for (who, what), languages in spoken(read).items() if language not in languages)
    assert not missing, f"not in {language}:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_twice_in_a_language(read: Model, language: str) -> None:
    said = [
        (quad.subject, quad.predicate)
        for predicate in SPOKEN
        for quad in read.shapes.quads_for_pattern(None, predicate, None)
        if isinstance(quad.object, Literal) and quad.object.language == language
    ]
    assert sorted({str(pair) for pair in said if said.count(pair) > 1}) == []


def fields(read: Model) -> Iterator[tuple[str, model.Field]]:
    for kind in (*read.kinds, *read.nested.values()):
        for field in kind.fields:
            yield kind.iri, field


UNTRANSLATED = {
    "licence", "file-type", "country",  # names and codes; countries are called as the Unicode CLDR calls them
}  # fmt: skip
"""Schemes, by the end of their IRI, whose concepts are called as they are in English."""


def schemes(read: Model) -> list[NamedNode]:
    found = {quad.subject for quad in read.shapes.quads_for_pattern(None, RDF.type, SKOS.ConceptScheme)}
    return sorted((node for node in found if isinstance(node, NamedNode)), key=lambda node: node.value)


def languages(read: Model, thing: NamedNode, predicate: NamedNode) -> list[str | None]:
    """Return the languages in which a thing is said something; a code says the same in all of them."""
    values = [quad.object for quad in read.shapes.quads_for_pattern(thing, predicate, None)]
    codes = {quad.object.value for quad in read.shapes.quads_for_pattern(thing, SKOS.notation, None)}  # type: ignore[union-attr]
    return [value.language for value in values if isinstance(value, Literal) and value.value not in codes]


def test_the_concepts_of_every_other_scheme_are_called_and_explained_in_every_language(read: Model) -> None:
    told, missing = 0, []
    for scheme in schemes(read):
        if scheme.value.rpartition("/")[2] in UNTRANSLATED:
            continue
        for quad in read.shapes.quads_for_pattern(None, SKOS.inScheme, scheme):
            assert isinstance(quad.subject, NamedNode)
            for predicate in (SKOS.prefLabel, SKOS.definition):
                found = languages(read, quad.subject, predicate)
                told += len(found)
                if found and sorted(map(str, found)) != sorted(LANGUAGES):
                    missing.append(f"{quad.subject} {predicate} {found}")
    assert told > 1500
    assert missing == []


def test_the_schemes_of_ours_have_titles_in_every_language(read: Model) -> None:
    for scheme in schemes(read):
        name = scheme.value.rpartition("/")[2]
        if scheme.value.startswith("https://w3id.org/open-urban/") and name not in UNTRANSLATED:
            for predicate in (DCT.title, DCT.description, RDFS.comment):
                assert sorted(map(str, languages(read, scheme, predicate))) in (sorted(LANGUAGES), []), (
                    name,
                    predicate,
                )


def test_the_steps_of_a_roadmap_say_everything_in_every_language(read: Model) -> None:
    steps = {quad.subject for quad in read.shapes.quads_for_pattern(None, OU.stepOf, None)}
    assert len(steps) > 50
    for step in steps:
        for predicate in (OU.actor, OU.forGovernment, OU.forCommunity, OU.draftClause):
            assert isinstance(step, NamedNode)
            assert sorted(map(str, languages(read, step, predicate))) == sorted(LANGUAGES), (step, predicate)


def test_hebrew_is_written_in_hebrew_letters(read: Model) -> None:
    """A cell that slipped into the wrong column of a translation shows here."""
    for graph in ("translations/he", "translations/concepts-he", "translations/steps-he"):
        for quad in read.graphs[f"https://w3id.org/open-urban/{graph}"]:
            if isinstance(quad.object, Literal) and quad.object.language == "he" and len(quad.object.value) > 12:
                assert any("\u05d0" <= letter <= "\u05ea" for letter in quad.object.value), quad


@pytest.mark.parametrize(
    ("language", "sector", "comment", "help_"),
    [
        ("fr", "Agriculture urbaine", "Le monde, ses régions", "L’autorité qui l’a adopté"),
        ("he", "חקלאות עירונית", "העולם, אזוריו", "הרשות שאימצה"),
    ],
)
def test_pages_show_concepts_kinds_and_fields_in_the_language_that_is_asked(
    client: FlaskClient, language: str, sector: str, comment: str, help_: str
) -> None:
    def page(path: str) -> str:
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        return answer.text

    assert sector in page(f"/search?kind=practice&lang={language}")
    assert f"<h1>{sector}" in page(f"/concept/sector/agriculture?lang={language}")
    assert sector in page(f"/concept/sector?lang={language}")
    assert comment in page(f"/shapes/Place?lang={language}")
    assert help_ in page(f"/shapes/Policy?lang={language}")
    assert help_ in page(f"/contribute/policy?lang={language}")


@pytest.mark.parametrize(
    ("language", "city", "union"),
    [("fr", "Londres", "Union européenne"), ("he", "לונדון", "האיחוד האירופי"), ("en", "London", "European Union")],
)
def test_cities_and_groups_of_countries_are_called_in_the_readers_language(
    client: FlaskClient, language: str, city: str, union: str
) -> None:
    for place, name in (("gb-london", city), ("eu", union)):
        assert f"<h1>{name}</h1>" in client.get(f"/place/{place}?lang={language}", headers={"Accept": "text/html"}).text
    assert city in client.get(f"/gaps?place=gb-london&lang={language}").text


def test_what_nobody_translated_is_told_in_english_and_says_so(read: Model) -> None:
    policy = read.kind("policy")
    assert policy is not None
    assert (policy.comment_in("xx"), policy.comment_in("xx").language) == (policy.comment, "en")
    assert policy.comment_in("he").language == "he"


def test_every_field_says_what_it_is_for(read: Model) -> None:
    assert {field.iri for _, field in fields(read) if not field.help_in("en")} == set()


def test_a_field_answers_in_the_language_that_is_asked(read: Model) -> None:
    policy = read.kind("policy")
    assert policy is not None
    place = policy.role("place")
    assert place is not None
    assert [place.name_in(language) for language in LANGUAGES] == ["place", "lieu", "lugar", "מקום"]
    assert policy.plural_in("fr") == "Politiques publiques"
    assert policy.label_in("es") == "Política pública"
    assert place.group.label_in("fr") == "En bref"
    assert place.message_in("es").startswith("Diga dónde se aplica")


def test_english_is_the_default_and_the_fallback(read: Model) -> None:
    for kind, field in fields(read):
        assert field.name_in("en") == field.name, (kind, field.iri)
        assert field.name_in("xx") == field.name, (kind, field.iri)
        assert field.group.label_in("xx") == field.group.label
        assert field.message_in("xx") == field.message_in("en")


def test_a_translation_file_is_a_graph_of_its_own(read: Model) -> None:
    for language in LANGUAGES[1:]:
        assert f"https://w3id.org/open-urban/translations/{language}" in read.graphs


def test_a_translation_changes_no_record_and_no_check(tmp_path: Path) -> None:
    """The shapes that the check uses are English; a translation only adds words."""
    (tmp_path / "shapes.ttl").write_text(
        "@prefix : <https://w3id.org/open-urban/shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> ."
        ' :Thing a sh:NodeShape ; sh:property :title . :title sh:path <urn:t> ; sh:name "title"@en .'
    )
    (tmp_path / "fr.ttl").write_text(
        "@prefix : <https://w3id.org/open-urban/shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> ."
        ' <https://w3id.org/open-urban/translations/fr> a <http://www.w3.org/2002/07/owl#Ontology> . :title sh:name "titre"@fr .'
    )
    small = model.read(tmp_path)
    (field,) = small.nested[SHAPES + "Thing"].fields
    assert (field.name, field.name_in("fr"), field.name_in("es")) == ("title", "titre", "title")
    assert not any("titre" in str(quad) for quad in small.graphs[model.SHAPES_GRAPH])
