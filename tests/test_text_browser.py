"""Pages read as text: in Lynx, in the order in which they are read aloud, with no words that run into each other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from flask.testing import FlaskClient
from lxml import html

LYNX = shutil.which("lynx")
PAGES = (
    "/", "/search?q=transport+privacy", "/search?q=transprot", "/search/by/place", "/policy/in-ndsap-2012",
    "/reference/janssen2012benefits", "/place/ke", "/concept/sector/transport", "/map", "/timeline", "/evidence",
    "/around/policy/in-ndsap-2012", "/history/policy/in-ndsap-2012", "/matrix", "/matrix?group=privacy",
    "/matrix/cell/de-dng-2021/portal", "/matrix/provision/portal", "/gaps", "/gaps?place=ke&sector=transport",
    "/gaps/principles?place=ke", "/roadmap?place=ke", "/draft?place=ke", "/swot", "/swot?policy=de-dng-2021",
    "/compare?ids=de-dng-2021,fr-crpa-open-data", "/transposition", "/unresolved", "/priority?sector=transport&place=ke",
    "/advocate/transport", "/rows/policies?place=ke", "/sparql", "/bibliography", "/list?ids=policy/in-ndsap-2012",
    "/ontology", "/shapes", "/contribute", "/contribute/practice",
    "/contribute/references", "/contributors", "/lint", "/catalog", "/nothing-here",
)  # fmt: skip
INLINE = {"a", "b", "button", "span", "code", "em", "q", "bdi", "label", "input", "select", "abbr"}


def glued(page: str) -> list[str]:
    """Return the places where one piece of a line stands right beside the next, with nothing between their words."""
    found = []
    for piece in html.fromstring(page).iter(*INLINE):
        after = piece.getnext()
        said = piece.text_content()
        if piece.tail or after is None or after.tag not in INLINE or not said or "status" in piece.get("class", ""):
            continue
        other = after.text_content()
        if said[-1].isalnum() and other[:1].isalnum():
            found.append(f"{said[-30:]}|{other[:30]}")
    return found


@pytest.mark.parametrize("path", PAGES)
def test_words_do_not_run_into_each_other(path: str, client: FlaskClient) -> None:
    assert glued(client.get(path, headers={"Accept": "text/html"}).text) == []


def test_words_that_run_together_are_noticed() -> None:
    assert glued("<p><a>One</a><a>Two</a> <a>Three</a>, <b>Four</b></p>") == ["One|Two"]


# -- in Lynx ---------------------------------------------------------------------------------------------------------------

READ_ALOUD = {
    "/": (
        "Skip to the content | Browse | What governments have laid down | Search everything | Where it is from |"
        " Records a country | What is in the base | Policies: Laws, decrees | Start from a sector | Take it with you"
    ),
    "/search?q=transport+privacy": (
        "records for | Best match Newest first | Take all | JSON CSV BibTeX | MDS Privacy Guide | How to search | Years |"
        " Kind | Inside World"
    ),
    "/policy/in-ndsap-2012": (
        "Browse › Policies | Policy · India · 2012 · Partly verified | National Data Sharing | issued by | A strategy of"
        " 17 March 2012 | Read it at dst.gov.in | In short | Provisions | 5 stated | How we know | Cite | This page as data"
    ),
    "/place/ke": "Browse › Places › World › Africa | Kenya | In the base | 2 Policies | In short",
    "/map": "Where it is from | Records a country | none seen | Of no single country | The numbers | Argentina",
    "/evidence": "Evidence by sector and region | Sector | Africa | Civic amenities | add one",
    "/gaps?place=ke&sector=transport": (
        "Gaps: Kenya | provisions: | missing | of the place itself | Peers: | Look at these first | Not seen here |"
        " How others put it: | What helps: | The other gaps, in order"
    ),
    "/roadmap?place=ke": "Roadmap: Kenya | steps in order | Quick wins | Phase 1: Foundations | Civic community:",
    "/matrix?group=privacy": (
        "What policies lay down | read whole | says nothing about the policy | Privacy safeguard | Stated"
    ),
    "/bibliography": "The annotated bibliography | For a reference manager: BibTeX | Abdelrahman | Use:",
    "/nothing-here": "Nothing is here | There is no /nothing-here here",
}
"""What somebody who reads from the top hears, in this order."""


def read_in_lynx(page: bytes) -> str:
    """Return a page as Lynx writes it."""
    if LYNX is None:
        reason = "there is no Lynx on this machine (Debian: apt-get install lynx)"
        if os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get"):
            pytest.fail(reason)
        pytest.skip(reason)
    command = [LYNX, "-dump", "-stdin", "-nolist", "-width=400", "-display_charset=utf-8", "-assume_charset=utf-8"]
    spoken = os.environ | {"LC_ALL": "C.UTF-8"}
    run = subprocess.run(command, input=page, capture_output=True, timeout=30, check=True, env=spoken)
    return run.stdout.decode("utf-8", "replace")  # Lynx may cut a long line within a letter


@pytest.mark.parametrize("path", READ_ALOUD)
def test_a_page_is_read_from_the_top_in_a_text_browser(path: str, client: FlaskClient) -> None:
    text = re.sub(r"\s+", " ", read_in_lynx(client.get(path, headers={"Accept": "text/html"}).data))
    at = 0
    for words in re.split(r" \| ?", READ_ALOUD[path]):
        found = text.find(words, at)
        assert found >= 0, f"{words!r} does not come after {text[max(0, at - 60) : at]!r}"
        at = found + len(words)


@pytest.mark.parametrize("path", READ_ALOUD)
def test_no_line_of_a_text_browser_is_a_bare_symbol(path: str, client: FlaskClient) -> None:
    text = read_in_lynx(client.get(path, headers={"Accept": "text/html"}).data)
    lines = (line.strip() for line in text.splitlines())
    bare = [line for line in lines if line not in ("", "}") and not re.search(r"\w", line)]  # } ends an entry in BibTeX
    assert bare == []
    assert not re.search("[✓×▸▶▼●◐○✕▨]", text), "a symbol stands in for a word"


def test_a_hebrew_page_is_read_in_a_text_browser(client: FlaskClient) -> None:
    text = read_in_lynx(client.get("/gaps?place=ke&lang=he", headers={"Accept": "text/html"}).data)
    assert text.index("דילוג") < text.index("פערים: \u2068קניה\u2069") < text.index("התחילו באלה")
