"""Who sends a proposal: what they wish to be credited as, what stays private, and whether a program filled in the form."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kg.citations import people
from kg.citations.connected import ORCID
from kg.desk.proposals import Sender
from kg.errors import TooLarge, TooOften
from kg.web import who
from kg.web.tongues import _, number

FIELDS = ("person", "orcid", "affiliation", "email", "note", "source")
TRAP = "website"
"""A field that people do not see and programs fill in."""
_AN_HOUR = 30
_LARGEST = 1_000_000
_LONGEST = 10_000
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


def register(app: Flask) -> None:
    """Give the application its count of what each address has sent."""
    app.extensions["sent"] = MovingWindowRateLimiter(MemoryStorage())


def limit_size() -> None:
    """Refuse a body that no form of ours can grow to, before it is read."""
    if (request.content_length or 0) > _LARGEST:
        raise TooLarge(_("A form may have %(count)s bytes.", count=number(_LARGEST)), _("Send less at once."))
    request.max_content_length = _LARGEST


def count() -> None:
    """Count something that was sent; too much of it within the hour raises TooOften."""
    if not current_app.extensions["sent"].hit(RateLimitItemPerHour(_AN_HOUR), who.name()):
        error = TooOften(
            _("%(count)s things were sent from your address within the hour.", count=_AN_HOUR),
            _("Save a draft, and send it later."),
        )
        error.retry_after = 600
        raise error


def complaints(*, signed: bool = False) -> dict[str, list[str]]:
    """Return what is wrong with what somebody says of themselves, by field; what is `signed` needs a name."""
    found: dict[str, list[str]] = {}
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    if given["orcid"] and not orcid(given["orcid"]):
        found["orcid"] = [_("This is no ORCID iD: sixteen digits, the last of which is a check digit.")]
    if given["email"] and not _EMAIL.fullmatch(given["email"]):
        found["email"] = [_("This is no e-mail address.")]
    if given["source"] and urlsplit(given["source"]).scheme not in ("http", "https"):
        found["source"] = [_("An address begins with https:// or http://.")]
    for name, text in given.items():
        if len(text) > (_LONGEST if name == "note" else 300):
            found[name] = [_("This is longer than the field takes.")]
    if given["person"] == "" and (given["orcid"] or given["affiliation"]):
        found["person"] = [_("Give the name to be credited with it, or leave all three empty.")]
    if signed and not given["person"]:
        found["person"] = [_("This is signed: give a name, which may be a pseudonym.")]
    if request.form.get("licence") != "yes":
        found["licence"] = [_("We can only take what may be shared under CC BY 4.0.")]
    return found


def orcid(text: str) -> str:
    """Return an ORCID iD as its address; empty where its check digit is wrong."""
    number = people.orcid(text)
    return ORCID + number if number else ""


def sender(kind: str) -> Sender:
    """Return who sends the form."""
    given = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
    return Sender(
        kind=kind,
        name=given["person"],
        orcid=orcid(given["orcid"]),
        affiliation=given["affiliation"],
        email=given["email"],
        text=request.form.get("note", "").replace("\r\n", "\n").strip(),
        source=given["source"],
    )


def is_a_program() -> bool:
    """Tell whether the field was filled in that people do not see."""
    return bool(request.form.get(TRAP))
