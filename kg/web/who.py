"""Who asks: the one place where a caller's token is read (RFC 6750, in the Authorization header only)."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g, request

from kg.desk.accounts import Account, Accounts
from kg.errors import NotAllowed, NotKnown


def register(app: Flask) -> None:
    """Open the accounts beside the base's data."""
    app.extensions["accounts"] = Accounts(app.extensions["base"].settings.data / "accounts.sqlite")


def caller() -> Account | None:
    """Return the caller's account, None for a caller without a token; a token that is none of ours raises NotKnown."""
    if "caller" not in g:
        g.caller = _account(request.headers.get("Authorization", ""))
    return cast("Account | None", g.caller)


def must_be(role: str) -> Account:
    """Return the caller's account, which must have this role or a higher one."""
    account = caller()
    if account is None:
        raise NotKnown(f"This needs the token of a {role}.", "Send it as `Authorization: Bearer TOKEN`.")
    if not account.may(role):
        raise NotAllowed(f"{account.name} is a {account.role}, and this is for a {role}.", "Ask an admin of the base.")
    return account


def name() -> str:
    """Return what limits know the caller by: its account, else its address."""
    account = caller()
    return f"account {account.name}" if account else f"address {request.remote_addr}"


def _account(header: str) -> Account | None:
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    accounts = cast(Accounts, current_app.extensions["accounts"])
    found = accounts.of(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise NotKnown("The Authorization header holds no token of this base.")
    return found
