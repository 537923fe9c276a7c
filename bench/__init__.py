"""Measurements of the whole service beside other servers, in one run; `make bench` writes them to docs/bench.md."""
