"""A Hebrew reader meets the pages from right to left, on a phone and at a desk; a reader changes the language with a click."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser import Open
from test_browser import RULES

pytestmark = pytest.mark.browser


PAGES = ("/", "/search?q=transport&place=africa", "/policy/in-ndsap-2012", "/gaps?place=us-chicago")


@pytest.mark.parametrize(("screen", "pages"), [("phone", PAGES), ("desktop", PAGES[1:2])], ids=["phone", "desktop"])
def test_pages_stand_from_right_to_left(screen: str, pages: tuple[str, ...], visit: Open) -> None:
    with visit(screen) as eyes:
        eyes.page.goto(eyes.address + "/?lang=he")
        for path in pages:
            eyes.go(path)
            expect(eyes.page.locator("html")).to_have_attribute("dir", "rtl")
            name, room = eyes.page.locator(".masthead .name").bounding_box(), eyes.page.viewport_size
            assert name is not None
            assert room is not None
            assert name["x"] > room["width"] / 2, "the name stands where a line begins"
            found = Axe().run(eyes.page, options=RULES)
            assert not found.violations_count, found.generate_report()


def test_a_language_is_chosen_by_its_own_name_and_stays(visit: Open) -> None:
    with visit("phone", scripts=False) as eyes:
        eyes.go("/policy/in-ndsap-2012")
        eyes.page.get_by_role("link", name="Français").click()
        expect(eyes.page.locator("html")).to_have_attribute("lang", "fr")
        eyes.go("/search")
        expect(eyes.page.get_by_role("link", name="Bibliographie")).to_be_visible()
        eyes.page.get_by_role("link", name="English").click()
        expect(eyes.page.locator("html")).to_have_attribute("lang", "en")
