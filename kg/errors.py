"""Everything that can go wrong, as one tree; each error says what happened and what to do next.

KgError
├── BadInput                what was sent cannot be used            400
│   ├── NotFound            nothing lives at this address           404
│   ├── Gone                it was here and was taken away          410
│   ├── NotKnown            the token is none of ours               401
│   ├── NotAllowed          the caller may not do this              403
│   ├── WrongMethod         this address does not answer the verb   405
│   ├── NotAcceptable       no format in common                     406
│   ├── UnknownMedia        the body's media type is not read here  415
│   ├── Overtaken           somebody else changed it meanwhile      409
│   ├── Unmet               a condition that the caller sets fails  412
│   ├── TooMuch             more rows or bytes than a caller gets   400
│   ├── TooLarge            more than this door takes at once       413
│   ├── TooOften            more requests than a caller may send    429
│   └── Refused             checked, and the shapes complain        422
├── EngineError             the triple store misbehaved             502
│   ├── EngineDown          it does not answer                      503
│   │   └── NotReady        it does, but is still reading up        503
│   └── QueryTimeout        it stopped at the time limit            503
├── Busy                    as many queries run as may              503
├── FarAway                 another service did not answer          502
├── BaseBusy                another service owns the data folder    409
├── BadSetting              a setting is misspelt or out of range   500
└── BrokenHouse             a file of ours is missing or wrong      500
"""

from __future__ import annotations

from kg.words import phrase


class KgError(Exception):
    """Carry a sentence for people (`detail`), what to do (`advice`) and the HTTP status it deserves."""

    status = 500
    retry_after = 0
    """Seconds after which the same request may do better; 0: nobody knows."""
    title = phrase("Something went wrong")
    advice = phrase("Try again; if it happens again, tell us what you did.")

    def __init__(self, detail: str, advice: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if advice is not None:
            self.advice = advice

    def __str__(self) -> str:
        return f"{self.detail} {self.advice}".strip()


class BadInput(KgError):
    """What was sent cannot be used as it is."""

    status = 400
    title = phrase("We cannot read that")
    advice = phrase("Correct the request and send it again.")


class NotFound(BadInput):
    """Nothing lives at this address."""

    status = 404
    title = phrase("Nothing is here")
    advice = phrase("Search for it, or start from the home page.")


class Gone(BadInput):
    """A record that was here has been withdrawn."""

    status = 410
    title = phrase("This record was withdrawn")
    advice = phrase("Its history says why.")


class NotKnown(BadInput):
    """The caller's token is none of ours."""

    status = 401
    title = phrase("We do not know this token")
    advice = phrase("Send it as `Authorization: Bearer TOKEN`, or send none and ask as everyone may.")


class NotAllowed(BadInput):
    """The caller may not do this."""

    status = 403
    title = phrase("Not allowed")
    advice = phrase("Ask a curator.")


class WrongMethod(BadInput):
    """The address exists but does not answer this HTTP method."""

    status = 405
    title = phrase("This address does not answer that method")
    advice = phrase("The Allow header names the methods that work.")


class NotAcceptable(BadInput):
    """No format that we write is one that the caller reads."""

    status = 406
    title = phrase("No format in common")
    advice = phrase("Ask for one of the formats that are listed.")


class UnknownMedia(BadInput):
    """The body's media type is not one that this address reads."""

    status = 415
    title = phrase("We do not read this kind of body")
    advice = phrase("Send one of the media types that are listed.")


class Overtaken(BadInput):
    """Somebody else changed the base between the reading and the writing."""

    status = 409
    title = phrase("Somebody else was quicker")
    advice = phrase("Read it again, and send the change again.")


class Unmet(BadInput):
    """The caller's If-Match or If-None-Match does not fit what is here."""

    status = 412
    title = "It is not as you expected"
    advice = "Read it again, and decide by what is there now."


class TooMuch(BadInput):
    """The answer has more rows or bytes than this caller gets in one."""

    title = phrase("The answer is longer than the limit")
    advice = phrase("Ask in parts (ORDER BY with LIMIT and OFFSET), count first, or take a dump of the whole base.")


class TooLarge(BadInput):
    """What was sent, or what it would work on, is more than this door takes at once."""

    status = 413
    title = phrase("That is more than we take at once")
    advice = phrase("Send less at once.")


class TooOften(BadInput):
    """The caller sends more requests than it may."""

    status = 429
    title = phrase("Too many requests")
    advice = phrase("Wait as long as Retry-After says; for bulk work take a dump.")


class Refused(BadInput):
    """The shapes complain; nothing was written."""

    status = 422
    title = phrase("The check found mistakes")
    advice = phrase("Mend what is listed and send it again; nothing was written.")


class EngineError(KgError):
    """The triple store answered with something that we cannot use."""

    status = 502
    title = phrase("The triple store had a problem")
    advice = phrase("Try again in a moment.")


class EngineDown(EngineError):
    """The triple store does not answer."""

    status = 503
    retry_after = 5
    title = phrase("The triple store does not answer")


class NotReady(EngineDown):
    """What is derived from the store is being brought up to its revision."""

    title = phrase("Not ready yet")
    advice = phrase("Ask again in a few seconds.")


class QueryTimeout(EngineError):
    """The triple store stopped the query at the time limit."""

    status = 503
    retry_after = 5
    title = phrase("The query took too long")
    advice = phrase("Narrow it: name a class or a graph, add a LIMIT, or avoid joining by FILTER.")
    runs_on = 0.0
    """Seconds for which the store may still be busy with it."""

    @classmethod
    def early(cls, seconds: float, runs_on: float) -> QueryTimeout:
        """A query that its caller's limit stopped before the store's own."""
        error = cls(f"The query was stopped after {seconds:g} seconds.")
        error.runs_on = runs_on
        return error


class Busy(KgError):
    """As many queries are being answered as may be at once."""

    status = 503
    retry_after = 2
    title = phrase("Too many queries at once")
    advice = phrase("Wait for your other queries to end, or ask again in a moment.")


class FarAway(KgError):
    """A service of somebody else, from which we wanted something, did not answer or answered with nonsense."""

    status = 502
    title = phrase("Another service did not answer")
    advice = phrase("Try again later; nothing here was changed.")


class BaseBusy(KgError):
    """Another service owns the data folder."""

    status = 409
    title = phrase("The data folder is in use")
    advice = phrase("Stop the other service, or set KG_DATA to another folder.")


class BadSetting(KgError):
    """A setting is misspelt or holds a value that makes no sense."""

    title = phrase("A setting is wrong")
    advice = phrase("`kg settings` lists every setting with its default.")


class BrokenHouse(KgError):
    """A file that belongs to the service is missing or wrong: a query, a shape, a scheme."""

    title = phrase("A part of the service is broken")
    advice = phrase("Install the package again, or mend the file that is named.")
