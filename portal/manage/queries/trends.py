"""Trends, read from the worker's monthly and daily figures: never from what residents sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.monthly import no_counts
from portal.domain.trends import Figure, find_breaks
from portal.manage.scoped import managed_services
from portal.models.appraisals import CityFigure, MonthlyFigure
from portal.models.services import Service
from portal.store.monitors import Comparison
from portal.store.names import Name, service_names
from portal.store.scope import Scope


@dataclass(frozen=True)
class City:
    """The newest daily figures of the city, in the shape of `portal/assess/monitors.py`."""

    as_of: date
    figures: dict[str, Any]

    @property
    def months(self) -> list[dict[str, Any]]:
        """The city's months."""
        return list(self.figures.get("months", ()))

    @property
    def comparison(self) -> Comparison:
        """What speaks against comparing answers between languages."""
        return Comparison(self.figures["agreeing"], self.figures["items"])


def list_figures(
    session: Session, service_ids: Iterable[int], months: Sequence[date], breakdown: str
) -> list[tuple[int, Figure]]:
    """(service, figure) of these services, months and one breakdown, the oldest first."""
    rows = session.execute(
        select(
            MonthlyFigure.service_id,
            MonthlyFigure.month_on,
            MonthlyFigure.instrument,
            MonthlyFigure.value,
            MonthlyFigure.counts,
        )
        .where(
            MonthlyFigure.service_id.in_(set(service_ids)),
            MonthlyFigure.month_on.between(months[0], months[-1]),
            MonthlyFigure.breakdown == breakdown,
        )
        .order_by(MonthlyFigure.month_on, MonthlyFigure.instrument)
    )
    return [
        (
            row.service_id,
            Figure(
                row.month_on,
                row.instrument,
                row.value,
                row.counts,
                (row.counts["ratings"], row.counts.get("due_people", 0)),
            ),
        )
        for row in rows
    ]


def get_city(session: Session) -> City | None:
    """The newest figures of the city; None before the worker's first day."""
    row = session.scalar(select(CityFigure).order_by(CityFigure.as_of.desc()).limit(1))
    return City(row.as_of, row.figures) if row is not None else None


def city_figures(city: City, months: Sequence[date], breakdown: str) -> list[Figure]:
    """The city's months as figures of one breakdown."""
    wanted = {month.isoformat() for month in months}
    return [
        Figure(
            date.fromisoformat(row["month_on"]),
            "",
            row["value"],
            _counts(row),
            (_known(row, "people_rating", "ratings"), _known(row, "people_due", "due")),
        )
        for row in city.months
        if row["month_on"] in wanted and row["breakdown"] == breakdown
    ]


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    names = ("ratings", "cases", "due", "told30", "yes", "partly", "no")
    rest = row["ratings"] - row["good"]
    return no_counts() | {name: row[name] for name in names} | {"q0": [rest, 0, 0, row["good"], 0]}


def _known(row: dict[str, Any], people: str, otherwise: str) -> int:
    known = row.get(people, 0)
    return int(row[otherwise] if known is None else known)


def city_breaks(city: City) -> dict[date, str]:
    """The months from which other questions were asked in the city."""
    found = city.figures.get("instruments", {})
    return find_breaks({date.fromisoformat(month): names for month, names in found.items()})


def list_named_services(
    session: Session, scope: Scope, langs: Sequence[str]
) -> list[tuple[Service, Name]]:
    """The services that one looks after, by name."""
    services = session.scalars(managed_services(scope)).all()
    names = service_names(session, [service.id for service in services], langs)
    named = [(service, names.get(service.id, Name(langs[0], service.slug))) for service in services]
    return sorted(named, key=lambda pair: pair[1].text)
