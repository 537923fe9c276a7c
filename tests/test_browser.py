"""Journeys of readers through the running service: on a phone, at a desk, by keyboard, without scripts."""

from __future__ import annotations

import re
from typing import Any
from urllib.request import urlopen

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser import SCREENS, Open, Reader

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/search",
    "/search?q=transport",
    "/search?q=xyzzyplugh",
    "/bibliography",
    "/sparql",
    "/ontology",
    "/shapes",
    "/shapes/Policy",
    "/concept/sector",
    "/catalog",
)

# axe: WCAG 2.2 A and AA, and what its authors call good practice.
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}


on_each_screen = pytest.mark.parametrize("screen", SCREENS)


def results(eyes: Reader) -> int:
    """Return the number of results that a search page says it found."""
    said = eyes.page.locator("main").inner_text()
    number = re.search(r"(\d[\d,. ]*) (?:records?|results?)", said)
    assert number, f"the page does not say how many it found:\n{said[:400]}"
    return int(re.sub(r"\D", "", number[1]))


@on_each_screen
def test_an_adviser_searches_narrows_reads_and_cites(screen: str, visit: Open) -> None:
    with visit(screen) as eyes:
        page = eyes.page
        eyes.go("/")
        box = page.get_by_role("searchbox").first
        box.fill("transport")
        box.press("Enter")
        page.wait_for_url("**/search?*q=transport*")
        eyes.look()
        everything = results(eyes)
        assert everything > 0

        open_facets(eyes)
        facet = page.locator("main a[href*='sector=']").first
        facet.click()
        page.wait_for_url("**/search?*sector=*")
        eyes.look()
        assert 0 < results(eyes) <= everything

        page.locator("main article a, main ol a, main ul.results a").first.click()
        eyes.look()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        link = page.locator("a[href$='.bib']").first
        address = link.evaluate("a => a.href")
        assert address.startswith(eyes.address)
        with urlopen(address, timeout=30) as answer:
            assert answer.read().lstrip().startswith(b"@")


def open_facets(eyes: Reader) -> None:
    """Unfold the facets where a small screen folds them away."""
    folded = eyes.page.locator("main details:not([open]) > summary:visible")
    while folded.count():
        folded.first.click()


@on_each_screen
def test_an_engineer_runs_an_example_query(screen: str, visit: Open) -> None:
    with visit(screen) as eyes:
        page = eyes.page
        eyes.go("/sparql")
        example = page.locator("main a[href*='/sparql?']").first
        example.click()
        page.wait_for_load_state()
        if not page.locator("main table tbody tr").count():
            page.get_by_role("button", name=re.compile("run|ask", re.I)).first.click()
            page.wait_for_load_state()
        eyes.look()
        assert page.locator("main table tbody tr").count() > 0


@on_each_screen
def test_the_keyboard_is_enough(screen: str, visit: Open) -> None:
    with visit(screen) as eyes:
        page = eyes.page
        eyes.go("/search?q=transport")
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        expect(skip).to_be_in_viewport()
        assert (skip.get_attribute("href") or "").startswith("#"), "the first stop of the Tab key is the skip link"
        for _ in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUS_SEEN), (
                f"focus cannot be seen on {page.evaluate('document.activeElement.outerHTML')}"
            )


FOCUS_SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
}"""


def test_the_skip_link_skips(visit: Open) -> None:
    with visit("desktop") as eyes:
        eyes.go("/")
        eyes.page.keyboard.press("Tab")
        eyes.page.keyboard.press("Enter")
        eyes.page.keyboard.press("Tab")
        assert eyes.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@on_each_screen
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_by_day_nor_with_the_colours_of_the_night(path: str, screen: str, visit: Open) -> None:
    with visit(screen) as eyes:
        eyes.go(path)
        found = Axe().run(eyes.page, options=RULES)
        assert not found.violations_count, found.generate_report()
        if screen == "desktop":
            eyes.page.emulate_media(color_scheme="dark")
            found = Axe().run(eyes.page, options=COLOURS)
            assert not found.violations_count, found.generate_report()


@on_each_screen
@pytest.mark.parametrize("kind", ["policy", "reference"])
def test_axe_finds_nothing_on_a_record(kind: str, screen: str, visit: Open) -> None:
    with visit(screen) as eyes:
        eyes.go(f"/search?kind={kind}")
        eyes.go(eyes.page.locator(f"main a[href*='/{kind}/']").first.evaluate("a => new URL(a.href).pathname"))
        found = Axe().run(eyes.page, options=RULES)
        assert not found.violations_count, found.generate_report()


def test_it_works_without_scripts(visit: Open) -> None:
    with visit("phone", scripts=False) as eyes:
        eyes.page.goto(eyes.address + "/")
        box = eyes.page.locator("input[name=q]").first
        box.fill("transport")
        box.press("Enter")
        eyes.page.wait_for_url("**/search?*q=transport*")
        assert results(eyes) > 0
        eyes.page.goto(eyes.address + "/sparql")
        expect(eyes.page.locator("textarea[name=query]")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_less_than_100_kb(path: str, service: Any) -> None:
    with urlopen(service.address + path.replace(" ", "+"), timeout=30) as answer:
        assert len(answer.read()) < 100_000
