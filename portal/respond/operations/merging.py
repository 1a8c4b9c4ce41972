"""Merging a theme into another one of its service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.running import AuditEvent
from portal.respond.act import Act
from portal.respond.operations.cases import add_to_theme, ask_to_tell
from portal.respond.operations.themes import is_answered, leave_theme
from portal.respond.queries.sharing import holds_others
from portal.respond.queries.undo import find_begun_merge, list_events, moved_cases
from portal.respond.rules import Conflict, HoldsOthers
from portal.respond.scoped import get_theme, lock_themes
from portal.store import audit
from portal.store.next_steps import ask_to_invite
from portal.store.scope import Scope

BATCH = 500  # cases in one transaction: every one gets an event of its own, a few seconds in all


@dataclass(frozen=True)
class Merged:
    """How many cases have come into the other theme so far, and how many are still to come."""

    count: int
    left: int


def merge_themes(
    session: Session, *, now: datetime, today: date, scope: Scope, theme_id: int, into_id: int
) -> Merged:
    """Put the cases of a theme into another, at most BATCH of them at a time.

    With the last of them the theme is merged: no more cases come into it, drafts of its answers go
    along, and its next step is one of the other theme. Once it has a published answer its cases
    stay in it as well, as when it is split. Raises Conflict for themes of two services, or where
    one of them is merged already, HoldsOthers where the other one does not take all the cases of
    this one.
    """
    theme, into = get_theme(session, scope, theme_id), get_theme(session, scope, into_id)
    act = Act(scope, now, today)
    rows = session.scalars(
        _to_come(theme_id, into_id)
        .order_by(LoopRow.submission_id)
        .limit(BATCH)
        .with_for_update(of=LoopRow)
    ).all()
    lock_themes(session, [theme_id, into_id])
    _require_mergeable(session, theme, into)
    cases = [row.submission_id for row in rows]
    added = [one for one in cases if add_to_theme(session, act, into_id, one)]
    has_answer = is_answered(session, theme_id)
    gone = [] if has_answer else leave_theme(session, theme_id, cases)
    left = session.scalar(_to_come(theme_id, into_id).with_only_columns(func.count())) or 0
    drafts, times = ([], []) if left else _close(session, theme, into_id, has_answer=has_answer)
    ask_to_tell(session, [into_id], now=now, person_id=scope.person_id)
    if not left and is_answered(session, into_id):  # else it can be undone, as if it never was
        ask_to_invite(session, into_id, now=now, today=today)
    begun = find_begun_merge(session, scope, theme_id, into_id, now=now)
    deed = {} if begun is None else {"deed": begun}
    event = audit.record(
        session, at=now, person_id=scope.person_id, action="theme_merged", subject="theme",
        subject_id=into_id, cases=added, from_theme=theme_id, left=gone, drafts=drafts,
        times=times, to_come=left, **deed,
    )  # fmt: skip
    session.flush()
    return Merged(len(moved_cases(list_events(session, event))), left)


def _require_mergeable(session: Session, theme: Theme, into: Theme) -> None:
    for one in (theme, into):
        session.refresh(one)  # as it is now that both are locked
    is_merged = theme.merged_into_id is not None or into.merged_into_id is not None
    if theme.id == into.id or theme.service_id != into.service_id or is_merged:
        raise Conflict
    if holds_others(session, theme) and not into.is_shared:
        raise HoldsOthers


def _to_come(theme_id: int, into_id: int) -> Select[LoopRow]:
    """Cases of the theme that wait, were told or may be, and are not in the other one."""
    other = aliased(ThemeCase)
    is_there: ColumnElement[bool] = exists().where(
        other.theme_id == into_id, other.submission_id == LoopRow.submission_id
    )
    return (
        select(LoopRow)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .where(
            ThemeCase.theme_id == theme_id,
            LoopRow.excluded.is_(None),
            LoopRow.withdrawn_on.is_(None),
            ~is_there,
        )
    )


def _close(
    session: Session, theme: Theme, into_id: int, *, has_answer: bool
) -> tuple[list[int], list[dict[str, Any]]]:
    """Let no more cases come in; the drafts that went along, and the times to come out they lose.

    More people would be told at that time than was meant. Undoing puts them back.
    """
    theme.merged_into_id = into_id
    if has_answer:  # a draft may keep a promise that was made to these people
        return [], []
    drafts = session.scalars(
        select(Response)
        .where(Response.theme_id == theme.id, Response.status == "draft")
        .order_by(Response.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    times = []
    for draft in drafts:
        draft.theme_id, draft.version = into_id, draft.version + 1
        if draft.publish_at is not None:
            at, by = draft.publish_at.isoformat(), draft.publisher_id
            times.append({"response": draft.id, "version": draft.version, "at": at, "by": by})
            draft.publish_at = draft.publisher_id = None
    return [draft.id for draft in drafts], times


def reopen_merged(session: Session, merge: AuditEvent, *, now: datetime) -> int:
    """Let the theme that this merge closed be one of its own again, with what is a draft still.

    Returns how many drafts have lost the time at which they were to come out: it has passed, or
    somebody has gone on with them.
    """
    theme_id: int = merge.detail["from_theme"]
    session.get_one(Theme, theme_id).merged_into_id = None
    times = {one["response"]: one for one in merge.detail.get("times", [])}
    lost = 0
    for draft in session.scalars(
        select(Response)
        .where(
            Response.id.in_(merge.detail["drafts"]),
            Response.status == "draft",
            Response.created_at <= merge.at,  # SQLite gives the number of one given up again
        )
        .order_by(Response.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        time = times.get(draft.id)
        if time is not None and draft.publish_at is None:
            at = datetime.fromisoformat(time["at"])
            if at > now and not _is_changed(session, merge, draft, time["version"]):
                draft.publish_at, draft.publisher_id = at, time["by"]
            else:
                lost += 1
        draft.theme_id, draft.version = theme_id, draft.version + 1
    session.flush()
    return lost


def _is_changed(session: Session, merge: AuditEvent, draft: Response, version: int) -> bool:
    """Whether the draft is another one since the merge, or somebody gave or took its time."""
    timed = exists().where(
        AuditEvent.id > merge.id,
        AuditEvent.subject == "response",
        AuditEvent.subject_id == draft.id,
        AuditEvent.action.in_(("response_scheduled", "response_unscheduled")),
    )
    return draft.version != version or bool(session.scalar(select(timed)))
