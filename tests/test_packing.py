"""What goes out is packed where the caller reads gzip, and says the same as what is not packed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from kg.errors import EngineDown
from kg.web import packing

GZIP = {"Accept-Encoding": "gzip"}
ROWS = "/sparql?query=SELECT+*+%7B%3Fa+%3Fb+%3Fc%7D+LIMIT+"
DOORS = (
    "/", "/policy/in-ndsap-2012", "/policy/in-ndsap-2012.ttl", "/search.json?q=privacy", "/bibliography.bib", "/feed.atom",
    "/static/style.css", "/static/world.svg", ROWS + "100", ROWS + "9000",
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_a_packed_answer_says_what_the_plain_one_says(client: FlaskClient, door: str) -> None:
    client.get("/cite?ids=policy/in-ndsap-2012")  # printed now, not a moment after the page was asked for
    plain, packed = client.get(door, buffered=True), client.get(door, headers=GZIP, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


HELD = ("/", "/policy/in-ndsap-2012", "/policy/in-ndsap-2012.ttl", "/matrix", "/static/style.css", ROWS + "100")


@pytest.mark.parametrize("door", HELD)
def test_who_holds_a_packed_answer_need_not_fetch_it_again(client: FlaskClient, door: str) -> None:
    tag = client.get(door, headers=GZIP, buffered=True).headers["ETag"]
    assert tag.startswith("W/")
    again = client.get(door, headers=GZIP | {"If-None-Match": tag}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_a_file_that_a_page_names_is_fetched_once(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert {"style.css", "page.js", "icons.svg", "world.svg", "favicon.svg"} <= {
        urlsplit(one).path[8:] for one in named
    }
    for address in named:
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
    for address in ("/static/style.css", "/static/style.css?v=00000000"):
        with client.get(address) as answer:
            assert answer.headers["Cache-Control"] == "no-cache", "it may be another tomorrow"


def test_a_page_in_another_language_is_another_page(client: FlaskClient) -> None:
    html = {"Accept": "text/html"}
    tag = client.get("/policy/in-ndsap-2012", headers=html).headers["ETag"]
    same = client.get("/policy/in-ndsap-2012", headers=html | {"If-None-Match": tag})
    assert same.status_code == 304
    assert "Accept-Language" in same.headers["Vary"]
    other = client.get("/policy/in-ndsap-2012", headers=html | {"If-None-Match": tag, "Accept-Language": "he"})
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


@pytest.mark.parametrize("door", ["/contribute/policy", "/desk/in", "/nonsense"])
def test_what_nobody_may_keep_has_no_name(client: FlaskClient, door: str) -> None:
    assert "ETag" not in client.get(door, headers={"Accept": "text/html"}).headers


@pytest.mark.parametrize("encodings", ["", "identity", "br", "gzip;q=0", "identity, gzip;q=0"])
def test_who_does_not_read_gzip_does_not_get_it(client: FlaskClient, encodings: str) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": encodings}).headers


@pytest.mark.parametrize("door", ["/contribute", "/contribute/policy", "/desk/in", "/dump/open-urban.nq.gz", "/health"])
def test_forms_small_answers_and_packed_files_are_left_as_they_are(client: FlaskClient, door: str) -> None:
    answer = client.get(door, headers=GZIP, buffered=True)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_an_answer_that_breaks_in_the_middle_has_no_end() -> None:
    app = Flask(__name__)
    packing.register(app)

    def breaking() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise EngineDown("It broke.")

    app.add_url_rule("/", view_func=lambda: Response(breaking(), content_type="text/csv"))
    parts: list[bytes] = []
    with pytest.raises(EngineDown):
        parts.extend(app.test_client().get("/", headers=GZIP).response)
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(parts))
