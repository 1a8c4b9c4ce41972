"""Commands that start a portal from nothing: `portal up` and `portal demo`."""

from __future__ import annotations

import sys

import click

from portal.accounts.operations.people import add_person
from portal.admin.operations import change_threshold
from portal.assess.appraisals import appraise_due
from portal.assess.monitors import watch_due
from portal.assess.operations import assess_service
from portal.assess.results import publish_city_results
from portal.assess.said import refresh_due
from portal.assess.warnings import raise_warnings
from portal.demo.operations import Makers, make_demo, prepare_demo, show_sign_ins
from portal.store.command import Context, pass_portal
from portal.store.schema import upgrade
from portal.web.listening import require_free_port
from portal.web.supervisor import Supervisor

DEMO_MAKERS = Makers(
    add_person,
    assess_service,
    appraise_due,
    watch_due,
    refresh_due,
    publish_city_results,
    raise_warnings,
    change_threshold,
)


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="Serve the demonstration city.")
@pass_portal
def up(context: Context, with_demo: bool) -> None:
    """Serve web pages and work, both under one supervisor. Ctrl-C stops both."""
    require_free_port(context.settings.host, context.settings.port)
    upgrade(context.store, context.clock.today())
    if with_demo:
        prepare_demo(context, DEMO_MAKERS)
        show_sign_ins(context)
    address = f"http://{context.settings.host}:{context.settings.port}/"
    context.close()
    click.echo(f"Serving on {address} (Ctrl-C stops)")
    sys.exit(Supervisor([["serve"], ["work"]]).run())


@click.command()
@pass_portal
def demo(context: Context) -> None:
    """Fill the database with Marlow, the demonstration city."""
    make_demo(context, DEMO_MAKERS)
    show_sign_ins(context)
