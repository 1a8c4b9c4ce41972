"""Taking cases back that were set aside, into the loop as it has become meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.loop import Actor, Event, EventKind
from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.respond.act import Act
from portal.respond.operations.cases import add_to_theme, ask_to_tell
from portal.respond.operations.themes import is_answered, leave_theme
from portal.respond.rules import Conflict
from portal.respond.scoped import get_case, lock_themes
from portal.store import audit
from portal.store.joining import list_way
from portal.store.loops import Links, append_event
from portal.store.scope import Scope


def restore(
    session: Session, *, now: datetime, today: date, scope: Scope, submission_id: int
) -> None:
    """Take a case back that staff had set aside; whoever should have been told meanwhile, is.

    Where a theme of it was merged meanwhile, it follows.
    """
    row, _submission = get_case(session, scope, submission_id, lock=True)
    if row.excluded is None or row.withdrawn_on is not None:
        raise Conflict
    reason, act = row.excluded, Act(scope, now, today)
    append_event(
        session,
        submission_id,
        Event(kind=EventKind.RESTORED, on=today, actor=Actor.STAFF),
        at=now,
        links=Links(person_id=scope.person_id),
    )
    themes = list(
        session.scalars(select(ThemeCase.theme_id).where(ThemeCase.submission_id == submission_id))
    )
    followed = _follow(session, act, row, themes)
    ask_to_tell(session, [*themes, *followed], now=now, person_id=scope.person_id)
    audit.record(
        session, at=now, person_id=scope.person_id, action="case_restored", subject="submission",
        subject_id=submission_id, reason=reason, themes=followed,
    )  # fmt: skip


def _follow(session: Session, act: Act, row: LoopRow, theme_ids: Sequence[int]) -> list[int]:
    """Let a case follow themes that were merged, as it would have then; returns to where.

    It stays in one that has an answer as well, and does not come into one that takes no cases of
    its service any more: then it waits for a theme again.
    """
    case, followed = row.submission_id, []
    for theme_id, way in _lock_ways(session, theme_ids).items():
        if len(way) == 1:
            continue
        if not is_answered(session, theme_id):
            leave_theme(session, theme_id, [case])
        end = session.get_one(Theme, way[-1], populate_existing=True)
        takes = end.is_shared or end.service_id == row.service_id
        if takes and add_to_theme(session, act, end.id, case):
            followed.append(end.id)
    return followed


def _lock_ways(session: Session, theme_ids: Sequence[int]) -> dict[int, list[int]]:
    """For each theme itself and where it was merged into, to the end, held as they are now."""
    held: set[int] = set()
    while True:
        ways = {one: list_way(session, one) for one in theme_ids}
        needed = {one for way in ways.values() for one in way}
        if needed <= held:
            return ways
        lock_themes(session, sorted(needed))  # somebody may have merged the last one meanwhile
        held |= needed
