"""METHOD.md A.1's shares of the loop as conditions and counts in SQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, case, not_, or_

from portal.assess.window import Window, count_where
from portal.domain.counted_cases import ACK_DAYS, GRACE_DAYS
from portal.domain.evidence import RECENT
from portal.domain.loop import PROMISES, RETELL_DAYS, Outcome, Verdict
from portal.models.base import days_between

REPLIES = (Verdict.YES, Verdict.PARTLY, Verdict.NO)  # "again" asks to look again: no reply

Condition = ColumnElement[bool]
Counts = dict[str, ColumnElement[int]]


@dataclass(frozen=True)
class CaseShares:
    """Counts over `cases` (rows with the projection's facts) for one window.

    They look at no kind: whoever groups them by kind knows where praise does not count.
    """

    cases: FromClause
    window: Window

    def told_within(self, prefix: str = "") -> Counts:
        """`told30` and `told90`, which groups are compared by."""
        return {
            **self._shares(f"{prefix}told30", 30, self._is_told_within(30)),
            **self._shares(f"{prefix}told90", 90, self._is_told_within(90)),
        }

    def all(self) -> Counts:
        """Every count, named `<metric>_x`, `<metric>_n`, `<metric>_recent_x`, …"""
        return {
            **self.told_within(),
            **self._shares("ack", ACK_DAYS, self._is_acknowledged()),
            **self._of_actions(),
            **self._of_told(),
            **self._of_promises(),
        }

    def _shares(self, metric: str, lag: int, holds: Condition) -> Counts:
        """A share of the cohort with this lag, and of the last 90 days of it."""
        cohort = self.window.within(self.cases.c.received_on, lag=lag)
        recent = self.window.within(self.cases.c.received_on, RECENT, lag)
        return {
            f"{metric}_x": count_where(cohort, holds),
            f"{metric}_n": count_where(cohort),
            f"{metric}_recent_x": count_where(recent, holds),
            f"{metric}_recent_n": count_where(recent),
        }

    def _of_actions(self) -> Counts:
        row = self.cases.c
        reached_30 = self.window.within(row.received_on, lag=30)
        is_live_promise = and_(row.outcome.in_(sorted(PROMISES)), row.due_on >= self.window.as_of)
        is_acted_on = and_(
            self._did_not_say_no(), or_(row.outcome == Outcome.DONE, is_live_promise)
        )
        return {
            "action_x": count_where(reached_30, is_acted_on),
            "action_n": count_where(reached_30),
        }

    def _of_told(self) -> Counts:
        row = self.cases.c
        is_told = self.window.within(row.told_on)
        return {
            "told_n": count_where(is_told),
            "same_language_x": count_where(is_told, row.told_lang == row.lang),
            "confirmed_x": count_where(is_told, row.verdict.in_((Verdict.YES, Verdict.PARTLY))),
            "confirmed_n": count_where(is_told, row.verdict.in_(REPLIES)),
            "invited_x": count_where(is_told, row.invited_on <= self.window.as_of),
        }

    def _of_promises(self) -> Counts:
        row = self.cases.c
        is_due = self.window.within(row.due_on, lag=GRACE_DAYS)
        is_kept = and_(
            self._did_not_say_no(),
            row.done_on <= self.window.as_of,
            days_between(row.done_on, row.due_on) <= GRACE_DAYS,
        )
        return {"promises_x": count_where(is_due, is_kept), "promises_n": count_where(is_due)}

    def _is_acknowledged(self) -> Condition:
        waited = days_between(self.cases.c.acknowledged_on, self.cases.c.received_on)
        return waited.between(0, ACK_DAYS)

    def _is_told_within(self, days: int) -> Condition:
        """Told in time, and not undone by a dispute that was left unanswered for 30 days."""
        row = self.cases.c
        is_undone = case(
            (row.disputed_on.is_(None), False),
            (row.disputed_on >= self.window.ago(RETELL_DAYS), False),
            (days_between(row.retold_on, row.disputed_on).between(0, RETELL_DAYS), False),
            else_=True,
        )
        return and_(days_between(row.told_on, row.received_on).between(0, days), not_(is_undone))

    def _did_not_say_no(self) -> Condition:
        verdict = self.cases.c.verdict
        return or_(verdict.is_(None), verdict != Verdict.NO)
