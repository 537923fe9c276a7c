"""Asks for pages one after the other over one connection, as a reader does, and tells the usual and the slow time of each kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import quantiles

import urllib3

from bench import generate

_WARM = 20
_LEAST = 40
"""Pages asked for before the clock runs, and at least while it runs."""
_SPREAD = 7919
"""Steps between the records whose pages are asked for: a prime, so that all come."""
_SEARCHES = ("", "?q=privacy", "?q=made+work+energy", "?kind=policy", "?q=sensor&kind=reference")
_LONG_AGO, _CENTURIES = 1000, 900


@dataclass(frozen=True)
class Times:
    """Milliseconds that half of the answers, and all but one of twenty, took at most."""

    name: str
    p50: float
    p95: float


def times(address: str, number: int, seconds: float) -> Iterator[Times]:
    """Measure the pages of references and the search with all facets: other ones each time, or their counts would be remembered."""
    works = generate.works(number)
    yield _timed("entry page", lambda n: f"{address}/reference/made-{works[n * _SPREAD % len(works)]}", seconds)
    yield _timed("search", lambda n: f"{address}{_search(n)}", seconds)


def _search(n: int) -> str:
    """Return one of some searches, with a year before all that are made, which makes it another search."""
    asked = _SEARCHES[n % len(_SEARCHES)]
    return f"/search{asked}{'&' if asked else '?'}since={_LONG_AGO + n % _CENTURIES}"


def _timed(name: str, page: Callable[[int], str], seconds: float) -> Times:
    took: list[float] = []
    with urllib3.PoolManager(retries=False) as pool:
        began = time.perf_counter()
        for n in count():
            if n == _WARM:
                began = time.perf_counter()
            started = time.perf_counter()
            answer = pool.request("GET", page(n), headers={"Accept": "text/html"}, redirect=False)
            if answer.status != 200:
                raise RuntimeError(f"{page(n)} answered {answer.status}.")
            if n >= _WARM:
                took.append((time.perf_counter() - started) * 1000)
            if len(took) >= _LEAST and time.perf_counter() - began > seconds:
                break
    return percentiles(name, took)


def percentiles(name: str, took: list[float]) -> Times:
    """Return the 50th and the 95th of a hundred."""
    parts = quantiles(took, n=100, method="inclusive")
    return Times(name, parts[49], parts[94])
