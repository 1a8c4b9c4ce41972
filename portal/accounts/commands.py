"""`portal user`: the people who sign in."""

from __future__ import annotations

import sys

import click

from portal.accounts.operations.people import add_person, check_person
from portal.models.people import ROLES
from portal.store.command import Context, pass_portal


@click.group("user")
def user() -> None:
    """Let people sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and residents will read it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    help="What they do; may be given several times.",
)
@click.option(
    "--department",
    "departments",
    multiple=True,
    help="For which department (its name in addresses); administrators need none.",
)
@click.option("--lang", help="Their language (default: the portal's first language).")
@pass_portal
def add(
    context: Context,
    email: str,
    *,
    name: str,
    roles: tuple[str, ...],
    departments: tuple[str, ...],
    lang: str | None,
) -> None:
    """Let the person with the address EMAIL sign in.

    Asks for the password, or reads it from standard input: on the command line others could see it.
    """
    offered = context.settings.languages
    if lang is not None and lang not in offered:
        raise ValueError(f"{lang} is not offered; the languages are: {' '.join(offered)}")
    check_person(email.strip(), name, roles, departments)  # before anybody types a password twice
    context.store.write(
        add_person,
        now=context.clock.now(),
        email=email,
        name=name,
        password=_ask_password(),
        roles=roles,
        departments=departments,
        lang=lang or context.settings.default_language,
    )
    click.echo(f"{email} may sign in.")


def _ask_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
