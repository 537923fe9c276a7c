"""Bytes that come in pieces, as a file that a parser reads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


def as_file(chunks: Iterator[bytes]) -> io.BufferedReader:
    """Return a file that reads from pieces as they come."""
    return io.BufferedReader(_Chunks(chunks))


class _Chunks(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
