"""Me too: a resident's own case joins a theme that says the same already (decision 40)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CTE, ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.responses import Response, ResponseText, Theme, ThemeCase
from portal.store import outbox
from portal.store.loops import Links, append_event


def join_theme(
    session: Session, theme_id: int, submission_id: int, *, now: datetime, on: date
) -> None:
    """Put a new case into a theme, as its resident wished, and ask that it be told what is known.

    Where the theme was merged it comes into the last one as well, as those did who were there
    before (decision 49): what is answered there from now on is about them too. Raises
    NoResultFound for a theme that does not exist.
    """
    way = _hold_way(session, theme_id)
    themes = list(dict.fromkeys((theme_id, way[-1])))
    event = Event(kind=EventKind.THEMED, on=on, actor=Actor.RESIDENT)
    for each in themes:
        session.add(ThemeCase(theme_id=each, submission_id=submission_id, added_at=now))
        session.flush()
        append_event(session, submission_id, event, at=now, links=Links(theme_id=each))
    for response_id, author_id in session.execute(
        select(Response.id, Response.author_id).where(Response.theme_id.in_(themes), is_readable())
    ):
        outbox.post(
            session, "tell_response", f"tell:{response_id}:joined:{submission_id}", now=now,
            submission_id=submission_id, response_id=response_id, person_id=author_id,
        )  # fmt: skip


def list_way(session: Session, theme_id: int) -> list[int]:
    """A theme itself and where it was merged into, to the end.

    Raises NoResultFound for a theme that does not exist.
    """
    way, into = [theme_id], select(Theme.merged_into_id)
    while (after := session.scalars(into.where(Theme.id == way[-1])).one()) is not None:
        way.append(after)
    return way


def origins() -> CTE:
    """Each theme, `origin_id`, with itself and all that it was merged into, `theme_id`."""
    way = select(Theme.id.label("origin_id"), Theme.id.label("theme_id")).cte(
        "theme_origins", recursive=True
    )
    into = select(way.c.origin_id, Theme.merged_into_id).join(Theme, Theme.id == way.c.theme_id)
    return way.union_all(into.where(Theme.merged_into_id.is_not(None)))


def find_ends(session: Session, theme_ids: Iterable[int]) -> dict[int, int]:
    """{theme: the one that holds its cases}: itself, or the last that it was merged into."""
    ends = {one: one for one in theme_ids}
    while True:
        query = select(Theme.id, Theme.merged_into_id).where(Theme.id.in_(set(ends.values())))
        after = {one: into for one, into in session.execute(query) if into is not None}
        if not after:
            return ends
        ends = {one: after.get(end, end) for one, end in ends.items()}


def list_origins(session: Session, theme_id: int) -> list[int]:
    """A theme itself and those that were merged into it, by whichever way."""
    origins, found = [], [theme_id]
    while found:
        origins += found
        before = select(Theme.id).where(Theme.merged_into_id.in_(found)).order_by(Theme.id)
        found = list(session.scalars(before))
    return origins


def _hold_way(session: Session, theme_id: int) -> list[int]:
    """The same, held against publishing and merging only, not against others who join.

    A response is either published by now, or will find the case when it is.
    """
    held: set[int] = set()
    while not held.issuperset(way := list_way(session, theme_id)):
        themes = select(Theme.id).where(Theme.id.in_(way)).order_by(Theme.id)
        held.update(session.scalars(themes.with_for_update(read=True)))
    return way


def is_readable() -> ColumnElement[bool]:
    """Whether anyone may read the response: published here, with a text that was reviewed."""
    has_text = (
        select(ResponseText.id)
        .where(ResponseText.response_id == Response.id, ResponseText.status == "reviewed")
        .exists()
    )
    return and_(Response.status == "published", Response.import_id.is_(None), has_text)
