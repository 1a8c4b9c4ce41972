"""The city's own target at the desk: beside the level's clock, and nowhere where there is none."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.models.loops import LoopRow
from portal.respond.rules import Promise
from portal.store.engine import Store
from portal.store.targets import add_holidays, add_target
from tests.support.answers import TODAY as OFFICE_DAY
from tests.support.answers import Office, send
from tests.support.city import City
from tests.support.client import Page
from tests.support.desk import Desk
from tests.support.moment import this_day, this_moment

DAYS = timedelta(days=1)
LINE = re.compile(r"Own target(?:: today|: \d+ days? left| passed \d+ days? ago)")
LATE, SOON, NEW, OLD = "Late hole", "Soon hole", "New hole", "Old hole"


@pytest.fixture
def cases(store: Store, desk_city: City) -> dict[str, int]:
    """Three cases under a target of ten working days, and one from before there was one."""
    holes = desk_city.potholes
    old = send(store, holes, this_moment() - 28 * DAYS, comment=OLD)
    store.write(
        add_target, service_id=None, working_days=10, person_id=None,
        from_on=this_day() - 25 * DAYS, today=this_day() - 25 * DAYS, now=this_moment(),
    )  # fmt: skip
    return {
        OLD: old,
        LATE: send(store, holes, this_moment() - 21 * DAYS, comment=LATE),
        SOON: send(store, holes, this_moment() - 7 * DAYS, comment=SOON),
        NEW: send(store, holes, this_moment(), comment=NEW),
    }


def shown(page: Page) -> list[str]:
    text = page.text
    return sorted((one for one in (LATE, SOON, NEW, OLD) if one in text), key=text.index)


def test_without_a_target_nothing_speaks_of_it(app: Flask, store: Store, desk_city: City) -> None:
    send(store, desk_city.potholes, comment=NEW)
    page = Desk(app).get("")
    assert "own target" not in page.words().lower()
    assert 'value="target"' not in page.text


def test_each_line_has_both_clocks_and_the_levels_keeps_the_order(
    app: Flask, store: Store, cases: dict[str, int]
) -> None:
    page = Desk(app).get("")
    assert shown(page) == [OLD, LATE, SOON, NEW]
    words = page.words()
    for name in (LATE, SOON, NEW):
        assert in_words(store, app, cases[name]) in words, name
    assert len(LINE.findall(words)) == 3, "what came before has none"


def in_words(store: Store, app: Flask, case: int) -> str:
    with store.read() as session:
        target_on = session.get_one(LoopRow, case).target_on
    assert target_on is not None
    left = (target_on - app.extensions["portal"].clock.today()).days
    days = "day" if abs(left) == 1 else "days"
    if left < 0:
        return f"Own target passed {-left} {days} ago"
    return f"Own target: {left} {days} left" if left else "Own target: today"


def test_the_list_is_narrowed_to_what_is_past_it_and_may_stand_in_its_order(
    app: Flask, cases: dict[str, int], store: Store
) -> None:
    desk = Desk(app)
    assert shown(desk.get("?flag=target")) == [LATE]
    assert "Own target passed" in desk.get("?flag=target").words()
    day = this_day()
    store.write(_move_target, cases[LATE], day - 9 * DAYS, received_on=day - 40 * DAYS)
    assert not LINE.search(desk.get("?flag=target").words()), "the 30 days are over: enough is said"
    assert shown(desk.get("?sort=target")) == [LATE, SOON, NEW, OLD]
    store.write(_set_state, cases[LATE], "reopened", disputed_on=this_day())
    assert shown(desk.get("?flag=target")) == [], "it was about the first answer"
    store.write(_set_state, cases[SOON], "told", told_on=this_day(), told_lang="en")
    words = desk.get("?place=all").words()
    assert len(LINE.findall(words)) == 1, "only of who still waits for a first answer"


def _move_target(session: Session, /, case: int, target_on: date, **values: object) -> None:
    row = update(LoopRow).where(LoopRow.submission_id == case)
    session.execute(row.values(target_on=target_on, **values))


def _set_state(session: Session, /, case: int, state: str, **values: object) -> None:
    row = update(LoopRow).where(LoopRow.submission_id == case)
    session.execute(row.values(state=state, **values))


def test_the_page_of_a_case_names_the_day(app: Flask, store: Store, cases: dict[str, int]) -> None:
    desk = Desk(app)
    words = desk.get(f"cases/{cases[NEW]}/").words()
    assert f"{in_words(store, app, cases[NEW])} (" in words
    assert not LINE.search(desk.get(f"cases/{cases[OLD]}/").words())


@pytest.mark.parametrize(
    ("day", "is_told"), [(date(2026, 12, 25), True), (OFFICE_DAY + DAYS, False)]
)
def test_a_promise_for_a_holiday_is_questioned_and_not_refused(
    app: Flask, store: Store, desk_city: City, office: Office, day: date, is_told: bool
) -> None:
    store.write(add_holidays, {date(2026, 12, 25): "Christmas Day"})
    theme = office.group([send(store, desk_city.potholes)])
    draft = office.draft(theme, promise=Promise(Outcome.PLANNED, day))
    words = Desk(app).get(f"responses/{draft}/").words()
    assert ("is a holiday" in words and "Christmas Day" in words) is is_told
    office.review(draft)
    office.publish(draft)
