"""The doors of the analyses: matrix, gaps, comparison, plans and what is written from them."""

from __future__ import annotations

from kg.web.analysis import compare, gaps, matrix, plan, provision, rows, sectors, swot, transposition

doors = (matrix, provision, gaps, plan, compare, transposition, swot, sectors, rows)
