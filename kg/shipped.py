"""Where the ontology and the corpus are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from kg.errors import BrokenHouse

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the shipped folder `ontologies` or `bibliography`."""
    for place in (_HERE / name, _HERE.parent / name):
        if place.is_dir():
            return place
    raise BrokenHouse(f"The folder {name} was not shipped with this installation.")
