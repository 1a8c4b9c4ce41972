"""Me too: a resident's own case joins a theme that says the same already (decision 40)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.responses import Response, ResponseText, Theme, ThemeCase
from portal.store import outbox
from portal.store.loops import Links, append_event


def join_theme(
    session: Session, theme_id: int, submission_id: int, *, now: datetime, on: date
) -> None:
    """Put a new case into a theme, as its resident wished, and ask that it be told what is known.

    The theme is held against publishing only, not against others who join: a response is either
    published by now, or will find the case when it is.
    """
    held = select(Theme.id).where(Theme.id == theme_id).with_for_update(read=True)
    session.execute(held).one()
    session.add(ThemeCase(theme_id=theme_id, submission_id=submission_id, added_at=now))
    session.flush()
    event = Event(kind=EventKind.THEMED, on=on, actor=Actor.RESIDENT)
    append_event(session, submission_id, event, at=now, links=Links(theme_id=theme_id))
    for response_id, author_id in session.execute(
        select(Response.id, Response.author_id).where(Response.theme_id == theme_id, is_readable())
    ):
        outbox.post(
            session, "tell_response", f"tell:{response_id}:joined:{submission_id}", now=now,
            submission_id=submission_id, response_id=response_id, person_id=author_id,
        )  # fmt: skip


def is_readable() -> ColumnElement[bool]:
    """Whether anyone may read the response: published here, with a text that was reviewed."""
    has_text = (
        select(ResponseText.id)
        .where(ResponseText.response_id == Response.id, ResponseText.status == "reviewed")
        .exists()
    )
    return and_(Response.status == "published", Response.import_id.is_(None), has_text)
