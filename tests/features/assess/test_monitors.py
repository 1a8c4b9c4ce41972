"""The city's monitors: counted from the answers of all services, stored once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.monitors import watch_due
from portal.assess.operations import assess_due
from portal.assess.queries_evidence import gather_evidence
from portal.assess.queries_monitors import count_people
from portal.domain.evidence_shape import FOR_INFORMATION
from portal.domain.trends import RATINGS, TOLD, make_series
from portal.manage.queries.trends import city_figures, get_city, list_figures
from portal.models.appraisals import CityFigure
from portal.models.loops import LoopRow
from portal.models.services import Service
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.monitors import do_languages_differ
from tests.support.history import NOW, add_case, add_service, add_submission

TODAY = date(2026, 11, 20)
TOMORROW = date(2026, 11, 21)


class Fixed(Clock):
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        super().__init__(ZoneInfo("America/Chicago"))
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


def figures(store: Store, day: date = TODAY) -> dict[str, Any]:
    with store.read() as session:
        row = session.get(CityFigure, day)
        assert row is not None
        return row.figures


def test_who_agrees_with_a_thing_and_its_opposite_is_counted_by_language(store: Store) -> None:
    services = [store.write(add_service), store.write(add_service)]

    def answer(session: Session, /, lang: str, count: int, agreeing: int, **values: Any) -> None:
        for number in range(count):
            both = {"q3": 4, "q4": 5, "q6": 4} if number < agreeing else {"q4": 4, "q6": 2}
            add_submission(session, services[number % 2], lang=lang, **both, **values)

    store.write(answer, "en", 60, 6)
    store.write(answer, "es", 50, 20)
    store.write(answer, "vi", 49, 49)
    store.write(answer, "es", 30, 30, is_quarantined=True)
    store.write(answer, "es", 30, 30, is_rating_excluded=True)
    long_ago = NOW - timedelta(days=365)
    store.write(answer, "es", 30, 30, received_at=long_ago)
    with store.read() as session:
        assert not do_languages_differ(session, TOMORROW)
    assert watch_due(store, Fixed()) == 1
    with store.read() as session:
        assert do_languages_differ(session, TOMORROW)
        assert not do_languages_differ(session, TODAY)  # evidence of a day never changes in it
        evidence = {day: gather_evidence(session, services[0], day) for day in (TODAY, TOMORROW)}
    assert FOR_INFORMATION not in evidence[TODAY]
    assert evidence[TOMORROW]["q3_by_language"] == {}
    assert evidence[TOMORROW][FOR_INFORMATION] == evidence[TODAY]["q3_by_language"] != {}
    found = figures(store)["agreeing"]
    assert found["languages"] == {
        "en": {"x": 6, "n": 60, "share": 0.1},
        "es": {"x": 20, "n": 50, "share": 0.4},
    }
    assert found["spread"] == 0.3
    assert found["fires"] is True


def test_a_persons_newer_answers_replace_those_of_the_last_90_days(store: Store) -> None:
    service_id = store.write(add_service)
    for days, q3 in ((200, 1), (80, 1), (10, 5)):
        at = NOW - timedelta(days=days)
        store.write(add_submission, service_id, person_key="p", received_at=at, q0=q3, q3=q3)
    store.write(add_submission, service_id, channel="phone", q0=2)
    watch_due(store, Fixed())
    modes = figures(store)["modes"]
    assert (modes["web"]["ratings"], modes["web"]["q3"]) == (2, [1, 2])
    assert (modes["other"]["ratings"], modes["other"]["q0"]) == (1, [0, 1])


def test_an_item_that_means_something_else_in_a_language_is_found(store: Store) -> None:
    service_id = store.write(add_service)

    def answer(session: Session, /, lang: str, agreeing: int) -> None:
        for number in range(120):
            q3 = 5 if number % 10 < agreeing else 1
            add_submission(session, service_id, lang=lang, q0=number // 10 % 5 + 1, q3=q3)

    store.write(answer, "en", 7)
    store.write(answer, "es", 7)
    store.write(answer, "vi", 2)
    watch_due(store, Fixed())
    items = figures(store)["items"]["items"]
    differing = {(row["item"], row["lang"]) for row in items if row["differs"]}
    assert ("q3", "vi") in differing
    assert all(lang == "vi" for _item, lang in differing)


def test_months_and_parity_are_of_the_whole_city_and_people_count_once(store: Store) -> None:
    services = [store.write(add_service), store.write(add_service)]
    day = date(2026, 9, 10)
    for service_id in services:
        store.write(add_case, service_id, day, [], person_key="same", q0=5)
    store.write(add_submission, services[0], received_at=datetime(2026, 9, 30, 23, tzinfo=UTC))
    clock = Fixed()
    assess_due(store, clock)
    watch_due(store, clock)
    rows = {
        (row["month_on"], row["breakdown"], row["value"]): row for row in figures(store)["months"]
    }
    september = rows["2026-09-01", "lang", "en"]
    assert (september["ratings"], september["people_rating"]) == (3, 2)
    assert (september["cases"], september["people_due"], september["good"]) == (2, 1, 3)
    assert (september["due"], september["told30"]) == (2, 0)
    assert rows["2026-09-01", "all", ""]["people_rating"] is None
    assert figures(store)["parity"]["n"] == 2
    assert figures(store)["instruments"] == {"2026-09-01": ["engage-survey-1"]}


def shown(store: Store, month: date, lang: str, metric: str) -> dict[str, bool]:
    """Whether managers see a language's point of a month: in the city's trend, in its services'."""
    with store.read() as session:
        city = get_city(session)
        assert city is not None
        services = session.scalars(select(Service.id)).all()
        known = {
            "city": city_figures(city, [month], "lang"),
            "services": [one for _id, one in list_figures(session, services, [month], "lang")],
        }
    return {
        name: not points[0].is_hidden
        for name, found in known.items()
        for points in (
            series.points for series in make_series(found, [month], metric) if series.name == lang
        )
    }


