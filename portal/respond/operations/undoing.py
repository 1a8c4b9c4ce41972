"""Undoing what one did last, as long as nobody has been told anything by it.

Events stay: that a case was in a theme is history. What is undone is that it belongs there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.models.operations import AuditEvent
from portal.models.responses import Theme, ThemeCase
from portal.respond.act import Act
from portal.respond.operations.assigning import give_back
from portal.respond.operations.cases import ask_to_tell
from portal.respond.operations.merging import reopen_merged
from portal.respond.operations.themes import decided_cases, is_answered
from portal.respond.queries.sharing import holds_others
from portal.respond.queries.undo import find_last_deed
from portal.respond.rules import Conflict
from portal.respond.scoped import MAX_ID, get_open_theme, lock_themes
from portal.store import audit
from portal.store.scope import NotAllowed, Scope


def undo(
    session: Session, *, now: datetime, today: date, scope: Scope, event_id: int
) -> tuple[int, int]:
    """Undo the last deed: (how many cases, how many not, since others have gone on with them).

    Raises Conflict when it is not the last one any more, or residents may have been told by it;
    NotAllowed for what somebody else did.
    """
    event = session.get(AuditEvent, event_id) if event_id <= MAX_ID else None
    if event is None or event.person_id != scope.person_id:
        raise NotAllowed
    deed = find_last_deed(session, scope, now=now)
    if deed is None or deed.event_id != event_id:
        raise Conflict
    act = Act(scope, now, today)
    if deed.action == "case_assigned":
        return give_back(session, act, deed.events)
    return _take_out(session, act, deed.events[0])


def _take_out(session: Session, act: Act, event: AuditEvent) -> tuple[int, int]:
    theme = get_open_theme(session, act.scope, event.subject_id or 0)
    both = [theme.id, event.detail.get("from_theme", theme.id)]
    lock_themes(session, both)  # as publishing does: either comes first
    if is_answered(session, theme.id):
        raise Conflict
    cases: list[int] = event.detail["cases"]
    gone = session.scalars(
        delete(ThemeCase)
        .where(
            ThemeCase.theme_id == theme.id,
            ThemeCase.submission_id.in_(cases),
            ThemeCase.person_id == act.person_id,
            ThemeCase.submission_id.not_in(decided_cases(theme.id)),
        )
        .returning(ThemeCase.submission_id)
    ).all()
    if event.action in {"theme_split", "theme_merged"}:
        _put_back(session, act, event.detail, set(gone))
    if event.action == "theme_merged":
        reopen_merged(session, event.detail["from_theme"], event.detail["drafts"])
    audit.record(
        session, at=act.now, person_id=act.person_id, action="grouping_undone", subject="theme",
        subject_id=theme.id, cases=sorted(gone), from_theme=event.detail.get("from_theme"),
    )  # fmt: skip
    return len(gone), len(cases) - len(gone)


def _put_back(session: Session, act: Act, split: dict[str, Any], gone: set[int]) -> None:
    """Cases return to the theme they came from, and hear what it has answered meanwhile."""
    theme_id: int = split["from_theme"]
    for submission_id in sorted(gone & set(split["left"])):
        if session.get(ThemeCase, (theme_id, submission_id)) is None:
            session.add(
                ThemeCase(
                    theme_id=theme_id,
                    submission_id=submission_id,
                    person_id=act.person_id,
                    added_at=act.now,
                )
            )
    session.flush()
    theme = session.get_one(Theme, theme_id, populate_existing=True)
    if not theme.is_shared and holds_others(session, theme):  # it does not take them any more
        raise Conflict
    ask_to_tell(session, [theme_id], now=act.now, person_id=act.person_id)
