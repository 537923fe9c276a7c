"""The ontology speaks English, French, Spanish and Hebrew; a name that somebody forgot to translate is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from kg import model
from kg.model import Model
from kg.terms import OU, OWL, RDF, RDFS, SH

LANGUAGES = ("en", "fr", "es", "he")
SPOKEN = (RDFS.label, OU.plural, SH.name, SH.message)
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