def test_people_of_earlier_months_are_counted_again_where_records_have_come(store: Store) -> None:
    """They were taken for settled, and a group of one that was brought in showed its answer."""
    service_id, clock = store.write(add_service), Fixed()
    at = datetime(2026, 8, 10, 12, tzinfo=UTC)
    for _ in range(6):
        store.write(add_submission, service_id, received_at=at, lang="en")
    for _day in range(2):
        store.write(add_submission, service_id, received_at=at, lang="ko", q0=1)
        assess_due(store, clock)
        watch_due(store, clock)
        assert not shown(store, date(2026, 8, 1), "ko", RATINGS)["city"]
        clock.moment += timedelta(days=1)
    rows = figures(store, TOMORROW)["months"]
    assert [row["people_rating"] for row in rows if row["value"] == "ko"] == [2]


def test_people_of_earlier_months_are_taken_over_where_nothing_has_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    service_id, clock = store.write(add_service), Fixed()
    for month in (8, 11):
        at = datetime(2026, month, 10, 12, tzinfo=UTC)
        store.write(add_submission, service_id, received_at=at)
    counted: list[date] = []

    def count(session: Session, month_on: date, *rest: Any) -> Any:
        counted.append(month_on)
        return count_people(session, month_on, *rest)

    monkeypatch.setattr("portal.assess.monitors.count_people", count)
    for _day in range(2):
        assess_due(store, clock)
        watch_due(store, clock)
        clock.moment += timedelta(days=1)
    august, november = date(2026, 8, 1), date(2026, 11, 1)
    assert counted == [august, november, november]
    assert figures(store, TOMORROW)["months"][0]["month_on"] == august.isoformat()


@pytest.mark.parametrize(
    ("others", "is_shown"),
    [
        ({"kind": "problem"}, True),
        ({"kind": "praise"}, False),  # nobody is told of praise
        ({"is_joined": True}, False),  # "me too" is no evidence
        ({"excluded": "spam"}, False),
    ],
)
def test_only_people_whose_cases_are_due_widen_a_cell(
    store: Store, others: dict[str, Any], is_shown: bool
) -> None:
    """Two people with five cases are two people, whoever else has sent something."""
    service_id, clock, day = store.write(add_service), Fixed(), date(2026, 9, 10)

    def fill(session: Session) -> None:
        for person, count in (("a", 3), ("b", 2)):
            for _ in range(count):
                add_case(session, service_id, day, [], person_key=person, lang="ko")
        for _ in range(3):
            number = add_case(session, service_id, day, [], lang="ko")
            of_others = update(LoopRow).where(LoopRow.submission_id == number)
            session.execute(of_others.values(others))

    store.write(fill)
    assess_due(store, clock)
    watch_due(store, clock)
    assert shown(store, date(2026, 9, 1), "ko", TOLD) == {"city": is_shown, "services": is_shown}


def month_row(store: Store, value: str) -> dict[str, Any]:
    """The city's figures of a group in September."""
    months: list[dict[str, Any]] = figures(store)["months"]
    (row,) = (one for one in months if (one["month_on"], one["value"]) == ("2026-09-01", value))
    return row


def test_only_the_last_rating_of_a_person_widens_a_cell(store: Store) -> None:
    """What somebody has answered anew in another language is not in the cell."""
    service_id, clock = store.write(add_service), Fixed()
    at = datetime(2026, 9, 10, 12, tzinfo=UTC)
    for person, langs in {"a": ["ko"], "b": ["ko"], "c": ["ko", "en"], "d": ["ko", "en"]}.items():
        for lang in langs:
            sent = {"received_at": at, "person_key": person, "lang": lang}
            store.write(add_submission, service_id, **sent)
    assess_due(store, clock)
    watch_due(store, clock)
    assert (month_row(store, "ko")["ratings"], month_row(store, "ko")["people_rating"]) == (2, 2)


def test_only_the_first_three_cases_of_a_person_widen_a_cell(store: Store) -> None:
    service_id, clock, day = store.write(add_service), Fixed(), date(2026, 9, 10)

    def fill(session: Session) -> None:
        for person, langs in {"a": ["ko"] * 3, "b": ["en"] * 3 + ["ko"], "c": ["ko"]}.items():
            for lang in langs:
                add_case(session, service_id, day, [], person_key=person, lang=lang)

    store.write(fill)
    assess_due(store, clock)
    watch_due(store, clock)
    assert (month_row(store, "ko")["due"], month_row(store, "ko")["people_due"]) == (4, 2)


def test_the_city_is_watched_once_a_day_and_months_are_kept_once(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(add_submission, service_id)
    clock = Fixed()
    assess_due(store, clock)
    assert [watch_due(store, clock), watch_due(store, clock)] == [1, 0]
    clock.moment += timedelta(days=1)
    assert watch_due(store, clock) == 1
    assert "months" not in figures(store)
    assert figures(store, TODAY + timedelta(days=1))["months"]
    with store.read() as session:
        assert len(session.scalars(select(CityFigure)).all()) == 2
