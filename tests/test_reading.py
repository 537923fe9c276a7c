"""Reading citations right: hard cases of `.bib` files, RIS and CSL-JSON, and what programs in use really write."""

from __future__ import annotations

import unicodedata

import pytest

from kg.citations import bibtex, csl, keys, latex, ris
from kg.citations.entry import Entry
from kg.citations.names import OTHERS, Name


def only(text: str) -> Entry:
    """Return the one entry that a text holds."""
    reading = bibtex.read(text)
    assert reading.broken == []
    [entry] = reading.entries
    return entry


def of(name: str, value: str) -> Entry:
    """Return an entry with this field, written as it stands."""
    return only(f"@misc{{k,\n  {name} = {value}\n}}\n")


def person(family: str, given: str = "", prefix: str = "", suffix: str = "") -> Name:
    return Name(family, given, prefix, suffix)


def body(name: str) -> Name:
    return Name(name, body=True)


NAMES = {
    "first last": ("Maria Lee", [person("Lee", "Maria")]),
    "last, first": ("Lee, Maria", [person("Lee", "Maria")]),
    "two": ("Lee, Maria and Juan Díaz", [person("Lee", "Maria"), person("Díaz", "Juan")]),
    "and over two lines": ("Lee, Maria\n    and Díaz, Juan", [person("Lee", "Maria"), person("Díaz", "Juan")]),
    "and others": ("Lee, Maria and others", [person("Lee", "Maria"), OTHERS]),
    "a body": ("{World Bank}", [body("World Bank")]),
    "a body with and": ("{Barnes and Noble}", [body("Barnes and Noble")]),
    "a body with comma": ("{Ministry of Health, Kenya}", [body("Ministry of Health, Kenya")]),
    "a body in two pairs of braces": ("{{World Bank}}", [body("World Bank")]),
    "a body and a person": ("{OECD} and Lee, Maria", [body("OECD"), person("Lee", "Maria")]),
    "a body with an ampersand": (r"{Simon \& Schuster}", [body("Simon & Schuster")]),
    "a body with an accent": (r"{Minist{\`e}re de l'Int{\'e}rieur}", [body("Ministère de l'Intérieur")]),
    "a body that begins with a command": (r"{\TeX{} Users Group}", [body("TeX Users Group")]),
    "a body in Arabic": ("{وزارة الصحة}", [body("وزارة الصحة")]),
    "von": ("Ludwig van Beethoven", [person("Beethoven", "Ludwig", "van")]),
    "von, first": ("van der Berg, Jan", [person("Berg", "Jan", "van der")]),
    "de la": ("Charles Louis Xavier Joseph de la Vall{\\'e}e Poussin",
              [person("Vallée Poussin", "Charles Louis Xavier Joseph", "de la")]),
    "Junior": ("King, Jr., Martin Luther", [person("King", "Martin Luther", "", "Jr.")]),
    "von, III": ("von Neumann, III, John", [person("Neumann", "John", "von", "III")]),
    "one word": ("Aristotle", [person("Aristotle")]),
    "initials": ("Knuth, D. E.", [person("Knuth", "D. E.")]),
    "tied initials": ("Knuth, D.~E.", [person("Knuth", "D. E.")]),
    "a hyphen": ("Jean-Paul Sartre", [person("Sartre", "Jean-Paul")]),
    "a protected last name": ("Maria {Lee Chang}", [person("Lee Chang", "Maria")]),
    "an accent in braces": (r"{\'E}mile Zola", [person("Zola", "Émile")]),
    "an accent with braces inside": (r"\'{E}mile Zola", [person("Zola", "Émile")]),
    "a letter command": (r"{\O}rsted, Hans", [person("Ørsted", "Hans")]),
    "dotless i": (r"D{\'\i}az, Juan", [person("Díaz", "Juan")]),
    "BibLaTeX's keys": ("family=Beauvoir, given=Simone, prefix=de", [person("Beauvoir", "Simone", "de")]),
    "keys and given-i": ("given=Hans, given-i=H, family=Harman", [person("Harman", "Hans")]),
    "Chinese": ("王, 小明", [person("王", "小明")]),
    "a capital De": ("De Luca, Anna", [person("De Luca", "Anna")]),
    "d'Alembert": ("Jean d'Alembert", [person("d'Alembert", "Jean")]),
    "an empty name": ("Lee, Maria and ", [person("Lee", "Maria")]),
    "a tab": ("Lee,\tMaria", [person("Lee", "Maria")]),
    "AND in capitals": ("Lee, Maria AND Díaz, Juan", [person("Lee", "Maria"), person("Díaz", "Juan")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NAMES.values(), ids=NAMES)
def test_names_are_split_as_bibtex_splits_them(text: str, expected: list[Name]) -> None:
    assert list(of("author", f"{{{text}}}").names["author"]) == expected


TEXTS = {
    "acute": (r"caf{\'e}", "café"),
    "acute with inner braces": (r"caf\'{e}", "café"),
    "acute bare": (r"caf\'e", "café"),
    "acute with a space": (r"caf\' e", "café"),
    "umlaut": (r'{\"u}ber', "über"),
    "umlaut in two braces": (r'{\"{u}}ber', "über"),
    "cedilla": (r"fa{\c c}ade", "façade"),
    "cedilla with braces": (r"fa\c{c}ade", "façade"),
    "ring": (r"{\AA}ngstr{\"o}m", "Ångström"),
    "ss": (r"Stra{\ss}e", "Straße"),
    "ss with a space": (r"Stra\ss e", "Straße"),
    "caron": (r"{\v{S}}koda", "Škoda"),
    "ogonek": (r"Wa{\l}{\k{e}}sa", "Wałęsa"),
    "hungarian": (r"Erd{\H o}s", "Erdős"),
    "dot": (r"{\.I}stanbul", "İstanbul"),
    "macron": (r"T{\=o}ky{\=o}", "Tōkyō"),
    "breve": (r"Ia{\c s}i {\u a}", "Iaşi ă"),
    "ae and oe": (r"{\ae}on {\oe}uvre", "æon œuvre"),
    "thorn": (r"{\th}orn", "þorn"),
    "Unicode as it is": ("Übergröße 東京", "Übergröße 東京"),
    "decomposed Unicode": ("café", "café"),
    "a protected word": ("Why {SDG} 11 matters", "Why SDG 11 matters"),
    "a protected letter": ("{N}airobi", "Nairobi"),
    "all in two pairs of braces": ("{Open Data in Nairobi}", "Open Data in Nairobi"),
    "nested braces": ("{a {b {c}} d}", "a b c d"),
    "a tie": ("Figure~1", "Figure 1"),
    "en dash": ("2010--2020", "2010–2020"),
    "em dash": ("open---or not", "open—or not"),
    "quotation marks": ("``open'' data", "“open” data"),
    "an escaped ampersand": (r"Taylor \& Francis", "Taylor & Francis"),
    "a bare ampersand": ("Taylor & Francis", "Taylor & Francis"),
    "a bare per cent": ("50% of cities", "50% of cities"),
    "an escaped per cent": (r"50\% of cities", "50% of cities"),
    "a bare number sign": ("we are #1", "we are #1"),
    "an escaped underscore": (r"open\_data", "open_data"),
    "an escaped dollar": (r"\$5 a day", "$5 a day"),
    "emphasis": (r"the \emph{open} city", "the open city"),
    "old emphasis": (r"the {\em open} city", "the open city"),
    "italics": (r"\textit{Homo urbanus} lives", "Homo urbanus lives"),
    "url": (r"see \url{https://example.org/a_b%20c}", "see https://example.org/a_b%20c"),
    "href": (r"see \href{https://example.org/a}{the page}", "see the page"),
    "mathematics": (r"$\alpha$-diversity of $n$ cities", "α-diversity of n cities"),
    "a superscript": (r"CO$_2$ in cities", "CO_2 in cities"),
    "a line break": ("open\n    data", "open data"),
    "a forced break": (r"open \\ data", "open data"),
    "textendash": (r"2010\textendash 2020", "2010–2020"),
    "textquotesingle": (r"city\textquotesingle{}s", "city's"),
    "LaTeX": (r"{\LaTeX} for cities", "LaTeX for cities"),
    "dots": (r"and so on\ldots", "and so on…"),
    "a sign of copyright": (r"\copyright{} 2020", "© 2020"),
    "a command unknown to all": (r"\foobar{x} city", "x city"),
    "a name of a thing that is unknown to all": (r"{\TUG} and \AmSTeX{} news", "TUG and AmSTeX news"),
    "nothing but a command unknown to all": (r"\thing{}", "thing"),
    "how to sort": (r"{\noopsort{b}}Volume two", "Volume two"),
    "Greek letters": ("Πόλη", "Πόλη"),
    "an emoji": ("smart 🏙 city", "smart 🏙 city"),
    "a backslash at the end": ("path \\textbackslash{}", "path \\"),
    "small capitals": (r"\textsc{Unesco} report", "Unesco report"),
    "an old font": (r"{\bf Bold} words", "Bold words"),
    "discretionary hyphen": (r"infra\-structure", "infrastructure"),
    "a thin space": (r"J.\,Smith", "J. Smith"),
    "an enquote": (r"\enquote{Open} data", "“Open” data"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_latex_becomes_plain_text(text: str, expected: str) -> None:
    entry = of("title", f"{{{text}}}")
    assert entry.fields["title"] == expected


@pytest.mark.parametrize("text", [text for text, _ in TEXTS.values()], ids=TEXTS)
def test_what_was_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    entry = of("title", f"{{{text}}}")
    for dialect in ("bibtex", "biblatex"):
        again = only(bibtex.written(entry, dialect))
        assert again.fields == entry.fields


@pytest.mark.parametrize("form", [r"{\%s%s}", r"{\%s{%s}}", r"\%s{%s}", r"\%s%s", r"{\%s %s}"])
def test_the_quick_way_with_accents_reads_as_the_library_does(form: str) -> None:
    letters = [*"aceinosuyzACENOSUZ", r"\i", r"\j"]
    written = [form % (mark, letter) for mark in latex._COMBINING for letter in letters]
    written += [f"{{\\{letter}}}" for letter in latex._LETTERS]
    quick = [text for text in written if latex._ACCENTS.fullmatch(text)]
    assert len(quick) > 100
    for text in quick:
        slow = latex._READER.latex_to_text(text, latex_context=latex._GRAMMAR)
        assert latex.decode(text) == unicodedata.normalize("NFC", slow), text


DATES = {
    "year": ("year = 2020", {"date": "2020"}),
    "year in braces": ("year = {2020}", {"date": "2020"}),
    "month as macro": ("year = 2020, month = mar", {"date": "2020-03"}),
    "month in words": ("year = 2020, month = {March}", {"date": "2020-03"}),
    "month with a full stop": ("year = 2020, month = {Sept.}", {"date": "2020-09"}),
    "month as number": ("year = 2020, month = 3", {"date": "2020-03"}),
    "month and day joined": ("year = 2020, month = jan # {~10}", {"date": "2020-01-10"}),
    "day before month": ("year = 2020, month = 10 # {~} # jan", {"date": "2020-01-10"}),
    "day tied to month": ('year = 2020, month = "10~January"', {"date": "2020-01-10"}),
    "day and macro": ("year = 2020, month = 29 # apr", {"date": "2020-04-29"}),
    "day in its own field": ("year = 2020, month = may, day = 7", {"date": "2020-05-07"}),
    "two months": ("year = 2020, month = {May-June}", {"year": "2020", "month": "May-June"}),
    "date": ("date = {2020-05-07}", {"date": "2020-05-07"}),
    "range": ("date = {2020-05/2020-07}", {"date": "2020-05/2020-07"}),
    "open range": ("date = {1723/..}", {"date": "1723/.."}),
    "about": ("date = {1850~}", {"date": "1850~"}),
    "season": ("date = {2020-21}", {"date": "2020-21"}),
    "decade": ("date = {199X}", {"date": "199X"}),
    "in press": ("year = {in press}", {"year": "in press"}),
    "date wins over year": ("date = {2020-05}, year = {2020}", {"date": "2020-05", "year": "2020"}),
}


@pytest.mark.parametrize(("text", "expected"), DATES.values(), ids=DATES)
def test_dates_are_read(text: str, expected: dict[str, str]) -> None:
    assert only(f"@misc{{k, {text}}}").fields == expected


PIECES = {
    "a macro": ('@string{jou = "Journal of Cities"}\n@article{k, journal = jou}', "Journal of Cities"),
    "a macro in capitals": ("@STRING(Jou = {Journal of Cities})\n@article{k, journal = JOU}", "Journal of Cities"),
    "a macro of macros": ('@string{a = "Journal"}\n@string{b = a # " of Cities"}\n@article{k, journal = b}',
                          "Journal of Cities"),
    "a joint": ('@string{a = "Journal"}\n@article{k, journal = a # { of } # "Cities"}', "Journal of Cities"),
    "a joint over lines": ('@string{a = "Journal"}\n@article{k, journal = a #\n   " of Cities"}', "Journal of Cities"),
    "a macro that is defined again": ("@string{a = {Towns}}\n@string{a = {Cities}}\n@article{k, journal = a}", "Cities"),
    "a macro that nobody defined": ("@article{k, journal = jphysb}", "jphysb"),
    "a preamble": (r"@preamble{{\newcommand{\x}{y}}}" + "\n@article{k, journal = {Cities}}", "Cities"),
    "a comment": ("@comment{nothing to see}\n@article{k, journal = {Cities}}", "Cities"),
    "JabRef's comments": ("@Comment{jabref-meta: databaseType:biblatex;}\n@article{k, journal = {Cities}}", "Cities"),
    "text between entries": ("here is my list\n@article{k, journal = {Cities}}\nend of it", "Cities"),
    "a per cent line": ("% Encoding: UTF-8\n@article{k, journal = {Cities}}", "Cities"),
    "round brackets": ("@article(k, journal = {Cities})", "Cities"),
    "quotation marks": ('@article{k, journal = "Cities"}', "Cities"),
    "a quotation mark in braces": ('@article{k, journal = "the {"}Cities{"}"}', 'the "Cities"'),
    "braces in quotation marks": ('@article{k, journal = "{Cities}"}', "Cities"),
    "no comma at the end": ("@article{k, journal = {Cities}}", "Cities"),
    "a comma at the end": ("@article{k, journal = {Cities},}", "Cities"),
    "all on one line": ("@article{k,journal={Cities},year=2020}", "Cities"),
    "capitals": ("@ARTICLE{k, JOURNAL = {Cities}}", "Cities"),
    "an at sign in a value": ("@article{k, journal = {Cities}, note = {write to me@example.org}}", "Cities"),
    "an at sign that begins a line": ("@article{k, journal = {Cities}, note = {mail\n@example.org}}", "Cities"),
    "line ends of Windows": ("@article{k,\r\n  journal = {Cities},\r\n}\r\n", "Cities"),
    "line ends of old Macs": ("@article{k,\r  journal = {Cities},\r}\r", "Cities"),
    "no space": ("@article{k,\njournal={Cities}\n}", "Cities"),
    "a space before the brace": ("@article {k, journal = {Cities}}", "Cities"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PIECES.values(), ids=PIECES)
def test_every_way_to_write_an_entry_is_read(text: str, expected: str) -> None:
    entry = only(text)
    assert entry.key == "k"
    assert entry.fields["journaltitle"] == expected


BYTES = {
    "a byte-order mark": "@misc{k, title = {Zürich}}".encode("utf-8-sig"),
    "Latin-1": "@misc{k, title = {Zürich}}".encode("latin-1"),
    "UTF-16": "@misc{k, title = {Zürich}}".encode("utf-16"),
    "UTF-8": "@misc{k, title = {Zürich}}".encode(),
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_encodings_are_told_apart(data: bytes) -> None:
    [entry] = bibtex.read_bytes(data).entries
    assert entry.fields["title"] == "Zürich"


BROKEN = {
    "braces that do not close": ("@misc{bad,\n title = {open {data}\n}\n", "bad"),
    "no comma between fields": ("@misc{bad,\n title = {x}\n year = {2020}\n}\n", "bad"),
    "no key": ("@misc{,\n title = {x}\n}\n", ""),
    "no key and no comma": ("@misc{\n title = {x}\n}\n", ""),
    "a key that is there": ("@misc{good,\n title = {another}\n}\n", "good"),
    "a field twice": ("@misc{bad,\n title = {x},\n title = {y}\n}\n", "bad"),
    "no end": ("@misc{bad,\n title = {x}\n", "bad"),
}


@pytest.mark.parametrize(("text", "key"), BROKEN.values(), ids=BROKEN)
def test_a_broken_entry_is_told_and_kept_and_costs_nothing_else(text: str, key: str) -> None:
    reading = bibtex.read("@misc{good, title = {first}}\n\n" + text + "\n@misc{after,\n title = {last}\n}\n")
    assert [entry.key for entry in reading.entries] == ["good", "after"]
    [broken] = reading.broken
    assert broken.line == 3
    assert broken.key == key
    assert broken.reason
    assert broken.raw.strip().startswith("@misc{")
    assert text.strip() in broken.raw


FLAVOURS = {
    "Zotero": (
        """
@article{kitchin_real-time_2014,
\ttitle = {The real-time city? {Big} data and smart urbanism},
\tvolume = {79},
\tissn = {1572-9893},
\tshorttitle = {The real-time city?},
\turl = {https://doi.org/10.1007/s10708-013-9516-8},
\tdoi = {10.1007/s10708-013-9516-8},
\tlanguage = {en},
\tnumber = {1},
\turldate = {2020-01-15},
\tjournal = {GeoJournal},
\tauthor = {Kitchin, Rob},
\tmonth = feb,
\tyear = {2014},
\tpages = {1--14},
\tfile = {Full Text PDF:files/12/Kitchin.pdf:application/pdf},
}""",
        ("article", {"title": "The real-time city? Big data and smart urbanism", "date": "2014-02", "pages": "1–14",
                     "journaltitle": "GeoJournal", "urldate": "2020-01-15",
                     "file": "Full Text PDF:files/12/Kitchin.pdf:application/pdf"}),
    ),
    "JabRef": (
        """
% Encoding: UTF-8

@Book{Townsend2013,
  author    = {Anthony M. Townsend},
  title     = {Smart Cities},
  publisher = {W. W. Norton},
  year      = {2013},
  comment   = {read twice},
  groups    = {Cities},
  timestamp = {2020-01-01},
}

@Comment{jabref-meta: databaseType:bibtex;}
""",
        ("book", {"title": "Smart Cities", "publisher": "W. W. Norton", "groups": "Cities", "comment": "read twice"}),
    ),
    "Mendeley": (
        """
@article{Batty2012,
abstract = {Here we sketch the rudiments of what constitutes a smart city {\\ldots}},
author = {Batty, M. and Axhausen, K. W. and Giannotti, F.},
doi = {10.1140/epjst/e2012-01703-3},
file = {:Users/me/Batty.pdf:pdf},
issn = {1951-6355},
journal = {European Physical Journal: Special Topics},
mendeley-groups = {Cities},
number = {1},
title = {{Smart cities of the future}},
url = {http://link.springer.com/10.1140/epjst/e2012-01703-3},
volume = {214},
year = {2012}
}""",
        ("article", {"title": "Smart cities of the future", "mendeley-groups": "Cities", "date": "2012",
                     "abstract": "Here we sketch the rudiments of what constitutes a smart city …"}),
    ),
    "Google Scholar": (
        """
@article{hollands2008will,
  title={Will the real smart city please stand up? Intelligent, progressive or entrepreneurial?},
  author={Hollands, Robert G},
  journal={City},
  volume={12},
  number={3},
  pages={303--320},
  year={2008},
  publisher={Taylor \\& Francis}
}""",
        ("article", {"journaltitle": "City", "publisher": "Taylor & Francis", "pages": "303–320"}),
    ),
    "DBLP": (
        """
@inproceedings{DBLP:conf/www/AuerBKLCI07,
  author       = {S{\\"{o}}ren Auer and
                  Christian Bizer and
                  Zachary G. Ives},
  editor       = {Karl Aberer and
                  Key{-}Sun Choi},
  title        = {DBpedia: {A} Nucleus for a Web of Open Data},
  booktitle    = {The Semantic Web},
  series       = {Lecture Notes in Computer Science},
  volume       = {4825},
  pages        = {722--735},
  year         = {2007},
  timestamp    = {Tue, 14 May 2019 10:00:53 +0200},
  biburl       = {https://dblp.org/rec/conf/semweb/AuerBKLCI07.bib},
  bibsource    = {dblp computer science bibliography, https://dblp.org}
}""",
        ("inproceedings", {"title": "DBpedia: A Nucleus for a Web of Open Data", "booktitle": "The Semantic Web",
                           "biburl": "https://dblp.org/rec/conf/semweb/AuerBKLCI07.bib"}),
    ),
    "ACM": (
        """
@inproceedings{10.1145/1866029.1866078,
author = {Bigham, Jeffrey P. and Jayant, Chandrika},
title = {VizWiz: nearly real-time answers to visual questions},
year = {2010},
isbn = {9781450302715},
publisher = {Association for Computing Machinery},
address = {New York, NY, USA},
url = {https://doi.org/10.1145/1866029.1866080},
doi = {10.1145/1866029.1866080},
pages = {333–342},
numpages = {10},
location = {New York, New York, USA},
series = {UIST '10}
}""",
        ("inproceedings", {"pages": "333–342", "numpages": "10", "location": "New York, New York, USA",
                           "address": "New York, NY, USA", "series": "UIST '10"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FLAVOURS.values(), ids=FLAVOURS)
def test_files_of_programs_in_use_are_read(text: str, expected: tuple[str, dict[str, str]]) -> None:
    entry = only(text)
    kind, fields = expected
    assert entry.type == kind
    assert {name: entry.fields.get(name) for name in fields} == fields


def test_a_child_inherits_from_its_crossref_and_says_so_itself_where_it_does() -> None:
    text = """
@inproceedings{child, title = {A talk}, crossref = {parent}, pages = {1--9}}
@proceedings{parent, title = {Proceedings of Cities}, year = 2020, editor = {Lee, Maria}, publisher = {ACM}}
"""
    child, parent = bibtex.read(text).entries
    assert child.fields["booktitle"] == "Proceedings of Cities"
    assert child.fields["title"] == "A talk"
    assert child.fields["date"] == "2020"
    assert child.fields["publisher"] == "ACM"
    assert child.names["editor"] == (person("Lee", "Maria"),)
    assert child.fields["crossref"] == "parent"
    assert parent.fields["title"] == "Proceedings of Cities"


@pytest.mark.parametrize(
    "text", ["10.1000/a_b", "https://doi.org/10.1000/a_b", "doi:10.1000/a_b", "http://dx.doi.org/10.1000/a_b"]
)
def test_a_doi_is_read_bare(text: str) -> None:
    entry = of("doi", f"{{{text}}}")
    assert (entry.fields["doi"], entry.raw) == ("10.1000/a_b", {})


def test_a_child_that_says_its_year_takes_no_month_from_above() -> None:
    text = "@inproceedings{child, year = 1987, crossref = {parent}}\n@proceedings{parent, year = 1987, month = oct, day = {8--9}}"
    child, _ = bibtex.read(text).entries
    assert dict(child.fields) == {"date": "1987", "crossref": "parent"}


@pytest.mark.parametrize(
    ("dialect", "line"), [("bibtex", r"year = {{\noopsort{a}}1985}"), ("biblatex", "date = {1985}")]
)
def test_a_year_that_says_how_to_sort_is_a_date_and_stays_for_bibtex(dialect: str, line: str) -> None:
    entry = of("year", r"{{\noopsort{a}}1985}")
    assert entry.fields["date"] == "1985"
    written = bibtex.written(entry, dialect)
    assert line in written
    assert written.count("1985") == 1


def test_xdata_fills_what_an_entry_leaves_open_and_is_no_reference() -> None:
    text = """
@xdata{acm, publisher = {ACM}, location = {New York}}
@xdata{more, xdata = {acm}, langid = {english}}
@book{k, title = {Cities}, xdata = {more}, location = {Baltimore}}
"""
    reading = bibtex.read(text)
    [entry] = reading.entries
    assert reading.broken == []
    assert entry.fields["publisher"] == "ACM"
    assert entry.fields["location"] == "Baltimore"
    assert entry.fields["langid"] == "english"


@pytest.mark.parametrize(
    "text",
    ["@book{a, title = {A}, crossref = {b}}\n@book{b, title = {B}, crossref = {a}}", "@book{a, crossref = {none}}"],
    ids=["a circle", "a parent that is not there"],
)
def test_a_crossref_that_leads_nowhere_is_left(text: str) -> None:
    assert bibtex.read(text).broken == []
    assert bibtex.read(text).entries[0].fields["crossref"]


RIS_RECORD = """TY  - JOUR
AU  - van der Berg, Jan, Jr.
AU  - World Bank
AU  - et al.
TI  - Open data in
  cities
T2  - Cities of the world
JA  - Cit. World
PY  - 2019
DA  - 2019/03/07/
VL  - 3
IS  - 2
SP  - 1
EP  - 9
SN  - 0264-2751
DO  - https://doi.org/10.1000/x
UR  - https://example.org/x
UR  - https://example.org/y
KW  - open data
KW  - cities
LA  - en
AN  - 42
Y2  - 2020/01/02/
ID  - berg2019open
ER  -
"""


def test_a_ris_record_is_read_whole() -> None:
    [entry] = ris.read(RIS_RECORD.replace("\n", "\r\n")).entries
    assert entry.key == "berg2019open"
    assert entry.type == "article"
    assert entry.names["author"] == (person("Berg", "Jan", "van der", "Jr."), body("World Bank"), OTHERS)
    assert entry.fields == {
        "title": "Open data in cities", "journaltitle": "Cities of the world", "shortjournal": "Cit. World",
        "date": "2019-03-07", "volume": "3", "number": "2", "pages": "1–9", "issn": "0264-2751", "doi": "10.1000/x",
        "url": "https://example.org/x", "keywords": "open data, cities", "langid": "english", "ris-an": "42",
        "urldate": "2020-01-02",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "kind", "fields"),
    [
        ("TY  - BOOK\nBT  - Cities\nPB  - ACM\nSN  - 978-3-16-148410-0", "book",
         {"title": "Cities", "publisher": "ACM", "isbn": "978-3-16-148410-0"}),
        ("TY  - CHAP\nTI  - One\nT2  - Cities", "incollection", {"title": "One", "booktitle": "Cities"}),
        ("TY  - CONF\nTI  - A talk\nC3  - Proceedings", "inproceedings", {"title": "A talk", "booktitle": "Proceedings"}),
        ("TY  - CONF\nTI  - Proceedings", "proceedings", {"title": "Proceedings"}),
        ("TY  - RPRT\nT1  - Report\nPB  - World Bank\nY1  - 2015///", "report",
         {"title": "Report", "institution": "World Bank", "date": "2015"}),
        ("TY  - NEWS\nTI  - Open\nJO  - The Paper", "article",
         {"title": "Open", "journaltitle": "The Paper", "entrysubtype": "newspaper"}),
        ("TY  - THES\nTI  - Thesis\nM3  - PhD", "thesis", {"title": "Thesis", "type": "PhD"}),
        ("TY  - ELEC\nTI  - Page\nPY  - n.d.", "online", {"title": "Page", "year": "n.d."}),
        ("TY  - XYZ\nTI  - Thing", "misc", {"title": "Thing"}),
    ],
    ids=["book", "chapter", "talk", "proceedings", "report", "newspaper", "thesis", "no date", "unknown type"],
)  # fmt: skip
def test_ris_types_say_which_field_a_tag_is(tags: str, kind: str, fields: dict[str, str]) -> None:
    [entry] = ris.read(tags + "\nER  - \n").entries
    assert (entry.type, dict(entry.fields)) == (kind, fields)


def test_broken_ris_is_told_with_its_line() -> None:
    reading = ris.read("junk\nTY  - BOOK\nTI  - no end\n\nTY  - BOOK\nTI  - whole\nER  - \n")
    assert [entry.fields["title"] for entry in reading.entries] == ["whole"]
    assert [(broken.line, "TY" in broken.reason, "ER" in broken.reason) for broken in reading.broken] == [
        (1, True, False),
        (2, False, True),
    ]


@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        ('{"title": "A <i>b</i> & c"}', "title", "A b & c"),
        ('{"title": ["From Crossref"]}', "title", "From Crossref"),
        ('{"issued": {"date-parts": [[2020, 1, 2]]}}', "date", "2020-01-02"),
        ('{"issued": {"date-parts": [["2020", "1"]]}}', "date", "2020-01"),
        ('{"issued": {"date-parts": [[2020], [2022]]}}', "date", "2020/2022"),
        ('{"issued": {"date-parts": [[2020]], "season": 2}}', "date", "2020-22"),
        ('{"issued": {"date-parts": [[1850]], "circa": true}}', "date", "1850~"),
        ('{"issued": {"raw": "2020-05/2020-07"}}', "date", "2020-05/2020-07"),
        ('{"issued": {"literal": "forthcoming"}}', "date", "forthcoming"),
        ('{"issued": {"date-parts": [[null]]}, "title": "x"}', "date", None),
        ('{"DOI": "https://doi.org/10.1000/X"}', "doi", "10.1000/X"),
        ('{"page": "1-9, 20-25"}', "pages", "1–9, 20–25"),
        ('{"type": "chapter", "container-title": "Cities"}', "booktitle", "Cities"),
        ('{"type": "journal-article", "container-title": ["Cities"]}', "journaltitle", "Cities"),
        ('{"type": "report", "publisher": "World Bank"}', "institution", "World Bank"),
        ('{"language": "en-GB"}', "langid", "british"),
        ('{"dimensions": "3 x 4"}', "csl-dimensions", "3 x 4"),
        ('{"volume": 12}', "volume", "12"),
    ],
)
def test_csl_variables_become_fields(item: str, field: str, expected: str | None) -> None:
    [entry] = csl.read(item).entries
    assert entry.fields.get(field) == expected


def test_csl_names_keep_their_particles() -> None:
    names = """[{"author": [{"family": "Beauvoir", "given": "Simone", "non-dropping-particle": "de"},
        {"literal": "World Bank"}, {"family": "King", "given": "Martin", "suffix": "Jr."}, {"name": "OECD"}, 3]}]"""
    [entry] = csl.read(names).entries
    assert entry.names["author"] == (
        person("Beauvoir", "Simone", "de"), body("World Bank"), person("King", "Martin", "", "Jr."), body("OECD"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "{", '[{"a": ]', "[1, 2]", '"x"'])
def test_what_is_no_csl_json_is_told(text: str) -> None:
    reading = csl.read(text)
    assert reading.entries == []
    assert reading.broken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@misc{k, author = {Maria Lee}, title = {The open city}, year = 2019}", "lee2019open"),
        ("@misc{k, author = {Ludwig van Beethoven}, title = {Ode}, year = 1824}", "beethoven1824ode"),
        ("@misc{k, author = {{World Bank}}, title = {Open Data}, year = 2019}", "world2019open"),
        ("@misc{k, author = {Łukasz Wałęsa}, title = {Über Daten}, year = 2019}", "walesa2019uber"),
        ("@misc{k, institution = {The OECD}, title = {2020 in numbers}, date = {2020-05}}", "oecd2020numbers"),
        ("@misc{k, title = {Of the}}", "anonnd"),
        ("@misc{k, author = {王, 小明}, title = {城市}}", "anonnd"),
    ],
)
def test_a_key_is_author_year_word(text: str, expected: str) -> None:
    entry = only(text)
    assert keys.made(entry) == expected
    assert keys.made(entry, {expected}) == expected + "b"


def test_a_line_that_ends_with_a_backslash_does_not_shift_the_lines_that_are_told() -> None:
    text = "@misc{a,\n  note = {one \\\\\n two \\\\\n}\n}\n@misc{b,\n  title = {x} year = 3}\n@misc{c, title = {y}}\n"
    reading = bibtex.read(text)
    assert [entry.key for entry in reading.entries] == ["a", "c"]
    assert [(one.line, one.key, one.raw) for one in reading.broken] == [(6, "b", "@misc{b,\n  title = {x} year = 3}")]


def test_what_follows_a_broken_entry_is_kept_with_it() -> None:
    text = '@book{a,\n  title = "{zeitgem{"a}{\\ss}}",\n  year = 1991,\n  note = {kept}\n}\n@misc{c, title = {y}}\n'
    reading = bibtex.read(text)
    assert [entry.key for entry in reading.entries] == ["c"]
    assert "note = {kept}" in reading.broken[0].raw
