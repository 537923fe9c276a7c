"""Fetching references: a local server answers in the shapes that the services document, and as badly as services sometimes do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from kg.citations.entry import Entry
from kg.citations.fetch import Services, fetch
from kg.citations.names import Name
from kg.cli import main
from kg.errors import BadInput, FarAway

CROSSREF = {
    "DOI": "10.1000/abc", "type": "journal-article", "title": "Open data in <i>Nairobi</i>", "container-title": "Cities",
    "author": [{"given": "Maria", "family": "Lee", "ORCID": "http://orcid.org/0000-0000-0000-0000", "sequence": "first"},
               {"name": "World Bank", "sequence": "additional"}],
    "issued": {"date-parts": [[2019, 3]]}, "page": "1-9", "volume": "3", "ISSN": ["0264-2751"], "URL": "https://doi.org/10.1000/abc",
    "publisher": "City Press", "reference-count": 12, "prefix": "10.1000", "source": "Crossref",
}  # fmt: skip
OPEN_LIBRARY = {
    "ISBN:9783161484100": {
        "title": "Cities", "subtitle": "And Their Data", "authors": [{"name": "Anna van den Berg", "url": "https://example.org"}],
        "publishers": [{"name": "City Press"}], "publish_places": [{"name": "Leiden"}], "publish_date": "March 2020",
        "number_of_pages": 321,
    }
}  # fmt: skip
ARXIV = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><entry>
<id>http://arxiv.org/abs/2101.00001v1</id><published>2021-01-01T00:00:00Z</published>
<title>A model of
 open data</title><summary>We model.</summary><author><name>Maria Lee</name></author><author><name>Juan Díaz</name></author>
<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1000/model</arxiv:doi>
<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.DL"/></entry></feed>"""
NOTHING = '<feed xmlns="http://www.w3.org/2005/Atom"/>'
BOMB = '<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>'
PAGE = """<html><head><title>Site | A page</title><meta name="citation_title" content="A page on data">
<meta name="citation_author" content="Lee, Maria"><meta name="citation_author" content="Juan Díaz">
<meta name="citation_journal_title" content="Cities"><meta name="citation_publication_date" content="2020/05/07">
<meta name="citation_firstpage" content="1"><meta name="citation_lastpage" content="9"></head><body>x</body></html>"""


class Replay(BaseHTTPRequestHandler):
    """Answers as the documentation of each service says."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/10.1000/abc" and "csl+json" in self.headers["Accept"]:
            self._send(json.dumps(CROSSREF), "application/vnd.citationstyles.csl+json")
        elif path == "/api/books":
            key = query["bibkeys"][0]
            self._send(json.dumps({key: OPEN_LIBRARY[key]} if key in OPEN_LIBRARY else {}), "application/json")
        elif path == "/api/query":
            asked = query["id_list"][0].partition("v")[0]
            self._send({"2101.00001": ARXIV, "2102.00002": BOMB}.get(asked, NOTHING), "application/atom+xml")
        elif path == "/groups/7/items/top":
            self._library(int(query.get("start", ["0"])[0]))
        elif path.startswith("/page"):
            doi = '<meta name="citation_doi" content="doi:10.1000/abc">' if path == "/page-with-doi" else ""
            self._send(PAGE.replace("<body>", doi + "<body>"), "text/html; charset=utf-8")
        elif path == "/plain":
            self._send("<html><head><title> Just a\n title </title></head></html>", "text/html")
        else:
            self._badly(path)

    def _library(self, start: int) -> None:
        item = {"id": f"7/ITEM{start}", "type": "book", "title": f"Book {start}"}
        more = f'<http://{self.headers["Host"]}/groups/7/items/top?format=csljson&limit=100&start=100>; rel="next"'
        self._send(json.dumps({"items": [item]}), "application/json", **({} if start else {"Link": more}))

    def _badly(self, path: str) -> None:
        match path:
            case "/10.1000/slow":
                time.sleep(3)
            case "/10.1000/busy":
                self._send("later", "text/plain", 429, **{"Retry-After": "7"})
            case "/10.1000/html":
                self._send("<html>", "text/html")
            case "/away":
                self._send("", "text/plain", 302, Location="ftp://example.org/x")
            case "/10.1000/inside":
                self._send("", "text/plain", 302, Location="http://localhost:1/secrets")
            case "/nothing":
                self._send("<html></html>", "text/html")
            case "/pdf":
                self._send("%PDF", "application/pdf")
            case _:
                self._send("no", "text/plain", 404)

    def _send(self, text: str, media: str, status: int = 200, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture(scope="module")
def there() -> Iterator[str]:
    """The address of a server that stands for all services."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def one(what: str, there: str, **more: object) -> Entry:
    [entry] = fetch(what, Services(there, there, there, there, timeout=1, **more))  # type: ignore[arg-type]
    return entry


