"""Commands about the database of an installation."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portal.store.backup import back_up
from portal.store.check import check_installation
from portal.store.command import Context, pass_portal
from portal.store.schema import migrate


@click.command()
@pass_portal
def init(context: Context) -> None:
    """Create the database, or migrate it to this version."""
    migrate(context.store.engine)
    click.echo("The database is up to date.")


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
    """Is this installation sound? Derives, hashes and signs everything again and compares."""
    problems = check_installation(
        context.store, progress=click.echo, secrets=context.secrets, clock=context.clock
    )
    for problem in problems:
        click.echo(f"PROBLEM: {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo("All is well.")
