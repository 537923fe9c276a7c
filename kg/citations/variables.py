"""Which CSL type and variable is which type and field of ours: one set of tables for both ways (CSL 1.0.2).

Which field goes where follows pandoc's own reading of BibLaTeX.
"""

from __future__ import annotations

TYPES = {
    "article": "article-journal",
    "artwork": "graphic",
    "audio": "song",
    "book": "book",
    "bookinbook": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "commentary": "book",
    "dataset": "dataset",
    "image": "graphic",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case",
    "legal": "treaty",
    "legislation": "legislation",
    "letter": "personal_communication",
    "manual": "book",
    "movie": "motion_picture",
    "music": "song",
    "mvbook": "book",
    "mvcollection": "book",
    "mvproceedings": "book",
    "mvreference": "book",
    "online": "webpage",
    "patent": "patent",
    "performance": "performance",
    "periodical": "periodical",
    "proceedings": "book",
    "reference": "book",
    "report": "report",
    "review": "review",
    "software": "software",
    "standard": "standard",
    "suppbook": "chapter",
    "suppcollection": "chapter",
    "suppperiodical": "article-journal",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "motion_picture",
}
"""Entry type to CSL type; any other is a `document`."""

SUBTYPES = {
    "magazine": "article-magazine",
    "newspaper": "article-newspaper",
    "interview": "interview",
    "event": "event",
}
"""What `entrysubtype` says more exactly."""

TEXTS = {
    "title": "title",
    "shorttitle": "title-short",
    "maintitle": "volume-title",
    "eventtitle": "event-title",
    "venue": "event-place",
    "location": "publisher-place",
    "volume": "volume",
    "volumes": "number-of-volumes",
    "pagetotal": "number-of-pages",
    "chapter": "chapter-number",
    "edition": "edition",
    "version": "version",
    "type": "genre",
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "url": "URL",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "library": "call-number",
    "abstract": "abstract",
    "keywords": "keyword",
    "annotation": "annote",
    "note": "note",
    "pubstate": "status",
    "shortjournal": "container-title-short",
}
"""Field to variable, whatever the type."""

PEOPLE = {"author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author"}
DATES = {"date": "issued", "urldate": "accessed", "eventdate": "event-date", "origdate": "original-date"}
PUBLISHED_BY = {"report": "institution", "thesis": "institution"} | dict.fromkeys(
    ("online", "misc", "standard", "software", "dataset", "legislation", "legal"), "organization"
)
"""The field that says who brought a work out, by type of entry; the publisher for the others."""

# -- read ---------------------------------------------------------------------------------------------------------------

TYPES_READ = {csl: entry for entry, csl in reversed(TYPES.items())} | {
    "chapter": "incollection", "article": "online", "bill": "legislation", "broadcast": "video", "classic": "book",
    "collection": "collection", "entry": "inreference", "entry-dictionary": "inreference", "figure": "image",
    "hearing": "jurisdiction", "musical_score": "music", "post": "online", "post-weblog": "online",
    "regulation": "legislation", "review-book": "review", "speech": "unpublished",
    # what Crossref and DataCite send in the place of a CSL type
    "journal-article": "article", "book-chapter": "incollection", "proceedings-article": "inproceedings",
    "monograph": "book", "edited-book": "collection", "reference-book": "reference", "proceedings": "proceedings",
    "report-component": "report", "dissertation": "thesis", "posted-content": "online", "journal": "periodical",
} | dict.fromkeys(("article-magazine", "article-newspaper"), "article")  # fmt: skip
"""CSL type to entry type; any other is `misc`."""

SUBTYPES_READ = {csl: subtype for subtype, csl in SUBTYPES.items()}
TEXTS_READ = {variable: field for field, variable in TEXTS.items()} | {
    "shortTitle": "shorttitle", "event": "eventtitle", "journalAbbreviation": "shortjournal", "collection-title": "series",
    "collection-number": "number", "issue": "number", "number": "number", "page": "pages",
}  # fmt: skip
"""Variables whose text is one field, whatever the type; the first of two for one field wins."""

PEOPLE_READ = {variable: role for role, variable in PEOPLE.items()} | {"collection-editor": "editora"}
DATES_READ = {variable: field for field, variable in DATES.items()}
