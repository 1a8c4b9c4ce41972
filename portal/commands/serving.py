"""Commands that go on until they are told to stop: `portal serve` and `portal work`."""

from __future__ import annotations

import click

from portal.app import create_app
from portal.store.command import Context, pass_portal
from portal.web import logs
from portal.web.server import serve as serve_pages
from portal.worker import work as do_work


@click.command()
@pass_portal
def serve(context: Context) -> None:
    """Serve the web pages."""
    settings = context.settings
    logs.configure()
    serve_pages(settings, lambda: create_app(settings))


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due and end.")
@pass_portal
def work(context: Context, once: bool) -> None:
    """Tell residents, send mail, refresh assessments, purge."""
    logs.configure()
    do_work(context, once=once)
