"""Principles of a subject: lists that others made, one by one, with what its own texts and its peers lay down of each."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from kg import queries
from kg.analysis import principles as measured
from kg.analysis.evidence import WORDS, Evidence
from kg.analysis.gaps import Gaps
from kg.analysis.peers import KINDS as PEERS
from kg.analysis.peers import PASSED
from kg.analysis.principles import Scheme
from kg.analysis.tables import Table
from kg.errors import BadInput
from kg.web.analysis import answers, asking, subjects
from kg.web.analysis.held import kept, opened
from kg.web.analysis.matrix import form_fields
from kg.web.names import labels
from kg.web.negotiation import HTML
from kg.web.site import base, links, query_link
from kg.web.tongues import ENGLISH, _, language
from kg.words import phrase

blueprint = Blueprint("principles", __name__)

_TIED, _READ = "codebook", "reading"
"""Two choices beside the lists: all that the codebook ties, and all that the editors read into it."""

_HEAD, _WORDS, _LINKS, _AROUND, _SPARE = 120, 110, 4, 24, 3_000
"""What weighs something: the head of a principle; the words of a line, and its links at most; the links around the lists."""


@blueprint.get("/gaps/principles")
@blueprint.get("/gaps/principles.<ext>")
def principles(ext: str | None = None) -> Response | str:
    """Show every principle with the provisions that count for it; without a subject, ask whose."""
    form, held = opened(ext)
    whose = subjects.asked(held)
    fields = form_fields(held, asking.choice(held))
    query_url = query_link(queries.fill("analysis-principles"))
    if whose is None:
        answers.need_subject(
            form, "whose: a place, a policy or a sector", "/gaps/principles.csv?place=ke&sector=transport"
        )
        return asking.page("gaps_start.html", form=fields, action="/gaps/principles", query_url=query_url)
    found = subjects.measure(held, whose.subject)
    if form is not HTML:
        return answers.table(_table(found, _("Principles: %(whom)s", whom=whose.title)), form, "principles")
    every = _schemes(found)
    asked = _asked(every, asking.text("scheme") or _TIED)
    return asking.page(
        "principles.html",
        whose=whose,
        found=found,
        rest_on=subjects.grounds(held, whose.subject),
        schemes=asked,
        full=_in_full(asked),
        mapped=measured.mapped(every),
        unmapped=[scheme for scheme in every if not scheme.mapped],
        words=WORDS,
        whole=held.whole,
        form=fields,
        peers=PEERS,
        passed=PASSED,
        peers_chosen=asking.one_of("peers", PEERS, "auto"),
        note=measured.NOTE,
        formats=links("/gaps/principles", answers.TABLE, asking.parameters()),
        query_url=query_url,
    )


def principles_table(held: Evidence) -> Table:
    """Return the principles of the subject that the address asks for as a table."""
    return _table(subjects.measure(held, subjects.needed(held).subject), phrase("Principles"))


def _in_full(asked: list[Scheme]) -> set[str]:
    """Return which lists are shown with the numbers of peers; where the address is long, the later ones only without."""
    lines = {scheme.slug: sum(len(one.gaps) for one in scheme.principles) for scheme in asked}
    principles = [one for scheme in asked for one in scheme.principles]
    said = sum(len(tie.why) + _HEAD for one in principles for tie in one.ties.values() if tie.why)
    left = asking.LIGHT + _SPARE - asking.weight(said + len(principles) * _HEAD, _AROUND + sum(lines.values()))
    full: set[str] = set()
    for slug, number in lines.items():
        left -= number * asking.weight(_WORDS, _LINKS)
        if left >= 0:
            full.add(slug)
    return full


def _table(found: Gaps, title: str) -> Table:
    return measured.as_table(found, _asked(_schemes(found), asking.text("scheme")), title, base().index.revision)


def _schemes(found: Gaps) -> list[Scheme]:
    """Return every list of principles, called as the reader's language calls it."""
    every = measured.schemes(found, kept("analysis-principles"))
    if language() == ENGLISH:
        return every
    names = labels([*(scheme.iri for scheme in every), *(one.iri for scheme in every for one in scheme.principles)])
    return [
        replace(
            scheme,
            title=names.get(scheme.iri, scheme.title),
            principles=[replace(one, label=names.get(one.iri, one.label)) for one in scheme.principles],
        )
        for scheme in every
    ]


def _asked(every: list[Scheme], slug: str) -> list[Scheme]:
    """Return the mapped scheme of that name, those that the codebook ties, those that the editors read into it, or all of them."""
    known = measured.mapped(every)
    asking.one_of("scheme", [_TIED, _READ, *(scheme.slug for scheme in every)])
    if slug in (_TIED, _READ):
        return [scheme for scheme in known if scheme.read == (slug == _READ)]
    if slug and slug not in [scheme.slug for scheme in known]:
        raise BadInput(
            _("The codebook ties no provision to scheme=%(name)s yet.", name=repr(slug)),
            _("Choose one of: %(known)s.", known=", ".join(scheme.slug for scheme in known)),
        )
    return [scheme for scheme in known if slug in ("", scheme.slug)]
