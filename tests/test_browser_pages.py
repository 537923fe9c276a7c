"""Readers meet every kind of page: on a phone by day, at a desk by night, by keyboard, with and without scripts."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser import Open
from test_browser import RULES

pytestmark = pytest.mark.browser

TEMPLATES = (
    "/map", "/timeline", "/evidence", "/search/by/place", "/search?q=transprot", "/search?q=transport&place=africa",
    "/around/policy/in-ndsap-2012", "/history/place/ke", "/list?ids=policy/in-ndsap-2012,place/nix", "/list",
    "/place/africa", "/concept/sector/transport", "/dataset/openaq",
)  # fmt: skip


@pytest.mark.parametrize("path", TEMPLATES)
def test_axe_finds_nothing_on_a_phone_by_day_and_at_a_desk_by_night(path: str, visit: Open) -> None:
    with visit("phone") as eyes:
        eyes.go(path)
        found = Axe().run(eyes.page, options=RULES)
        assert not found.violations_count, found.generate_report()
    with visit("desktop") as eyes:
        eyes.page.emulate_media(color_scheme="dark")
        eyes.go(path)
        found = Axe().run(eyes.page, options=RULES)
        assert not found.violations_count, found.generate_report()


@pytest.mark.parametrize("path", [*TEMPLATES, "/place/world"])
def test_a_page_weighs_less_than_100_kb(path: str, service: Any) -> None:
    with urlopen(service.address + path, timeout=30) as answer:
        assert len(answer.read()) < 100_000


def test_a_reader_gathers_a_list_and_takes_it_along(visit: Open) -> None:
    with visit("phone") as eyes:
        page = eyes.page
        eyes.go("/policy/in-ndsap-2012")
        expect(page.locator("[data-list]")).to_be_hidden()
        page.get_by_role("button", name="Add to reading list").click()
        expect(page.get_by_role("button", name="On the reading list")).to_have_attribute("aria-pressed", "true")
        eyes.go("/place/ke")
        keep = page.get_by_role("button", name="Add to reading list")
        keep.focus()
        page.keyboard.press("Space")
        page.get_by_role("link", name="List (2)").click()
        page.wait_for_url("**/list?ids=policy/in-ndsap-2012,place/ke")
        eyes.look()
        address = page.get_by_role("link", name="BibTeX").first.evaluate("link => link.href")
        with urlopen(address, timeout=30) as answer:
            assert answer.read().lstrip().startswith(b"@")
        page.get_by_role("link", name="Take it off: Kenya").click()
        page.wait_for_url("**/list?ids=policy/in-ndsap-2012")
        expect(page.get_by_role("link", name="List (1)")).to_be_visible()


def test_without_scripts_a_list_is_a_form(visit: Open) -> None:
    with visit("phone", scripts=False) as eyes:
        eyes.page.goto(eyes.address + "/place/ke")
        eyes.page.get_by_role("link", name="Add to reading list").click()
        eyes.page.wait_for_url("**/list?ids=place/ke")
        expect(eyes.page.locator("textarea[name=ids]")).to_have_value("place/ke")


def test_a_country_on_the_map_leads_to_its_records(visit: Open) -> None:
    with visit("desktop") as eyes:
        eyes.go("/map?kind=policy")
        eyes.page.locator("svg.world a[aria-label^='India:']").click()
        eyes.page.wait_for_url("**/search?*place=in*")
        eyes.look()


def test_a_click_on_a_heading_sorts_the_table(visit: Open) -> None:
    with visit("desktop") as eyes:
        eyes.go("/map")
        eyes.page.get_by_role("columnheader", name="Policies").get_by_role("link").click()
        eyes.page.wait_for_url("**/map?by=policy&order=down#table")
        numbers = eyes.page.locator("tbody td:nth-child(3)").all_inner_texts()
        counts = [int(text.replace("–", "0")) for text in numbers]
        assert counts == sorted(counts, reverse=True)


def test_the_copy_button_copies_the_entry(visit: Open) -> None:
    with visit("desktop") as eyes:
        eyes.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        eyes.go("/policy/in-ndsap-2012")
        button = eyes.page.get_by_role("button", name="Copy BibTeX entry")
        button.click()
        expect(button).to_have_text("Copied")
        assert eyes.page.evaluate("navigator.clipboard.readText()").startswith("@")
