"""Noting how the worker's jobs go, so that somebody can see when one stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import WorkerJob

STILL = timedelta(hours=1)


@dataclass(frozen=True)
class WorkerState:
    """How many jobs went wrong when they ran last, and since when none has run at all."""

    failing: int
    still_since: datetime | None


def get_worker_state(session: Session, *, now: datetime) -> WorkerState:
    """Whether somebody should look after the worker."""
    ran_at = session.scalar(select(func.max(WorkerJob.ran_at)))
    failing = session.scalar(select(func.count()).where(WorkerJob.fault.is_not(None))) or 0
    return WorkerState(failing, ran_at if ran_at is not None and ran_at < now - STILL else None)


def note_run(session: Session, *, name: str, at: datetime, fault: str | None) -> None:
    """The job ran, and how it ended. Several workers write the same row; the last one stands."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"ran_at": at, "fault": fault, "worked_at" if fault is None else "failed_at": at}
    session.execute(
        dialect.insert(WorkerJob.__table__)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
