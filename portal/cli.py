"""The `portal` command: everything that people and machines do to an installation.

Bad input or a bad setting: one clear line, exit status 2, nothing changed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

BAD_INPUT = 2

# Where each command is. Only the one that is asked for is imported, so that `portal evaluate`,
# which anybody may run to check a level, loads neither database nor web server.
COMMANDS = {
    "assess": "portal.assess.commands:assess",
    "audit": "portal.assess.auditing:audit",
    "backup": "portal.commands.database:backup",
    "check": "portal.commands.checking:check",
    "demo": "portal.commands.starting:demo",
    "evaluate": "portal.assess.evaluation:evaluate",
    "import-history": "portal.imports.commands:import_history",
    "import-services": "portal.imports.commands:import_services",
    "init": "portal.commands.database:init",
    "language": "portal.commands.language:language",
    "levels": "portal.assess.commands:levels",
    "purge": "portal.commands.purging:purge",
    "serve": "portal.commands.serving:serve",
    "settings": "portal.commands.settings:settings",
    "up": "portal.commands.starting:up",
    "user": "portal.accounts.commands:user",
    "work": "portal.commands.working:work",
}


class Refusal(click.ClickException):
    """Something that whoever typed the command can mend."""

    exit_code = BAD_INPUT


class PortalGroup(click.Group):
    """Finds commands by name, and turns whatever people can mend into one line and status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None when there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the options that stand before the command."""
        with _in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        asked = error.ctx.command_path if error.ctx else "portal"
        raise Refusal(f"{error.format_message()} (see `{asked} --help`)") from error
    except (BrokenPipeError, KeyError, IndexError):
        raise  # whoever reads has gone away, or a fault of ours: nothing that input can mend
    except (ValueError, LookupError, OSError) as error:
        raise Refusal(" ".join(_say(error).split())) from error


def _say(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


@click.group(cls=PortalGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A city asks its residents about its services, and answers them."""


if __name__ == "__main__":
    main(prog_name="portal")
