"""A record says what it is: without a class, or with that of another kind, it is refused wherever it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import entries
from kg.base import Base, open_base
from kg.settings import Settings
from kg.terms import RECORDS

HEAD = """@base <https://w3id.org/open-urban/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ou: <https://w3id.org/open-urban/ns#> .
"""
POLICY = "class: Say what it is: give it a class ou:Policy."
CASES = {
    "no class": ("policy/example", "", POLICY),
    "the class of another kind": ("policy/example", "a ou:Practice ; ", POLICY + " (found: "),
    "a class that no shape is for": ("policy/example", "a <urn:thing> ; ", POLICY + " (found: urn:thing)"),
    "an address of no kind": ("folly/x", "", "class: Say what it is: give it a class that a shape is for."),
}


def record(folder: Path, slug: str, kind: str) -> Path:
    path = folder / "example.ttl"
    path.write_text(f'{HEAD}<{slug}> {kind}dct:title "An example"@en .')
    return path


@pytest.mark.parametrize(("slug", "kind", "complaint"), CASES.values(), ids=CASES.keys())
def test_a_record_of_no_kind_or_the_wrong_one_is_told(
    base: Base, tmp_path: Path, slug: str, kind: str, complaint: str
) -> None:
    read, _ = entries.read_files([record(tmp_path, slug, kind)], base.settings.base)
    told = [str(problem) for problem in entries.check(base, read) if problem.severe]
    assert any(complaint in line for line in told), told


def test_it_is_not_loaded(tmp_path: Path) -> None:
    path = record(tmp_path, "policy/example", "")
    with open_base(Settings(data=tmp_path / "data")) as opened:
        loading = entries.load(opened, [path])
        assert loading.refused == {RECORDS + "policy/example"}
        assert opened.graphs([RECORDS + "policy/example"]) == {}


def test_the_links_of_a_reference_may_be_checked_without_its_entry(base: Base) -> None:
    (path,) = (folder / "reference" / "haklay2010how.ttl" for folder in entries.shipped_paths())
    read, _ = entries.read_files([path], base.settings.base)
    assert [str(problem) for problem in entries.check(base, read)] == []
