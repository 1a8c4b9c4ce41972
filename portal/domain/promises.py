"""Promises: an answer that names a day, and whether what it promised was done by then.

A promise keeps its first day, as in the loop (domain.loop): a later answer may keep it, not move
it. METHOD.md 3.2 (L3.6) counts what was done up to 14 days after the day as kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from portal.domain.loop import PROMISES, Outcome

GRACE = timedelta(days=14)  # METHOD.md 3.2, L3.6
SOON = timedelta(days=14)
REMIND_DAYS = 7


class Standing(StrEnum):
    """Where a promise stands on a day."""

    OPEN = "open"
    SOON = "soon"  # due within SOON
    OVERDUE = "overdue"  # its day has passed, and it would still count as kept
    KEPT = "kept"
    LATE = "late"  # done, but after the grace
    BROKEN = "broken"  # not done when the grace was over, or given up


OPEN_STANDINGS = frozenset({Standing.OPEN, Standing.SOON, Standing.OVERDUE, Standing.BROKEN})


@dataclass(frozen=True)
class Step:
    """A published answer of a story: what it says comes of it."""

    outcome: Outcome
    due_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class Story:
    """A promise with the answers that followed it, in their order."""

    due_on: date
    done_on: date | None = None  # the first day on which it is said to be done
    is_given_up: bool = False  # the last answer declines
    new_due_on: date | None = None  # a later answer names another day; the first one counts

    @property
    def last_due_on(self) -> date:
        """The day that was named last."""
        return self.new_due_on or self.due_on


def fold_story(steps: Iterable[Step]) -> Story | None:
    """The story that begins with these published answers; None where they promise nothing."""
    story: Story | None = None
    for step in steps:
        if story is None:
            if step.outcome in PROMISES and step.due_on is not None:
                story = Story(step.due_on)
            continue
        is_promise = step.outcome in PROMISES
        story = Story(
            due_on=story.due_on,
            done_on=story.done_on or (step.done_on if step.outcome is Outcome.DONE else None),
            is_given_up=step.outcome is Outcome.DECLINED,
            new_due_on=step.due_on if is_promise else story.new_due_on,
        )
    return story


def standing_of(story: Story, today: date) -> Standing:
    """Where the promise stands today."""
    if story.done_on is not None:
        return Standing.KEPT if story.done_on - story.due_on <= GRACE else Standing.LATE
    if story.is_given_up or today - story.due_on > GRACE:
        return Standing.BROKEN
    if today > story.due_on:
        return Standing.OVERDUE
    return Standing.SOON if story.due_on - today <= SOON else Standing.OPEN


class Reminder(StrEnum):
    """Why the desk is reminded of a promise."""

    BEFORE = "before"
    AFTER = "after"
    BROKEN = "broken"


class Due(NamedTuple):
    """A reminder and the day that it is about."""

    reason: Reminder
    day: date


_LASTS = {
    Reminder.BEFORE: timedelta(),
    Reminder.AFTER: GRACE,
    Reminder.BROKEN: GRACE + timedelta(days=REMIND_DAYS),
}


def is_past(due: Due, today: date) -> bool:
    """Whether it is too late to remind of it (see `reminders_of`)."""
    return today - due.day > _LASTS[due.reason]


def reminders_of(story: Story, today: date) -> list[Due]:
    """What to remind the desk of today.

    Work is done by the day that was named last; what counts is the first one. Each reminder holds
    for a week or more: a worker that stood still says it late rather than never.
    """
    if story.done_on is not None or story.is_given_up:
        return []
    found = []
    days = (today - story.last_due_on).days
    if -REMIND_DAYS <= days <= 0:
        found.append(Due(Reminder.BEFORE, story.last_due_on))
    elif 0 < days <= GRACE.days:
        found.append(Due(Reminder.AFTER, story.last_due_on))
    if GRACE.days < (today - story.due_on).days <= GRACE.days + REMIND_DAYS:
        found.append(Due(Reminder.BROKEN, story.due_on))
    return found
