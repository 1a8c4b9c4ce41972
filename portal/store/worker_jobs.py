"""Noting how the worker's jobs go, so that somebody can see when one stands still."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import WorkerJob

STILL = timedelta(hours=1)
LASTING = timedelta(hours=1)
"""For how long a job has to fail until somebody is called: databases and mailboxes come back."""


@dataclass(frozen=True)
class WorkerState:
    """How many jobs went wrong when they ran last, and since when none has run at all.

    `lasting` counts those that have failed for an hour at least. `has_run` is false where no
    worker was ever begun.
    """

    failing: int
    lasting: int
    still_since: datetime | None
    has_run: bool


def get_worker_state(session: Session, *, now: datetime) -> WorkerState:
    """Whether somebody should look after the worker."""
    ran_at = session.scalar(select(func.max(WorkerJob.ran_at)))
    failing = session.scalar(select(func.count()).where(WorkerJob.fault.is_not(None))) or 0
    lasting = session.scalar(select(func.count()).where(has_lasting_fault(now))) or 0
    still_since = ran_at if ran_at is not None and ran_at < now - STILL else None
    return WorkerState(failing, lasting, still_since, ran_at is not None)


def has_lasting_fault(now: datetime) -> ColumnElement[bool]:
    """Whether a job has gone wrong whenever it ran for an hour at least."""
    return WorkerJob.failing_since <= now - LASTING


def forget_all_but(session: Session, names: Collection[str]) -> None:
    """Forget jobs of an older version, which nobody runs any more: they would fail for ever."""
    session.execute(delete(WorkerJob).where(WorkerJob.name.not_in(names)))


def note_run(session: Session, *, name: str, at: datetime, fault: str | None) -> None:
    """The job ran, and how it ended. Several workers write the same row; the last one stands."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"ran_at": at, "fault": fault, "worked_at" if fault is None else "failed_at": at}
    again: dict[str, Any] = {"failing_since": None, "told_at": None}
    if fault is not None:
        again = {"failing_since": func.coalesce(WorkerJob.failing_since, at)}
    session.execute(
        dialect.insert(WorkerJob.__table__)
        .values(name=name, failing_since=None if fault is None else at, **values)
        .on_conflict_do_update(index_elements=["name"], set_={**values, **again})
    )
