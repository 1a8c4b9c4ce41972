"""Counting a service's cases by SQL: METHOD.md A.1's selections and shares of the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    RowMapping,
    Select,
    and_,
    case,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from portal.assess.window import Window, count_where
from portal.domain.counted_cases import ACK_DAYS, GRACE_DAYS, OLDER_DAYS, PER_PERSON
from portal.domain.evidence import RECENT
from portal.domain.loop import AUTOMATIC, PROMISES, RETELL_DAYS, Kind, Outcome, Verdict
from portal.models.base import days_between

REPLIES = (Verdict.YES, Verdict.PARTLY, Verdict.NO)  # "again" asks to look again: no reply


def counted_cases(cases: FromClause, service_id: int, window: Window) -> CTE:
    """The cases that count in the window (*loop-all* and counted praise), with `is_older`.

    Older ones can only matter where they were told, or promised something, in the window.
    """
    row = cases.c
    is_older = row.received_on <= window.ago(window.days + OLDER_DAYS)
    of_person = (row.person_key, is_older)
    arrival = (row.received_on, row.submission_id)
    place = func.row_number().over(partition_by=of_person, order_by=arrival)
    previous = func.lag(row.received_on).over(partition_by=of_person, order_by=arrival)
    matters = or_(
        not_(is_older),
        row.told_on > window.ago(window.days),
        row.due_on > window.ago(window.days + GRACE_DAYS),
    )
    ranked = (
        select(
            *(row[name] for name in _USED),
            is_older.label("is_older"),
            place.label("place"),
            previous.label("previous_on"),
        )
        .where(
            row.service_id == service_id,
            row.excluded.is_(None),
            row.received_on <= window.as_of,
            matters,
        )
        .cte("ranked_case")
    )
    return (
        select(ranked)
        .where(
            or_(
                and_(ranked.c.is_older, ranked.c.kind != Kind.PRAISE),
                and_(not_(ranked.c.is_older), ranked.c.place <= PER_PERSON),
            )
        )
        .cte("counted_case")
    )


_USED = (
    "submission_id",
    "person_key",
    "received_on",
    "lang",
    "kind",
    "district",
    "acknowledged_on",
    "outcome",
    "due_on",
    "done_on",
    "told_on",
    "told_lang",
    "verdict",
    "disputed_on",
    "retold_on",
    "invited_on",
)


def count_cases(
    session: Session, cases: FromClause, service_id: int, window: Window, raters: Select[str]
) -> Sequence[RowMapping]:
    """Counts named `<metric>_x`, `<metric>_n`, `<metric>_recent_x`, … by language, district, kind.

    `other_people` counts those who are not among `raters`, each with the first case that counts.
    As many rows as there are such groups, however many cases.
    """
    counted = counted_cases(cases, service_id, window)
    source, is_no_rater = _beside(session, counted, raters)
    counts = {
        **_told_within_counts(counted, window),
        **_cohort_counts(counted, window),
        **_told_counts(counted, window),
        **_promise_counts(counted, window),
        "other_people": count_where(_is_first_in_window(counted, window), is_no_rater),
    }
    return _count_by(session, counted, counts, source)


def _beside(
    session: Session, counted: CTE, raters: Select[str]
) -> tuple[FromClause, ColumnElement[bool]]:
    """What to select the cases from, and the condition that their sender is no rater.

    PostgreSQL joins by hash however many there are, and gives up hashing a long NOT IN; SQLite
    looks up NOT IN in a tree, and may scan all raters for each case in a join.
    """
    if session.get_bind().dialect.name == "sqlite":
        return counted, counted.c.person_key.not_in(raters)
    rater = raters.distinct().subquery("rater")
    joined = counted.outerjoin(rater, rater.c.person_key == counted.c.person_key)
    return joined, rater.c.person_key.is_(None)


def count_told_cases(
    session: Session, cases: FromClause, service_id: int, window: Window
) -> Sequence[RowMapping]:
    """Only `told30` and `told90` of `count_cases`: what groups are compared by."""
    counted = counted_cases(cases, service_id, window)
    return _count_by(session, counted, _told_within_counts(counted, window), counted)


def _count_by(
    session: Session, counted: CTE, counts: Mapping[str, ColumnElement[int]], source: FromClause
) -> Sequence[RowMapping]:
    groups = (counted.c.lang, counted.c.district, counted.c.kind)
    columns = (value.label(name) for name, value in counts.items())
    statement = select(*groups, *columns).select_from(source).group_by(*groups)
    return session.execute(statement).mappings().all()


def count_kept(
    session: Session, cases: FromClause, service_id: int, window: Window
) -> tuple[int, int]:
    """(not excluded, all) of what was received in the window but for automatic exclusions."""
    row = cases.c
    is_kept = row.excluded.is_(None)
    kept, received = session.execute(
        select(count_where(is_kept), count_where(or_(is_kept, row.excluded != AUTOMATIC))).where(
            row.service_id == service_id, window.within(row.received_on)
        )
    ).one()
    return kept, received


def _told_within_counts(counted: CTE, window: Window) -> dict[str, ColumnElement[int]]:
    is_loop = counted.c.kind != Kind.PRAISE
    return {
        **_shares("told30", counted, window, 30, _is_told_within(counted, window, 30), is_loop),
        **_shares("told90", counted, window, 90, _is_told_within(counted, window, 90), is_loop),
    }


def _cohort_counts(counted: CTE, window: Window) -> dict[str, ColumnElement[int]]:
    row = counted.c
    is_answerable = row.kind.in_((Kind.PROBLEM, Kind.IDEA))
    reached_30 = window.within(row.received_on, lag=30)
    return {
        **_shares("ack", counted, window, ACK_DAYS, _is_acknowledged(counted)),
        "action_x": count_where(is_answerable, reached_30, _is_acted_on(counted, window)),
        "action_n": count_where(is_answerable, reached_30),
    }


def _shares(
    metric: str,
    counted: CTE,
    window: Window,
    lag: int,
    holds: ColumnElement[bool],
    *among: ColumnElement[bool],
) -> dict[str, ColumnElement[int]]:
    """A share of the cohort with this lag, and of the last 90 days of it."""
    cohort = window.within(counted.c.received_on, lag=lag)
    recent = window.within(counted.c.received_on, RECENT, lag)
    return {
        f"{metric}_x": count_where(cohort, holds, *among),
        f"{metric}_n": count_where(cohort, *among),
        f"{metric}_recent_x": count_where(recent, holds, *among),
        f"{metric}_recent_n": count_where(recent, *among),
    }


def _told_counts(counted: CTE, window: Window) -> dict[str, ColumnElement[int]]:
    row = counted.c
    is_told = and_(row.kind != Kind.PRAISE, window.within(row.told_on))
    return {
        "told_n": count_where(is_told),
        "same_language_x": count_where(is_told, row.told_lang == row.lang),
        "confirmed_x": count_where(is_told, row.verdict.in_((Verdict.YES, Verdict.PARTLY))),
        "confirmed_n": count_where(is_told, row.verdict.in_(REPLIES)),
        "invited_x": count_where(is_told, row.invited_on <= window.as_of),
    }


def _promise_counts(counted: CTE, window: Window) -> dict[str, ColumnElement[int]]:
    row = counted.c
    is_due = and_(row.kind != Kind.PRAISE, window.within(row.due_on, lag=GRACE_DAYS))
    is_kept = and_(
        _did_not_say_no(counted),
        row.done_on <= window.as_of,
        days_between(row.done_on, row.due_on) <= GRACE_DAYS,
    )
    return {"promises_x": count_where(is_due, is_kept), "promises_n": count_where(is_due)}


def _is_first_in_window(counted: CTE, window: Window) -> ColumnElement[bool]:
    """The person's first case in the window, of those that count."""
    previous = counted.c.previous_on
    return and_(
        window.within(counted.c.received_on),
        or_(previous.is_(None), previous <= window.ago(window.days)),
    )


