"""What administrators decide about levels: when they become public, and stricter thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.criteria import CRITERIA, DEFAULTS, NUMBERS, Thresholds
from portal.domain.typed_texts import TextsMoved, require_seen
from portal.models.appraisals import ThresholdChange
from portal.store import audit
from portal.store.calibrations import ask_anew
from portal.store.content import lock_content
from portal.store.publicity import get_chosen_day, go_public_from, stay_in_shadow
from portal.store.thresholds import change_thresholds, get_thresholds, list_threshold_changes


class LaterChangeError(ValueError):
    """A change that begins later is decided already; `from_on` is its day."""

    def __init__(self, from_on: date) -> None:
        """`from_on`: the first day on which a new change may begin."""
        super().__init__(f"a change from {from_on} is decided already")
        self.from_on = from_on


def choose_day(
    session: Session,
    *,
    day: date,
    person_id: int,
    today: date,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Choose the day from which levels are public. Raises ValueError where they already are.

    `seen` is the day that was chosen when the page was read, "" for none. Raises TextsMoved where
    somebody else has chosen another one.
    """
    lock_content(session)
    chosen = get_chosen_day(session)
    require_seen(chosen.isoformat() if chosen else "", seen=seen, typed=day.isoformat())
    go_public_from(session, day, today)
    audit.record(
        session, at=now, person_id=person_id, action="chose the day for levels",
        subject="setting", day=day.isoformat(),
    )  # fmt: skip


def take_day_back(
    session: Session, *, person_id: int, now: datetime, seen: str | None = None
) -> None:
    """Stay in shadow. Raises ValueError where levels are public.

    `seen` and TextsMoved: as in `choose_day`.
    """
    lock_content(session)
    chosen = get_chosen_day(session)
    require_seen(chosen.isoformat() if chosen else "", seen=seen, typed="")
    stay_in_shadow(session)
    audit.record(
        session, at=now, person_id=person_id, action="took the day for levels back",
        subject="setting",
    )  # fmt: skip


def ask_report_anew(session: Session, *, person_id: int, now: datetime) -> bool:
    """Ask for a fresh calibration report; False while one is being made."""
    is_asked = ask_anew(session)
    if is_asked:
        audit.record(
            session, at=now, person_id=person_id, action="asked for a fresh report",
            subject="calibration",
        )  # fmt: skip
    return is_asked


def change_threshold(
    session: Session,
    *,
    criterion_id: str,
    number: str,
    value: float,
    from_on: date,
    reason: str,
    person_id: int,
    today: date,
    now: datetime,
    seen: str | None = None,
) -> ThresholdChange:
    """Change one number of one criterion from a day on, leaving the others as they are then.

    `seen` is how many changes there were when the page was read. Raises TextsMoved where there are
    more by now, LaterChangeError where a later change would undo it, else ValueError as
    `store.thresholds.change_thresholds` does.
    """
    lock_content(session)
    changes = list_threshold_changes(session)
    if seen is not None and seen != str(len(changes)):
        sent = (person_id, from_on, reason.strip())
        return _require_sent_twice(changes, sent, criterion_id, number, value)
    if changes and changes[0].from_on > from_on:
        raise LaterChangeError(changes[0].from_on)
    before = get_thresholds(session, from_on)
    raised = with_number(before, criterion_id, number, value)
    change = change_thresholds(
        session, raised=raised, from_on=from_on, reason=reason, person_id=person_id, today=today,
        now=now,
    )  # fmt: skip
    audit.record(
        session, at=now, person_id=person_id, action="changed a threshold",
        subject="threshold_change", subject_id=change.id, criterion=criterion_id, number=number,
        before=number_of(before, criterion_id, number), after=value, from_on=from_on.isoformat(),
    )  # fmt: skip
    return change


def _require_sent_twice(
    changes: Sequence[ThresholdChange],
    sent: tuple[int, date, str],
    criterion_id: str,
    number: str,
    value: float,
) -> ThresholdChange:
    """What was decided last, where it is what the same person sends again. Raises TextsMoved."""
    newest = max(changes, key=lambda one: one.id, default=None)
    if newest is None or (newest.person_id, newest.from_on, newest.reason) != sent:
        raise TextsMoved
    if number_of(Thresholds(newest.raised), criterion_id, number) != value:
        raise TextsMoved
    return newest


def with_number(
    thresholds: Thresholds, criterion_id: str, number: str, value: float
) -> dict[str, dict[str, Any]]:
    """All that differs from the defaults once this number is `value`; the default differs not."""
    raised = {key: dict(numbers) for key, numbers in thresholds.raised.items()}
    numbers = raised.setdefault(criterion_id, {})
    numbers[number] = value
    if value == number_of(DEFAULTS, criterion_id, number):
        del numbers[number]
    if not numbers:
        del raised[criterion_id]
    return raised


def number_of(thresholds: Thresholds, criterion_id: str, number: str) -> float | None:
    """A number of a criterion; None where it has none."""
    for criterion in thresholds.criteria():
        if criterion.id == criterion_id and number in NUMBERS:
            value: float | None = getattr(criterion, number)
            return value
    return None


def list_numbers() -> list[tuple[str, str]]:
    """(criterion, number) of everything that can be raised, in the method's order."""
    return [
        (criterion.id, number)
        for criterion in CRITERIA
        for number in NUMBERS
        if getattr(criterion, number) is not None
    ]
