"""The blueprint: every door of this room on one screen."""

from __future__ import annotations

from flask import Blueprint

from kg.web.harvest import crawl, feeds, oai, oembed, unapi

blueprint = Blueprint("harvest", __name__)

for _path, _view in (
    ("/robots.txt", crawl.robots),
    ("/sitemap.xml", crawl.index),
    ("/sitemap-<int:number>.xml", crawl.sitemap),
    ("/opensearch.xml", feeds.description),
    ("/search.atom", feeds.results),
    ("/feed.atom", feeds.news),
    ("/unapi", unapi.unapi),
    ("/oembed", oembed.oembed),
):
    blueprint.add_url_rule(_path, view_func=_view)
blueprint.add_url_rule("/oai", view_func=oai.oai, methods=["GET", "POST"])
