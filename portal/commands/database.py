"""Commands about the database of an installation."""

from __future__ import annotations

from pathlib import Path

import click

from portal.store.backup import back_up
from portal.store.command import Context, pass_portal
from portal.store.schema import upgrade


@click.command()
@pass_portal
def init(context: Context) -> None:
    """Create the database, or migrate it to this version."""
    upgrade(context.store, context.clock.today())
    click.echo("The database is up to date.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_portal
def backup(context: Context, file: Path) -> None:
    """Write a consistent copy of the database to FILE, without the secrets of past periods."""
    back_up(context.store, context.clock.today(), file)
    click.echo(f"Copied to {file}")
