"""What the public pages read of results: quarters as the worker has put them out, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.publication import K
from portal.domain.results import Counted, Published, publish_service, settles_on
from portal.models.appraisals import CityResult, ServiceResult
from portal.models.services import Service


@dataclass(frozen=True)
class Result:
    """A quarter's figures as of the day of a batch; `service` is its slug, None for the city."""

    service: str | None
    quarter_on: date
    batch_on: date
    figures: Published

    @property
    def settles_on(self) -> date:
        """The day from which the next batch is the last one."""
        return settles_on(self.quarter_on)

    @property
    def is_settled(self) -> bool:
        """Whether these figures stay as they are."""
        return self.batch_on >= self.settles_on


def list_service_results(session: Session, service_id: int) -> list[Result]:
    """The quarters of a service that have anything to show."""
    return _results(session, ServiceResult.service_id == service_id)


def list_ratings(session: Session, quarter: date) -> dict[str, int]:
    """{slug: ratings} of the services in use of which a quarter's ratings may be shown."""
    ratings = ServiceResult.counts["ratings"].as_integer()
    rows = session.execute(
        select(Service.slug, ratings)
        .join(Service, Service.id == ServiceResult.service_id)
        .where(Service.is_active, ServiceResult.quarter_on == quarter, ratings >= K)
    )
    return {row[0]: row[1] for row in rows}


def list_city_results(session: Session) -> list[Result]:
    """The city's quarters that have anything to show."""
    rows = session.scalars(select(CityResult).order_by(CityResult.quarter_on.desc()))
    return _shown(
        Result(None, row.quarter_on, row.batch_on, cast("Published", row.figures)) for row in rows
    )


def _results(session: Session, condition: Any) -> list[Result]:
    rows = session.execute(
        select(Service.slug, ServiceResult.quarter_on, ServiceResult.batch_on, ServiceResult.counts)
        .join(Service, Service.id == ServiceResult.service_id)
        .where(condition)
        .order_by(Service.slug, ServiceResult.quarter_on.desc())
    )
    return _shown(
        Result(
            row.slug,
            row.quarter_on,
            row.batch_on,
            publish_service(cast("Counted", row.counts)),
        )
        for row in rows
    )


def _shown(results: Iterable[Result]) -> list[Result]:
    return [r for r in results if r.figures["languages"]["n"] or r.figures["waits"]["n"]]
