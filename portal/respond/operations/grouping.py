"""Putting many cases under a theme: all that fit the filters, a batch at a time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import ThemeCase
from portal.respond.act import Act
from portal.respond.operations.assigning import Done
from portal.respond.operations.cases import MixedServices, group_cases
from portal.respond.queries.selection import (
    Selection,
    count_left,
    get_extent,
    require_any,
    selected,
)
from portal.respond.queries.undo import find_begun, first_of
from portal.respond.scoped import get_open_theme
from portal.store.scope import Scope

BATCH = 200  # every case gets an event of its own: about a second


def group_selection(
    session: Session,
    *,
    now: datetime,
    today: date,
    scope: Scope,
    selection: Selection,
    theme_id: int | None,
    name: str,
    lang: str,
    is_shared: bool = False,
    deed: int | None = None,
) -> tuple[int | None, Done]:
    """Put the next cases of a selection into a theme, or into a new one with this name.

    `deed` is that of the batch before. Returns the theme's id, None where nothing was left to do.
    Raises MixedServices.
    """
    require_any(session, scope, selection, today)
    extent = get_extent(session, scope, selection, today=today, langs=[lang])
    if len(extent.services) > 1 and not _takes_all(session, scope, theme_id):
        raise MixedServices
    ids = session.scalars(
        selected(scope, selection, today)
        .where(*_waits(theme_id))
        .with_only_columns(LoopRow.submission_id)
        .order_by(LoopRow.submission_id)
        .limit(BATCH)
    ).all()
    if not ids:
        return theme_id, Done(0, 0)
    theme_id, event = group_cases(
        session, Act(scope, now, today), case_ids=list(ids), theme_id=theme_id,
        name=name, lang=lang, is_shared=is_shared,
        deed=find_begun(session, scope, deed, "cases_grouped", theme=theme_id),
    )  # fmt: skip
    session.flush()
    left = count_left(session, scope, selection, today, *_waits(theme_id))
    return theme_id, Done(len(ids), left, first_of(event))


def _takes_all(session: Session, scope: Scope, theme_id: int | None) -> bool:
    """Whether the theme takes the cases of all services; a new one is of one service."""
    return theme_id is not None and get_open_theme(session, scope, theme_id).is_shared


def _waits(theme_id: int | None) -> tuple[ColumnElement[bool], ...]:
    live = (LoopRow.excluded.is_(None), LoopRow.withdrawn_on.is_(None))
    if theme_id is None:
        return live
    inside = exists().where(
        ThemeCase.submission_id == LoopRow.submission_id, ThemeCase.theme_id == theme_id
    )
    return (*live, ~inside)
