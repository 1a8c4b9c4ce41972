"""Thresholds that a city makes stricter: from a day on, with a reason, never laxer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.models.appraisals import ThresholdChange
from portal.models.running import AuditEvent
from portal.store.engine import Store
from portal.store.thresholds import get_thresholds
from tests.features.admin.conftest import Visitor
from tests.support.client import response_page
from tests.support.moment import this_day

DAY = this_day() + timedelta(30)


def change(admin: Visitor, status: int = 303, **data: Any) -> str:
    """Send the form; returns the words of the page that comes back."""
    filled = {"from_on": DAY.isoformat(), "reason": "The council wants more."} | data
    admin.get("thresholds/")
    answer = admin.post("thresholds/", **filled)
    assert answer.status_code == status, answer.text
    return response_page(answer if status != 303 else admin.get("thresholds/")).words()


def stored(store: Store) -> list[tuple[date, dict[str, Any]]]:
    with store.read() as session:
        rows = session.scalars(select(ThresholdChange).order_by(ThresholdChange.id))
        return [(row.from_on, row.raised) for row in rows]


def test_a_change_holds_from_its_day_on_and_is_written_down(admin: Visitor, store: Store) -> None:
    words = change(admin, which="L3.1.tau", value="75")
    assert "Version 1" in words
    assert "75% instead of 70%" in words
    assert "The council wants more." in words
    assert "unchanged" in words  # until the day has come
    with store.read() as session:
        assert get_thresholds(session, DAY - timedelta(1)).raised == {}
        assert get_thresholds(session, DAY).raised == {"L3.1": {"tau": 0.75}}
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "changed a threshold")
        ).one()
    assert (event.detail["before"], event.detail["after"]) == (0.7, 0.75)


def test_each_change_leaves_the_others_and_the_methods_number_takes_it_back(
    admin: Visitor, store: Store
) -> None:
    change(admin, which="L3.1.tau", value="75 %")
    change(admin, which="L4.1.delta", value="12,5")
    change(admin, which="L3.8.threshold", value="6")
    words = change(admin, which="L3.1.tau", value="70")
    assert [raised for _day, raised in stored(store)] == [
        {"L3.1": {"tau": 0.75}},
        {"L3.1": {"tau": 0.75}, "L4.1": {"delta": 0.125}},
        {"L3.1": {"tau": 0.75}, "L4.1": {"delta": 0.125}, "L3.8": {"threshold": 6}},
        {"L4.1": {"delta": 0.125}, "L3.8": {"threshold": 6}},
    ]
    assert "70% instead of 75%" in words
    assert words.index("Version 4") < words.index("Version 1")


def test_what_holds_today_shows_beside_the_methods_number(admin: Visitor) -> None:
    words = change(admin, which="L2.5.rho", value="1.5", from_on=this_day().isoformat())
    assert "Version 1 of this city's thresholds is in force." in words
    assert "1.5 stricter 1.25" in words


@pytest.mark.parametrize(
    ("which", "value", "said"),
    [
        ("L3.1.tau", "65", "Enter 70% or more"),
        ("L3.1.tau", "100", "less than 100%"),
        ("L4.1.delta", "20", "Enter 15% or less"),
        ("L4.1.delta", "0", "more than 0"),
        ("L3.8.threshold", "3", "Enter 4 or more"),
        ("L3.8.threshold", "4.5", "Enter a number"),
        ("L3.1.tau", "٨٠", "Enter a number"),
        ("L3.1.tau", "-80", "Enter a number"),
        ("L3.1.tau", "", "Enter the new number"),
        ("", "80", "Choose what becomes stricter"),
        ("L9.9.tau", "80", "not one of the answers"),
    ],
)
def test_nothing_laxer_and_no_nonsense_is_kept(
    admin: Visitor, store: Store, which: str, value: str, said: str
) -> None:
    assert said in change(admin, 422, which=which, value=value)
    assert stored(store) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"from_on": "2020-01-01"}, "This day has passed"),
        ({"from_on": ""}, "Enter the day"),
        ({"from_on": "soon"}, "year-month-day"),
        ({"reason": "  "}, "Say why."),
    ],
)
def test_a_change_needs_a_day_to_come_and_a_reason(
    admin: Visitor, store: Store, data: dict[str, str], said: str
) -> None:
    assert said in change(admin, 422, which="L3.1.tau", value="75", **data)
    assert stored(store) == []


def test_a_change_cannot_begin_before_one_that_is_decided(admin: Visitor, store: Store) -> None:
    change(admin, which="L3.1.tau", value="75")
    earlier = (DAY - timedelta(5)).isoformat()
    words = change(admin, 422, which="L3.2.tau", value="85", from_on=earlier)
    assert "is decided already" in words
    assert len(stored(store)) == 1
