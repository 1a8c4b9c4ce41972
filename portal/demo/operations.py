"""The demonstration city as a whole: its records, its people and its first assessments."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.demo.build import CityBuilder
from portal.demo.content import load_city
from portal.demo.phrases import add_phrases
from portal.demo.plans import add_plans
from portal.demo.recorder import Authors
from portal.demo.remarks import add_remarks
from portal.demo.set_apart import add_finding
from portal.demo.thresholds import raise_threshold
from portal.demo.warnings import add_warnings
from portal.models.services import Service
from portal.store.city import get_demo_day, is_demo_whole, mark_demo_as_whole
from portal.store.clock import Clock
from portal.store.command import Context
from portal.store.engine import Store
from portal.store.integrity.days import sign_due
from portal.store.schema import downgrade, migrate

MAX_AGE = timedelta(days=7)
ROLES = {"admin": "administrator"}
SHOWN_PEOPLE = ("staff", "reviewer", "manager", "admin")
REVIEWER = "reviewer@demo.example"
_NIGHT = time(0, 5)  # when the worker of a city appraises, on the first day of a quarter
_RECEIPTS = "demo-receipts"
_PASSWORD = "demo-password"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class Makers:
    """What other features do for the demonstration; the command line brings them together."""

    add_person: Callable[..., int]
    assess_service: Callable[..., object]
    appraise_due: Callable[
        [Store, Clock, Callable[[int, int], None], Callable[[date], datetime]], int
    ]
    watch_due: Callable[[Store, Clock], int]
    count_voices: Callable[[Store, Clock], int]
    publish_city_results: Callable[[Store, Clock], int]
    raise_warnings: Callable[..., int]
    change_threshold: Callable[..., object]


def prepare_demo(context: Context, makers: Makers) -> None:
    """Make the city where there is none yet, half of one, or one older than seven days.

    Raises ValueError where the database holds anything else.
    """
    with context.store.read() as session:
        made_on, is_whole = get_demo_day(session), is_demo_whole(session)
    if made_on is None or not is_whole or context.clock.today() - made_on > MAX_AGE:
        make_demo(context, makers)


def make_demo(context: Context, makers: Makers) -> None:
    """Fill the database with Marlow, dated relative to today; an earlier Marlow goes away.

    Raises ValueError where the database holds anything else.
    """
    _clear(context.store)
    with _collecting_no_garbage():
        _make(context, makers)


def _clear(store: Store) -> None:
    migrate(store.engine)
    with store.read() as session:
        if _is_empty(session):
            return
        if get_demo_day(session) is None:
            raise ValueError("the database holds a real city; the demonstration needs another one")
    downgrade(store.engine, "base")
    migrate(store.engine)


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """Hundreds of thousands of records live until the end: looking for dead ones costs a sixth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _make(context: Context, makers: Makers) -> None:
    now = context.clock.now()
    with click.progressbar(length=2 * len(load_city()["services"]), label="Making Marlow") as bar:
        ids, shown = context.store.write(_build, context, makers, now, bar.update)
        context.store.refresh_statistics()
        context.store.write(raise_threshold, context.clock, makers.change_threshold)
        for service_id in ids:
            context.store.write(
                makers.assess_service, service_id=service_id, as_of=context.clock.day(now), now=now
            )
            bar.update(1)
    with click.progressbar(length=1, label="Appraising it") as bar:

        def show(_done: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        def in_its_night(quarter_on: date) -> datetime:
            return min(now, datetime.combine(quarter_on, _NIGHT, context.settings.zone))

        makers.appraise_due(context.store, context.clock, show, in_its_night)
    makers.watch_due(context.store, context.clock)
    makers.count_voices(context.store, context.clock)
    makers.publish_city_results(context.store, context.clock)
    context.store.write(add_plans, now=now, today=context.clock.day(now))
    context.store.write(add_phrases, now=now)
    context.store.write(add_remarks, now=now, today=context.clock.day(now))
    context.store.write(add_warnings, context.clock, makers.raise_warnings)
    context.store.write(add_finding, now=now)
    context.store.write(mark_demo_as_whole)
    # Last of all: what is dated back after its day was signed would look like tampering.
    sign_due(context.store, context.clock, context.secrets)
    _keep(context, _RECEIPTS, "\n".join(f"{slug} {receipt}" for slug, receipt in shown))


def show_sign_ins(context: Context) -> None:
    """Print who may sign in, with which password, and receipts to follow."""
    click.echo("Sign in at /en/sign-in as")
    for name in SHOWN_PEOPLE:
        click.echo(f"  {name}@demo.example")
    click.echo(f"with the password {demo_password(context)}")
    receipts = context.settings.instance / _RECEIPTS
    if receipts.exists():
        click.echo("Follow a case at /en/receipts/ with one of these receipts:")
        for line in receipts.read_text().splitlines():
            slug, _, receipt = line.partition(" ")
            click.echo(f"  {_in_groups(receipt)}  ({slug})")
        click.echo("The last one's rating stands in the list of a finished quarter:")
        click.echo("/en/integrity/ has the command with which anybody checks that it counts.")


def demo_password(context: Context) -> str:
    """The demonstration's password: the one given, else one made once and kept."""
    given = os.environ.get("PORTAL_DEMO_PASSWORD")
    if given:
        return given
    path = context.settings.instance / _PASSWORD
    if not path.exists():
        _keep(context, _PASSWORD, f"marlow-{secrets.token_hex(5)}")
    return path.read_text().strip()


def _is_empty(session: Session) -> bool:
    return not session.scalar(select(func.count()).select_from(Service))


def _build(
    session: Session,
    context: Context,
    makers: Makers,
    now: datetime,
    progress: Callable[[int], None],
) -> tuple[list[int], list[tuple[str, str]]]:
    builder = CityBuilder(session, now=now, zone=context.settings.zone, secrets=context.secrets)
    builder.build_city()
    authors = _add_people(session, makers, now, demo_password(context))
    ids = builder.build_services(authors, lambda _slug: progress(1))
    return ids, builder.marlow.shown


def _add_people(
    session: Session, makers: Makers, now: datetime, password: str
) -> Mapping[str, Authors]:
    """Everybody who works in Marlow; returns who writes and who reviews by department."""
    ids: dict[str, int] = {}
    authors: dict[str, int] = {}
    for raw in load_city()["people"]:
        ids[raw["email"]] = makers.add_person(
            session,
            now=now,
            email=raw["email"],
            name=raw["name"],
            password=password,
            roles=[ROLES.get(role, role) for role in raw["roles"]],
            departments=raw["departments"],
        )
        if len(raw["departments"]) == 1 and raw["roles"] == ["staff"]:
            authors.setdefault(raw["departments"][0], ids[raw["email"]])
    return {slug: Authors(author, ids[REVIEWER]) for slug, author in authors.items()}


def _keep(context: Context, name: str, text: str) -> None:
    path: Path = context.settings.instance / name
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def _in_groups(receipt: str) -> str:
    return "-".join(receipt[start : start + 5] for start in range(0, len(receipt), 5))
