"""A visitor proposes a practice and a curator accepts it: on a phone and at a desk, by keyboard, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser import Open, Reader
from kg.desk.accounts import Accounts
from test_browser import RULES

pytestmark = pytest.mark.browser


def fine(eyes: Reader) -> None:
    eyes.look()
    found = Axe().run(eyes.page, options=RULES)
    assert not found.violations_count, found.generate_report()


@pytest.mark.parametrize(
    ("screen", "scripts"), [("phone", False), ("desktop", True)], ids=["phone-no-scripts", "desktop"]
)
def test_a_proposal_is_mended_sent_accepted_and_credited(screen: str, scripts: bool, visit: Open, service: Any) -> None:
    title = f"A practice from a {screen} {'with' if scripts else 'without'} scripts"
    with visit(screen, scripts=scripts) as eyes:
        page = eyes.page
        page.goto(eyes.address + "/contribute")
        page.locator("main").get_by_role("link", name="Good practice").click()
        page.get_by_label("Title").first.fill(title)
        page.get_by_role("button", name="Check and continue").click()
        mistakes = page.get_by_role("region", name="things to mend")
        expect(mistakes).to_be_focused()
        if scripts:
            fine(eyes)
        expect(page.get_by_label("Title").first).to_have_value(title)
        page.get_by_role("link", name="Summary: Say in a sentence").click()
        mend(page)
        page.get_by_role("button", name="Check and continue").click()
        expect(page.get_by_role("heading", name="What you propose")).to_be_visible()
        if scripts:
            fine(eyes)
        page.get_by_role("button", name="Send it").click()
        expect(page.get_by_role("status")).to_contain_text("waits for a curator")
        if scripts:
            fine(eyes)
        token = Accounts(service.data / "accounts.sqlite").add("curator", "curator")
        page.goto(eyes.address + "/desk")
        page.get_by_label("Your token").fill(token)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=title).click()
        if scripts:
            fine(eyes)
        accept = page.get_by_role("button", name="Accept")
        accept.focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Proposals", exact=True).wait_for()
        page.goto(eyes.address + "/search?q=" + title.replace(" ", "+"))
        page.get_by_role("link", name=title).first.click()
        expect(page.get_by_text("Amina of the Tests")).to_be_visible()


def mend(page: Page) -> None:
    page.get_by_label("Summary").first.fill("What it is, in a sentence.")
    page.get_by_label("Type", exact=False).first.select_option(label="City practice")
    page.get_by_label("Name to be credited").fill("Amina of the Tests")
    page.get_by_label("What I send are facts").check()


@pytest.mark.parametrize(
    "path",
    ["/contribute", "/contribute/practice/dwbp-provide-metadata", "/contribute/words", "/desk/in", "/contributors"],
)
def test_axe_finds_nothing_by_day_and_by_night(path: str, visit: Open) -> None:
    with visit("phone") as eyes:
        eyes.go(path)
        fine(eyes)
    with visit("desktop") as eyes:
        eyes.page.emulate_media(color_scheme="dark")
        eyes.go(path)
        fine(eyes)


def test_references_are_pasted_looked_at_and_sent_by_keyboard_on_a_phone_without_scripts(visit: Open) -> None:
    with visit("phone", scripts=False) as eyes:
        page = eyes.page
        page.goto(eyes.address + "/contribute")
        page.get_by_role("link", name="Paste references").click()
        page.get_by_label("BibTeX, BibLaTeX, RIS or CSL-JSON").fill(
            "@article{lindh2061phone, author={Lindh, Maud}, title={From a bus}, journal={Cities}, year={2061}}"
        )
        page.get_by_role("button", name="Look at them").press("Enter")
        expect(page.get_by_role("checkbox", name="From a bus")).to_be_checked()
        page.get_by_text("What it would say here").click()
        eyes.look()
        page.get_by_label("may be shared by everyone").check()
        page.get_by_role("button", name="Send those").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("waits for a curator")
    with visit("desktop") as eyes:
        eyes.go("/contribute/references?text=%40misc%7Bx%2C%20title%3D%7BOn%20axes%7D%7D%20%40misc%7By%2C")
        fine(eyes)
        eyes.page.get_by_role("button", name="Look at them").click()
        expect(eyes.page.get_by_role("heading", name="What could not be read")).to_be_visible()
        fine(eyes)
