"""`portal serve`: the web pages, until told to stop."""

from __future__ import annotations

import click

from portal.app import create_app
from portal.store.command import Context, pass_portal
from portal.web import logs
from portal.web.server import serve as serve_pages


@click.command()
@pass_portal
def serve(context: Context) -> None:
    """Serve the web pages."""
    settings = context.settings
    logs.configure()
    serve_pages(settings, lambda: create_app(settings))
