"""`portal work`: everything that is due, until told to stop."""

from __future__ import annotations

import click

from portal.store.command import Context, pass_portal
from portal.web import logs
from portal.worker import JobsFailed
from portal.worker import work as do_work


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due and end.")
@pass_portal
def work(context: Context, once: bool) -> None:
    """Tell residents, send mail, refresh assessments, purge."""
    logs.configure()
    try:
        do_work(context, once=once)
    except JobsFailed as error:
        raise click.ClickException(str(error)) from error
