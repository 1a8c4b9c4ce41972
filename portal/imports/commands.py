"""The commands that bring in what a city already has."""

from __future__ import annotations

from pathlib import Path

import click

from portal.domain.language import is_language_tag
from portal.imports.service_files import read_service_file
from portal.imports.services import import_services as import_service_lines
from portal.store.command import Context, pass_portal

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-services")
@click.argument("file", type=_FILE)
@click.option("--lang", help="Language of the names (default: the portal's first language).")
@click.option("--skip-bad", is_flag=True, help="Import what is well and leave bad lines out.")
@pass_portal
def import_services(context: Context, file: Path, lang: str | None, skip_bad: bool) -> None:
    """Add services from a CSV or Open311 file; a second time changes only what changed."""
    name_lang = lang or context.settings.default_language
    if not is_language_tag(name_lang):
        raise ValueError(f"{name_lang} is not a language tag such as en or zh-Hans")
    lines, bad = read_service_file(file)
    for fault in bad:
        click.echo(f"{file.name}, {fault}", err=True)
    if bad and not skip_bad:
        raise ValueError(f"{len(bad)} bad lines, nothing imported (--skip-bad leaves them out)")
    now = context.clock.now()
    with click.progressbar(length=len(lines), label="Importing") as bar:
        imported = context.store.write(
            import_service_lines,
            lines,
            name_lang=name_lang,
            languages=context.settings.languages,
            now=now,
            today=context.clock.day(now),
            progress=lambda _done: bar.update(1),
        )
    click.echo(
        f"{imported.added} added, {imported.changed} changed, "
        f"{imported.unchanged} as they were, {len(bad)} left out."
    )
