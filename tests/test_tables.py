"""A file of tables: begun by many at once, asked over kept connections, made anew where it was deleted."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kg.tables import TableFile

SCHEMA = "CREATE TABLE IF NOT EXISTS thing (name TEXT PRIMARY KEY);"
BEGIN = """
import sys, time
from pathlib import Path
from kg.tables import TableFile
while time.time() < float(sys.argv[2]): pass
for number in range(20):
    TableFile(Path(sys.argv[1]) / f"{number}.sqlite", "CREATE TABLE IF NOT EXISTS thing (name TEXT PRIMARY KEY);")
"""


def test_several_processes_may_begin_a_file_at_once(tmp_path: Path) -> None:
    """The workers of a service open their files in the same moment."""
    start = str(time.time() + 1.5)
    workers = [subprocess.Popen([sys.executable, "-c", BEGIN, str(tmp_path), start]) for _ in range(4)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]


def test_an_answer_is_as_fresh_as_a_transaction(tmp_path: Path) -> None:
    file, other = TableFile(tmp_path / "a.sqlite", SCHEMA), TableFile(tmp_path / "a.sqlite", SCHEMA)
    for number in range(5):
        with other.open() as connection:
            connection.execute("INSERT INTO thing VALUES (?)", (f"thing {number}",))
        assert file.ask("SELECT count(*) FROM thing") == [(number + 1,)]


def test_each_thread_has_a_connection_of_its_own(tmp_path: Path) -> None:
    file = TableFile(tmp_path / "a.sqlite", SCHEMA)
    with file.open() as connection:
        connection.execute("INSERT INTO thing VALUES ('one')")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: file.ask("SELECT name FROM thing"), range(200)))
    assert answers == [[("one",)]] * 200


def test_a_deleted_file_begins_anew_under_a_kept_connection(tmp_path: Path) -> None:
    file = TableFile(tmp_path / "a.sqlite", SCHEMA)
    with file.open() as connection:
        connection.execute("INSERT INTO thing VALUES ('one')")
    assert file.ask("SELECT name FROM thing") == [("one",)]
    for path in tmp_path.iterdir():
        path.unlink()
    assert file.ask("SELECT name FROM thing") == []
