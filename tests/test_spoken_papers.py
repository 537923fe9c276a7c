"""Papers, feeds and calendars speak the language of whoever asks for them; what programs read is the same for everybody."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask.testing import FlaskClient

PLAN = "/roadmap.{ext}?place=ke"
PAGE = {"Accept": "text/html"}
WORKS = "wang1996beyond,piwowar2013reuse"


def asked(client: FlaskClient, path: str, code: str) -> bytes:
    """Return a paper in a language, which its head names."""
    answer = client.get(path, headers={"Accept-Language": code})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Language"] == code
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)
    return answer.data


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (PLAN.format(ext="md"), "# Feuille de route\u00a0: Kenya"),
        (PLAN.format(ext="md"), "- Communauté citoyenne\u00a0: "),
        (PLAN.format(ext="svg"), "Étapes\u00a0: "),
        ("/draft.md?place=ke", "Les données que détient l’administration sont ouvertes par défaut"),
        ("/feed.atom", "Open Urban\u00a0: quoi de neuf"),
        ("/opensearch.xml", "Politiques de données ouvertes"),
        ("/events.ics", "DESCRIPTION:"),
    ],
)
def test_a_paper_speaks_the_language_of_who_asks(path: str, words: str, client: FlaskClient) -> None:
    assert words in asked(client, path, "fr").decode()


def test_a_document_in_hebrew_runs_from_right_to_left(client: FlaskClient) -> None:
    for path in (PLAN.format(ext="docx"), f"/bibliography.docx?ids={WORKS}"):
        with zipfile.ZipFile(io.BytesIO(asked(client, path, "he"))) as packed:
            text = packed.read("word/document.xml").decode()
        assert "<w:bidi" in text
        assert any("\u05d0" <= letter <= "\u05ea" for letter in text)


@pytest.mark.parametrize(
    ("code", "words"), [("en", "edited by Vij"), ("fr", "édité par Vij"), ("es", "editado por Vij")]
)
def test_a_printed_reference_has_the_words_of_its_reader(code: str, words: str, client: FlaskClient) -> None:
    """The words of a style come from the locales of the Citation Style Language."""
    page = client.get("/cite?ids=abdelrahman2021ogd&style=chicago", headers=PAGE | {"Accept-Language": code})
    assert words in page.text


@pytest.mark.parametrize("path", [PLAN.format(ext="csv"), PLAN.format(ext="json"), "/bibliography.bib?ids=" + WORKS])
def test_what_programs_read_is_the_same_for_everybody(path: str, client: FlaskClient) -> None:
    said = {client.get(path, headers={"Accept-Language": code}).data for code in ("en", "fr", "he")}
    assert len(said) == 1