@pytest.mark.parametrize(
    "what", ["10.1000/abc", "doi:10.1000/abc", "https://doi.org/10.1000/abc", " DOI: 10.1000/abc "]
)
def test_a_doi_is_asked_for_by_content_negotiation(there: str, what: str) -> None:
    entry = one(what, there)
    assert (entry.key, entry.type) == ("", "article")
    assert entry.names["author"] == (Name("Lee", "Maria"), Name("World Bank", body=True))
    assert entry.fields == {
        "title": "Open data in Nairobi", "journaltitle": "Cities", "date": "2019-03", "pages": "1–9", "volume": "3",
        "issn": "0264-2751", "url": "https://doi.org/10.1000/abc", "publisher": "City Press", "doi": "10.1000/abc",
    }  # fmt: skip


@pytest.mark.parametrize("what", ["978-3-16-148410-0", "9783161484100", "ISBN 978-3-16-148410-0"])
def test_an_isbn_is_asked_for_at_open_library(there: str, what: str) -> None:
    entry = one(what, there)
    assert entry.type == "book"
    assert entry.names["author"] == (Name("Berg", "Anna", "van den"),)
    assert (entry.fields["date"], entry.fields["subtitle"], entry.fields["location"]) == (
        "2020",
        "And Their Data",
        "Leiden",
    )


@pytest.mark.parametrize("what", ["2101.00001", "arXiv:2101.00001v1", "https://arxiv.org/abs/2101.00001"])
def test_an_arxiv_identifier_is_asked_for_at_arxiv(there: str, what: str) -> None:
    entry = one(what, there)
    assert entry.fields["title"] == "A model of open data"
    assert [name.family for name in entry.names["author"]] == ["Lee", "Díaz"]
    assert (entry.fields["eprintclass"], entry.fields["doi"], entry.fields["date"]) == (
        "cs.DL",
        "10.1000/model",
        "2021-01-01",
    )


def test_a_page_says_what_it_is(there: str) -> None:
    entry = one(f"{there}/page", there)
    assert (entry.type, entry.fields["journaltitle"], entry.fields["pages"]) == ("article", "Cities", "1–9")
    assert [name.given for name in entry.names["author"]] == ["Maria", "Juan"]
    assert one(f"{there}/page-with-doi", there).fields["volume"] == "3"
    assert one(f"{there}/plain", there).fields["title"] == "Just a title"


def test_a_zotero_library_is_walked_to_its_end_with_its_key(there: str) -> None:
    Replay.asked.clear()
    found = list(fetch("zotero:groups/7", Services(zotero=there, zotero_key="secret", timeout=1)))
    assert [entry.fields["title"] for entry in found] == ["Book 0", "Book 100"]
    assert {headers.get("Zotero-API-Key") for _, headers in Replay.asked} == {"secret"}


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("10.1000/none", BadInput, "does not know"),
        ("10.1000/slow", FarAway, "did not answer"),
        ("10.1000/busy", FarAway, "in 7 seconds"),
        ("10.1000/html", FarAway, "not JSON"),
        ("10.1000/inside", FarAway, "not on the public network"),
        ("9780306406157", BadInput, "ISBN"),
        ("2199.99999", BadInput, "arXiv does not know"),
        ("open data", BadInput, "no DOI"),
        ("978-3-16-148410-1", BadInput, "no DOI"),
        ("file:///etc/passwd", BadInput, "only http and https"),
        ("ftp://example.org/x", BadInput, "only http and https"),
        ("THERE/nothing", BadInput, "what it is called"),
        ("THERE/pdf", BadInput, "no web page"),
        ("THERE/away", FarAway, "did not answer"),
        ("http://127.0.0.1:9/x", FarAway, "did not answer"),
    ],
)
def test_what_goes_wrong_is_told(there: str, what: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        one(what.replace("THERE", there), there)


def test_a_document_with_entities_is_not_read(there: str) -> None:
    with pytest.raises(FarAway, match="entities"):
        one("2102.00002", there)


def test_kg_fetch_shows_and_writes(there: str, tmp_path: Path) -> None:
    where = {f"KG_FETCH_{name}": there for name in ("DOI", "ISBN", "ARXIV", "ZOTERO")}
    environment = {"KG_DATA": str(tmp_path / "data"), "KG_FETCH_TIMEOUT": "1", **where}
    done = CliRunner().invoke(main, ["fetch", "10.1000/abc", "10.1000/none", "--accept"], env=environment)
    assert done.exit_code == 1
    assert "does not know" in done.output
    assert "1 new, 0 changed" in done.output
    again = CliRunner().invoke(main, ["fetch", "doi:10.1000/abc"], env=environment)
    assert "the same DOI as lee2019open" in again.output
