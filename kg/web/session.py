"""Who sits at the desk, and whether a form was really ours: signed cookies for curators, signed forms for everyone.

Visitors get no cookie. A curator's cookie holds a name and a proof that ends with the token; it is signed, not readable by scripts,
not sent from other sites, and only over https where the service is reached by https.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer

from kg.desk.accounts import Account, Accounts
from kg.errors import NotAllowed, NotKnown
from kg.web import who
from kg.web.tongues import _

HOURS = 12
_FORM_SECONDS = 7 * 24 * 3600
FIELD = "signed"
"""The field of every form that holds its signature."""


class _Sessions(SecureCookieSessionInterface):
    """Marks the cookie Secure wherever the page came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def register(app: Flask) -> None:
    """Give the application its secret, kept in the data folder so that all workers share it, and its cookies."""
    app.secret_key = _secret(app)
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=HOURS),
    )
    app.after_request(_private)


def _private(response: Response) -> Response:
    """Let nobody keep a page with a signed form, which is of its reader only."""
    if "signed" in g:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _secret(app: Flask) -> bytes:
    path: Path = app.extensions["base"].settings.data / "secret.key"
    if not path.is_file():
        made = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # another worker was first
            os.link(made, path)
        made.unlink()
    return path.read_bytes()


# -- curators -----------------------------------------------------------------------------------------------------------


def sign_in(token: str) -> Account:
    """Open a session for whoever a token belongs to."""
    account = _accounts().of(token.strip())
    if account is None:
        raise NotKnown(
            _("This is no token of this base."), _("`kg user add` prints one, once; an admin can make a new one.")
        )
    session.clear()
    session.permanent = True
    session.update(account=account.name, proof=_accounts().proof(account.name), id=secrets.token_urlsafe(12))
    _accounts().touch(account.name)
    return account


def sign_out() -> None:
    """End the session."""
    session.clear()


def signed_in() -> Account | None:
    """Return the account of the session, None without one; a token that was taken away ends it."""
    name = session.get("account")
    if not isinstance(name, str) or not name:
        return None
    account = _accounts().get(name)
    if account is None or not secrets.compare_digest(session.get("proof", ""), _accounts().proof(name)):
        session.clear()
        return None
    return account


def at_desk(role: str = "curator") -> Account | None:
    """Return who sits at the desk, by session or by token; None for nobody. Raises NotAllowed for a lower role."""
    account = signed_in() or who.caller()
    if account is not None and not account.may(role):
        raise NotAllowed(
            _(
                "%(name)s is a %(role)s, and this is for a %(wanted)s.",
                name=account.name,
                role=account.role,
                wanted=role,
            ),
            _("Ask an admin of the base."),
        )
    if account is not None:
        _accounts().touch(account.name)
    return account


def _accounts() -> Accounts:
    return cast(Accounts, current_app.extensions["accounts"])


# -- forms ----------------------------------------------------------------------------------------------------------------


def signature(purpose: str) -> str:
    """Sign a form for a purpose and for this session, so that no other page can send it in somebody's name."""
    g.signed = True
    return _signer().dumps([purpose, session.get("id", "")])


def is_ours(purpose: str) -> bool:
    """Tell whether what was posted comes from a form of ours that was opened within the week, and from our pages."""
    if not _from_here():
        return False
    try:
        signed = _signer().loads(request.form.get(FIELD, ""), max_age=_FORM_SECONDS)
    except BadData:
        return False
    return bool(signed == [purpose, session.get("id", "")])


def _from_here() -> bool:
    """Tell whether a page of ours sent this, as the browser says; ours send no referrer, which makes it say `Origin: null`."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


def must_be_ours(purpose: str) -> None:
    """Raise NotAllowed for a form that is not ours."""
    if not is_ours(purpose):
        raise NotAllowed(
            _("This did not come from a form of ours, or from one that was opened more than a week ago."),
            _("Open the page anew and send it again."),
        )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(cast(bytes, current_app.secret_key), salt="form")
