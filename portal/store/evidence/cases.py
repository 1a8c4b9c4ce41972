"""Counting a service's cases by SQL: METHOD.md A.1's selections.

Sorting cases by person takes most of the time, so the windows of one and of two years share it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
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
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.domain.counted_cases import GRACE_DAYS, OLDER_DAYS, PER_PERSON
from portal.domain.evidence import TWO_YEARS, YEAR, Share, confirmed_share, loop_share
from portal.domain.loop import AUTOMATIC, Kind
from portal.store.evidence.case_shares import CaseShares, Selection
from portal.store.evidence.hand_overs import given_away
from portal.store.evidence.known_cases import any_cases
from portal.store.evidence.ratings import raters
from portal.store.evidence.window import (
    ANY_DAY,
    ANY_SERVICE,
    Judged,
    SomeService,
    Window,
    ask,
    count_where,
)

LOOP_KINDS = frozenset(kind.value for kind in Kind) - {Kind.PRAISE.value}
ALL_KINDS = frozenset(kind.value for kind in Kind)
ANSWERABLE = frozenset({Kind.PROBLEM.value, Kind.IDEA.value})
_USED = (
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


def placed_cases(
    cases: FromClause, service_id: SomeService, as_of: Judged, also: Sequence[str] = ()
) -> CTE:
    """Each case's place among those of its person, and how many of them are *older* than the year.

    A window counts three of a person, by their order of arrival. Those that came more than 90 days
    before it are older: they count beside these. Those that are older than two years are left
    out, unless they were told, or promised something, within them. `also` names further columns.
    """
    row, window = cases.c, Window(as_of, TWO_YEARS)
    is_older = row.received_on <= window.ago(TWO_YEARS + OLDER_DAYS)
    is_older_than_year = row.received_on <= window.ago(YEAR + OLDER_DAYS)
    of_person = (row.person_key, is_older)
    arrival = (row.received_on, row.submission_id)
    place = func.row_number().over(partition_by=of_person, order_by=arrival)
    older_before = func.sum(case((is_older_than_year, 1), else_=0)).over(
        partition_by=of_person, order_by=arrival
    )
    matters = or_(
        row.received_on > window.ago(TWO_YEARS + OLDER_DAYS),
        row.told_on > window.ago(TWO_YEARS),
        row.due_on > window.ago(TWO_YEARS + GRACE_DAYS),
    )
    return (
        select(
            *(row[name] for name in (*_USED, *also)),
            is_older.label("is_older"),
            is_older_than_year.label("is_older_than_year"),
            place.label("place"),
            older_before.label("older_before"),
        )
        .where(
            row.service_id == service_id,
            row.excluded.is_(None),
            row.received_on <= window.ago(0),
            matters,
        )
        .cte("placed_case")
    )


def is_counted(placed: FromClause, days: int) -> ColumnElement[bool]:
    """Whether a case of `placed_cases` counts in the window of one or of two years."""
    row = placed.c
    if days == TWO_YEARS:
        return or_(row.is_older, row.place <= PER_PERSON)
    return or_(row.is_older_than_year, row.place - row.older_before <= PER_PERSON)


def kinds_of(metric: str) -> frozenset[str]:
    """The kinds of case that a metric looks at."""
    return {"ack": ALL_KINDS, "kept": ALL_KINDS, "action": ANSWERABLE}.get(metric, LOOP_KINDS)


def count_cases(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> CaseCounts:
    """All shares of the window of so many days, and those of two years that groups are compared by.

    The database gives as many rows as there are groups, however many cases. Grouping by what
    decides whether a case counts is quicker than asking it again for every count.
    """
    rows = ask(session, _case_counts, service_id, as_of, days, is_past).mappings().all()
    return CaseCounts(rows, days)


def _case_counts(days: int, is_past: bool) -> Select[Any]:
    window = Window(ANY_DAY, days)
    placed = placed_cases(any_cases(is_past), ANY_SERVICE, ANY_DAY)
    row = placed.c
    counts = {
        **CaseShares(placed, window).all(),
        **CaseShares(placed, Window(window.as_of, TWO_YEARS)).told_within("parity_"),
    }
    groups = (
        row.lang,
        row.district,
        row.kind,
        is_counted(placed, YEAR).label("in_365"),
        is_counted(placed, TWO_YEARS).label("in_730"),
    )
    columns = (value.label(name) for name, value in counts.items())
    return select(*groups, *columns).group_by(*groups)


def count_other_people(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> dict[str, int]:
    """People by the language of their first case that counts, those with ratings left out.

    Both are put together and grouped by person: databases that know too little of the tables
    would choose quadratic ways of joining them.
    """
    return {
        row.lang: row.people
        for row in ask(session, _other_people, service_id, as_of, days, is_past)
    }


def _other_people(days: int, is_past: bool) -> Select[Any]:
    row, window = any_cases(is_past).c, Window(ANY_DAY, days)
    of_person, arrival = row.person_key, (row.received_on, row.submission_id)
    placed = (
        select(
            of_person,
            row.lang,
            row.received_on,
            func.row_number().over(partition_by=of_person, order_by=arrival).label("place"),
            func.lag(row.received_on)
            .over(partition_by=of_person, order_by=arrival)
            .label("before"),
        )
        .where(
            row.service_id == ANY_SERVICE,
            row.excluded.is_(None),
            window.within(row.received_on, window.days + OLDER_DAYS),
        )
        .subquery("placed_case")
    )
    sender = select(placed.c.person_key, placed.c.lang, literal(0)).where(
        placed.c.place <= PER_PERSON,
        window.within(placed.c.received_on),
        or_(placed.c.before.is_(None), placed.c.before <= window.ago(window.days)),
    )
    rater = raters(ANY_SERVICE, window).add_columns(
        null().label("lang"), literal(1).label("is_rater")
    )
    contact = union_all(sender, rater).subquery("contact")
    person = (
        select(func.max(contact.c[1]).label("lang"))
        .group_by(contact.c[0])
        .having(func.max(contact.c[2]) == 0)
        .subquery("person")
    )
    return select(person.c.lang, func.count().label("people")).group_by(person.c.lang)


def count_kept(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> tuple[int, int]:
    """(not excluded, all) of what was received in the window but for automatic exclusions.

    What was handed to another service was received here, and is set aside.
    """
    counts = ask(session, _kept, service_id, as_of, days, is_past).mappings().one()
    away: int = ask(session, _given_away, service_id, as_of, days).scalar_one()
    return counts["kept"], counts["received"] + away


def _kept(days: int, is_past: bool) -> Select[*tuple[Any, ...]]:
    cases = any_cases(is_past)
    share = kept_selection(cases, Window(ANY_DAY, days))
    counts = (count_where(share.holds).label("kept"), func.count().label("received"))
    return select(*counts).where(cases.c.service_id == ANY_SERVICE, share.cohort)


def _given_away(days: int) -> Select[*tuple[Any, ...]]:
    window = Window(ANY_DAY, days)
    cases = given_away(ANY_SERVICE, window.ago(0))
    return select(func.count()).select_from(cases).where(kept_selection(cases, window).cohort)


def kept_selection(cases: FromClause, window: Window) -> Selection:
    """`kept` as conditions: over all cases, without a limit per person."""
    row = cases.c
    is_kept = row.excluded.is_(None)
    was_decided = or_(is_kept, row.excluded != AUTOMATIC)
    return Selection(and_(window.within(row.received_on), was_decided), is_kept)


@dataclass(frozen=True)
class CaseCounts:
    """Counts of a window of `days` by language, district, kind and whether the cases count."""

    rows: Sequence[RowMapping]
    days: int

    def total(self, name: str, kinds: Collection[str] = LOOP_KINDS) -> int:
        """A count over all cases of these kinds that count in the window."""
        return sum(
            row[name] for row in self.rows if row[f"in_{self.days}"] and row["kind"] in kinds
        )

    def pair(self, metric: str, kinds: Collection[str] = LOOP_KINDS) -> tuple[int, int]:
        """(x, n) of a metric."""
        return self.total(f"{metric}_x", kinds), self.total(f"{metric}_n", kinds)

    def shares(self) -> dict[str, Share]:
        """The window's shares of the loop in METHOD.md A.4's shape, but `kept`."""
        told = self.total("told_n")
        return {
            "ack": loop_share(*self.pair("ack", ALL_KINDS), self.pair("ack_recent", ALL_KINDS)),
            "told30": loop_share(*self.pair("told30"), self.pair("told30_recent")),
            "told90": loop_share(*self.pair("told90"), self.pair("told90_recent")),
            "same_language": loop_share(self.total("same_language_x"), told),
            "confirmed": confirmed_share(*self.pair("confirmed"), told),
            "action": loop_share(*self.pair("action", ANSWERABLE)),
            "promises": loop_share(*self.pair("promises")),
            "invited": loop_share(self.total("invited_x"), told),
        }

    def parity(self, metric: str, column: str) -> dict[str, list[int]]:
        """{group: [x, n]} of a metric over two years; without the attribute is in no group."""
        groups: dict[str, list[int]] = {}
        for row in self.rows:
            name: str | None = row[column]
            x, n = row[f"parity_{metric}_x"], row[f"parity_{metric}_n"]
            if row["in_730"] and row["kind"] in LOOP_KINDS and name is not None and n:
                so_far = groups.setdefault(name, [0, 0])
                so_far[0] += x
                so_far[1] += n
        return dict(sorted(groups.items()))
