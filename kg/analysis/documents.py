"""Documents from Markdown: Word, HTML and LaTeX, written by pandoc, with citations where a bibliography is given."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypandoc

from kg.errors import BadInput

FORMATS = {"docx": "docx", "html": "html5", "tex": "latex", "md": "gfm"}


def convert(markdown: str, to: str, *, title: str = "", bibliography: str = "", whole: bool = True) -> bytes:
    """Turn Markdown into another format; `bibliography` is BibTeX by which `[@key]` is cited and listed."""
    if to not in FORMATS:
        raise BadInput(f"A document is not written as {to!r}.", f"Choose one of: {', '.join(FORMATS)}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["--sandbox"] if not bibliography else []
        if whole and to != "md":  # its front matter would name the temporary bibliography
            options.append("--standalone")
        if title:
            options += ["--metadata", f"title={title}"]
        if bibliography:
            (folder / "references.bib").write_text(bibliography, "utf-8")
            options += [
                "--citeproc",
                "--bibliography",
                str(folder / "references.bib"),
                "--metadata",
                "link-citations=true",
            ]
        target = folder / f"out.{to}"
        # Raw HTML and TeX in a text stay text: nobody's note becomes markup.
        pypandoc.convert_text(markdown, FORMATS[to], "markdown-raw_html-raw_tex-raw_attribute", extra_args=options,
                              outputfile=str(target))  # fmt: skip
        return target.read_bytes()


def escaped(text: str) -> str:
    """Write a text so that Markdown takes none of its letters for a mark."""
    return "".join("\\" + letter if letter in _MARKS else letter for letter in text)


_MARKS = frozenset("\\`*_{}[]<>#+!|~^$@")
