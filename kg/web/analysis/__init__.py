"""The doors of the analyses: matrix, gaps, comparison, plans and what is written from them."""

from __future__ import annotations

from kg.web.analysis import gaps, matrix, plan

doors = (matrix, gaps, plan)
