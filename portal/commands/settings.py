"""`portal settings`: every setting, what it means and what it is."""

from __future__ import annotations

from dataclasses import fields

import click

from portal.settings import PREFIX, Settings, load_settings

# They are or hold secrets.
_HIDDEN = {"bounce_mailbox", "database_url", "secret_key", "smtp_url", "translate_key"}


@click.command()
def settings() -> None:
    """List all settings with their meaning and value; secrets are not shown."""
    loaded = load_settings()
    for item in fields(Settings):
        value = _shown(item.name, getattr(loaded, item.name))
        click.echo(f"{PREFIX}{item.name.upper()}={value}\n    {item.metadata['help']}")


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
