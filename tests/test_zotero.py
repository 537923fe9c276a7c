"""What Zotero gets: its own engine and translators (npm: zotero-translators, of 2019) save our pages and import our files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

TOP = Path(__file__).resolve().parent.parent
ENGINE = TOP / "node_modules" / "zotero-translators"

TYPES = {
    "/reference/janssen2012benefits": "journalArticle",
    "/reference/abdelrahman2021ogd": "bookSection",
    "/reference/heitlinger2019right": "conferencePaper",
    "/reference/townsend2013smart": "book",
    "/reference/dittus2017analysing": "thesis",
    "/reference/bonina2015cocreacion": "report",
    "/reference/pappalardo2019scikitmobility": "computerProgram",
    "/reference/mccoy2022trees": "dataset",
    "/reference/albertoni2016dqv": "standard",
    "/reference/gebru2018datasheets": "preprint",
    "/reference/odc2015charter": "webpage",
    "/policy/ar-ley-27275-2016": "statute",
    "/policy/eu-mmtis-regulation-2017": "statute",
    "/policy/us-omb-m-13-13": "report",
    "/dataset/openaq": "dataset",
    "/standard/gtfs-schedule": "standard",
    "/practice/dwbp-data-provenance": "report",
    "/interview/baron-contentway-2018": "interview",
    "/event/odd-2018": "presentation",
    "/output/bcn-eds": "report",
    "/incentive/volunteer-training": "webpage",
}
LATER = {"dataset", "standard", "preprint"}
"""Types that Zotero got after these translators: unAPI hands their names on, COinS looks them up and finds a web page."""

TAKEN = "policy/in-ndsap-2012,reference/janssen2012benefits,dataset/openaq"
LISTS = {"/search?q=privacy&kind=reference": 20, f"/list?ids={TAKEN}": 3, f"/cite?ids={TAKEN}": 3}
FILES = {
    "/search.ris?kind=policy": "RIS",
    "/search.bib?kind=policy": "BibTeX",
    "/search.csl.json?kind=policy": "CSL JSON",
}


@pytest.fixture(scope="module")
def zotero(service: Any) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What each translator makes of each page and file."""
    node = shutil.which("node")
    if node is None or not ENGINE.is_dir():
        pytest.skip("Zotero's translators are not here: they need Node, and npm ci in the top folder")
    command = [node, str(TOP / "tests" / "zotero.js"), str(TOP), service.address, *TYPES, *LISTS, *FILES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(done.stdout)
    return found


def csl(service: Any, path: str) -> list[dict[str, Any]]:
    """Return a record, or what a search finds, in the words that pages and files are compared with."""
    with urlopen(f"{service.address}{path}", timeout=60) as answer:
        told: list[dict[str, Any]] = json.load(answer)
    return told


def named(person: dict[str, str]) -> tuple[str, str]:
    """Return what Zotero should call a person, or a body, which has one name; a suffix follows the given name."""
    family = " ".join(filter(None, (person.get("non-dropping-particle"), person.get("family", person.get("literal")))))
    return family, ", ".join(filter(None, (person.get("given"), person.get("suffix"))))


def makers(item: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["lastName"], one.get("firstName") or "") for one in item["creators"] if one.get("creatorType") != "editor"
    ]


@pytest.mark.parametrize("path", TYPES)
def test_zotero_saves_a_page_by_its_own_rdf_with_all_that_a_citation_needs(
    path: str, zotero: dict[str, Any], service: Any
) -> None:
    [item] = zotero[path]["unAPI"]
    [expected] = csl(service, f"{path}.csl.json")
    assert next(iter(zotero[path])) == "unAPI", "the translator that Zotero takes when nobody chooses"
    assert item["itemType"] == TYPES[path]
    assert item["title"] == expected["title"]
    assert makers(item) == [
        named(one) for one in expected.get("author", ()) if one.get("family", one.get("literal")) != "others"
    ]
    assert item.get("date", "") == "-".join(
        f"{part:02}" for part in expected.get("issued", {"date-parts": [[]]})["date-parts"][0]
    )
    assert item.get("url") == expected.get("URL")
    assert item.get("DOI") == expected.get("DOI")
    assert item.get("language") == expected.get("language")
    assert item["extra"] == f"Citation Key: {expected['id']}"
    assert len(item["notes"]) == bool(expected.get("annote") or expected.get("note"))
    for ours, theirs in {
        "title-short": "shortTitle",
        "volume": "volume",
        "issue": "issue",
        "page": "pages",
        "publisher": "publisher",
    }.items():
        if ours in expected and (ours, TYPES[path]) != ("publisher", "interview"):
            assert item.get(theirs) == expected[ours], ours


@pytest.mark.parametrize("path", TYPES)
@pytest.mark.parametrize("door", ["COinS", "Embedded Metadata"])
def test_the_doors_behind_it_tell_the_same_work(path: str, door: str, zotero: dict[str, Any], service: Any) -> None:
    [item] = zotero[path][door]
    [saved] = zotero[path]["unAPI"]
    older = "webpage" if door == "COinS" and TYPES[path] in LATER else TYPES[path]
    assert item["itemType"] == older
    assert item["title"] == saved["title"]
    assert item.get("date", "").replace("/", "-") == saved.get("date", "")
    if saved.get("url"):
        assert item["url"] == saved["url"]
    if door == "COinS":
        assert makers(item) == [(family, given.partition(",")[0]) for family, given in makers(saved)], (
            "it has no suffixes"
        )


@pytest.mark.parametrize("path", LISTS)
def test_zotero_offers_every_work_of_a_list(path: str, zotero: dict[str, Any]) -> None:
    found = zotero[path]["unAPI"]
    assert len({item["extra"] for item in found}) == len(found) == LISTS[path]
    assert all(item["title"] and item["itemType"] for item in found)


@pytest.fixture(scope="module")
def policies(service: Any) -> list[str]:
    """The titles of all policies."""
    return [item["title"] for item in csl(service, "/search.csl.json?kind=policy")]


@pytest.mark.parametrize("path", FILES)
def test_zotero_imports_a_file_whole(path: str, zotero: dict[str, Any], policies: list[str]) -> None:
    found = zotero[path][FILES[path]]
    apostrophe = "'" if ".bib" in path else "’"
    assert sorted(item["title"] for item in found) == sorted(title.replace("’", apostrophe) for title in policies)
