"""`portal check`: what the store can check, and what is counted again by who counted it first."""

from __future__ import annotations

import sys

import click

from portal.assess.recounting import RECOUNTS
from portal.store.check import check_installation
from portal.store.command import Context, pass_portal


@click.command()
@pass_portal
def check(context: Context) -> None:
    """Is this installation sound? Derives, hashes and signs everything again and compares."""
    problems = check_installation(
        context.store,
        progress=click.echo,
        secrets=context.secrets,
        clock=context.clock,
        recounts=RECOUNTS,
    )
    for problem in problems:
        click.echo(f"PROBLEM: {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo("All is well.")
