"""The page `/contributors`: who has contributed, of those who wished to be named."""

from __future__ import annotations

from flask import Blueprint, render_template

from kg import queries
from kg.web.site import base, query_link

blueprint = Blueprint("contributors", __name__)

_MOST = 500


@blueprint.get("/contributors")
def contributors() -> str:
    """List the people who are credited on records, those with most records first."""
    query = queries.fill("contributors", limit=_MOST)
    people = [
        {
            "name": row["name"].value,
            "orcid": row["orcid"].value if row.get("orcid") else "",
            "records": int(row["records"].value),
            "last": row["last"].value,
        }
        for row in base().engine.select(query)
        if row.get("name")
    ]
    return render_template("contribute/people.html", people=people, query_url=query_link(query))
