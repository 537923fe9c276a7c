"""The doors of the analyses: matrix, gaps, comparison, plans and what is written from them."""

from __future__ import annotations

from kg.web.analysis import (
    compare,
    gaps,
    matrix,
    plan,
    plans,
    principles,
    provision,
    rows,
    sectors,
    signing,
    swot,
    transposition,
)

beginnings = {"roadmap": plans.begin, "swot": signing.begin}
"""What a new record can begin as: the page whose draft is taken over, and what makes the statements of it."""
doors = (matrix, provision, gaps, principles, plan, compare, transposition, swot, sectors, rows)
