"""The rows of an answer are counted exactly, whatever its literals hold and wherever its bytes are parted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.quirks import RowCounter

NASTY = st.text(alphabet='{}[],:"\\ \n\tx', max_size=12)
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), NASTY, max_size=3), min_size=1, max_size=8)


@given(ROWS, st.integers(1, 40), st.sampled_from([None, 1, 4]), st.booleans())
def test_no_literal_is_taken_for_a_row(rows: list[dict[str, str]], size: int, indent: int | None, plain: bool) -> None:
    bindings = [{name: {"type": "literal", "value": value} for name, value in row.items()} for row in rows]
    told = {"head": {"vars": ["a", "b", "c"]}, "results": {"bindings": bindings}}
    text = json.dumps(told, indent=indent, ensure_ascii=plain, separators=(",", ":") if plain else None).encode()
    counter = RowCounter("application/sparql-results+json")
    for start in range(0, len(text), size):
        counter.add(text[start : start + size])
    assert counter.rows == len(rows)


@pytest.mark.parametrize("literal", ["},{", '"},{"', "\\", '\\"},{', "{},{},{}", "}\n,\t{"])
def test_a_literal_that_looks_like_rows_is_one(literal: str) -> None:
    text = json.dumps({"results": {"bindings": [{"a": {"value": literal}}] * 2}}).encode()
    counter = RowCounter("application/sparql-results+json")
    assert counter.add(text) == 2
