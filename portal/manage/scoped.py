"""Services of one's own departments: the one place where the managers' side is scoped.

Whatever belongs to another department is not found, exactly as if it did not exist.
"""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.base import MAX_ID
from portal.models.partners import CoDecision, NextStep
from portal.models.responses import Theme
from portal.models.services import Service
from portal.models.warnings import WarningRow
from portal.store.scope import NotAllowed, Scope


def managed_departments(scope: Scope) -> frozenset[int] | None:
    """Departments whose levels the person looks after; None stands for all (administrators)."""
    return None if scope.is_administrator else scope.having("manager")


def managed_services(scope: Scope) -> Select[Service]:
    """A query for the services in use that the person looks after."""
    query = select(Service).where(Service.is_active)
    departments = managed_departments(scope)
    return query if departments is None else query.where(Service.department_id.in_(departments))


def get_managed_service(
    session: Session, scope: Scope, slug: str, *, lock: bool = False
) -> Service:
    """The service. Raises NotAllowed when it is another department's, or none.

    `lock` keeps others who lock it too waiting until the transaction ends, and no resident.
    """
    query = managed_services(scope).where(Service.slug == slug)
    service = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if service is None:
        raise NotAllowed
    return service


def managed_warnings(scope: Scope) -> Select[WarningRow, str]:
    """A query for the warnings about those services, each with the service's slug."""
    services = managed_services(scope).subquery()
    return select(WarningRow, services.c.slug).join(
        services, services.c.id == WarningRow.service_id
    )


def get_managed_warning(
    session: Session, scope: Scope, warning_id: int, *, lock: bool = False
) -> tuple[WarningRow, str]:
    """The warning and its service's slug. Raises NotAllowed when it is another department's.

    `lock` keeps others from changing it until the transaction ends.
    """
    query = managed_warnings(scope).where(WarningRow.id == warning_id)
    found = session.execute(query.with_for_update(of=WarningRow) if lock else query).one_or_none()
    if found is None:
        raise NotAllowed
    return found[0], found[1]


class ThemeMerged(ValueError):
    """The theme was merged into another one, which holds its cases now."""


def hold_managed_theme(session: Session, scope: Scope, theme_id: int) -> Theme:
    """The theme, for something new in it: nobody merges it, or begins anything, until the end.

    Raises NotAllowed as `get_managed_theme` does, ThemeMerged where it was merged.
    """
    theme = get_managed_theme(session, scope, theme_id)
    session.refresh(theme, with_for_update=True)
    if theme.merged_into_id is not None:
        raise ThemeMerged
    return theme


def get_managed_theme(session: Session, scope: Scope, theme_id: int) -> Theme:
    """The theme. Raises NotAllowed when it is another department's, or none."""
    theme = session.get(Theme, theme_id) if theme_id <= MAX_ID else None
    if theme is None or not _is_managed(session, scope, theme.service_id):
        raise NotAllowed
    return theme


def get_managed_co_decision(
    session: Session, scope: Scope, co_decision_id: int, *, lock: bool = False
) -> CoDecision:
    """The portal's own co-decision. Raises NotAllowed when it is another department's, or none.

    `lock` keeps others from changing it, or signing it, until the transaction ends.
    """
    found = session.get(CoDecision, co_decision_id, with_for_update=lock or None)
    if found is None or found.import_id is not None:
        raise NotAllowed
    if not _is_managed(session, scope, found.service_id):
        raise NotAllowed
    return found


def get_managed_step(
    session: Session, scope: Scope, next_step_id: int, *, lock: bool = False
) -> NextStep:
    """The next step. Raises NotAllowed when it is another department's, or none.

    `lock` keeps its texts from changing until the transaction ends.
    """
    step = session.get(NextStep, next_step_id, with_for_update=lock or None)
    if step is None:
        raise NotAllowed
    get_managed_theme(session, scope, step.theme_id)
    return step


def _is_managed(session: Session, scope: Scope, service_id: int) -> bool:
    return session.scalar(managed_services(scope).where(Service.id == service_id)) is not None
