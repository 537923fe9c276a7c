"""A reader with a real browser: finds Chromium, opens pages as on a phone or a desk, writes down what goes wrong."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

SCREENS = {"phone": (390, 844), "desktop": (1280, 900)}
NAMES = (
    "chromium-headless-shell",  # the same engine without the window around it, which is half of the work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium() -> str | None:
    """Return the path of this machine's Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def could_be_installed() -> bool:
    """Tell whether `make test` had the means to install Chromium."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


@dataclass
class Reader:
    """One open page, the faults that it showed, and a folder for the picture of one that is amiss."""

    page: Page
    address: str
    pictures: Path
    screen: str
    faults: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Write down errors in the console, uncaught exceptions and requests that leave the site."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"request to another host: {request.url}")

    def go(self, path: str) -> None:
        """Open a page of the site and look at it."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        self.look()

    def look(self) -> None:
        """Notice when the page is wider than the screen."""
        self.page.wait_for_load_state()
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if wide > room:
            self.faults.append(f"{self.page.url} is {wide} px wide on a screen of {room}: {self._too_wide()}")

    def picture(self) -> Path:
        """Take a picture of the page; return where it is."""
        name = urlsplit(self.page.url).path.strip("/").replace("/", "-") or "home"
        path = self.pictures / f"{name}-{self.screen}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def _too_wide(self) -> list[str]:
        """Name the elements that stick out, the innermost last."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            """() => [...document.querySelectorAll("body *")]
                .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                .slice(0, 5).map(e => e.tagName.toLowerCase() + (e.className ? "." + e.className : ""))"""
        )


Open = Callable[..., AbstractContextManager[Reader]]
"""Opens the service as a reader: `with visit("phone") as eyes`."""


@contextmanager
def reader(browser: Browser, address: str, pictures: Path, screen: str, *, scripts: bool = True) -> Iterator[Reader]:
    """Open a fresh browser window of that screen; at the end, complain about everything that went wrong in it."""
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=screen == "phone",
        is_mobile=screen == "phone",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    opened = Reader(context.new_page(), address, pictures, screen)
    opened.listen()
    try:
        yield opened
        if opened.faults:
            opened.picture()
    except Exception as error:
        error.add_note(f"A picture of it: {opened.picture()}")
        raise
    finally:
        context.close()
    assert opened.faults == [], f"there may be a picture of it in {pictures}"


if __name__ == "__main__":
    print(chromium() or "There is no Chromium or Chrome here.")
    sys.exit(chromium() is None)
