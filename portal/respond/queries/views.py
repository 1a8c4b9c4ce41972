"""Saved views of the inbox: one's own and those of one's teams."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models.desk import InboxView
from portal.respond.deleted import Deleted, find_deletion
from portal.respond.queries.names import list_departments
from portal.store.names import Name
from portal.store.scope import NotAllowed, Scope


@dataclass(frozen=True)
class SavedView:
    """A view with the team that it belongs to, None for one's own."""

    view: InboxView
    team: Name | None


def list_views(session: Session, scope: Scope, *, langs: list[str]) -> list[SavedView]:
    """One's own views, then those of one's teams, each by name."""
    rows = session.scalars(
        select(InboxView)
        .where(
            or_(
                InboxView.person_id == scope.person_id,
                InboxView.department_id.in_(scope.desk),
            )
        )
        .order_by(InboxView.name, InboxView.id)
    ).all()
    teams = dict(list_departments(session, scope.desk, langs))
    own = [SavedView(row, None) for row in rows if row.department_id is None]
    return own + [SavedView(row, teams.get(row.department_id)) for row in rows if row.department_id]


def get_view(session: Session, scope: Scope, view_id: int, *, lock: bool = False) -> InboxView:
    """The view. Raises NotAllowed when it is somebody else's, or of another team.

    Deleted when it was one's own, or of one's team, and is gone.
    """
    view = session.get(InboxView, view_id, with_for_update=lock or None)
    if view is None:
        deletion = find_deletion(session, "view_deleted", view_id)
        _require(scope, deletion.person_id, deletion.detail["department_id"])
        raise Deleted
    _require(scope, view.person_id, view.department_id)
    return view


def _require(scope: Scope, person_id: int | None, department_id: int | None) -> None:
    """`person_id` is whose view it is, where it is of no team: nobody else can delete that one."""
    if department_id is not None:
        scope.require_desk(department_id)
    elif person_id != scope.person_id:
        raise NotAllowed
