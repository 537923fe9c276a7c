"""The blueprint: every door of this room on one screen."""

from __future__ import annotations

from flask import Blueprint

from kg.web.harvest import calendar, crawl, feeds, oai, oembed, reconcile, unapi

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
    ("/events.ics", calendar.calendar),
    ("/reconcile/suggest/<any(entity, type, property):what>", reconcile.suggest),
    ("/reconcile/preview", reconcile.preview),
):
    blueprint.add_url_rule(_path, view_func=_view)
blueprint.add_url_rule("/oai", view_func=oai.oai, methods=["GET", "POST"])
blueprint.add_url_rule("/reconcile", view_func=reconcile.reconcile, methods=["GET", "POST"])
