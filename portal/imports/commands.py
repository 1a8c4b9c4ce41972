"""The commands that bring in what a city already has."""

from __future__ import annotations

from pathlib import Path

import click

from portal.domain.language import is_language_tag
from portal.domain.raw_records import RawRecordError, parse_raw_records
from portal.imports.endpoints import fetch_services, is_endpoint
from portal.imports.history_operations import import_history as import_records
from portal.imports.history_rows import Source
from portal.imports.services import import_services as import_service_lines
from portal.store.command import Context, pass_portal
from portal.store.files import FileError, read_json
from portal.store.service_files import read_services
from portal.store.services import get_service_id

_LONGEST_SOURCE = 200
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-services")
@click.argument("source", metavar="FILE|ADDRESS")
@click.option("--lang", help="Language of the names (default: the portal's first language).")
@click.option("--skip-bad", is_flag=True, help="Import what is well and leave bad lines out.")
@pass_portal
def import_services(context: Context, source: str, lang: str | None, skip_bad: bool) -> None:
    """Add services from a CSV or Open311 file, or from a live Open311 endpoint.

    A second time changes only what changed. ADDRESS is the endpoint
    (https://city.example/open311/v2) or its list of services (…/services.xml, …/services.json).
    """
    name_lang = lang or context.settings.default_language
    if not is_language_tag(name_lang):
        raise ValueError(f"{name_lang} is not a language tag such as en or zh-Hans")
    name, raw = _read(source)
    lines, bad = read_services(name, raw)
    for fault in bad:
        click.echo(f"{name}, {fault}", err=True)
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


def _read(source: str) -> tuple[str, bytes]:
    if is_endpoint(source):
        return source, fetch_services(source)
    file = Path(_FILE.convert(source, None, None))
    return file.name, file.read_bytes()


@click.command("import-history")
@click.argument("file", type=_FILE)
@click.option("--service", "slug", required=True, help="The service that the records are about.")
@click.option(
    "--source",
    default="history",
    show_default=True,
    help="Where the records come from: ids are told apart by source.",
)
@pass_portal
def import_history(context: Context, file: Path, slug: str, source: str) -> None:
    """Add a service's earlier records from a JSON file; a second time adds only what is new.

    A later file may hold more records, and cases that have gone on since. Nothing is imported
    while anything in the file is wrong.
    """
    if not 0 < len(source.strip()) <= _LONGEST_SOURCE:
        raise ValueError(f"a source has a name of at most {_LONGEST_SOURCE} characters")
    data = read_json(file)
    with context.store.read() as session:
        service_id = get_service_id(session, slug)
    origin = Source(
        service_id=service_id,
        name=source.strip(),
        key=context.secrets.key("imported person"),
        zone=context.settings.zone,
    )
    try:
        records = parse_raw_records(data)
        length = len(records.submissions) + len(records.ratings)
        with click.progressbar(length=length, label="Importing") as bar:
            done = context.store.write(
                import_records, origin, records, now=context.clock.now(), progress=bar.update
            )
    except RawRecordError as error:
        for problem in error.problems:
            click.echo(f"{file.name}, {problem}", err=True)
        raise FileError(f"{len(error.problems)} problems, nothing imported") from error
    click.echo(
        f"{done.added} records added, {done.continued} continued, {done.unchanged} as they were."
    )
