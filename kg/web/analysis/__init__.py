"""The doors of the analyses: matrix, gaps, comparison, plans and what is written from them."""

from __future__ import annotations

from kg.web.analysis import compare, gaps, matrix, plan, principles, provision, rows, sectors, swot, transposition

doors = (matrix, provision, gaps, principles, plan, compare, transposition, swot, sectors, rows)
