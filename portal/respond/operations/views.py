"""Keeping views of the inbox: saving, renaming, pointing them to other filters, deleting."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.models.desk import InboxView
from portal.respond.queries.views import get_view
from portal.respond.rules import MAX_VIEWS, Conflict, Problem, Refusal
from portal.store import audit
from portal.store.scope import Scope


def save_view(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    name: str,
    filters: str,
    department_id: int | None,
) -> int:
    """Keep filters under a name, for oneself or for a team; returns the view's id.

    Raises Refusal when the name is taken or there are too many, NotAllowed for another's team.
    """
    if department_id is not None:
        scope.require_desk(department_id)
    view = InboxView(
        person_id=None if department_id else scope.person_id,
        department_id=department_id,
        name=name,
        filters=filters,
        version=1,
        author_id=scope.person_id,
        updated_at=now,
    )
    if _count_beside(session, view) >= MAX_VIEWS:
        raise Refusal(("name", Problem.TOO_MANY_VIEWS))
    session.add(view)
    _store(session)
    _record(session, now, scope, "view_saved", view)
    return view.id


def change_view(
    session: Session,
    *,
    now: datetime,
    scope: Scope,
    view_id: int,
    version: int,
    name: str,
    filters: str | None = None,
) -> None:
    """Rename a view, or point it to other filters.

    Raises Conflict when somebody else has changed it since it was read, Refusal for a taken name.
    """
    view = _get(session, scope, view_id, version)
    view.name = name
    view.filters = view.filters if filters is None else filters
    view.version += 1
    view.author_id, view.updated_at = scope.person_id, now
    _store(session)
    _record(session, now, scope, "view_changed", view)


def delete_view(
    session: Session, *, now: datetime, scope: Scope, view_id: int, version: int
) -> None:
    """Forget a view. Raises Conflict when somebody else has changed it since it was read."""
    view = _get(session, scope, view_id, version)
    session.delete(view)
    _record(session, now, scope, "view_deleted", view)


def _get(session: Session, scope: Scope, view_id: int, version: int) -> InboxView:
    view = get_view(session, scope, view_id, lock=True)
    if view.version != version:
        raise Conflict
    return view


def _count_beside(session: Session, view: InboxView) -> int:
    owner = (
        InboxView.person_id == view.person_id
        if view.department_id is None
        else InboxView.department_id == view.department_id
    )
    return session.scalar(select(func.count()).where(owner)) or 0


def _store(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # two people at once are told apart by the database alone
        raise Refusal(("name", Problem.NAME_TAKEN)) from error


def _record(session: Session, now: datetime, scope: Scope, action: str, view: InboxView) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="inbox_view",
        subject_id=view.id, department_id=view.department_id,
    )  # fmt: skip
