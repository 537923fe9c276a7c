"""A city official on a phone, without scripts: three clicks from home to a plan with evidence, one more to take it over."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from browser import Open

pytestmark = pytest.mark.browser
CITY = "Amsterdam"


def test_three_clicks_lead_from_my_city_and_transport_to_a_plan_with_evidence(visit: Open) -> None:
    clicks: list[str] = []

    def click(what: Locator) -> None:
        clicks.append(what.inner_text())
        what.click()

    with visit("phone", scripts=False) as eyes:
        page = eyes.page
        eyes.go("/")
        click(page.get_by_role("navigation").get_by_role("link", name="Gaps", exact=True).first)
        page.locator("select[name=place]").select_option(label=CITY)
        page.locator("select[name=sector]").select_option("transport")
        click(page.get_by_role("main").get_by_role("button", name="Show"))
        eyes.look()
        click(page.get_by_role("link", name="Make a plan of this"))
        eyes.look()
        assert len(clicks) == 3, clicks
        expect(page.get_by_role("heading", level=1)).to_contain_text(CITY)
        steps = page.locator("article.gap")
        assert steps.count() > 10
        cell = steps.first.locator("a[href^='/matrix/cell/']").first.get_attribute("href")
        eyes.go(str(cell))
        expect(page.get_by_role("main")).to_contain_text("The provision")


def test_a_plan_is_taken_over_without_scripts_and_reads_as_it_was_changed(visit: Open) -> None:
    with visit("phone", scripts=False) as eyes:
        page = eyes.page
        eyes.go("/roadmap?place=nl-amsterdam&sector=transport")
        page.get_by_role("link", name="Take this plan as a record").click()
        eyes.look()
        first = page.locator("ul.closed li").first
        told = first.inner_text()
        first.get_by_role("button", name="Change").click()
        due = page.locator("input[name$='/due']").first
        due.fill("2027-06")
        page.locator("input[name=licence]").check()
        page.get_by_role("button", name="Check and continue").click()
        expect(page.get_by_role("main")).to_contain_text("Nothing has been sent yet")
        expect(page.get_by_role("main")).to_contain_text("June 2027")
        expect(page.get_by_role("main")).to_contain_text(told.split("\n")[0].split(" Change")[0][:40])
        eyes.look()


PAGES = [
    "/roadmap?place=nl-amsterdam&sector=transport",
    "/contribute/plan?from=roadmap&place=ke",
    "/swot?policy=de-dng-2021",
]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visit: Open, path: str) -> None:
    with visit("desktop") as eyes:
        eyes.go(path)
        assert [found["id"] for found in Axe().run(eyes.page).response["violations"]] == []
