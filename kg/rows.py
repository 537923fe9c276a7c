"""Counts the rows of a SPARQL answer in JSON as its bytes go by: exactly, whatever its literals hold, and without reading it."""

from __future__ import annotations

_SPACE = b" \t\r\n"
_BETWEEN = b"},{"


class JsonRows:
    """Counts what parts two rows, `},{` outside strings; no other place of the format has it (SPARQL 1.1 JSON, 3.2)."""

    def __init__(self) -> None:
        self._escape = b""
        self._tail = b""
        self._inside = False

    def add(self, chunk: bytes) -> int:
        """Take the next bytes; return how many more rows have ended and another begun."""
        text = self._escape + chunk
        self._escape = b""
        if b"\\" in text:
            text = text.replace(b"\\\\", b"")
            if text.endswith(b"\\"):  # what it escapes comes with the next bytes
                text, self._escape = text[:-1], b"\\"
            text = text.replace(b'\\"', b"")
        parts = text.split(b'"')
        outside = self._tail + b"".join(parts[self._inside :: 2]).translate(None, _SPACE)
        self._inside ^= len(parts) % 2 == 0
        self._tail = outside[-len(_BETWEEN) + 1 :]
        return outside.count(_BETWEEN)
