"""Themes against their cases: who was put in, by an event, and who was taken out, by somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.domain.loop import EventKind
from portal.models.loops import LoopEvent, LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.running import AuditEvent

Place = tuple[int, int | None]
"""A case, and a theme that it was put into."""
_SLACK = timedelta(hours=1)
"""Whoever waited for another's lock wrote down an earlier moment than the one who went first."""
_MOVES = ("theme_merged", "theme_split")
_UNDONE = "grouping_undone"
_TAKEN_OUT = "case_taken_out"


def check_themes(session: Session) -> Iterator[str]:
    """The cases of a theme are those put in by an event, but for those that somebody took out."""
    for number, theme_id in session.execute(
        select(ThemeCase.submission_id, ThemeCase.theme_id).where(
            ~exists().where(
                LoopEvent.submission_id == ThemeCase.submission_id,
                LoopEvent.theme_id == ThemeCase.theme_id,
                _puts_in(),
            )
        )
    ):
        yield f"case {number}: no event says that it belongs to theme {theme_id}"
    strange = (
        select(ThemeCase.submission_id, ThemeCase.theme_id)
        .join(Theme, Theme.id == ThemeCase.theme_id)
        .join(LoopRow, LoopRow.submission_id == ThemeCase.submission_id)
        .where(LoopRow.service_id != Theme.service_id, Theme.is_shared.is_(False))
    )
    for number, theme_id in session.execute(strange):
        yield f"case {number}: theme {theme_id} takes no cases of its service"
    yield from _check_gone(session)


def _puts_in() -> ColumnElement[bool]:
    """Whether an event put its case into its theme, and it was not handed over since."""
    later = aliased(LoopEvent)
    handed_over = exists().where(
        later.submission_id == LoopEvent.submission_id,
        later.kind == EventKind.TRANSFERRED.value,
        later.id > LoopEvent.id,
    )
    return and_(LoopEvent.kind == EventKind.THEMED.value, ~handed_over)


def _check_gone(session: Session) -> Iterator[str]:
    """Whatever an event put into a theme is there still, or somebody took it out."""
    is_there = exists().where(
        ThemeCase.submission_id == LoopEvent.submission_id,
        ThemeCase.theme_id == LoopEvent.theme_id,
    )
    gone = (
        select(LoopEvent.submission_id, LoopEvent.theme_id, func.max(LoopEvent.at))
        .where(_puts_in(), LoopEvent.theme_id.is_not(None), ~is_there)
        .group_by(LoopEvent.submission_id, LoopEvent.theme_id)
        .order_by(LoopEvent.submission_id, LoopEvent.theme_id)
    )
    rows = session.execute(gone).all()
    if not rows:
        return
    taken_out = _list_taken_out(session)
    for number, theme_id, put_in_at in rows:
        at = taken_out.get((number, theme_id))
        if at is None or at < put_in_at - _SLACK:
            yield f"case {number}: nobody took it out of theme {theme_id}, where it is no more"


def _list_taken_out(session: Session) -> dict[Place, datetime]:
    """When somebody took a case out of a theme last, where it was not put back since."""
    found: dict[Place, datetime] = {}
    moved_to: dict[Place, int | None] = {}
    deeds = (
        select(AuditEvent.at, AuditEvent.action, AuditEvent.subject_id, AuditEvent.detail)
        .where(AuditEvent.action.in_((_TAKEN_OUT, _UNDONE, *_MOVES)))
        .order_by(AuditEvent.id)
    )
    for deed in session.execute(deeds):
        for place in _left(deed):
            found[place] = deed.at
            moved_to[place] = deed.subject_id
        if deed.action == _UNDONE:  # what had come from another theme went back to it
            for number in deed.detail["cases"]:
                before = (number, deed.detail["from_theme"])
                if moved_to.get(before) == deed.subject_id:
                    del found[before], moved_to[before]
    return found


def _left(deed: Row[tuple[datetime, str, int | None, dict[str, object]]]) -> Iterable[Place]:
    """The cases that left a theme by it."""
    detail, subject_id = deed.detail, deed.subject_id
    if deed.action == _TAKEN_OUT:
        return [(subject_id, detail["theme"])]
    if deed.action == _UNDONE:
        return [(number, subject_id) for number in detail["cases"]]
    return [(number, detail["from_theme"]) for number in detail["left"]]
