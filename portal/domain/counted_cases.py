"""The cases that count in a window, and what is asked of each: METHOD.md A.1's selections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.evidence import RECENT, Share, loop_share
from portal.domain.loop import PROMISES, RETELL_DAYS, Kind, Outcome, Verdict
from portal.domain.raw_records import RawSubmission, age, arrival

ACK_DAYS = 7
GRACE_DAYS = 14
OLDER_DAYS = 90
"""Cases that arrived this long before the window can still be told in it."""
PER_PERSON = 3

Test = Callable[[RawSubmission], bool]


@dataclass(frozen=True)
class CountedCases:
    """The cases that count in a window, METHOD.md A.1's selections."""

    as_of: date
    window: int
    counted: Sequence[RawSubmission]
    loop: Sequence[RawSubmission]
    loop_all: Sequence[RawSubmission]

    @classmethod
    def select(cls, submissions: Iterable[RawSubmission], as_of: date, window: int) -> CountedCases:
        older: list[RawSubmission] = []
        counted: list[RawSubmission] = []
        used: dict[str, int] = defaultdict(int)
        for case in sorted(submissions, key=lambda case: arrival(case.received_at, case.id)):
            days = age(case.received_at, as_of)
            if case.excluded or days < 0:
                continue
            if days >= window + OLDER_DAYS:
                older.append(case)
            elif used[case.person_key] < PER_PERSON:
                used[case.person_key] += 1
                counted.append(case)
        loop = [case for case in counted if case.kind != Kind.PRAISE]
        loop_all = [case for case in older if case.kind != Kind.PRAISE] + loop
        return cls(as_of, window, counted, loop, loop_all)

    @property
    def told(self) -> list[RawSubmission]:
        """Loops told in the window, also where a dispute has undone it since."""
        return [case for case in self.loop_all if self._is_in_window(case.told_at)]

    def cohort(
        self, cases: Iterable[RawSubmission], lag: int, span: int | None = None
    ) -> list[RawSubmission]:
        """Those that arrived in the span before the lag: all had the same time to be answered."""
        days = range(lag, lag + (self.window if span is None else span))
        return [case for case in cases if age(case.received_at, self.as_of) in days]

    def promised(self) -> list[RawSubmission]:
        """Loops whose promise, with its days of grace, fell due in the window."""
        days = range(GRACE_DAYS, self.window + GRACE_DAYS)
        return [
            case
            for case in self.loop_all
            if case.due_at is not None and age(case.due_at, self.as_of) in days
        ]

    def share_with_recent(self, cases: Sequence[RawSubmission], lag: int, holds: Test) -> Share:
        recent = self.cohort(cases, lag, RECENT)
        cohort = self.cohort(cases, lag)
        return loop_share(
            sum(map(holds, cohort)), len(cohort), (sum(map(holds, recent)), len(recent))
        )

    def is_acknowledged(self, case: RawSubmission) -> bool:
        return 0 <= self._days_after(case.acknowledged_at, case.received_at) <= ACK_DAYS

    def is_told_within(self, days: int) -> Test:
        def is_told(case: RawSubmission) -> bool:
            waited = self._days_after(case.told_at, case.received_at)
            return 0 <= waited <= days and not self._is_undone(case)

        return is_told

    def is_acted_on(self, case: RawSubmission) -> bool:
        if case.confirm == Verdict.NO:
            return False
        is_live = case.due_at is not None and case.due_at >= self.as_of
        return case.outcome == Outcome.DONE or (case.outcome in PROMISES and is_live)

    def is_promise_kept(self, case: RawSubmission) -> bool:
        if case.confirm == Verdict.NO or case.due_at is None or not self._is_known(case.done_at):
            return False
        return age(case.due_at, case.done_at or self.as_of) <= GRACE_DAYS

    def is_invited(self, case: RawSubmission) -> bool:
        return self._is_known(case.invited_at)

    def _is_undone(self, case: RawSubmission) -> bool:
        """A dispute older than 30 days that was not answered within 30 days undoes told."""
        if case.disputed_at is None or age(case.disputed_at, self.as_of) <= RETELL_DAYS:
            return False
        return not 0 <= self._days_after(case.retold_at, case.disputed_at) <= RETELL_DAYS

    def _is_known(self, day: date | None) -> bool:
        return day is not None and day <= self.as_of

    def _is_in_window(self, day: date | None) -> bool:
        return day is not None and 0 <= age(day, self.as_of) < self.window

    def _days_after(self, day: date | None, start: date) -> int:
        """Days from start to a day that is known; −1, which is never in time, otherwise."""
        return age(start, day) if day is not None and self._is_known(day) else -1
