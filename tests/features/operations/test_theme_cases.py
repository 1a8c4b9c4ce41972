"""Cases leave a theme by what somebody did, or `portal check` says that they are missing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from portal.models.running import AuditEvent
from portal.respond.act import Act
from portal.respond.operations.cases import group_cases
from portal.respond.operations.hand_overs import hand_over
from portal.respond.operations.merging import merge_themes
from portal.respond.operations.themes import take_out
from portal.respond.operations.undoing import undo
from portal.store.engine import Store
from tests.support.answers import NOW, TODAY, Office, send
from tests.support.city import City
from tests.support.soundness import find_problems

LATER = NOW + timedelta(days=1)


class Desk(Office):
    """Staff who put a case into a theme and take it out again."""

    def __init__(self, store: Store, city: City) -> None:
        super().__init__(store, city)
        self.case = send(store, city.potholes, comment="It is high.")
        self.theme = self.group([self.case])

    def do(self, operation: Any, now: datetime = NOW, **values: Any) -> Any:
        return self.store.write(operation, now=now, scope=self.staff, **values)

    def take_out(self) -> None:
        self.do(take_out, submission_id=self.case, theme_id=self.theme)

    def put_in_again(self) -> None:
        self.store.write(
            group_cases, Act(self.staff, LATER, LATER.date()), case_ids=[self.case],
            theme_id=self.theme, name="", lang="en",
        )  # fmt: skip

    def merge_and_undo(self) -> None:
        other = self.group([send(self.store, self.city.potholes, comment="A hole.")])
        self.do(merge_themes, today=TODAY, theme_id=self.theme, into_id=other)
        with self.store.read() as session:
            merged = session.scalars(select(func.max(AuditEvent.id))).one()
        self.do(undo, today=TODAY, event_id=merged)

    def tamper(self, statement: str) -> list[str]:
        values = {"case": self.case, "theme": self.theme}
        self.store.write(lambda session: session.execute(text(statement), values))
        return find_problems(self.store)


GONE = "DELETE FROM theme_case WHERE submission_id = :case AND theme_id = :theme"
BACK = (
    "INSERT INTO theme_case (submission_id, theme_id, added_at)"
    " VALUES (:case, :theme, '2026-11-20 12:00:00+00:00')"
)


@pytest.fixture
def desk(store: Store, city: City) -> Desk:
    return Desk(store, city)


def test_whoever_is_taken_out_is_not_missing(desk: Desk) -> None:
    desk.take_out()
    assert find_problems(desk.store) == []


def test_what_was_put_in_again_is_missing_where_nobody_took_it_out(desk: Desk) -> None:
    desk.take_out()
    desk.put_in_again()
    assert find_problems(desk.store) == []
    assert desk.tamper(GONE) == [_missing(desk)]


def test_what_went_back_to_its_theme_is_missing_where_nobody_took_it_out(desk: Desk) -> None:
    desk.merge_and_undo()
    assert find_problems(desk.store) == []
    assert desk.tamper(GONE) == [_missing(desk)]


def test_whoever_is_handed_over_has_left_its_themes(desk: Desk, city: City) -> None:
    desk.store.write(
        hand_over, act=Act(desk.staff, NOW, TODAY), submission_id=desk.case, slug="street-lights"
    )
    assert find_problems(desk.store) == []
    assert f"case {desk.case}: no event says that it belongs to theme {desk.theme}" in desk.tamper(
        BACK
    )


def _missing(desk: Desk) -> str:
    return f"case {desk.case}: nobody took it out of theme {desk.theme}, where it is no more"
