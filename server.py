"""The door for any WSGI server (`server:create_app` is the factory); `python server.py` is `kg serve`."""

from __future__ import annotations

from kg.cli import main
from kg.web import create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    main(["serve"])
