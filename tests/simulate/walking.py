"""A year of early warning as the worker looks for it, on rows in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.warnings import warn_due
from portal.models.warnings import OPEN_STATES, WarningRow
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.schema import migrate
from portal.store.secrets import Secrets
from tests.support.soundness import TEST_SECRET

CLOSED_AFTER = timedelta(days=14)
"""How long a warning is open until somebody has dealt with it."""


class WalkingClock(Clock):
    """A clock that is moved from day to day."""

    moment: datetime

    def __init__(self) -> None:
        super().__init__(ZoneInfo("UTC"))

    def now(self) -> datetime:
        """The day that it was put to, at six in the morning."""
        return self.moment

    def put(self, day: date) -> None:
        """Go to the day."""
        self.moment = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


@contextmanager
def empty_store() -> Iterator[Store]:
    """A migrated database that is gone afterwards."""
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'city.db'}", Secrets(TEST_SECRET).leaf_key)
        try:
            migrate(store.engine)
            yield store
        finally:
            store.dispose()


def walk(
    store: Store, first: date, days: int, *, step: int = 1,
    look: Callable[[Session, date], None] = lambda _session, _day: None,
) -> list[WarningRow]:  # fmt: skip
    """Every warning raised in so many days, on every `step`-th of which the worker runs.

    Managers close each after two weeks. `look` may read what is open on each of those days.
    """
    clock = WalkingClock()
    for number in range(0, days, step):
        day = first + timedelta(days=number)
        clock.put(day)
        warn_due(store, clock)
        with store.read() as session:
            look(session, day)
        store.write(_close, day, clock.now())
    with store.read() as session:
        return list(session.scalars(select(WarningRow).order_by(WarningRow.id)))


def _close(session: Session, day: date, now: datetime) -> None:
    session.execute(
        update(WarningRow)
        .where(WarningRow.state.in_(OPEN_STATES), WarningRow.raised_on <= day - CLOSED_AFTER)
        .values(state="not_useful", changed_at=now, version=WarningRow.version + 1)
    )
