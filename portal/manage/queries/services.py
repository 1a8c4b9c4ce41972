"""One service for its manager: what is published, what today's evidence says, what is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain import information
from portal.domain.what_if import OpenCase
from portal.manage.queries.overview import Published
from portal.manage.scoped import get_managed_service
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.store.assessments import get_public_figures, level_before, may_be_compared
from portal.store.districts import list_districts
from portal.store.doubts import Doubt, find_doubt
from portal.store.evidence.records import list_open_cases
from portal.store.publicity import get_public_since
from portal.store.scope import NotAllowed, Scope
from portal.store.service_names import get_service_name
from portal.store.texts import InLanguage


@dataclass(frozen=True)
class ManagedService:
    """A service with its published level and its newest assessment.

    `may_read`: the person works on the department's cases, and may read residents' words.
    """

    id: int
    slug: str
    name: InLanguage[str]
    is_shadow: bool
    published: Published | None
    doubt: Doubt | None
    todays: Assessment | None
    district_names: Mapping[str, str]
    may_read: bool

    @property
    def result(self) -> Mapping[str, Any]:
        """Today's result. Raises NotAllowed before the first assessment."""
        if self.todays is None:
            raise NotAllowed
        return self.todays.result

    @property
    def shown_result(self) -> Mapping[str, Any]:
        """Today's result with what is information only. Raises NotAllowed as `result` does."""
        result, todays = self.result, self.todays
        return information.show(result, todays.evidence, todays.thresholds) if todays else result

    @property
    def left_out(self) -> list[Mapping[str, Any]]:
        """Today's criteria that judge nothing, as answers cannot be compared between languages."""
        criteria = self.shown_result["criteria"] if self.todays else ()
        return [one for one in criteria if one.get("is_information")]


def get_service(
    session: Session, scope: Scope, slug: str, *, langs: Sequence[str]
) -> ManagedService:
    """The service. Raises NotAllowed when it is another department's, or none."""
    service = get_managed_service(session, scope, slug)
    todays = session.scalar(
        select(Assessment)
        .where(Assessment.service_id == service.id)
        .order_by(Assessment.as_of.desc())
        .limit(1)
    )
    since = get_public_since(session)
    return ManagedService(
        id=service.id,
        slug=service.slug,
        name=get_service_name(session, service.id, service.slug, langs[0], langs[1:]),
        is_shadow=since is None,
        published=_published(session, service.id, since),
        doubt=find_doubt(session, service.id),
        todays=todays,
        district_names=dict(list_districts(session, langs[0], langs[1:], with_closed=True)),
        may_read=service.department_id in scope.desk,
    )


def _published(session: Session, service_id: int, since: date | None) -> Published | None:
    row = session.execute(
        select(
            Appraisal.level,
            Appraisal.flag,
            Appraisal.awaiting_second_look,
            level_before().label("before"),
            Appraisal.as_of,
        )
        .where(Appraisal.service_id == service_id)
        .order_by(Appraisal.quarter_on.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        is_compared = may_be_compared(row.as_of, since)
        return Published(*row[:3], before=row.before if is_compared else None)
    figures = get_public_figures(session, service_id)
    return replace(Published(figures.level), is_provisional=True) if figures else None


def list_open(session: Session, service: ManagedService) -> list[OpenCase]:
    """Cases that count and that nobody has been told of, the oldest first."""
    if service.todays is None:
        raise NotAllowed
    return list_open_cases(session, service.id, service.todays.as_of)
