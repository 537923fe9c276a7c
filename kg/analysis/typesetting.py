"""A paper in LaTeX run through the TeX of this machine, as often as references and citations need it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kg.analysis.documents import first_that_works
from kg.errors import BadInput

_SECONDS = 180
_TOLD = 12
_CALM = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")


def pdf(text: str, stem: str, files: Mapping[str, bytes], beside: Path) -> bytes:
    """Return the PDF of a LaTeX paper; `files` are put beside it, and what else it names is looked for in the folder `beside`.

    Raises BadInput with the end of the log where TeX stops.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for other in beside.iterdir():
            if other.is_file() and other.suffix in (
                ".cls",
                ".sty",
                ".bst",
                ".bbx",
                ".cbx",
                ".png",
                ".jpg",
                ".pdf",
                ".tex",
                ".bib",
            ):
                shutil.copy(other, folder)
        for path, content in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
        (folder / f"{stem}.tex").write_text(text, "utf-8")
        first_that_works(lambda program: _run_all(program, folder / stem))
        return (folder / f"{stem}.pdf").read_bytes()


def _run_all(program: str, paper: Path) -> None:
    """Run a program over a paper until references and citations stand."""
    folder, stem = paper.parent, paper.name
    if program == "tectonic":
        _run([program, f"{stem}.tex"], folder)
        return
    _run([program, *_CALM, stem], folder)
    if cites := _citing(paper):
        _run([cites, stem], folder)
    for _ in range(2):
        _run([program, *_CALM, stem], folder)


def _citing(paper: Path) -> str:
    """Return the program that makes the list of references of a paper, if it cites anything."""
    if paper.with_suffix(".bcf").is_file():
        return "biber"
    return "bibtex" if "\\bibdata" in paper.with_suffix(".aux").read_text("utf-8", "replace") else ""


def _run(command: list[str], folder: Path) -> None:
    if shutil.which(command[0]) is None:
        raise BadInput(
            f"The paper needs {command[0]}, which is not on this machine.", "Install it, or write --format tex."
        )
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"{command[0]} took more than {_SECONDS} s.", "Run it by hand to see where it stays.") from error
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
        raise BadInput(
            "\n".join([f"{command[0]} stopped:", *said[-_TOLD:]]),
            "Mend the paper; --format tex shows what TeX is given.",
        )