def _is_acknowledged(counted: CTE) -> ColumnElement[bool]:
    waited = days_between(counted.c.acknowledged_on, counted.c.received_on)
    return waited.between(0, ACK_DAYS)


def _is_told_within(counted: CTE, window: Window, days: int) -> ColumnElement[bool]:
    """Told in time, and not undone by a dispute that was left unanswered for 30 days."""
    row = counted.c
    is_undone = case(
        (row.disputed_on.is_(None), False),
        (row.disputed_on >= window.ago(RETELL_DAYS), False),
        (days_between(row.retold_on, row.disputed_on).between(0, RETELL_DAYS), False),
        else_=True,
    )
    return and_(days_between(row.told_on, row.received_on).between(0, days), not_(is_undone))


def _is_acted_on(counted: CTE, window: Window) -> ColumnElement[bool]:
    row = counted.c
    is_live_promise = and_(row.outcome.in_(sorted(PROMISES)), row.due_on >= window.as_of)
    return and_(_did_not_say_no(counted), or_(row.outcome == Outcome.DONE, is_live_promise))


def _did_not_say_no(counted: CTE) -> ColumnElement[bool]:
    return or_(counted.c.verdict.is_(None), counted.c.verdict != Verdict.NO)


def total(rows: Sequence[RowMapping], name: str) -> int:
    """A count over all groups."""
    return sum(row[name] for row in rows)


def pair(rows: Sequence[RowMapping], metric: str) -> tuple[int, int]:
    """(x, n) of a metric over all groups."""
    return total(rows, f"{metric}_x"), total(rows, f"{metric}_n")


def by_group(rows: Sequence[RowMapping], metric: str, column: str) -> dict[str, list[int]]:
    """{group: [x, n]} of a metric; cases without the attribute are in no group."""
    groups: dict[str, list[int]] = {}
    for row in rows:
        name: Any = row[column]
        if name is not None and row[f"{metric}_n"]:
            pair_so_far = groups.setdefault(name, [0, 0])
            pair_so_far[0] += row[f"{metric}_x"]
            pair_so_far[1] += row[f"{metric}_n"]
    return dict(sorted(groups.items()))
