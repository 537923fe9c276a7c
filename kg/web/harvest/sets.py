"""Sets by which harvesters take a part of the base: one for each kind, one for each value of a field marked `ou:harvestSet`."""

from __future__ import annotations

import re
from functools import cached_property
from typing import cast

from flask import current_app
from pyoxigraph import Literal, NamedNode

from kg.desk.register import Register
from kg.errors import NotReady
from kg.model import Field, Model
from kg.terms import OU, RDF
from kg.web.site import base

_IRI = re.compile(r"<([^>]*)>")
_NAME = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
"""What OAI-PMH 2.0 (2.6) lets stand between the colons of a setSpec."""

KIND = "kind"

_TURN = 5
"""Batches of changes that one request reads before it answers that it is not ready."""


class Sets:
    """The sets that a model makes."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields whose values are sets, by path."""
        store = self._model.shapes
        marked = {quad.subject for quad in store.quads_for_pattern(None, OU.harvestSet, Literal(True))}
        return {
            field.path: field for kind in self._model.kinds for field in kind.fields if NamedNode(field.iri) in marked
        }

    @property
    def shape(self) -> str:
        """What the sets are made of, as one line."""
        kinds = " ".join(sorted(f"{kind.name}={','.join(sorted(kind.classes))}" for kind in self._model.kinds))
        return f"1 {kinds} {' '.join(sorted(self.fields))}"

    def of(self, iri: str, written: bytes) -> list[str]:
        """Return the sets of a record from its sorted N-Triples: `kind:policy`, `sector:transport`, and what they lie in."""
        classes, names = [], []
        for line in written.decode().splitlines():
            found = _IRI.findall(line) if line.startswith(f"<{iri}> ") else []
            if len(found) != 3:
                continue
            if found[1] == RDF.type.value:
                classes.append(found[2])
            elif found[1] in self.fields:
                names.append(self.name(self.fields[found[1]], found[2]))
        kind = self._model.kind_of(classes)
        if kind is not None and kind.name:
            names.append(f"{KIND}:{kind.name}")
        held = [name for name in names if all(_NAME.fullmatch(part) for part in name.split(":"))]
        return held + [name.partition(":")[0] for name in held]

    def name(self, field: Field, value: str) -> str:
        """Return the name of the set of one value: the field's and the last part of the value's IRI."""
        return f"{field.slug}:{value.rpartition('/')[2]}"

    def label(self, name: str, labels: dict[str, str]) -> str:
        """Say in words what a set is; `labels` tells what values are called."""
        slug, _, value = name.partition(":")
        if slug == KIND:
            kind = self._model.kind(value)
            return kind.plural if kind else "Every record, by kind"
        field = next((field for field in self.fields.values() if field.slug == slug), None)
        spoken = field.name if field else slug
        return f"{spoken}: {labels.get(f'{field.scheme}/{value}', value)}" if value and field else f"every {spoken}"


def sets() -> Sets:
    """Return the sets of the base that this application serves."""
    return Sets(base().model)


def register() -> Register:
    """Return the register of the base, brought up to the last row of the journal; after a very large load that takes turns."""
    held = current_app.extensions
    if "register" not in held:
        made = sets()
        held["register"] = Register(
            base().settings.data / "derived" / "register.sqlite", base().journal, made.of, made.shape
        )
    found = cast(Register, held["register"])
    if not found.catch_up(_TURN):
        raise NotReady("The register is still reading what was loaded.")
    return found
