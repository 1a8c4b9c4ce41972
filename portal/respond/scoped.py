"""Cases, themes and responses of one's own departments: the one place where the desk is scoped.

Whatever belongs to another department is not found, exactly as if it did not exist.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.base import MAX_ID
from portal.models.loops import LoopRow
from portal.models.remarks import Remark
from portal.models.responses import Response, Theme
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.deleted import Deleted, find_deletion
from portal.respond.queries.decided import is_decided
from portal.respond.rules import Problem
from portal.store.loops import facts_of
from portal.store.scope import NotAllowed, Scope


def get_service(session: Session, scope: Scope, service_id: int) -> Service:
    """The service. Raises NotAllowed when it is another department's."""
    service = session.get(Service, service_id)
    if service is None:
        raise NotAllowed
    scope.require_desk(service.department_id)
    return service


def get_case(
    session: Session, scope: Scope, submission_id: int, *, lock: bool = False
) -> tuple[LoopRow, Submission]:
    """The case and its submission. Raises NotAllowed when it is another department's.

    `lock` keeps anything else from happening to it until the transaction ends.
    """
    if submission_id > MAX_ID:
        raise NotAllowed
    row = session.get(LoopRow, submission_id, with_for_update=lock or None)
    submission = session.get(Submission, submission_id)
    if row is None or submission is None:
        raise NotAllowed
    get_service(session, scope, row.service_id)
    return row, submission


def find_moving_problem(session: Session, row: LoopRow) -> Problem | None:
    """Why a case cannot be handed to any service, or None."""
    if row.is_imported or not facts_of(row).may_be_handed_over:
        return Problem.NOT_WAITING
    return Problem.DECIDED if is_decided(session, row.submission_id) else None


def find_hand_over_problem(session: Session, row: LoopRow, service_id: int) -> Problem | None:
    """Why a case cannot be handed to this service, or None."""
    problem = find_moving_problem(session, row)
    if problem is not None:
        return problem
    service = session.get_one(Service, service_id)
    return None if service.is_active else Problem.SERVICE_CLOSED


def get_remark(session: Session, submission_id: int, remark_id: int) -> Remark:
    """What the resident of a case, which is one's own, said to an answer; else NotAllowed."""
    remark = session.get(Remark, remark_id, populate_existing=True)
    if remark is None or remark.submission_id != submission_id:
        raise NotAllowed
    return remark


def get_theme(session: Session, scope: Scope, theme_id: int) -> Theme:
    """The theme. Raises NotAllowed when it is another department's."""
    theme = session.get(Theme, theme_id) if theme_id <= MAX_ID else None
    if theme is None:
        raise NotAllowed
    get_service(session, scope, theme.service_id)
    return theme


def get_open_theme(session: Session, scope: Scope, theme_id: int) -> Theme:
    """A theme that one's own cases may come into: one's own, or a shared one of anybody.

    Raises NotAllowed for what belongs to another department alone.
    """
    theme = session.get(Theme, theme_id) if theme_id <= MAX_ID else None
    if theme is not None and theme.is_shared and scope.desk:
        return theme
    return get_theme(session, scope, theme_id)


class DraftDeleted(Deleted):
    """A draft of one's own departments was deleted."""


def get_response(
    session: Session, scope: Scope, response_id: int, *, for_desk: bool = False, lock: bool = False
) -> Response:
    """The response, for whoever works on its texts, or `for_desk` for staff and managers only.

    Raises NotAllowed when it is another department's, or was imported: history is not edited;
    DraftDeleted when it was one's own and is gone.
    `lock` keeps others from changing it, or its texts, until the transaction ends.
    """
    if response_id > MAX_ID:
        raise NotAllowed
    query = select(Response).where(Response.id == response_id, Response.import_id.is_(None))
    response = session.scalar(query.with_for_update() if lock else query)
    require = scope.require_desk if for_desk else scope.require_texts
    if response is None:
        require(_find_service_of_dropped(session, response_id).department_id)
        raise DraftDeleted
    require(session.get_one(Service, response.service_id).department_id)
    return response


def _find_service_of_dropped(session: Session, response_id: int) -> Service:
    dropped = find_deletion(session, "response_dropped", response_id)
    theme = session.get_one(Theme, dropped.detail["theme"])
    return session.get_one(Service, theme.service_id)


def lock_themes(session: Session, theme_ids: list[int]) -> None:
    """Keep others from adding cases to these themes, or publishing for them, until the end."""
    session.execute(
        select(Theme.id).where(Theme.id.in_(theme_ids)).order_by(Theme.id).with_for_update()
    )
