"""The door to the catalogue: a page of records for readers, DCAT-AP 3.0.1 for harvesters."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from pyoxigraph import serialize

from kg import catalog, turtle
from kg.errors import BadInput, NotFound
from kg.terms import PREFIXES, RECORDS
from kg.web import negotiation
from kg.web.negotiation import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from kg.web.site import base, item, links
from kg.web.tongues import _, ngettext

blueprint = Blueprint("catalog", __name__)

_FORMATS = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
_LONGEST_NUMBER = 30
_PREFIXES = PREFIXES | {"hydra": catalog.HYDRA.iri, "dcatap": "http://data.europa.eu/r5r/"}


@blueprint.get("/catalog")
@blueprint.get("/catalog.<ext>")
def show(ext: str | None = None) -> Response:
    """Answer with one page of the catalogue, or with all of it as N-Triples (`/catalog.nt?page=all`), written as it is read."""
    by_extension = next((form for form in _FORMATS if form.ext == ext), None)
    if ext is not None and by_extension is None:
        raise NotFound(
            _("This page is not written as .%(ext)s.", ext=ext),
            _("It is written as %(formats)s.", formats=", ".join(f".{form.ext}" for form in _FORMATS)),
        )
    form = negotiation.chosen(_FORMATS, by_extension)
    if request.args.get("page") == "all":
        if form is not N_TRIPLES:
            raise BadInput(
                _("The whole catalogue in one answer is N-Triples."),
                _("Ask for /catalog.nt?page=all, or for one page."),
            )
        return negotiation.streamed(_whole(), N_TRIPLES, "catalog")
    shown = _page()
    response = _page_of(shown) if form is HTML else _data(shown, form)
    response.headers["Vary"] = "Accept"
    for other in links("/catalog", _FORMATS, {"page": shown.number}):
        response.headers.add("Link", f'<{other["url"]}>; rel="alternate"; type="{other["mimetype"]}"')
    return response


def _page() -> catalog.Page:
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise BadInput(
            _("%(given)s is not a page of the catalogue.", given=f"page={text}"),
            _("Pages are numbered from 1; page=all is the whole."),
        )
    shown = catalog.page(base(), max(1, int(text)))
    if int(text) != shown.number or shown.number > shown.pages:
        raise NotFound(
            _("There is no page %(page)s.", page=text),
            ngettext("It has %(num)s page.", "It has pages 1 to %(num)s.", shown.pages),
        )
    return shown


def _site() -> str:
    return request.url_root.rstrip("/")


def _data(shown: catalog.Page, form: Format) -> Response:
    told = catalog.statements(base(), shown, _site()) + catalog.view(shown, f"{_site()}/catalog.{form.ext}")
    if form is TURTLE:
        body = turtle.write(set(told), RECORDS)
    else:
        body = serialize(turtle.arranged(set(told)), format=form.rdf, prefixes=_PREFIXES) or b""
    return Response(body, content_type=form.content_type, headers={"Access-Control-Allow-Origin": "*"})


def _whole() -> Iterator[str]:
    """Write every page; what two pages share stands there twice, which means the same."""
    for shown in catalog.pages(base()):
        for triple in dict.fromkeys(catalog.statements(base(), shown, _site())):
            yield f"{triple} .\n"


def _page_of(shown: catalog.Page) -> Response:
    def url(number: int) -> str | None:
        return f"/catalog?page={number}" if 1 <= number <= shown.pages else None

    formats = links("/catalog", _FORMATS, {"page": shown.number})
    page = render_template(
        "catalog.html",
        shown=shown,
        items=[item(card) for card in shown.cards],
        previous=url(shown.number - 1),
        next=url(shown.number + 1),
        formats=formats,
    )
    return Response(page, content_type=HTML.content_type)
