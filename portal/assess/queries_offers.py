"""What a service offers: languages, channels, public responses, co-decisions (METHOD.md A.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from portal.models.assessments import CoDecision, HistoryImport
from portal.models.responses import Response
from portal.models.services import PageCheck, PopulationShare, ServiceLanguage
from portal.models.submissions import Submission
from portal.store.evidence.window import Window

PAGE_CHECK_DAYS = 365


def list_languages(session: Session, service_id: int, role: str, as_of: date) -> list[str]:
    """Languages that are required of the service, or open for feedback to it, on the day."""
    statement = (
        select(ServiceLanguage.lang)
        .where(
            ServiceLanguage.service_id == service_id,
            ServiceLanguage.role == role,
            ServiceLanguage.opened_on <= as_of,
            or_(ServiceLanguage.closed_on.is_(None), ServiceLanguage.closed_on > as_of),
        )
        .group_by(ServiceLanguage.lang)
        .order_by(func.min(ServiceLanguage.id))
    )
    return list(session.scalars(statement))


def list_checked_languages(session: Session, service_id: int, as_of: date) -> list[str]:
    """Languages in which a person checked the service's page in the last 12 months."""
    statement = (
        select(PageCheck.lang)
        .where(
            PageCheck.service_id == service_id,
            Window(as_of, PAGE_CHECK_DAYS).within(PageCheck.checked_on),
        )
        .group_by(PageCheck.lang)
        .order_by(func.min(PageCheck.id))
    )
    return list(session.scalars(statement))


def get_population_share(session: Session, service_id: int) -> dict[str, float]:
    """Share of residents by language, in order: the service's own, else the city's."""
    for owner in (PopulationShare.service_id == service_id, PopulationShare.service_id.is_(None)):
        statement = (
            select(PopulationShare.lang, PopulationShare.share)
            .where(owner)
            .order_by(PopulationShare.position, PopulationShare.id)
        )
        shares = {row.lang: row.share for row in session.execute(statement)}
        if shares:
            return shares
    return {}


def count_channels(session: Session, service_id: int, window: Window) -> int:
    """Distinct channels of what came in the window.

    Imported records name none: their source states how many they came through.
    """
    arrived = (Submission.service_id == service_id, window.within(Submission.received_on))
    own = session.scalars(
        select(func.count(Submission.channel.distinct())).where(
            *arrived, Submission.import_id.is_(None)
        )
    ).one()
    stated = session.scalar(
        select(func.max(HistoryImport.channels)).where(
            HistoryImport.service_id == service_id,
            exists().where(Submission.import_id == HistoryImport.id, *arrived),
        )
    )
    return max(own, stated or 0)


def count_public_responses(session: Session, service_id: int, window: Window) -> int:
    """Responses published in the window."""
    return session.scalars(
        select(func.count()).where(
            Response.service_id == service_id, window.within(Response.published_on)
        )
    ).one()


def list_co_decisions(session: Session, service_id: int, window: Window) -> list[dict[str, Any]]:
    """Actions decided together in the window, in the evidence's shape."""
    statement = (
        select(CoDecision)
        .where(CoDecision.service_id == service_id, window.within(CoDecision.decided_on))
        .order_by(CoDecision.id)
    )
    return [
        {
            "partner": row.partner,
            "partner_external": row.partner_external,
            "partner_signed": row.partner_signed,
            "linked_submissions": row.linked_submissions,
            "invited_all": row.invited_all,
            "decision_record": row.decision_record,
            "attest_fair": row.attest_fair,
            "attest_unfair": row.attest_unfair,
            "decided_at": row.decided_on.isoformat(),
        }
        for row in session.scalars(statement)
    ]
