"""Raising early warnings: looked for by the worker, kept once, left to people (METHOD.md 4).

Looking reads from one snapshot and holds no lock. Keeping is short, idempotent, and done once per
day or week, however many workers there are. No warning moves a level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.assess.findings import (
    Finding,
    Resolved,
    find_coming_misses,
    find_differences,
    find_fallen_ratings,
    find_slower_answers,
    find_surging_themes,
    find_surging_words,
)
from portal.assess.operations import snapshot
from portal.assess.queries_warnings import (
    count_theme_periods,
    count_themes,
    first_themed,
    group_cases,
    group_ratings,
    list_waits,
    list_weekly_ratings,
)
from portal.domain.warning import monday_of
from portal.models.running import Setting
from portal.models.warnings import CLOSED_STATES, OPEN_STATES, WarningRow
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.integrity.own_seals import seal_rows
from portal.store.untagged import first_written, list_mentions
from portal.store.warnings import DAILY, WEEKLY
from portal.store.webhooks import announce

CityDay = Callable[[datetime], date]
# How long nobody is told again what they have dealt with, or found not useful. Charts need no
# rest: they begin anew.
REST = {
    "disparity": timedelta(days=91),
    "theme": timedelta(days=28),
    "word": timedelta(days=28),
    "forecast": timedelta(days=14),
}


def warn_due(store: Store, clock: Clock) -> int:
    """Look for what is due today and this week; returns how many new warnings were raised."""
    today = clock.today()
    raised = 0
    for name, period_on, look in (
        (DAILY, today, look_daily),
        (WEEKLY, monday_of(today), look_weekly),
    ):
        with store.read() as session:
            if _is_done(session, name, period_on):
                continue
        with snapshot(store) as session:
            found = look(session, today, clock.day)
        raised += store.write(
            keep_round, name, period_on, found, as_of=today, city_day=clock.day,
            now=clock.now(),
        )  # fmt: skip
    return raised


def look_daily(session: Session, as_of: date, city_day: CityDay) -> list[Finding]:
    """Slower answers, surging themes, and cases that will be late."""
    waits = list_waits(session, as_of)
    resolved = _resolved(session, "time_to_told", city_day)
    begun = first_themed(session, city_day, as_of)
    surges = find_surging_themes(count_themes(session, as_of), begun, as_of)
    return [
        *find_slower_answers(waits, resolved, as_of),
        *(_with_periods(session, one, as_of) for one in surges),
        *find_coming_misses(waits, as_of),
    ]


def look_weekly(session: Session, as_of: date, city_day: CityDay) -> list[Finding]:
    """Fallen ratings, groups that look different, and words that many more people write."""
    resolved = _resolved(session, "ratings", city_day)
    groups = group_cases(session, as_of) | group_ratings(session, as_of)
    mentions = list_mentions(session, as_of)
    words = find_surging_words(mentions, _open_words(session), first_written(session), as_of)
    return [
        *find_fallen_ratings(list_weekly_ratings(session, as_of), resolved, as_of),
        *find_differences(groups),
        *(_until(one, as_of) for one in words),
    ]


def _open_words(session: Session) -> set[tuple[int, str]]:
    rows = session.execute(
        select(WarningRow.service_id, WarningRow.subject).where(
            WarningRow.kind == "word", WarningRow.state.in_(OPEN_STATES)
        )
    )
    return {(row.service_id, row.subject) for row in rows}


def _until(finding: Finding, as_of: date) -> Finding:
    return replace(finding, evidence={**finding.evidence, "until": as_of.isoformat()})


def _with_periods(session: Session, finding: Finding, as_of: date) -> Finding:
    theme_id = int(finding.subject.partition(":")[2])
    periods = count_theme_periods(session, theme_id, as_of)
    return _until(replace(finding, evidence={**finding.evidence, "periods": periods}), as_of)


def _resolved(session: Session, kind: str, city_day: CityDay) -> Resolved:
    rows = session.execute(
        select(WarningRow.service_id, func.max(WarningRow.changed_at).label("at"))
        .where(WarningRow.kind == kind, WarningRow.state.in_(CLOSED_STATES))
        .group_by(WarningRow.service_id)
    )
    return {row.service_id: city_day(row.at) for row in rows}


def keep_round(
    session: Session,
    name: str,
    period_on: date,
    findings: Sequence[Finding],
    *,
    as_of: date,
    city_day: CityDay,
    now: datetime,
) -> int:
    """Keep what a round found, unless another worker has; returns how many are new."""
    mark = _locked_mark(session, name)
    if mark.value >= period_on.isoformat():
        return 0
    mark.value = period_on.isoformat()
    return keep_findings(session, findings, as_of=as_of, city_day=city_day, now=now)


def _locked_mark(session: Session, name: str) -> Setting:
    """The row that says which round was the newest; nobody else has it until the end."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(Setting.__table__)
        .values(name=name, value="")
        .on_conflict_do_nothing(index_elements=["name"])
    )
    return session.scalars(select(Setting).where(Setting.name == name).with_for_update()).one()


def _is_done(session: Session, name: str, period_on: date) -> bool:
    value = session.scalar(select(Setting.value).where(Setting.name == name))
    return value is not None and value >= period_on.isoformat()


def keep_findings(
    session: Session,
    findings: Sequence[Finding],
    *,
    as_of: date,
    city_day: CityDay,
    now: datetime,
) -> int:
    """Refresh the open warnings that say so already, raise the others; returns how many are new."""
    raised = [_keep(session, finding, as_of, city_day) for finding in findings]
    new = [row for row in raised if row is not None]
    for row in new:
        announce(session, "warning.raised", row.id, now=now)
    return len(new)


def _keep(session: Session, finding: Finding, as_of: date, city_day: CityDay) -> WarningRow | None:
    """The new warning; None where there is one already, or people have just dealt with it."""
    same = (
        WarningRow.service_id == finding.service_id,
        WarningRow.kind == finding.kind,
        WarningRow.subject == finding.subject,
    )
    row = session.scalar(
        select(WarningRow).where(*same, WarningRow.state.in_(OPEN_STATES)).with_for_update()
    )
    if row is not None:
        if row.last_seen_on <= as_of:
            row.last_seen_on, row.evidence = as_of, finding.evidence
            seal_rows(session, WarningRow.__tablename__, [row.id])
        return None
    closed_at = session.scalar(select(func.max(WarningRow.changed_at)).where(*same))
    rest = REST.get(finding.kind)
    if closed_at is not None and rest is not None and as_of < city_day(closed_at) + rest:
        return None
    row = WarningRow(
        service_id=finding.service_id,
        kind=finding.kind,
        subject=finding.subject,
        raised_on=as_of,
        last_seen_on=as_of,
        evidence=finding.evidence,
    )
    session.add(row)
    session.flush()
    seal_rows(session, WarningRow.__tablename__, [row.id])
    return row


def raise_warnings(session: Session, *, as_of: date, city_day: CityDay, now: datetime) -> int:
    """Look for everything on one day and keep it at once; returns how many are new."""
    found = [*look_daily(session, as_of, city_day), *look_weekly(session, as_of, city_day)]
    for name, period_on in ((DAILY, as_of), (WEEKLY, monday_of(as_of))):
        _locked_mark(session, name).value = period_on.isoformat()
    return keep_findings(session, found, as_of=as_of, city_day=city_day, now=now)
