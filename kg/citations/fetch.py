"""References from other services: by DOI, ISBN, arXiv identifier, the address of a page, or a whole Zotero library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

import urllib3
from stdnum import isbn
from urllib3.exceptions import HTTPError

from kg import __version__
from kg.citations import csl, keys
from kg.citations.entry import Entry
from kg.citations.names import Name, read
from kg.citations.outwards import Outwards
from kg.errors import BadInput, FarAway
from kg.settings import Settings

_LARGEST = 20_000_000
_CSL = "application/vnd.citationstyles.csl+json"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ARXIV_ID = re.compile(
    r"(?:arxiv:\s*|https?://arxiv\.org/(?:abs|pdf)/)?"
    r"((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)(?:\.pdf)?$",
    re.IGNORECASE,
)
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$", re.I)
_ISBN = re.compile(r"^isbn:?\s*", re.I)
_ZOTERO = re.compile(r"zotero:((?:users|groups)/\d+)$", re.I)


@dataclass(frozen=True)
class Services:
    """Where the services are (each an address without a slash at its end), and how long to wait for one answer, in seconds."""

    doi: str = "https://doi.org"
    isbn: str = "https://openlibrary.org"
    arxiv: str = "https://export.arxiv.org"
    zotero: str = "https://api.zotero.org"
    zotero_key: str = ""
    timeout: float = 20


def services(settings: Settings) -> Services:
    """Return the services that the settings name."""
    return Services(
        settings.fetch_doi.rstrip("/"),
        settings.fetch_isbn.rstrip("/"),
        settings.fetch_arxiv.rstrip("/"),
        settings.fetch_zotero.rstrip("/"),
        settings.zotero_key,
        settings.fetch_timeout,
    )


def is_doi(what: str) -> bool:
    """Tell whether a text is a DOI, bare or as an address."""
    return bool(_DOI.match(what.strip()))


def fetch(what: str, services: Services) -> Iterator[Entry]:
    """Yield the references that an identifier or an address stands for, without a key: the import gives one."""
    what = what.strip()
    if found := _ZOTERO.match(what):
        yield from _zotero(found[1].lower(), services)
    elif found := _DOI.match(what):
        yield _doi(found[1], services)
    elif found := _ARXIV_ID.match(what):
        yield _arxiv(found[1], services)
    elif isbn.is_valid(_ISBN.sub("", what)):
        yield _isbn(isbn.compact(_ISBN.sub("", what)), services)
    elif "://" in what:
        yield _page(what, services)
    else:
        raise BadInput(
            f"{what} is no DOI, ISBN, arXiv identifier or address.",
            "Write 10.1000/x, 978…, 2101.00001, https://… or zotero:groups/123.",
        )


def source(what: str) -> tuple[str, str]:
    """Return how sure we are of what was fetched (a concept of ours), and the address at which anybody can see it again."""
    what = what.strip()
    if found := _ZOTERO.match(what):
        return "reported", f"https://www.zotero.org/{found[1].lower()}"
    if found := _DOI.match(what):
        return "registry", f"https://doi.org/{quote(found[1])}"
    if found := _ARXIV_ID.match(what):
        return "registry", f"https://arxiv.org/abs/{found[1]}"
    if "://" in what:
        return "reported", quote(what, safe=":/?#[]@!$&'()*+,;=%")
    return "registry", f"https://openlibrary.org/isbn/{isbn.compact(_ISBN.sub('', what))}"


# -- the wire ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    data: bytes
    headers: Mapping[str, str]


def _get(url: str, accept: str, services: Services, headers: Mapping[str, str] | None = None) -> _Answer:
    """Return an answer of at most 20 MB; whatever goes wrong is told in one sentence."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise BadInput(f"{url} is not fetched: only http and https are.", "Give an address that begins with https://.")
    wait = urllib3.Timeout(connect=min(5, services.timeout), read=services.timeout)
    told = {"Accept": accept, "User-Agent": f"OpenUrban/{__version__}"} | dict(headers or {})
    try:
        with urllib3.PoolManager(timeout=wait, retries=Outwards(0, redirect=5)) as pool:
            answer = pool.request("GET", url, headers=told, preload_content=False)
            body = answer.read(_LARGEST + 1, decode_content=True)
            answer.release_conn()
    except HTTPError as error:
        raise FarAway(f"{urlsplit(url).netloc} did not answer: {type(error).__name__}.") from error
    if len(body) > _LARGEST:
        raise FarAway(f"{url} is larger than 20 MB.", "Save what you need and import the file.")
    if answer.status in (404, 410):
        raise BadInput(f"{urlsplit(url).netloc} does not know {url}.", "Check the identifier for a slip of the pen.")
    if answer.status != 200:
        again = answer.headers.get("Retry-After", "")
        advice = f"Try again in {again} seconds." if again.isdigit() else "Try again later."
        raise FarAway(f"{urlsplit(url).netloc} answered {answer.status} to {url}.", advice)
    return _Answer(body, answer.headers)


