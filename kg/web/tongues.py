"""Which language a reader is spoken to in, and the words, dates and numbers of that language."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, Response, g, has_request_context, request
from markupsafe import Markup, escape
from pyoxigraph import Literal, NamedNode

from kg.words import Text, alphabetic, small

ENGLISH = "en"
LANGUAGES = (ENGLISH, "fr", "es", "he")
CATALOGUES = Path(__file__).parent / "translations"
_LOCALES = {ENGLISH: "en_GB"}
"""Where the way of writing dates and numbers needs a country: 7 October 2016."""
_NAME = "lang"
_YEAR = 365 * 24 * 3600
_SPEAKING = ("text/html", "application/problem+json")
"""What is answered in the reader's language; data is the same for everybody."""
_UNGROUPED = 1000


def register(app: Flask) -> None:
    """Give the templates their words, and every answer the name of its language."""
    app.jinja_env.globals |= {"_": _in_template, "ngettext": _many_in_template}
    app.jinja_env.filters |= {
        "number": number,
        "named": named,
        "said": said,
        "sentence": sentence,
        "lower": small,
        "alphabetically": alphabetically,
    }
    app.context_processor(_shared)
    app.after_request(_told)
    words(ENGLISH)


# -- the language ---------------------------------------------------------------------------------------------------------


def language() -> str:
    """Return the language of the answer: `?lang=`, what this reader chose before, what the browser likes best, else English."""
    if not has_request_context():
        return ENGLISH
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _asked() or _known(request.cookies.get(_NAME)) or _liked() or ENGLISH
    return found


def use(wanted: str) -> None:
    """Answer in this language from here on: what programs read is English, whoever asks."""
    g.language = wanted


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak another language for a while."""
    before = language()
    use(wanted)
    try:
        yield
    finally:
        use(before)


def _asked() -> str | None:
    return _known(request.args.get(_NAME))


def _liked() -> str | None:
    """Return the first language of the browser's that we speak, `fr` for `fr-CA`."""
    return negotiate_locale([tag for tag, quality in request.accept_languages if quality > 0], LANGUAGES, sep="-")


def _known(name: str | None) -> str | None:
    return name if name in LANGUAGES else None


def told(response: Response) -> Response:
    """Say on an answer in which language it is, and on what that hangs."""
    response.headers["Content-Language"] = language()
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _told(response: Response) -> Response:
    """Say of a page in which language it is, and remember the language that the reader asked for."""
    if response.mimetype in _SPEAKING:
        told(response)
        if chosen := _asked():
            response.set_cookie(_NAME, chosen, max_age=_YEAR, httponly=True, samesite="Lax")
    return response


def _shared() -> dict[str, Any]:
    return {"language": language(), "direction": direction(language()), "languages": _choices()}


def _choices() -> list[dict[str, Any]]:
    """Return each language by its own name, with the address of this page in it."""
    path = request.path if request.method in ("GET", "HEAD") else "/"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != _NAME]
    return [
        {"code": code, "name": _own_name(code), "current": code == language(),
         "url": f"{path}?{urlencode([*kept, (_NAME, code)])}"}
        for code in LANGUAGES
    ]  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------------------------


def _(text: str, /, **given: object) -> Text:
    """Say a sentence in the reader's language; `%(name)s` stands for what is given, `%%` for a percent sign."""
    return Text(words().gettext(text) % _apart(text, given), language())


def ngettext(one: str, many: str, num: int, /, **given: object) -> Text:
    """Say a sentence about some number of things in the reader's language."""
    return Text(words().ngettext(one, many, num) % _apart(many, {"num": number(num)} | given), language())


def _in_template(text: str, /, **given: object) -> Markup:
    """Say a sentence of a template, which may hold tags; what is given is escaped unless it is mark-up itself."""
    return Markup(words().gettext(text)) % _apart(text, given)


def _many_in_template(one: str, many: str, num: int, /, **given: object) -> Markup:
    """Say a sentence of a template about some number of things."""
    return Markup(words().ngettext(one, many, num)) % _apart(many, {"num": number(num)} | given)


def _is_address(name: str, sentence: str) -> bool:
    return f'="%({name})s"' in sentence or f"](%({name})s)" in sentence


def _apart(sentence: str, given: Mapping[str, object]) -> Mapping[str, object]:
    """Hold a name that is given apart from a sentence that runs from right to left (FSI and PDI of UAX #9).

    Mark-up has its own direction, and an address of a link (`href="%(url)s"`, `](%(url)s)`) takes nothing but what is given.
    """
    if not leftwards():
        return given
    return {
        name: f"\u2068{value}\u2069" if type(value) in (str, Text) and not _is_address(name, sentence) else value
        for name, value in given.items()
    }


