"""The overview of one's services: published and today's levels, direction, what waits.

Nothing here counts cases or ratings: assessments hold what was counted, so that the page costs the
same with a thousand cases and with ten million (a test reads the plans of its statements).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.language import fold
from portal.domain.publication import quarter_of
from portal.manage.changes import Change, direction, last_change
from portal.manage.scoped import managed_services
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.services import Department, Service
from portal.models.warnings import OPEN_STATES, WarningRow
from portal.store.assessments import may_be_compared, newest_appraisal
from portal.store.department_names import get_department_names
from portal.store.publicity import get_public_since
from portal.store.scope import Scope
from portal.store.service_names import get_service_names
from portal.store.texts import InLanguage, in_language

QUARTERS = 8
Named = InLanguage[str]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """The level that stands in public, or in shadow would. `flag` is why a held one is in doubt.

    `before` is the level of the appraisal before, None where there is none or it is not public.
    """

    level: int
    flag: str | None = None
    is_awaiting: bool = False
    before: int | None = None
    is_provisional: bool = False

    @property
    def change(self) -> str | None:
        """What the last appraisal did with the level: `rose`, `fell` or `same`."""
        if self.before is None:
            return None
        return direction(self.before, self.level)

    @property
    def doubt(self) -> int:
        """The level in doubt, 0 where none is."""
        return self.level if self.flag is not None else 0


@dataclass(frozen=True)
class Today:
    """What the newest evidence gives. `blocking` are ids of criteria.

    Counts are of cases: `waiting` are open (nobody was told), `late` those over 30 days,
    `reopened` were told and their residents said no.
    """

    as_of: date
    level: int
    next_status: str | None
    blocking: Sequence[str]
    waiting: int
    late: int
    reopened: int
    promises: int
    promises_at_risk: int

    @property
    def doubt(self) -> int:
        """The next level where its evidence is too close to call, else 0."""
        return self.level + 1 if self.next_status == "in_doubt" else 0


def counted(workload: Mapping[str, Any] | None) -> list[int]:
    """The counts of `Today`, as the assessment keeps them."""
    names = ("waiting", "late", "reopened", "promises", "promises_at_risk")
    return [(workload or {}).get(name, 0) for name in names]


@dataclass(frozen=True)
class ServiceLine:
    """One service of the overview.

    `quarters` are published levels, oldest first, None: none. `change` is the last one among them,
    None before there are two.
    """

    id: int
    slug: str
    name: Named
    department: Named
    department_slug: str
    names: Texts
    published: Published | None
    today: Today | None
    quarters: Sequence[int | None]
    change: Change | None = None
    warnings: int = 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether the level held, or the next one, is too close to call."""
        return bool((self.published and self.published.doubt) or (self.today and self.today.doubt))


@dataclass(frozen=True)
class Overview:
    """All services of one's departments, by name; `is_shadow` while no level is public.

    `departments` are (slug, name), by name.
    """

    services: Sequence[ServiceLine]
    departments: Sequence[tuple[str, Named]]
    is_shadow: bool


def get_overview(session: Session, scope: Scope, *, today: date, langs: Sequence[str]) -> Overview:
    """Every service that the person looks after. The number of statements never changes."""
    services = session.execute(
        managed_services(scope).with_only_columns(Service.id, Service.slug, Service.department_id)
    ).all()
    names = get_service_names(session, _ids(scope))
    departments = _departments(session)
    quarters, since = last_quarters(today), get_public_since(session)
    paths, newest = _appraisals(session, scope, today, since)
    published = (_provisional(session, scope) if since else {}) | newest
    assessed, warnings = _todays(session, scope), _count_warnings(session, scope)
    lines = [
        ServiceLine(
            id=row.id,
            slug=row.slug,
            name=_chosen(names.get(row.id, {}), langs, row.slug),
            department=departments[row.department_id].name(langs),
            department_slug=departments[row.department_id].slug,
            names=names.get(row.id, {}),
            published=published.get(row.id),
            today=assessed.get(row.id),
            quarters=[paths[row.id].get(quarter, (None,))[0] for quarter in quarters],
            change=last_change(paths[row.id].values()),
            warnings=warnings.get(row.id, 0),
        )
        for row in services
    ]
    return Overview(
        services=lines,
        departments=_by_name({line.department_slug: line.department for line in lines}),
        is_shadow=since is None,
    )


