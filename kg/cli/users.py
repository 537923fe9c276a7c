"""Commands on accounts: `kg user add`, `kg user list`, `kg user remove`."""

from __future__ import annotations

import click

from kg.desk.accounts import ROLES, Accounts
from kg.settings import Settings


@click.group()
def user() -> None:
    """Say who may contribute, curate or administer."""


def _accounts() -> Accounts:
    settings = Settings.load()
    settings.data.mkdir(parents=True, exist_ok=True)
    return Accounts(settings.data / "accounts.sqlite")


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True, help="What the account may do.")
def add(name: str, role: str) -> None:
    """Make an account for NAME, or give it a new role and token; the token is printed now and never again."""
    token = _accounts().add(name, role)
    click.echo(f"{name} is a {role}. Keep this token, it is not shown again:", err=True)
    click.echo(token)


@user.command("list")
def list_() -> None:
    """List every account with its role and the day it was made."""
    for account in _accounts().all():
        click.echo(f"{account.name:<24} {account.role:<12} {account.at[:10]}")


@user.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take the account of NAME away; its token opens nothing from now on."""
    _accounts().remove(name)
    click.echo(f"{name} has no account any more.", err=True)
