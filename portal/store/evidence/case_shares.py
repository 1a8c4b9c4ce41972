"""METHOD.md A.1's shares of the loop as conditions and counts in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, not_, or_

from portal.domain.counted_cases import ACK_DAYS, GRACE_DAYS
from portal.domain.evidence import RECENT
from portal.domain.loop import PROMISES, RETELL_DAYS, Outcome, Verdict
from portal.models.base import days_between
from portal.store.evidence.window import SomeDay, Window, count_where

REPLIES = (Verdict.YES, Verdict.PARTLY, Verdict.NO)  # "again" asks to look again: no reply

Condition = ColumnElement[bool]
Counts = dict[str, ColumnElement[int]]


@dataclass(frozen=True)
class Selection:
    """A share of METHOD.md A.1 as conditions: which cases are in it, and which of them are x."""

    cohort: Condition
    holds: Condition


@dataclass(frozen=True)
class CaseShares:
    """Shares over `cases` (rows with the projection's facts) for one window.

    They look at no kind: whoever groups them by kind knows where praise does not count.
    """

    cases: FromClause
    window: Window

    def told_within(self, prefix: str = "") -> Counts:
        """`told30` and `told90`, which groups are compared by."""
        return {
            **self._with_recent("told30", 30, prefix),
            **self._with_recent("told90", 90, prefix),
        }

    def all(self) -> Counts:
        """Every count, named `<metric>_x`, `<metric>_n`, `<metric>_recent_x`, …"""
        told = {"told_n": count_where(self._is_told())}
        counts = {**self.told_within(), **self._with_recent("ack", ACK_DAYS), **told}
        for metric in ("action", "same_language", "confirmed", "invited", "promises"):
            counts |= _counts(metric, self.selection(metric))
        return counts

    def selection(self, metric: str) -> Selection:
        """The conditions of one metric of A.1, but `kept`. Raises KeyError for any other."""
        row = self.cases.c
        holds = {
            "ack": self._is_acknowledged,
            "told30": lambda: self._is_told_within(30),
            "told90": lambda: self._is_told_within(90),
            "action": self._is_acted_on,
            "same_language": lambda: row.told_lang == row.lang,
            "confirmed": lambda: row.verdict.in_((Verdict.YES, Verdict.PARTLY)),
            "invited": lambda: row.invited_on <= self.window.ago(0),
            "promises": self._is_promise_kept,
        }
        return Selection(self._cohort(metric), holds[metric]())

    def _cohort(self, metric: str) -> Condition:
        row = self.cases.c
        match metric:
            case "promises":
                return self.window.within(row.due_on, lag=GRACE_DAYS)
            case "confirmed":
                return and_(self._is_told(), row.verdict.in_(REPLIES))
            case "same_language" | "invited":
                return self._is_told()
            case _:
                lag = {"ack": ACK_DAYS, "told90": 90}.get(metric, 30)
                return self.window.within(row.received_on, lag=lag)

    def _with_recent(self, metric: str, lag: int, prefix: str = "") -> Counts:
        """A share of the cohort with this lag, and of the last 90 days of it."""
        share = self.selection(metric)
        recent = self.window.within(self.cases.c.received_on, RECENT, lag)
        return {
            **_counts(f"{prefix}{metric}", share),
            **_counts(f"{prefix}{metric}_recent", Selection(recent, share.holds)),
        }

    def _is_told(self) -> Condition:
        return self.window.within(self.cases.c.told_on)

    def _is_acted_on(self) -> Condition:
        row = self.cases.c
        is_live_promise = and_(row.outcome.in_(sorted(PROMISES)), row.due_on >= self.window.ago(0))
        return and_(self._did_not_say_no(), or_(row.outcome == Outcome.DONE, is_live_promise))

    def _is_promise_kept(self) -> Condition:
        row = self.cases.c
        return and_(
            self._did_not_say_no(),
            row.done_on <= self.window.ago(0),
            days_between(row.done_on, row.due_on) <= GRACE_DAYS,
        )

    def _is_acknowledged(self) -> Condition:
        waited = days_between(self.cases.c.acknowledged_on, self.cases.c.received_on)
        return waited.between(0, ACK_DAYS)

    def _is_told_within(self, days: int) -> Condition:
        return is_told_within(self.cases.c, days, self.window.ago(RETELL_DAYS))

    def _did_not_say_no(self) -> Condition:
        verdict = self.cases.c.verdict
        return or_(verdict.is_(None), verdict != Verdict.NO)


def is_told_within(row: Any, days: int, may_be_retold: SomeDay) -> Condition:
    """Told in time, and not undone by a dispute that was left unanswered for 30 days.

    `row` has the projection's columns. From the day `may_be_retold` on there is still time.
    """
    is_undone = case(
        (row.disputed_on.is_(None), False),
        (row.disputed_on >= may_be_retold, False),
        (days_between(row.retold_on, row.disputed_on).between(0, RETELL_DAYS), False),
        else_=True,
    )
    return and_(days_between(row.told_on, row.received_on).between(0, days), not_(is_undone))


def _counts(name: str, share: Selection) -> Counts:
    return {
        f"{name}_x": count_where(share.cohort, share.holds),
        f"{name}_n": count_where(share.cohort),
    }
