"""Commands about the database and the settings of an installation."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import click

from portal.settings import PREFIX, Settings
from portal.store.backup import back_up
from portal.store.check import check_installation
from portal.store.command import Context, pass_portal
from portal.store.schema import migrate

_HIDDEN = {"secret_key", "smtp_url", "database_url"}  # they are or hold secrets


@click.command()
@pass_portal
def init(context: Context) -> None:
    """Create the database, or migrate it to this version."""
    migrate(context.store.engine)
    click.echo("The database is up to date.")


@click.command()
@pass_portal
def settings(context: Context) -> None:
    """List all settings with their meaning and value; secrets are not shown."""
    for item in fields(Settings):
        value = _shown(item.name, getattr(context.settings, item.name))
        click.echo(f"{PREFIX}{item.name.upper()}={value}\n    {item.metadata['help']}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_portal
def backup(context: Context, file: Path) -> None:
    """Write a consistent copy of the database to FILE, without the secrets of past periods."""
    back_up(context.store, context.clock.today(), file)
    click.echo(f"Copied to {file}")


@click.command()
@pass_portal
def check(context: Context) -> None:
    """Is this installation sound? Folds all events again and compares."""
    problems = check_installation(context.store, progress=click.echo)
    for problem in problems:
        click.echo(f"PROBLEM: {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo("All is well.")


def _shown(name: str, value: object) -> str:
    """A value as it is written in the environment."""
    if name in _HIDDEN:
        return "(hidden)" if value else ""
    match value:
        case tuple():
            return " ".join(str(part) for part in value)
        case bool():
            return "1" if value else "0"
        case None:
            return ""
        case _:
            return str(value)
