"""The house stands: imports point downward, modules stay small, and nothing happens when a module is imported."""

from __future__ import annotations

import ast
import configparser
import json
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Top to bottom. A name stands for a module and all that is inside it; the longest name that fits wins.
FLOORS = (
    ("server",),
    ("kg.web", "kg.cli", "kg.__main__"),
    (
        "kg.base",
        "kg.entries",
        "kg.analysis",
        "kg.connect",
        "kg.incoming",
        "kg.intake",
        "kg.known",
        "kg.libraries",
        "kg.papers",
        "kg.lint",
        "kg.catalog",
        "kg.annotated",
        "kg.cited",
        "kg.formatted",
        "kg.shelf",
        "kg.backup",
        "kg.dumps",
        "kg.filing",
        "kg.deciding",
    ),
    ("kg.citations", "kg.search", "kg.desk", "kg.forms"),
    ("kg.profile", "kg.vocabulary"),
    ("kg.model", "kg.shapes", "kg.sieve"),
    (
        "kg.answers",
        "kg.engine",
        "kg.fields",
        "kg.keeper",
        "kg.oxigraph",
        "kg.queries",
        "kg.quirks",
        "kg.scratch",
        "kg.signing",
        "kg.turtle",
        "kg.wire",
    ),
    ("kg.chunks", "kg.errors", "kg.rows", "kg.settings", "kg.shipped", "kg.tables", "kg.terms", "kg.words"),
    ("kg",),
)
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}

MODULE_LINES = 300
FUNCTION_LINES = 50


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in (ROOT / "server.py", *sorted((ROOT / "kg").rglob("*.py")))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}

each_module = pytest.mark.parametrize("name", MODULES)


def floor_of(name: str) -> int | None:
    """Return the number of a module's floor, 0 at the top; only the package itself stands for `kg` alone."""
    parts = name.split(".")
    prefixes = (".".join(parts[:end]) for end in range(len(parts), 1, -1))
    return FLOOR.get(name, next((FLOOR[prefix] for prefix in prefixes if prefix in FLOOR), None))


def imports_of(name: str) -> set[str]:
    """Return the modules of this house that a module imports, also inside its functions."""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    wanted: set[str] = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            wanted |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            # `from kg import queries` imports kg.queries; `from kg.errors import NotFound` imports kg.errors.
            inside = {f"{origin}.{alias.name}" for alias in node.names}
            wanted |= {inner if inner in MODULES else origin for inner in inside}
    return (wanted & MODULES.keys()) - {name}


def test_the_house_has_rooms() -> None:
    assert {"server", "kg", "kg.base", "kg.entries", "kg.web", "kg.cli", "kg.model", "kg.settings"} <= MODULES.keys()


@each_module
def test_every_module_stands_on_a_floor(name: str) -> None:
    assert floor_of(name) is not None, f"{name} has no floor: add it to FLOORS in {Path(__file__).name}"


@each_module
def test_a_module_imports_only_from_its_floor_and_below(name: str) -> None:
    here = floor_of(name)
    upward = {
        other
        for other in imports_of(name)
        if (there := floor_of(other)) is not None and here is not None and there < here
    }
    assert not upward, f"{name} imports from above: {sorted(upward)}"


def test_no_import_cycle() -> None:
    # A module imports its own package when it takes a sibling from it; only what is named counts.
    sorter = TopologicalSorter({name: imports_of(name) for name in MODULES})
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@each_module
def test_a_module_opens_with_a_sentence(name: str) -> None:
    words = ast.get_docstring(TREES[name])
    assert words, f"{name} does not say what it is for"


@each_module
def test_a_module_is_small(name: str) -> None:
    lines = len(MODULES[name].read_text("utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{name} has {lines} lines: give a part of it a name and a module"


@each_module
def test_a_function_is_small(name: str) -> None:
    functions = (node for node in ast.walk(TREES[name]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    long = {function: length for function, length in lengths.items() if length > FUNCTION_LINES}
    assert not long, f"{name} has functions over {FUNCTION_LINES} lines: {long}"


def test_no_python_file_writes_a_query() -> None:
    """Questions live in kg/queries/*.rq; Python only fills in terms. The journal's SQL has no braces."""
    query = re.compile(
        r"\b(SELECT\b[^{]*\?[^{]*|SELECT\s*\*[^{]*|CONSTRUCT|ASK|DESCRIBE\s*[?<].*|(INSERT|DELETE)(\s+DATA|\s+WHERE)?)\s*\{"
    )
    found = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and query.search(node.value)
    ]
    assert not found, f"query text in Python: {found}"


def test_setup_cfg_names_every_package() -> None:
    read = configparser.ConfigParser()
    read.read(ROOT / "setup.cfg", "utf-8")
    named = set(read["options"]["packages"].split())
    there = {module_name(path) for path in (ROOT / "kg").rglob("__init__.py")}
    assert named == there | {"kg.ontologies", "kg.bibliography"}


# Runs in a process of its own: Python tells each step through its audit hook, so nothing has to be replaced to listen.
WATCH = """
import importlib, json, os, sys, threading
root, *names = sys.argv[1:]
sys.path.insert(0, root)
seen = []

STEPS = ("os.py", "_collections_abc.py", "<frozen os>", "<frozen _collections_abc>")
EVENTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.fork")

OURS = (os.path.join(root, "kg") + os.sep, os.path.join(root, "server.py"))

def ours():
    frame = sys._getframe(2)
    while frame and os.path.basename(frame.f_code.co_filename) in STEPS:
        frame = frame.f_back
    name = frame.f_code.co_filename if frame else ""
    return name if name.startswith(OURS) else ""

class Environment(os.environ.__class__):
    def __getitem__(self, key):
        if where := ours():
            seen.append(f"{where} reads the environment ({key})")
        return super().__getitem__(key)

    def __iter__(self):
        if where := ours():
            seen.append(f"{where} reads the whole environment")
        return super().__iter__()

os.environ.__class__ = Environment
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# Somebody else's module may act when it is imported: urllib3 tries whether there is IPv6.
def library():
    frame = sys._getframe(2)
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame is not None and not frame.f_code.co_filename.startswith(OURS)

def listen(event, args):
    if event not in (*EVENTS, "sqlite3.connect", "open") or library():
        return
    if event in EVENTS or event == "sqlite3.connect":
        seen.append(f"{event} {args}")
    elif event == "open" and isinstance(args[2], int) and args[2] & WRITING and str(args[0]) != os.devnull:
        seen.append(f"opens {args[0]} for writing")

sys.addaudithook(listen)
for name in names:
    before = len(seen)
    try:
        importlib.import_module(name)
    except SystemExit:
        seen.append("it exits")
    seen[before:] = [f"{name}: {what}" for what in seen[before:]]
seen += [f"thread {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps(seen))
"""


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    # `python -m kg` runs kg.__main__: that one is meant to act.
    names = [name for name in MODULES if not name.endswith("__main__")]
    command = [sys.executable, "-B", "-c", WATCH, str(ROOT), *names]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    assert list(tmp_path.iterdir()) == []
