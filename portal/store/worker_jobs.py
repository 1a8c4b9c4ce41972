"""Noting how the worker's jobs go, so that somebody can see when one stands still."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.operations import WorkerJob


def note_run(session: Session, *, name: str, at: datetime, fault: str | None) -> None:
    """The job ran, and how it ended. Several workers write the same row; the last one stands."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"ran_at": at, "fault": fault, "worked_at" if fault is None else "failed_at": at}
    session.execute(
        dialect.insert(WorkerJob.__table__)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
