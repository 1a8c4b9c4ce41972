"""Undoing what one did last, as long as nobody has been told anything by it.

Events stay: that a case was in a theme is history. What is undone is that it belongs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.running import AuditEvent
from portal.models.submissions import Submission
from portal.respond.act import Act
from portal.respond.operations.assigning import give_back, parts_of
from portal.respond.operations.cases import add_to_theme, ask_to_tell
from portal.respond.operations.merging import reopen_merged
from portal.respond.operations.themes import is_answered
from portal.respond.queries.decided import decided_cases
from portal.respond.queries.sharing import holds_others
from portal.respond.queries.undo import find_last_deed, is_passed_on, list_events, moved_cases
from portal.respond.rules import Conflict
from portal.respond.scoped import get_open_theme, lock_themes
from portal.store import audit
from portal.store.joining import list_origins
from portal.store.scope import NotAllowed, Scope


@dataclass(frozen=True)
class Undone:
    """How many cases are as before, and how many not, since others have gone on with them.

    `untimed` counts answers that do not come out at the time that they had before.
    """

    count: int
    left: int
    untimed: int = 0


def undo(session: Session, *, now: datetime, today: date, scope: Scope, event_id: int) -> Undone:
    """Undo the last deed, of however many batches.

    All of it is one transaction, or a half could not be undone any more.

    Raises Conflict when it is not the last one any more, or residents may have been told by it;
    NotAllowed for what somebody else did.
    """
    event = session.get(AuditEvent, event_id)
    if event is None or event.person_id != scope.person_id:
        raise NotAllowed
    deed = find_last_deed(session, scope, now=now)
    if deed is None or deed.event_id != event_id:
        raise Conflict
    act, events = Act(scope, now, today), list_events(session, deed.last)
    if deed.action == "case_assigned":
        return Undone(*give_back(session, act, events))
    return _take_out(session, act, events)


def _take_out(session: Session, act: Act, events: Sequence[AuditEvent]) -> Undone:
    """Take what came in with all batches out again; these events are of one theme."""
    last = events[-1]
    theme = get_open_theme(session, act.scope, last.subject_id or 0)
    from_theme: int | None = last.detail.get("from_theme")
    # As publishing does: either comes first.
    lock_themes(session, [theme.id] if from_theme is None else [theme.id, from_theme])
    if is_answered(session, theme.id) or is_passed_on(session, last):
        raise Conflict
    cases = moved_cases(events)
    gone = _delete(session, act, theme.id, sorted(cases))
    joined: list[int] = []
    untimed = 0
    if from_theme is not None:
        if last.action == "theme_merged":
            joined = _send_joined_back(session, act, theme.id, from_theme)
            untimed = reopen_merged(session, last, now=act.now)
        left = {case for event in events for case in event.detail["left"]}
        _put_back(session, act, from_theme, sorted(left.intersection(gone)))
    audit.record(
        session, at=act.now, person_id=act.person_id, action="grouping_undone", subject="theme",
        subject_id=theme.id, cases=sorted([*gone, *joined]), from_theme=from_theme,
    )  # fmt: skip
    return Undone(len(gone), len(cases) - len(gone), untimed)


def _delete(session: Session, act: Act, theme_id: int, cases: Sequence[int]) -> list[int]:
    """Take out the cases that one put in oneself, but for those that a decision rests on."""
    gone: list[int] = []
    for part in parts_of(cases):
        gone += session.scalars(
            delete(ThemeCase)
            .where(
                ThemeCase.theme_id == theme_id,
                ThemeCase.submission_id.in_(part),
                ThemeCase.person_id == act.person_id,
                ThemeCase.submission_id.not_in(decided_cases(theme_id)),
            )
            .returning(ThemeCase.submission_id)
        )
    return sorted(gone)


def _send_joined_back(session: Session, act: Act, theme_id: int, from_theme: int) -> list[int]:
    """Take out again who came in by "me too" at the theme that was merged, or at one before it.

    They come into the merged theme alone, as they would have without this merge. Those who are no
    more in the theme where they said it stay: others have gone on with them.
    """
    place = aliased(ThemeCase)
    joined = (
        select(Submission.id)
        .join(
            place,
            (place.submission_id == Submission.id) & (place.theme_id == Submission.joined_theme_id),
        )
        .where(Submission.joined_theme_id.in_(list_origins(session, from_theme)))
    )
    gone = sorted(
        session.scalars(
            delete(ThemeCase)
            .where(
                ThemeCase.theme_id == theme_id,
                ThemeCase.person_id.is_(None),
                ThemeCase.submission_id.in_(joined),
                ThemeCase.submission_id.not_in(decided_cases(theme_id)),
            )
            .returning(ThemeCase.submission_id)
        )
    )
    for part in parts_of(gone):
        in_loop = select(LoopRow.submission_id).where(
            LoopRow.submission_id.in_(part),
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
        )
        for case in session.scalars(in_loop.order_by(LoopRow.submission_id)).all():
            add_to_theme(session, act, from_theme, case)
    return gone


def _put_back(session: Session, act: Act, theme_id: int, cases: Sequence[int]) -> None:
    """Cases return to the theme they came from, and hear what it has answered meanwhile."""
    for part in parts_of(cases):
        there = session.scalars(
            select(ThemeCase.submission_id).where(
                ThemeCase.theme_id == theme_id, ThemeCase.submission_id.in_(part)
            )
        ).all()
        rows = [
            {"theme_id": theme_id, "submission_id": case, "person_id": act.person_id,
             "added_at": act.now}
            for case in sorted(set(part).difference(there))
        ]  # fmt: skip
        if rows:
            session.execute(insert(ThemeCase), rows)
    theme = session.get_one(Theme, theme_id, populate_existing=True)
    if not theme.is_shared and holds_others(session, theme):  # it does not take them any more
        raise Conflict
    ask_to_tell(session, [theme_id], now=act.now, person_id=act.person_id)