def _by_name(departments: Mapping[str, Named]) -> list[tuple[str, Named]]:
    return sorted(departments.items(), key=lambda pair: fold(pair[1].text))


def last_quarters(today: date) -> list[date]:
    """The first days of the last eight quarters, oldest first; the running one is the last."""
    first = quarter_of(today)
    months = [first.year * 12 + first.month - 1 - 3 * back for back in range(QUARTERS)]
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months)]


@dataclass(frozen=True)
class _Department:
    slug: str
    names: Texts

    def name(self, langs: Sequence[str]) -> Named:
        return _chosen(self.names, langs, self.slug)


def _chosen(names: Texts, langs: Sequence[str], otherwise: str) -> Named:
    return in_language(names, langs[0], langs[1:]) or InLanguage(langs[0], otherwise)


def _ids(scope: Scope) -> Select[int]:
    return managed_services(scope).with_only_columns(Service.id)


def _departments(session: Session) -> dict[int, _Department]:
    names = get_department_names(session)
    rows = session.execute(select(Department.id, Department.slug))
    return {row.id: _Department(row.slug, names.get(row.id, {})) for row in rows}


def _appraisals(
    session: Session, scope: Scope, today: date, since: date | None
) -> tuple[dict[int, dict[date, tuple[int, date]]], dict[int, Published]]:
    """(level, day of the appraisal) of the last eight quarters, and the newest, by service.

    The newest may be older: of a service that was out of use for years, say.
    """
    quarters = last_quarters(today)
    rows = session.execute(
        select(
            Appraisal.service_id,
            Appraisal.quarter_on,
            Appraisal.as_of,
            Appraisal.level,
            Appraisal.flag,
            Appraisal.awaiting_second_look,
        )
        .where(
            Appraisal.service_id.in_(_ids(scope)),
            or_(
                Appraisal.quarter_on >= quarters[0],
                Appraisal.id.in_(managed_services(scope).with_only_columns(newest_appraisal())),
            ),
        )
        .order_by(Appraisal.quarter_on)
    )
    paths: dict[int, dict[date, tuple[int, date]]] = defaultdict(dict)
    newest: dict[int, Published] = {}
    for service_id, quarter, as_of, level, flag, is_awaiting in rows:
        last = newest.get(service_id)
        before = last.level if last and may_be_compared(as_of, since) else None
        if quarter >= quarters[0]:
            paths[service_id][quarter] = (level, as_of)
        newest[service_id] = Published(level, flag, is_awaiting, before)
    return paths, newest


def _provisional(session: Session, scope: Scope) -> dict[int, Published]:
    """What is public of services that have no appraisal yet."""
    statement = select(Assessment.service_id, Assessment.public_level).where(
        Assessment.id.in_(_newest_of_each(scope, is_public=True))
    )
    return {
        service_id: Published(level or 0, is_provisional=True)
        for service_id, level in session.execute(statement)
    }


def _todays(session: Session, scope: Scope) -> dict[int, Today]:
    statement = select(
        Assessment.service_id,
        Assessment.as_of,
        Assessment.level,
        Assessment.result["next_status"].as_string(),
        Assessment.result["blocking"],
        Assessment.workload,
    ).where(Assessment.id.in_(_newest_of_each(scope, is_public=False)))
    found = {}
    for service_id, as_of, level, next_status, blocking, workload in session.execute(statement):
        found[service_id] = Today(as_of, level, next_status, blocking or (), *counted(workload))
    return found


def _count_warnings(session: Session, scope: Scope) -> dict[int, int]:
    """How many early warnings of each service nobody has dealt with."""
    rows = session.execute(
        select(WarningRow.service_id, func.count())
        .where(WarningRow.service_id.in_(_ids(scope)), WarningRow.state.in_(OPEN_STATES))
        .group_by(WarningRow.service_id)
    )
    return {row[0]: row[1] for row in rows}


def _newest_of_each(scope: Scope, *, is_public: bool) -> Select[int | None]:
    """The newest assessment of each service: one look into an index per service."""
    return managed_services(scope).with_only_columns(_newest(is_public))


def _newest(is_public: bool) -> ScalarSelect[int]:
    other = aliased(Assessment)
    query = select(other.id).where(other.service_id == Service.id)
    if is_public:
        query = query.where(other.public_on.is_not(None)).order_by(
            other.public_on.desc(), other.id.desc()
        )
    else:
        query = query.order_by(other.as_of.desc())
    return query.limit(1).correlate(Service).scalar_subquery()