def _json(url: str, accept: str, services: Services, headers: Mapping[str, str] | None = None) -> tuple[Any, _Answer]:
    answer = _get(url, accept, services, headers)
    try:
        return json.loads(answer.data), answer
    except ValueError as error:
        raise FarAway(f"{url} answered with something that is not JSON.") from error


# -- the services -----------------------------------------------------------------------------------------------------------


def _doi(doi: str, services: Services) -> Entry:
    """Ask Crossref, DataCite or whoever registered a DOI, by content negotiation (crosscite.org/docs.html)."""
    item, _ = _json(f"{services.doi}/{quote(doi)}", _CSL, services)
    if not isinstance(item, dict):
        raise FarAway(f"The answer on the DOI {doi} is no reference.")
    made = csl.entry(item)
    return _kept(made, doi=made.fields.get("doi", doi))


def _isbn(number: str, services: Services) -> Entry:
    """Ask the books interface of Open Library (openlibrary.org/dev/docs/api/books)."""
    asked = urlencode({"bibkeys": f"ISBN:{number}", "format": "json", "jscmd": "data"})
    found, _ = _json(f"{services.isbn}/api/books?{asked}", "application/json", services)
    book = found.get(f"ISBN:{number}") if isinstance(found, dict) else None
    if not isinstance(book, dict):
        raise BadInput(f"Nobody there knows the ISBN {number}.", "Try the DOI, or type the entry.")

    def listed(name: str) -> list[str]:
        return [str(one.get("name", "")) for one in book.get(name) or [] if isinstance(one, dict) and one.get("name")]

    year = re.search(r"\b\d{4}\b", str(book.get("publish_date", "")))
    fields = {
        "title": str(book.get("title", "")),
        "subtitle": str(book.get("subtitle", "")),
        "publisher": "; ".join(listed("publishers")),
        "location": "; ".join(listed("publish_places")),
        "date": year[0] if year else "",
        "pagetotal": str(book.get("number_of_pages", "")),
        "isbn": isbn.format(number),
    }
    people = tuple(name for one in listed("authors") for name in read(one))
    return Entry("", "book", _said(fields), {"author": people} if people else {})


def _arxiv(identifier: str, services: Services) -> Entry:
    """Ask the query interface of arXiv (info.arxiv.org/help/api)."""
    answer = _get(f"{services.arxiv}/api/query?{urlencode({'id_list': identifier})}", "application/atom+xml", services)
    feed = _xml(answer.data, services.arxiv)
    found = feed.find(f"{_ATOM}entry")
    if found is None or _text(found, f"{_ATOM}title") in ("", "Error"):
        raise BadInput(f"arXiv does not know {identifier}.", "Check the identifier for a slip of the pen.")
    category = found.find(f"{_ARXIV}primary_category")
    fields = {
        "title": _text(found, f"{_ATOM}title"),
        "date": _text(found, f"{_ATOM}published")[:10],
        "eprint": identifier,
        "eprinttype": "arxiv",
        "eprintclass": category.get("term", "") if category is not None else "",
        "abstract": _text(found, f"{_ATOM}summary"),
        "doi": _text(found, f"{_ARXIV}doi"),
        "note": _text(found, f"{_ARXIV}journal_ref"),
        "url": f"https://arxiv.org/abs/{identifier}",
    }
    people = tuple(name for one in found.iter(f"{_ATOM}author") for name in read(_text(one, f"{_ATOM}name")))
    return Entry("", "online", _said(fields), {"author": people} if people else {})


