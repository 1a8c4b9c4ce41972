"""`portal settings`: every setting, what it means and what it is."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

import click

from portal.settings import PREFIX, Settings, load_settings


@click.command()
def settings() -> None:
    """List all settings with their meaning and value; secrets are not shown."""
    loaded = load_settings()
    for item in fields(Settings):
        value = _shown(item, getattr(loaded, item.name))
        click.echo(f"{PREFIX}{item.name.upper()}={value}\n    {item.metadata['help']}")


def _shown(item: Field[Any], value: object) -> str:
    """A value as it is written in the environment."""
    if item.metadata["is_secret"]:
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
