"""How much one caller gets: queries a minute, queries at once, rows and bytes of one answer; each limit tells when it is met.

Each worker counts for itself: a caller whose connections fall to several workers gets as many times the rate. A limit that held
across workers would cost every query a write to a shared file.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import cast

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kg.errors import Busy, TooMuch, TooOften
from kg.quirks import RowCounter
from kg.settings import Settings
from kg.web import who

_PATIENCE_SECONDS = 2.0
"""How long a query waits for a place: longer than many short ones take, and than the embedded engine needs to come back."""


@dataclass(frozen=True)
class Allowance:
    """What one answer may hold and how long it may take; `told` is the header that says so before the first byte."""

    rows: int
    size: int
    seconds: int

    @property
    def told(self) -> str:
        """The limits as a structured header."""
        return f"rows={self.rows}, bytes={self.size}, seconds={self.seconds}"

    def counted(self, chunks: Iterator[bytes], mimetype: str) -> Iterator[bytes]:
        """Pass an answer on until it exceeds the allowance, which raises TooMuch."""
        counter, sent = RowCounter(mimetype), 0
        for chunk in chunks:
            sent += len(chunk)
            if sent > self.size:
                raise TooMuch(f"The answer has more than {self.size:,} bytes, and was broken off.")
            if counter.add(chunk) > self.rows:
                raise TooMuch(f"The answer has more than {self.rows:,} rows, and was broken off.")
            yield chunk


class Limits:
    """The counts of one worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rate = MovingWindowRateLimiter(MemoryStorage())
        self._running: Counter[str] = Counter()
        self._changed = threading.Condition()

    def allowance(self) -> Allowance:
        """Return what the caller's answer may hold."""
        given, times = self._settings, self._times()
        rows = given.query_rows_token * times or given.query_rows
        megabytes = given.query_megabytes_token * times or given.query_megabytes
        seconds = (times and given.query_timeout_token) or given.query_timeout
        return Allowance(rows=rows, size=megabytes * 1_000_000, seconds=seconds)

    def _times(self) -> int:
        """Return how many times the limits of a token the caller's role has; 0 for a caller without one."""
        account = who.caller()
        if account is None:
            return 0
        return {"curator": self._settings.query_times_curator, "admin": self._settings.query_times_admin}.get(
            account.role, 1
        )

    def count(self) -> None:
        """Count this request against the caller's rate; one too many raises TooOften."""
        times = self._times()
        rate = self._settings.query_rate_token * times if times else self._settings.query_rate
        if not rate:
            return
        item = RateLimitItemPerMinute(rate)
        if not self._rate.hit(item, who.name()):
            reset = self._rate.get_window_stats(item, who.name()).reset_time
            error = TooOften(f"You have sent {rate:,} queries within a minute.")
            error.retry_after = max(1, ceil(reset - time.time()))
            raise error

    def enter(self) -> Callable[[], None]:
        """Take one of the places for queries at once, or raise Busy; return what gives it back, which may be called twice."""
        caller, most = who.name(), self._settings.queries_at_once
        with self._changed:
            free = self._changed.wait_for(lambda: self._has_room(caller, most), _PATIENCE_SECONDS)
            if not free:
                raise Busy(
                    f"{self._running.total()} queries are being answered, {self._running[caller]} of them yours; "
                    f"at most {most} run at once, and {_share(most)} of one caller."
                )
            self._running[caller] += 1
        left = [caller]

        def leave() -> None:
            with self._changed:
                if left:
                    self._running[left.pop()] -= 1
                    self._running += Counter()  # forget who has none
                    self._changed.notify_all()

        return leave

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for as long as the block lasts."""
        leave = self.enter()
        try:
            yield
        finally:
            leave()

    def _has_room(self, caller: str, most: int) -> bool:
        return self._running.total() < most and self._running[caller] < _share(most)


def _share(most: int) -> int:
    return max(1, most - 1)


def register(app: Flask) -> None:
    """Give the application its limits."""
    app.extensions["limits"] = Limits(app.extensions["base"].settings)


def limits() -> Limits:
    """Return the limits of this application."""
    return cast(Limits, current_app.extensions["limits"])
