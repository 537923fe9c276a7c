"""Every kind of page is valid HTML by the Nu checker, which needs Java and `npm ci`."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from lxml import html

CHECKER = Path(__file__).resolve().parent.parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

HASTE = ("-XX:TieredStopAtLevel=1", "-Xss8m")
"""It ends before it pays to compile anything thoroughly; what is compiled in haste takes more of the stack."""

PAGES = (
    "/", "/search", "/search?q=transprot", "/search?q=transport&place=africa", "/search/by/place", "/map", "/timeline", "/evidence",
    "/around/place/ke", "/history/place/ke", "/list?ids=place/ke,place/nix", "/place/africa", "/policy/in-ndsap-2012",
    "/concept/sector/transport", "/dataset/openaq", "/nonsense", "/bibliography", "/cite?ids=janssen2012benefits",
    "/reference/janssen2012benefits", "/matrix", "/matrix?group=access", "/gaps?place=us-chicago&sector=transport", "/gaps/corpus",
    "/gaps/principles?place=us-chicago&sector=transport",
    "/roadmap?place=us-chicago&sector=transport", "/draft?place=us-chicago&sector=transport", "/priority?place=ke&sector=transport",
    "/consult", "/compare?ids=de-dng-2021,in-ndsap-2012", "/swot", "/transposition", "/unresolved", "/advocate/transport",
    "/sparql", "/ontology", "/shapes", "/catalog", "/lint",
    "/contribute", "/contribute/practice", "/contribute/agent", "/contribute/practice/dwbp-provide-metadata", "/contribute/words",
    "/contribute/references",
    "/contribute/policy/in-ndsap-2012", "/contributors", "/desk/in",
    "/?lang=he", "/search?q=transprot&lang=he", "/policy/in-ndsap-2012?lang=he", "/ontology?lang=fr", "/map?lang=es",
)  # fmt: skip


def faults(pages: dict[str, bytes], folder: Path) -> list[str]:
    """Return what the Nu checker says of pages, by their address."""
    java = shutil.which("java")
    if java is None or not CHECKER.is_file():
        pytest.skip("the Nu HTML checker is not here: it needs Java, and npm ci in the top folder")
    names = {}
    for number, (path, text) in enumerate(pages.items()):
        page = folder / f"{number:02}.html"
        page.write_bytes(text)
        names[page.name] = path
    run = subprocess.run(
        [java, *HASTE, "-jar", str(CHECKER), "--format", "json", *map(str, sorted(folder.glob("*.html")))],
        capture_output=True, timeout=300,
    )  # fmt: skip
    told = json.loads(run.stderr)["messages"]
    return [f"{names[Path(fault['url']).name]} line {fault['lastLine']}: {fault['message']}" for fault in told]


@pytest.fixture(scope="module")
def pages(app: Flask) -> dict[str, bytes]:
    """The pages as they are sent."""
    client = app.test_client()
    return {path: client.get(path, headers={"Accept": "text/html"}).data for path in PAGES}


def test_pages_are_valid_html(pages: dict[str, bytes], tmp_path: Path) -> None:
    assert faults(pages, tmp_path) == []


def test_who_goes_by_headings_tables_and_anchors_finds_the_way(pages: dict[str, bytes]) -> None:
    for path, text in pages.items():
        page = html.fromstring(text.decode())
        levels = [
            int(heading.tag[1]) for heading in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
        ]
        assert levels[:1] == [1], path
        assert all(deeper <= level + 1 for level, deeper in pairwise(levels)), path
        assert [table.xpath("string(thead)")[:60] for table in page.xpath("//table[not(caption)]")] == [], path
        names = set(page.xpath("//@id"))
        assert {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")} <= names, path


def test_a_record_lists_its_own_sections(pages: dict[str, bytes]) -> None:
    page = html.fromstring(pages["/policy/in-ndsap-2012"].decode())
    listed = page.xpath("//nav[@class='contents']//a/@href")
    assert listed == [f"#{name}" for name in page.xpath("//article/section/@id")]
    assert len(listed) > 4
