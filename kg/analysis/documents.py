"""Documents from Markdown or LaTeX: Word, HTML, LaTeX and PDF, written by pandoc, with citations where a bibliography is given."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pypandoc

from kg.errors import BadInput

FORMATS = {"docx": "docx", "html": "html5", "tex": "latex", "md": "gfm", "pdf": "pdf"}
ENGINES = ("tectonic", "xelatex", "lualatex", "pdflatex")
"""Programs that make a PDF of LaTeX, the most forgiving first."""

# Raw HTML and TeX in a text stay text: nobody's note becomes markup.
_MARKDOWN = "markdown-raw_html-raw_tex-raw_attribute"


def convert(
    text: str,
    to: str,
    *,
    title: str = "",
    bibliography: str = "",
    whole: bool = True,
    tex: bool = False,
    language: str = "",
    leftwards: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Turn Markdown (or LaTeX) into another format.

    `language` is that of the text, `leftwards` where it is written from right to left; `bibliography` is BibTeX by which
    `[@key]` is cited and listed; `pictures` are the files that the text names.
    """
    if to not in FORMATS:
        raise BadInput(f"A document is not written as {to!r}.", f"Choose one of: {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["--sandbox"] if not bibliography and not pictures and to != "pdf" else []
        if whole and to != "md":  # its front matter would name the temporary bibliography
            options.append("--standalone")
        if title:
            options += ["--metadata", f"title={title}"]
        if language:
            options += ["--metadata", f"lang={language}", *(["--metadata", "dir=rtl"] if leftwards else [])]
        if bibliography:
            (folder / "references.bib").write_text(bibliography, "utf-8")
            options += ["--citeproc", "--bibliography", "references.bib", "--metadata", "link-citations=true"]
        for picture, drawn in (pictures or {}).items():
            (folder / picture).parent.mkdir(exist_ok=True)
            (folder / picture).write_bytes(drawn)
        if pictures and to == "html":
            options.append("--embed-resources")
        target = folder / f"out.{to}"
        source = "latex" if tex else _MARKDOWN
        if to == "pdf":
            first_that_works(lambda engine: _written(text, source, target, [*options, f"--pdf-engine={engine}"]))
        else:
            _written(text, source, target, options)
        return target.read_bytes()


def _written(text: str, source: str, target: Path, options: list[str]) -> None:
    to = FORMATS[target.suffix[1:]]
    try:
        pypandoc.convert_text(text, to, source, extra_args=options, outputfile=str(target), cworkdir=str(target.parent))
    except RuntimeError as error:
        told = " ".join(str(error).partition("Hint:")[0].split())[-400:]
        raise BadInput(f"The document cannot be written: {told}", "Mend the text, or choose another format.") from error


def first_that_works(make: Callable[[str], None]) -> None:
    """Make a PDF with the first program of this machine that can (one may lack a font that another has).

    Raises BadInput where there is none, or with what the last one said.
    """
    found = [name for name in ENGINES if shutil.which(name)]
    if not found:
        raise BadInput(
            f"There is no TeX on this machine: looked for {', '.join(ENGINES)}.",
            "Install TeX Live or Tectonic, or write --format tex and run it elsewhere.",
        )
    for name in found:
        try:
            return make(name)
        except BadInput:
            if name == found[-1]:
                raise


def escaped(text: str) -> str:
    """Write a text so that Markdown takes none of its letters for a mark."""
    return "".join("\\" + letter if letter in _MARKS else letter for letter in text)


_MARKS = frozenset("\\`*_{}[]<>#+!|~^$@")
