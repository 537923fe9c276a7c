"""One path for every change: checked, journalled, stored, indexed; the same twice; whole after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from conftest import clean_environment
from kg import entries
from kg.base import Base, open_base
from kg.desk.journal import Change
from kg.errors import BrokenHouse, EngineDown, Refused
from kg.search.index import Wanted
from kg.settings import Settings
from kg.terms import DCT, RDF, RECORDS, SKOS

CORPUS = Path(__file__).resolve().parent.parent / "bibliography"
PLACE = f"{RECORDS}place/atlantis"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Base]:
    """An empty base that holds the ontology."""
    with open_base(Settings(data=tmp_path / "data")) as opened:
        entries.load(opened, [])
        yield opened


def place(name: str, iri: str = PLACE) -> list[Triple]:
    node = NamedNode(iri)
    return [Triple(node, RDF.type, DCT.Location), Triple(node, SKOS.prefLabel, Literal(name, language="en"))]


def found(base: Base, text: str) -> list[str]:
    return [hit.card.title for hit in base.index.search(Wanted(text=text)).hits]


def test_a_change_stands_in_journal_store_and_index(small: Base) -> None:
    [change] = small.write({PLACE: place("Atlantis")}, "a curator", "found it")
    assert (change.who, change.why, change.graph, change.before) == ("a curator", "found it", PLACE, None)
    assert small.graphs([PLACE]) == {PLACE: place("Atlantis")}
    assert found(small, "atlantis") == ["Atlantis"]
    assert small.journal.revision == small.index.revision == change.revision


def test_the_same_change_again_changes_nothing(small: Base) -> None:
    small.write({PLACE: place("Atlantis")}, "a curator", "found it")
    revision = small.journal.revision
    assert small.write({PLACE: list(reversed(place("Atlantis")))}, "a curator", "again") == []
    assert small.journal.revision == revision


def test_what_the_shapes_refuse_is_written_nowhere(small: Base) -> None:
    revision = small.journal.revision
    nameless = [Triple(NamedNode(PLACE), RDF.type, DCT.Location)]
    with pytest.raises(Refused, match="name"):
        small.write({PLACE: nameless}, "a curator", "in a hurry")
    assert small.graphs([PLACE]) == {}
    assert small.journal.revision == revision


def test_what_is_taken_out_is_gone_from_store_and_index_and_kept_in_the_journal(small: Base) -> None:
    small.write({PLACE: place("Atlantis")}, "a curator", "found it")
    small.write({PLACE: None}, "a curator", "it sank")
    assert small.graphs([PLACE]) == {}
    assert found(small, "atlantis") == []
    sunk, _ = small.journal.history(PLACE)
    assert (sunk.why, sunk.after) == ("it sank", None)
    assert b"Atlantis" in (sunk.before or b"")


def test_a_crash_after_the_journal_is_mended_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with open_base(settings) as base:
        entries.load(base, [])
        base.write({PLACE: place("Atlantis")}, "a curator", "found it")
        base.journal.append("a curator", "renamed", [(PLACE, None, b"\n".join(f"{t} .".encode() for t in place("Ys")))])
    with open_base(settings) as base:
        assert base.graphs([PLACE]) == {PLACE: place("Ys")}
        assert found(base, "ys") == ["Ys"]
        assert found(base, "atlantis") == []


@pytest.mark.parametrize("breaks", [0, 1, 2])
def test_what_breaks_off_between_two_parts_is_completed(
    breaks: int, small: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = {
        f"{PLACE}-{breaks}-{number}": place(f"Ys{breaks} {number}", f"{PLACE}-{breaks}-{number}") for number in range(5)
    }
    parts: list[int] = []

    def breaking(changes: Sequence[Change]) -> None:
        parts.append(len(changes))
        if len(parts) == breaks:
            raise EngineDown("gone")
        store(changes)

    store = small._store
    monkeypatch.setattr(small, "_store", breaking)
    if breaks:
        with pytest.raises(EngineDown):
            small.write(towns, "a curator", "a group of islands", part=2)
        monkeypatch.undo()
        assert small.index.revision < small.journal.revision
        small.catch_up()
    else:
        assert len(small.write(towns, "a curator", "a group of islands", part=2)) == 5
        assert parts == [2, 2, 1]
    assert small.index.revision == small.journal.revision
    assert sorted(found(small, f"ys{breaks}")) == sorted(f"Ys{breaks} {number}" for number in range(5))
    assert {iri: set(small.graphs([iri])[iri]) for iri in towns} == {iri: set(told) for iri, told in towns.items()}


def test_a_lost_index_is_built_anew_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with open_base(settings) as base:
        entries.load(base, [])
        base.write({PLACE: place("Atlantis")}, "a curator", "found it")
    shutil.rmtree(settings.data / "search")
    with open_base(settings) as base:
        assert found(base, "atlantis") == ["Atlantis"]
        assert base.index.revision == base.journal.revision


def test_a_folder_mixed_from_two_bases_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with open_base(settings) as base:
        entries.load(base, [])
    for path in settings.data.glob("journal.sqlite*"):
        path.unlink()
    with pytest.raises(BrokenHouse, match="mixed from two bases"), open_base(settings):
        pass


def test_a_load_killed_in_the_middle_is_completed_by_the_next(tmp_path: Path) -> None:
    environment = clean_environment(data=tmp_path / "data")
    loading = subprocess.Popen([sys.executable, "-m", "kg", "load"], env=environment, stderr=subprocess.DEVNULL)
    journal = tmp_path / "data" / "journal.sqlite-wal"
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.stat().st_size > 2_000_000) and loading.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    with open_base(Settings(data=tmp_path / "data")) as base:
        assert base.index.revision == base.journal.revision
        told = entries.load_shipped(base)
        assert told is not None
        assert told.refused == set()
        assert told.same + told.changed == entries.count([CORPUS]) == base.index.size - concepts(base)


def concepts(base: Base) -> int:
    return base.index.tally(Wanted(), "kind").get("concept", 0)


def test_loading_the_corpus_again_changes_nothing(base: Base) -> None:
    revision = base.journal.revision
    told = entries.load(base, [CORPUS])
    assert (told.changed, told.same, told.refused) == (0, entries.count([CORPUS]), set())
    assert base.journal.revision == revision
    assert entries.load_shipped(base) is None, "it knows that it has been loaded"


def test_a_dump_gives_back_the_files_byte_for_byte(base: Base, tmp_path: Path) -> None:
    entries.dump(base, tmp_path)
    shipped = {path.relative_to(CORPUS): path.read_bytes() for path in CORPUS.rglob("*") if path.is_file()}
    dumped = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    dumped = {path: text for path, text in dumped.items() if path.parts[0] != "concept"}
    assert dumped.keys() == shipped.keys()
    assert [path for path in shipped if shipped[path] != dumped[path]] == []


def test_a_file_that_cannot_be_read_is_told_with_its_line_and_stops_nothing(small: Base, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<http://x/> a <http://y/> .\n<http://z/> a ;;\n")
    (tmp_path / "good.ttl").write_text(f'<{PLACE}> a <{DCT.Location.value}> ; <{SKOS.prefLabel.value}> "Atlantis"@en .')
    told = entries.load(small, [tmp_path])
    assert told.changed == 1
    [complaint] = told.unreadable
    assert "bad.ttl, line 2" in complaint


def test_the_command_line_shares_the_engine_of_a_running_service(service: object) -> None:
    environment = clean_environment(data=service.data)  # type: ignore[attr-defined]
    done = subprocess.run(
        [sys.executable, "-m", "kg", "status"], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert "policy" in done.stdout
    second = subprocess.run(
        [sys.executable, "-m", "kg", "serve"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 1
    assert "Another service" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_service_killed_without_a_word_leaves_no_engine_behind(tmp_path: Path) -> None:
    environment = clean_environment(data=tmp_path / "data", port=0)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--no-load"],
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    note = tmp_path / "data" / "engine.json"
    deadline = time.monotonic() + 60
    while not note.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while note.exists():
        assert time.monotonic() < deadline, "the engine outlived its service"
        time.sleep(0.05)
