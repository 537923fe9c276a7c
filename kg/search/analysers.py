"""How text becomes words: lower case, accents folded, and endings cut by the rules of the text's own language."""

from __future__ import annotations

from functools import lru_cache

import tantivy

FOLDED = "folded"

STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Language to the library's stemmer; text in another language is found by its whole words."""

_LONGEST_WORD = 60
_NORWEGIAN = {"nb": "no", "nn": "no"}


@lru_cache(1_000)
def column(language: str) -> str | None:
    """Return the index field for text of a language (`fr`, `pt-BR`); untagged text counts as English; None without stemmer."""
    code = language.lower().partition("-")[0] or "en"
    code = _NORWEGIAN.get(code, code)
    return f"text_{code}" if code in STEMMERS else None


COLUMNS = tuple(f"text_{code}" for code in STEMMERS)


def register(index: tantivy.Index) -> None:
    """Give an index the analysers that its fields are written with."""
    index.register_tokenizer(FOLDED, analyser())
    for code, name in STEMMERS.items():
        index.register_tokenizer(f"stem_{code}", analyser(name))


def analyser(language: str | None = None) -> tantivy.TextAnalyzer:
    """Build the analyser of a language, or of whole words; endings are cut before accents fold, as the stemmers expect."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_WORD)).filter(tantivy.Filter.lowercase())
    if language is not None:
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.filter(tantivy.Filter.ascii_fold()).build()