def _xml(data: bytes, whose: str) -> Element:
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data:
        raise FarAway(f"{whose} sent a document with entities, which is not read.")
    try:
        return fromstring(data)
    except ParseError as error:
        raise FarAway(f"{whose} sent something that is not XML: {error}.") from error


def _text(element: Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _zotero(library: str, services: Services) -> Iterator[Entry]:
    """Walk a library through Zotero's Web API, version 3, a hundred items at a time (zotero.org/support/dev/web_api/v3)."""
    url = f"{services.zotero}/{library}/items/top?{urlencode({'format': 'csljson', 'limit': 100})}"
    headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": services.zotero_key} if services.zotero_key else {})
    while url:
        found, answer = _json(url, "application/json", services, headers)
        items = found.get("items", []) if isinstance(found, dict) else found
        yield from (csl.entry(item) for item in items if isinstance(item, dict))
        following = re.search(r'<([^>]+)>\s*;\s*rel="next"', answer.headers.get("Link", ""))
        url = urljoin(url, following[1]) if following else ""
        if url and urlsplit(url).netloc != urlsplit(services.zotero).netloc:
            raise FarAway(f"{services.zotero} sends its readers on to {url}, where the key is not shown.")


class _Head(HTMLParser):
    """Gathers the `meta` elements and the title of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, list[str]] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("content"):
            self.meta.setdefault((given.get("name") or given.get("property", "")).lower(), []).append(given["content"])
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def _page(url: str, services: Services) -> Entry:
    """Read what a page says of itself in the `citation_…` elements that scholars' search engines read, or just its title."""
    answer = _get(url, "text/html", services)
    if "html" not in answer.headers.get("Content-Type", ""):
        raise BadInput(f"{url} is no web page.", "Give the address of the page that describes it.")
    head = _Head()
    head.feed(answer.data.decode("utf-8", "replace"))

    def said(*names: str) -> str:
        return next((" ".join(head.meta[name][0].split()) for name in names if name in head.meta), "")

    if _DOI.match(doi := keys.bare_doi(said("citation_doi", "dc.identifier"))):
        return _doi(doi, services)
    journal = said("citation_journal_title")
    fields = {
        "title": said("citation_title", "dc.title", "og:title") or " ".join(head.title.split()),
        "journaltitle": journal,
        "date": said("citation_publication_date", "citation_date", "dc.date").replace("/", "-")[:10],
        "volume": said("citation_volume"),
        "number": said("citation_issue"),
        "pages": "–".join(part for part in (said("citation_firstpage"), said("citation_lastpage")) if part),
        "publisher" if journal else "organization": said("citation_publisher", "og:site_name"),
        "url": url,
        "urldate": date.today().isoformat(),
    }
    if not fields["title"]:
        raise BadInput(f"{url} does not say what it is called.", "Type the entry by hand.")
    people: tuple[Name, ...] = tuple(name for one in head.meta.get("citation_author", []) for name in read(one))
    return Entry("", "article" if journal else "online", _said(fields), {"author": people} if people else {})


def _said(fields: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if text}


def _kept(entry: Entry, **fields: str) -> Entry:
    """Return an entry without a key and without what a service adds for its own ends."""
    own = {name: text for name, text in entry.fields.items() if not name.startswith("csl-")}
    return replace(entry, key="", fields={**own, **fields})
