"""Promises: the first day counts, whatever is said later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.loop import Outcome
from portal.domain.promises import (
    GRACE,
    OPEN_STANDINGS,
    Due,
    Reminder,
    Standing,
    Step,
    Story,
    fold_story,
    is_past,
    reminders_of,
    standing_of,
)

DUE = date(2026, 6, 1)
PROMISE = Step(Outcome.PLANNED, due_on=DUE)


def on(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-60, Standing.OPEN),
        (-14, Standing.SOON),
        (0, Standing.SOON),
        (1, Standing.OVERDUE),
        (14, Standing.OVERDUE),
        (15, Standing.BROKEN),
    ],
)
def test_an_open_promise_comes_due_and_then_breaks(days: int, expected: Standing) -> None:
    assert standing_of(Story(DUE), on(days)) is expected


@pytest.mark.parametrize(("days", "expected"), [(14, Standing.KEPT), (15, Standing.LATE)])
def test_done_within_the_grace_is_kept(days: int, expected: Standing) -> None:
    story = fold_story([PROMISE, Step(Outcome.DONE, done_on=on(days))])
    assert story is not None
    assert standing_of(story, on(400)) is expected


def test_a_new_day_does_not_move_the_first_one() -> None:
    story = fold_story([PROMISE, Step(Outcome.IN_PROGRESS, due_on=on(90))])
    assert story == Story(DUE, new_due_on=on(90))
    assert standing_of(story, on(20)) is Standing.BROKEN


def test_a_promise_that_is_given_up_is_broken_at_once() -> None:
    story = fold_story([PROMISE, Step(Outcome.DECLINED)])
    assert story is not None
    assert standing_of(story, on(-20)) is Standing.BROKEN
    assert reminders_of(story, on(-5)) == []


def test_answers_that_promise_nothing_are_no_story() -> None:
    assert fold_story([Step(Outcome.ANSWERED), Step(Outcome.DONE, done_on=DUE)]) is None


@given(st.integers(-60, 60), st.none() | st.integers(-60, 60))
def test_only_what_is_not_done_is_open_or_reminded_of(days: int, done: int | None) -> None:
    story = Story(DUE, done_on=None if done is None else on(done))
    is_open = standing_of(story, on(days)) in OPEN_STANDINGS
    assert is_open == (done is None)
    assert is_open or reminders_of(story, on(days)) == []


@given(st.integers(-7, GRACE.days + 7))
def test_there_is_a_reminder_on_every_day_around_the_due_day(days: int) -> None:
    reason = Reminder.BEFORE if days <= 0 else Reminder.AFTER if days <= 14 else Reminder.BROKEN
    assert reminders_of(Story(DUE), on(days)) == [Due(reason, DUE)]


@given(st.integers(-7, 60), st.sampled_from(Reminder))
def test_a_reminder_is_past_once_no_day_will_ask_for_it(days: int, reason: Reminder) -> None:
    due = Due(reason, DUE)
    is_still_to_come = any(due in reminders_of(Story(DUE), on(day)) for day in range(days, 61))
    assert is_past(due, on(days)) is not is_still_to_come


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-3, []),
        (3, []),
        (15, [Due(Reminder.BROKEN, DUE)]),
        (21, [Due(Reminder.BEFORE, on(28)), Due(Reminder.BROKEN, DUE)]),
        (28, [Due(Reminder.BEFORE, on(28))]),
        (29, [Due(Reminder.AFTER, on(28))]),
        (42, [Due(Reminder.AFTER, on(28))]),
        (43, []),
    ],
)
def test_work_is_reminded_of_by_the_new_day_and_counts_by_the_first(
    days: int, expected: list[Due]
) -> None:
    assert reminders_of(Story(DUE, new_due_on=on(28)), on(days)) == expected