def pair(what: str, text: object) -> str:
    """Say what something is and how it is, `Kenya: 12`, with the signs of the reader's language between them."""
    return _("%(what)s: %(text)s", what=what, text=text)


def said(text: str) -> str:
    """Say a sentence that was marked by `phrase` in the reader's language; one that nobody has translated stays as it is."""
    return words().gettext(text) if text else ""


def sentence(text: str) -> Text:
    """Return a sentence in the reader's language where it is said or translated so, else in English, marked as such."""
    if isinstance(text, Text) and text.language:
        return text
    found = said(text)
    return Text(found, language() if found != text else ENGLISH)


@cache
def _catalogue(wanted: str) -> NullTranslations:
    """Read the translations into a language once; English needs none."""
    if wanted == ENGLISH:
        return NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / wanted / "LC_MESSAGES" / "messages.po").open("rb") as text:
        write_mo(compiled, read_po(text, locale=wanted))
    compiled.seek(0)
    return GNUTranslations(compiled)


def words(wanted: str | None = None) -> NullTranslations:
    """Return the translations into a language, the reader's where none is named."""
    return _catalogue(wanted or language())


def best(values: Iterable[NamedNode | Literal]) -> Literal | None:
    """Pick the text in the reader's language, else in English, else one without language, else any, always the same one."""
    rank: Mapping[str | None, int] = {ENGLISH: 1, None: 2} | {language(): 0}
    literals = [value for value in values if isinstance(value, Literal)]
    return min(literals, key=lambda text: (rank.get(text.language, 3), text.language or "", text.value), default=None)


def called(values: Iterable[NamedNode | Literal]) -> Text | None:
    """Return what a thing with these names is called in the reader's language, with the language that it is in."""
    found = best(values)
    return Text(found.value, found.language) if found is not None else None


def named(text: str, spoken: str | None = None) -> Markup:
    """Write a text with its language on it where that is not the language of the page."""
    spoken = getattr(text, "language", "") if spoken is None else spoken
    if not spoken or spoken == language():
        return escape(text)
    turned = (
        ' dir="auto"' if spoken in LANGUAGES and direction(spoken) == "rtl" else ""
    )  # the style sheet turns the others
    return Markup('<span lang="{}"{}>{}</span>').format(spoken, Markup(turned), text)


# -- dates, numbers, names ------------------------------------------------------------------------------------------------


def day(when: date) -> str:
    """Return a day as `7 October 2016`."""
    return _day(when, language())


def month(when: date) -> str:
    """Return a month as `October 2016`."""
    return _month(when, language())


def alphabetically(things: Iterable[Any], attribute: str) -> list[Any]:
    """Return what a template lists in the order of what it shows of each, whatever its capitals and accents."""
    return sorted(things, key=lambda thing: alphabetic(getattr(thing, attribute)))


def number(value: float) -> str:
    """Return a number with its thousands apart."""
    if isinstance(value, int) and -_UNGROUPED < value < _UNGROUPED:
        return str(value)
    return format_decimal(value, locale=locale(language()))


@lru_cache(4096)
def _day(when: date, wanted: str) -> str:
    return format_date(when, "long", locale=locale(wanted))


@lru_cache(1024)
def _month(when: date, wanted: str) -> str:
    return format_skeleton("yMMMM", when, locale=locale(wanted))


@cache
def locale(wanted: str) -> Locale:
    """Return how a language writes dates and numbers, and what it calls countries and languages (Unicode CLDR)."""
    return Locale.parse(_LOCALES.get(wanted, wanted))


@cache
def direction(wanted: str) -> str:
    """Return how a language is written: `ltr` or `rtl`."""
    return "rtl" if locale(wanted).character_order == "right-to-left" else "ltr"


def leftwards() -> bool:
    """Tell whether the reader's language is written from right to left."""
    return direction(language()) == "rtl"


def tongue(code: str) -> str:
    """Return what a language is called in the reader's, of which this is the code; the code where nobody knows it."""
    return str(locale(language()).languages.get(code.partition("-")[0].lower(), code))


@cache
def _own_name(wanted: str) -> str:
    name = Locale.parse(wanted).get_display_name(wanted) or wanted
    return name[:1].upper() + name[1:]
