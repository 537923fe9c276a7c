"""The two dialects of `.bib`: classic BibTeX and BibLaTeX, as tables from one to the other.

Types and fields are those of the BibLaTeX manual (§ 2.1, § 2.2) and of the standard styles of BibTeX. The base speaks BibLaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

DIALECTS = ("bibtex", "biblatex")

TYPE_READ = {
    "conference": "inproceedings",
    "electronic": "online",
    "www": "online",
    "techreport": "report",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
}
"""Older names of types."""

_TYPE_WRITTEN = {
    "report": "techreport",
    "thesis": "phdthesis",
    "mvbook": "book",
    "collection": "book",
    "mvcollection": "book",
    "reference": "book",
    "mvreference": "book",
    "inreference": "incollection",
    "bookinbook": "inbook",
    "suppbook": "inbook",
    "suppcollection": "incollection",
    "suppperiodical": "article",
    "mvproceedings": "proceedings",
}
_CLASSIC = frozenset(
    [
        "article",
        "book",
        "booklet",
        "inbook",
        "incollection",
        "inproceedings",
        "manual",
        "misc",
        "phdthesis",
        "mastersthesis",
        "proceedings",
        "techreport",
        "unpublished",
    ]
)

_BELOW_DOCTOR = re.compile(
    r"m\.?(?:a|sc|s|phil|eng)\b|ma(?:thesis|st|gist|[iî]tri)|m[ée]moire|bachelor|b\.?(?:a|sc)\b|diplom|licen|lizen|tesi di laurea",
    re.IGNORECASE,
)
"""How the types of theses begin that BibTeX knows as a master's thesis, where they are told in words."""

FIELD_READ = {
    "journal": "journaltitle",
    "address": "location",
    "school": "institution",
    "annote": "annotation",
    "archiveprefix": "eprinttype",
    "primaryclass": "eprintclass",
    "pdf": "file",
}
"""Older names of fields."""

_FIELD_WRITTEN = {
    "journaltitle": "journal",
    "location": "address",
    "annotation": "annote",
    "eprinttype": "archiveprefix",
    "eprintclass": "primaryclass",
}

NAMES = frozenset(
    [
        "author",
        "editor",
        "translator",
        "bookauthor",
        "annotator",
        "commentator",
        "introduction",
        "foreword",
        "afterword",
        "holder",
        "editora",
        "editorb",
        "editorc",
        "shortauthor",
        "shorteditor",
    ]
)
DATES = frozenset(["date", "urldate", "eventdate", "origdate"])
VERBATIM = frozenset(
    ["url", "doi", "eprint", "file", "verba", "verbb", "verbc", "crossref", "xref", "xdata", "ids", *DATES]
)
TITLES = frozenset(
    [
        "title",
        "booktitle",
        "journaltitle",
        "maintitle",
        "issuetitle",
        "eventtitle",
        "subtitle",
        "booksubtitle",
        "journal",
    ]
)
OURS = frozenset(("confidence", "evidence"))
"""Fields that say how sure we are: in BibLaTeX files that are asked for them, and nowhere else."""

LEFT_OUT = {"bibtex": OURS, "biblatex": OURS | {"usage"}}
"""Fields of ours that a file has only where it is asked for them: BibLaTeX's data model knows none that it does not name."""

ORDER = (
    "author", "editor", "title", "subtitle", "booktitle", "journaltitle", "journal", "date", "year", "month", "day",
    "type", "institution", "school", "publisher", "organization", "howpublished", "location", "address", "series",
    "volume", "number", "pages", "edition", "doi", "isbn", "issn", "eprint", "eprinttype", "url", "urldate",
    "langid", "keywords", "abstract", "annotation", "annote", "usage", "confidence", "evidence",
)  # fmt: skip

MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MACROS = dict(zip(MONTHS, MONTH_NAMES, strict=True))

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$")
_YEAR = re.compile(r"\d{4}$")
_END = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?[~?%]?"
_RANGE = re.compile(rf"{_END}(?:/(?:{_END}|\.\.)?)?$")
"""A date as BibLaTeX has them (EDTF), which classic BibTeX can only hold as a year; 2020-21 may be two years."""
_MONTH_WORDS = re.compile(r"\d+|[^\W\d_]+")
_SPAN = re.compile(r"[-–/&]|\band\b")


def type_for(kind: str, fields: Mapping[str, str], dialect: str) -> str:
    """Return the entry type that a dialect has for one of ours."""
    if dialect == "biblatex" or kind in _CLASSIC:
        return kind
    if kind == "thesis" and _BELOW_DOCTOR.match(fields.get("type", "")):
        return "mastersthesis"
    return _TYPE_WRITTEN.get(kind, "misc")


def field_for(field: str, kind: str, dialect: str) -> str:
    """Return the name that a dialect has for one of our fields, in an entry of that classic type."""
    if dialect == "biblatex":
        return field
    if field == "institution" and kind in ("phdthesis", "mastersthesis"):
        return "school"
    return _FIELD_WRITTEN.get(field, field)


def date_from(year: str, month: str, day: str = "") -> str | None:
    """Return an ISO date from `year`, `month` (with or without the day) and `day`; None where they are no plain date."""
    if not _YEAR.match(year.strip()):
        return year.strip() if _RANGE.match(year.strip()) and not (month.strip() or day.strip()) else None
    words = _MONTH_WORDS.findall(f"{month} {day}")
    if not words and not month.strip() and not day.strip():
        return year.strip()
    months = [word for word in words if not word.isdigit()] or words[:1]
    days = [word for word in words if word not in months]
    number = month_number(months[0]) if len(months) == 1 and len(days) <= 1 else None
    if number is None or _SPAN.search(month) or (days and not 1 <= int(days[0]) <= 31):
        return None
    return f"{year.strip()}-{number:02d}" + (f"-{int(days[0]):02d}" if days else "")


def month_number(month: str) -> int | None:
    """Return 1 to 12 for `mar`, `March` or `3`."""
    month = month.strip().strip(".").lower()
    if month.isdigit():
        return int(month) if 1 <= int(month) <= 12 else None
    return MONTHS.index(month[:3]) + 1 if month[:3] in MONTHS and len(month) >= 3 and month.isalpha() else None


def year_month_day(date: str) -> tuple[str, str, str]:
    """Return year, month macro and day of an ISO date, as far as it goes; a date of another form is all year."""
    found = _DATE.match(date)
    if found is None or not (found[2] and 1 <= int(found[2]) <= 12):
        return found[1] if found else date, "", ""
    return found[1], MONTHS[int(found[2]) - 1], str(int(found[3])) if found[3] else ""


def is_date(text: str) -> bool:
    """Tell whether text is a date that RDF has a type for: a year, a month, a day."""
    return _DATE.match(text) is not None
