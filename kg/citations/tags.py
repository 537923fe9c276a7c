"""Which RIS type and tag is which type and field of ours: one set of tables for both ways (RIS specification of 2011)."""

from __future__ import annotations

from kg.citations import variables

TYPES = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "entry-encyclopedia": "ENCYC",
    "graphic": "ART",
    "interview": "PCOMM",
    "legal_case": "CASE",
    "legislation": "STAT",
    "manuscript": "UNPB",
    "motion_picture": "MPCT",
    "pamphlet": "PAMP",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "periodical": "SER",
    "personal_communication": "PCOMM",
    "report": "RPRT",
    "software": "COMP",
    "song": "SOUND",
    "standard": "STAND",
    "thesis": "THES",
    "treaty": "LEGAL",
    "webpage": "ELEC",
}
"""CSL type to RIS type; any other is `GEN`."""

BY_ENTRY = {"proceedings": "CONF", "collection": "EDBOOK"}
"""Entry types that RIS tells apart and CSL does not."""

TEXTS = {
    "ST": "shorttitle", "VL": "volume", "ET": "edition", "CY": "location", "M3": "type", "DO": "doi", "UR": "url",
    "LA": "langid", "AB": "abstract", "N1": "annotation", "RN": "usage", "NV": "volumes", "CN": "library", "SE": "chapter",
    "L1": "file",
}  # fmt: skip
"""Tags whose text is one field, whatever the type."""

PEOPLE = {"AU": "author", "A2": "editor", "A4": "translator"}

# -- read ---------------------------------------------------------------------------------------------------------------

TYPES_READ = {
    "ABST": "article", "ADVS": "video", "AGGR": "dataset", "ANCIENT": "book", "BILL": "legislation", "BLOG": "online",
    "CLSWK": "book", "CONF": "inproceedings", "CTLG": "book", "DBASE": "dataset", "DICT": "inreference", "EBOOK": "book",
    "ECHAP": "incollection", "EDBOOK": "collection", "EJOUR": "article", "FIGURE": "image", "GOVDOC": "report",
    "HEAR": "jurisdiction", "INPR": "article", "JFULL": "periodical", "MANSCPT": "unpublished", "MULTI": "online",
    "MUSIC": "music", "UNBILL": "legislation", "VIDEO": "video", "WEB": "online",
} | {ris: variables.TYPES_READ.get(csl, "misc") for csl, ris in TYPES.items()}  # fmt: skip
"""RIS type to entry type; any other is `misc`. A CONF without what it appeared in is the proceedings themselves."""

SUBTYPES_READ = {"MGZN": "magazine", "NEWS": "newspaper"}
TEXTS_READ = {tag: field for tag, field in TEXTS.items() if tag not in ("DO", "UR")} | {
    "IS": "number", "PP": "location", "N2": "abstract",
}  # fmt: skip
"""The first of two tags for one field wins; addresses and DOIs are read by their own rules."""

PEOPLE_READ = PEOPLE | {"A1": "author", "ED": "editor", "A3": "editora"}
