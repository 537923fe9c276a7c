"""What we hand out carries our own address, whatever host a caller claims to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.base import Base
from kg.errors import BadSetting
from kg.settings import Settings
from kg.web import create_app
from kg.web.public import seen

DOORS = ("/", "/sitemap.xml", "/feed.atom", "/robots.txt", "/policy/in-ndsap-2012", "/policy/in-ndsap-2012.jsonld",
         "/catalog.ttl", "/opensearch.xml", "/.well-known/void", "/oai?verb=Identify", "/reconcile", "/nonsense")  # fmt: skip


@pytest.fixture
def known_as(base: Base) -> Callable[..., FlaskClient]:
    """Someone who asks the shared base where it has an address of its own."""

    def made(**settings: Any) -> FlaskClient:
        return create_app(base=replace(base, settings=Settings(data=base.settings.data, **settings))).test_client()

    return made


@pytest.mark.parametrize("public", ["", "https://data.example.org"], ids=["unset", "set"])
def test_a_host_that_is_made_up_comes_back_nowhere(known_as: Callable[..., FlaskClient], public: str) -> None:
    client = known_as(public=public)
    for door in DOORS:
        for accept in ("text/html", "*/*"):
            answer = client.get(door, headers={"Host": "evil.example", "Accept": accept})
            assert "evil.example" not in answer.text + str(answer.headers), door


def test_the_public_address_is_written(known_as: Callable[..., FlaskClient]) -> None:
    client = known_as(public="https://data.example.org")
    assert "https://data.example.org/sitemap" in client.get("/robots.txt").text
    assert '<link rel="canonical" href="https://data.example.org/">' in client.get("/").text


@pytest.mark.parametrize(
    ("given", "host", "expected"),
    [
        ({}, "localhost:8000", "localhost:8000"),
        ({}, "127.0.0.1:9", "127.0.0.1:9"),
        ({}, "[::1]:9", "[::1]:9"),
        ({"host": "library"}, "library", "library"),
        ({}, "evil.example", "127.0.0.1:8000"),
        ({}, "localhost@evil.example", "127.0.0.1:8000"),
        ({}, "evil.example/localhost", "127.0.0.1:8000"),
        ({}, "[", "127.0.0.1:8000"),
        ({}, "", "127.0.0.1:8000"),
        ({"host": "0.0.0.0"}, "evil.example", "localhost:8000"),
        ({"host": "::"}, "evil.example", "localhost:8000"),
        ({"host": "0.0.0.0"}, "192.0.2.7:8000", "192.0.2.7:8000"),
        ({"proxies": 1}, "data.example.org", "data.example.org"),
        ({"public": "https://data.example.org"}, "localhost", "data.example.org"),
    ],
)
def test_a_host_is_believed_only_where_it_can_be_ours(given: Any, host: str, expected: str) -> None:
    assert seen(Settings(**given), "http", host)[1] == expected


@pytest.mark.parametrize("text", ["data.example.org", "https://data.example.org/base", "ftp://data.example.org"])
def test_a_public_address_is_a_scheme_and_a_host(text: str) -> None:
    with pytest.raises(BadSetting):
        Settings.load({"KG_PUBLIC": text})


def test_who_asks_for_the_icon_at_its_old_address_is_led_to_it(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    with client.get(answer.headers["Location"]) as icon:
        assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
