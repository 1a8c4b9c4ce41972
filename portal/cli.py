"""The `portal` command: everything that people and machines do to an installation.

Bad input or a bad setting: one clear line, exit status 2, nothing changed.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from portal.accounts.commands import user
from portal.accounts.operations import add_person
from portal.assess.commands import assess, evaluate
from portal.assess.operations import assess_service
from portal.demo.operations import Makers, make_demo, prepare_demo, show_sign_ins
from portal.imports.commands import import_history, import_services
from portal.settings import PREFIX, Settings, SettingsError, load_settings
from portal.store.backup import back_up
from portal.store.check import check_installation
from portal.store.command import Context, pass_portal
from portal.store.schema import migrate
from portal.web import logs
from portal.web.server import Supervisor, serve
from portal.worker import work

BAD_INPUT = 2
DEMO_MAKERS = Makers(add_person, assess_service)


class PortalGroup(click.Group):
    """Turns whatever people can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (SettingsError, ValueError, LookupError, OSError) as error:
            raise _refusal(str(error)) from error
        except OperationalError as error:
            raise _refusal(f"the database does not answer: {error.orig}") from error


class Refusal(click.ClickException):
    """Something that whoever typed the command can mend."""

    exit_code = BAD_INPUT


def _refusal(message: str) -> Refusal:
    return Refusal(" ".join(message.split()))


@click.group(cls=PortalGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """A city asks its residents about its services, and answers them."""
    ctx.obj = Context(load_settings)
    ctx.call_on_close(ctx.obj.close)


@main.command()
@pass_portal
def init(context: Context) -> None:
    """Create the database, or migrate it to this version."""
    migrate(context.store.engine)
    click.echo("The database is up to date.")


@main.command()
@pass_portal
def settings(context: Context) -> None:
    """List all settings with their meaning and value; secrets are not shown."""
    for item in fields(Settings):
        value = getattr(context.settings, item.name)
        shown = "(hidden)" if item.name in {"secret_key", "smtp_url", "database_url"} else value
        click.echo(f"{PREFIX}{item.name.upper()}={shown}\n    {item.metadata['help']}")


@main.command("serve")
@pass_portal
def serve_command(context: Context) -> None:
    """Serve the web pages."""
    serve(context.settings)


@main.command("work")
@click.option("--once", is_flag=True, help="Do all that is due and end.")
@pass_portal
def work_command(context: Context, once: bool) -> None:
    """Tell residents, send mail, refresh assessments, purge."""
    logs.configure()
    work(context, once=once)


@main.command()
@click.option("--demo", "with_demo", is_flag=True, help="Serve the demonstration city.")
@pass_portal
def up(context: Context, with_demo: bool) -> None:
    """Serve web pages and work, both under one supervisor. Ctrl-C stops both."""
    migrate(context.store.engine)
    if with_demo:
        prepare_demo(context, DEMO_MAKERS)
        show_sign_ins(context)
    address = f"http://{context.settings.host}:{context.settings.port}/"
    context.close()
    click.echo(f"Serving on {address} (Ctrl-C stops)")
    Supervisor([["serve"], ["work"]]).run()


@main.command()
@pass_portal
def demo(context: Context) -> None:
    """Fill the database with Marlow, the demonstration city."""
    make_demo(context, DEMO_MAKERS)
    show_sign_ins(context)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_portal
def backup(context: Context, file: Path) -> None:
    """Write a consistent copy of the database to FILE, without the secrets of past periods."""
    back_up(context.store, context.clock.today(), file)
    click.echo(f"Copied to {file}")


@main.command()
@pass_portal
def check(context: Context) -> None:
    """Is this installation sound? Folds all events again and compares."""
    problems = check_installation(context.store, progress=click.echo)
    for problem in problems:
        click.echo(f"PROBLEM: {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo("All is well.")


for command in (assess, evaluate, import_history, import_services, user):
    main.add_command(command)

if __name__ == "__main__":
    main()
