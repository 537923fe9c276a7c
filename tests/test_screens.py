"""The pictures of the main pages in docs/pictures: taken with a real browser by `make pictures`, and complete."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEAVIEST = 120_000


class Shot(NamedTuple):
    """A page as somebody sees it."""

    name: str
    path: str
    screen: str = "desktop"
    language: str = "en"
    scheme: str = "light"


PAGES = {
    "home": "/",
    "search": "/search?q=transport+privacy",
    "policy": "/policy/in-ndsap-2012",
    "reference": "/reference/janssen2012benefits",
    "place": "/place/ke",
    "map": "/map",
    "gaps": "/gaps?place=ke&sector=transport",
    "roadmap": "/roadmap?place=ke&sector=transport",
    "sparql": "/sparql",
    "bibliography": "/bibliography",
}
SHOTS = [
    *(Shot(name, path) for name, path in PAGES.items()),
    *(Shot(f"{name}-phone", PAGES[name], "phone") for name in ("home", "search", "policy", "map", "gaps")),
    Shot("policy-dark", PAGES["policy"], scheme="dark"),
    Shot("gaps-hebrew", PAGES["gaps"], language="he"),
]


@pytest.mark.pictures
@pytest.mark.browser
@pytest.mark.parametrize("shot", SHOTS, ids=[shot.name for shot in SHOTS])
def test_a_page_is_taken(shot: Shot, visit, pytestconfig: pytest.Config) -> None:  # type: ignore[no-untyped-def]
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed: pip install -e '.[pictures]'")
    folder = Path(pytestconfig.getoption("--pictures"))
    folder.mkdir(exist_ok=True)
    with visit(shot.screen) as eyes:
        eyes.page.emulate_media(color_scheme=shot.scheme)
        eyes.go(f"{shot.path}{'&' if '?' in shot.path else '?'}lang={shot.language}")
        eyes.page.screenshot(path=folder / f"{shot.name}.png")
    with image.open(folder / f"{shot.name}.png") as taken:
        taken.convert("RGB").quantize(128, image.Quantize.MAXCOVERAGE, dither=image.Dither.NONE).save(
            folder / f"{shot.name}.png", optimize=True
        )


def test_every_picture_is_there_light_and_shown_with_words() -> None:
    taken = {path.stem: path for path in (DOCS / "pictures").iterdir()}
    assert taken.keys() == {shot.name for shot in SHOTS}, "run `make pictures`"
    text = (DOCS / "pictures.md").read_text("utf-8")
    for shot in SHOTS:
        data = taken[shot.name].read_bytes()
        assert data.startswith(b"\x89PNG"), shot.name
        assert struct.unpack(">II", data[16:24]) == ((1280, 900) if shot.screen == "desktop" else (390, 844))
        assert len(data) < HEAVIEST, shot.name
        assert f"](pictures/{shot.name}.png)" in text
        assert f"![](pictures/{shot.name}.png)" not in text
