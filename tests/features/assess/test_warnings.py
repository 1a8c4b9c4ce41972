"""Early warnings: raised from records, once, and without touching any level."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.warnings import keep_round, look_daily, look_weekly, warn_due
from portal.domain.loop import Actor, Event, EventKind
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.loops import LoopRow
from portal.models.responses import Theme, ThemeCase
from portal.models.submissions import Submission
from portal.models.warnings import WarningRow
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.engine import Store
from portal.store.warnings import DAILY
from tests.support.appraising import appraise_service
from tests.support.history import NOW, add_case, add_service, add_submission

TODAY = date(2026, 11, 20)  # a Friday


class StoppedClock(Clock):
    """A clock that stands where the test puts it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(settings: Settings) -> StoppedClock:
    return StoppedClock(settings.zone)


@pytest.fixture
def service(store: Store) -> int:
    return store.write(add_service)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def rate(session: Session, service_id: int, day: date, **values: Any) -> None:
    add_submission(session, service_id, received_at=at(day), **values)


def tell(session: Session, service_id: int, day: date, days: int | None, **values: Any) -> int:
    """A case of that day, told after so many days or not at all."""
    events = []
    if days is not None:
        events = [
            Event(
                kind=EventKind.TOLD,
                on=day + timedelta(days=days),
                actor=Actor.SYSTEM,
                lang="en",
            )
        ]
    return add_case(session, service_id, day, events, **values)


def warnings(store: Store, **wanted: Any) -> list[WarningRow]:
    with store.read() as session:
        query = select(WarningRow).order_by(WarningRow.id)
        return list(session.scalars(query.filter_by(**wanted)))


def close(store: Store, row: WarningRow, state: str, on: date) -> None:
    """What a manager makes of it."""
    store.write(
        lambda session: session.execute(
            update(WarningRow)
            .where(WarningRow.id == row.id)
            .values(state=state, changed_at=at(on), version=row.version + 1)
        )
    )


def fall(session: Session, service_id: int) -> None:
    """Ten ratings a week for 80 weeks; good ones fall from nine to three in the last six."""
    for week in range(80):
        for number in range(10):
            good = 9 if week >= 6 else 3
            rate(session, service_id, ago(7 * week + 5), q0=5 if number < good else 2)


def test_ratings_that_fall_raise_one_warning(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(fall, service)
    assert warn_due(store, clock) == 1
    (row,) = warnings(store)
    assert (row.kind, row.subject, row.state) == ("ratings", "", "new")
    assert (row.raised_on, row.last_seen_on) == (TODAY, TODAY)
    evidence = row.evidence
    assert 0.85 < evidence["usual_x"] / evidence["usual_n"] < 0.95
    day, good, answers, average, bound = evidence["points"][-1]
    assert (good, answers) == (3, 10)
    assert average < bound
    assert date.fromisoformat(day).weekday() == 0
    assert warn_due(store, clock) == 0


def test_a_day_or_a_week_later_the_same_warning_is_refreshed(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(fall, service)
    warn_due(store, clock)
    clock.moment = NOW + timedelta(days=7)
    assert warn_due(store, clock) == 0
    (row,) = warnings(store)
    assert (row.raised_on, row.last_seen_on) == (TODAY, TODAY + timedelta(days=7))
    assert row.version == 1


def test_after_an_alarm_that_is_dealt_with_the_fallen_ratings_are_not_news(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(fall, service)
    warn_due(store, clock)
    close(store, warnings(store)[0], "dealt_with", TODAY)
    clock.moment = NOW + timedelta(days=7)
    warn_due(store, clock)
    assert [row.state for row in warnings(store)] == ["dealt_with"]


def test_steady_ratings_and_a_service_that_is_new_raise_nothing(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        young = add_service(session)
        for week in range(60):
            for number in range(8):
                rate(session, service, ago(7 * week + 5), q0=5 if number < 6 else 2)
                if week < 12:
                    rate(session, young, ago(7 * week + 5), q0=5 if week > 3 else 1)

    store.write(fill)
    assert warn_due(store, clock) == 0


def slow_down(session: Session, service_id: int) -> None:
    """Two cases a week told within five to nine days; in the last two months, after 25."""
    random = Random(5)
    for day in range(60, 500, 3):
        tell(session, service_id, ago(day), random.randint(4, 9))
    for day in range(5, 60, 3):
        tell(session, service_id, ago(day), 25 if day > 25 else None)


def test_answers_that_take_longer_raise_a_warning(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(slow_down, service)
    warn_due(store, clock)
    (row,) = warnings(store, kind="time_to_told")
    assert 5 < row.evidence["usual_days"] < 8
    assert row.evidence["recent_days"] > 10
    assert row.evidence["points"][-1][2] > 7


def test_open_cases_enter_when_they_pass_30_days(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        random = Random(6)
        for day in range(90, 500, 3):
            tell(session, service, ago(day), random.randint(4, 9))
        for day in range(32, 60, 3):
            tell(session, service, ago(day), None)

    store.write(fill)
    warn_due(store, clock)
    (row,) = warnings(store, kind="time_to_told")
    assert row.evidence["recent_late"] == 10


def test_a_group_that_waits_longer_is_found_and_small_ones_are_left(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        for lang, told, late in (("en", 60, 0), ("es", 8, 22), ("vi", 0, 15)):
            for number in range(told + late):
                days = 10 if number < told else 60
                tell_in(session, service, lang, ago(100 + number), days)

    store.write(fill)
    warn_due(store, clock)
    found = {row.subject: row.evidence for row in warnings(store, kind="disparity")}
    assert {"told30:lang:en", "told30:lang:es"} == {
        subject for subject in found if subject.startswith("told30:lang")
    }
    spanish = found["told30:lang:es"]
    assert (spanish["x"], spanish["n"]) == (8, 30)
    assert (spanish["others_x"], spanish["others_n"]) == (60, 75)


def tell_in(session: Session, service_id: int, lang: str, day: date, days: int) -> None:
    number = tell(session, service_id, day, days)
    session.execute(update(LoopRow).where(LoopRow.submission_id == number).values(lang=lang))


def test_ratings_of_one_person_count_once(store: Store, service: int, clock: StoppedClock) -> None:
    def fill(session: Session) -> None:
        for number in range(40):
            rate(session, service, ago(30 + number), q0=5, district="north")
            rate(session, service, ago(30 + number), q0=1, district="south", person_key="k" * 64)

    store.write(fill)
    warn_due(store, clock)
    assert warnings(store, kind="disparity") == []


def surge(session: Session, service_id: int, now: int = 14, before: int = 6) -> int:
    theme = Theme(service_id=service_id, created_at=NOW)
    session.add(theme)
    session.flush()
    for number in range(now + before):
        day = ago(number % 28) if number < now else ago(30 + 20 * (number % 7))
        case = tell(session, service_id, day, 1)
        session.add(ThemeCase(theme_id=theme.id, submission_id=case, added_at=NOW))
    session.flush()
    return theme.id


def test_a_theme_that_many_more_people_raise_is_found(
    store: Store, service: int, clock: StoppedClock
) -> None:
    theme = store.write(surge, service)
    store.write(surge, service, 2, 12)
    warn_due(store, clock)
    (row,) = warnings(store, kind="theme")
    assert row.subject == f"theme:{theme}"
    assert (row.evidence["now"], row.evidence["before"]) == (14, 6)
    assert len(row.evidence["periods"]) == 7
    assert row.evidence["periods"][-1] == 14


def raise_theme(session: Session, /, service_id: int, days: list[int], **values: Any) -> None:
    theme = Theme(service_id=service_id, created_at=at(ago(days[-1])))
    session.add(theme)
    session.flush()
    for day in days:
        case = tell(session, service_id, ago(day), 1, **values)
        session.add(ThemeCase(theme_id=theme.id, submission_id=case, added_at=NOW))
    session.flush()


STEADY = list(range(0, 64, 4))  # a case every four days, for nine weeks


def test_a_service_that_is_new_has_no_surge(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(raise_theme, service, STEADY)
    warn_due(store, clock)
    assert warnings(store, kind="theme") == []


def test_what_was_put_in_no_theme_before_says_nothing_of_one(
    store: Store, service: int, clock: StoppedClock
) -> None:
    """Cases are older than the first theme: how many would have been in it, nobody knows."""

    def fill(session: Session) -> None:
        for day in range(64, 400, 4):
            tell(session, service, ago(day), 1)
        raise_theme(session, service, STEADY)

    store.write(fill)
    warn_due(store, clock)
    assert warnings(store, kind="theme") == []


def test_a_theme_of_a_service_with_older_ones_is_compared_with_half_a_year(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        raise_theme(session, service, [300])
        raise_theme(session, service, STEADY)

    store.write(fill)
    warn_due(store, clock)
    assert len(warnings(store, kind="theme")) == 1


def test_earlier_records_without_words_make_no_words_new(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        for day in range(64, 400, 4):
            number = tell(session, service, ago(day), 1)
            session.get_one(LoopRow, number).is_imported = True
        for day in (1, 5, 9, 13, 17, 21, 40, 50, 58):
            write(session, service, ago(day), "The hydrant leaks")
        for day in STEADY:
            for _ in range(2):
                write(session, service, ago(day), f"Nothing but matter{'x' * (day % 9)}")

    store.write(fill)
    warn_due(store, clock)
    assert warnings(store, kind="word") == []


@pytest.mark.parametrize("older", ["", "imported", "set aside"])
def test_a_language_that_is_new_makes_no_words_new(
    store: Store, service: int, clock: StoppedClock, older: str
) -> None:
    """The service is old, and nobody could write about it in Vietnamese before."""

    def fill(session: Session) -> None:
        flood(session, service)
        for number in range(12):
            write(session, service, ago(number), "Vòi nước rò rỉ", "vi")
        if older:
            row = session.get_one(LoopRow, write(session, service, ago(150), "Trước đây", "vi"))
            if older == "imported":
                row.is_imported = True
            else:
                row.excluded = "spam"

    store.write(fill)
    warn_due(store, clock)
    langs = {row.subject.partition(":")[0] for row in warnings(store, kind="word")}
    assert langs == {"en", "zh-Hans"}


def test_a_language_in_which_few_wrote_is_compared_since_they_did(
    store: Store, service: int, clock: StoppedClock
) -> None:
    """Their comments are in a theme: people could write all the same."""

    def fill(session: Session) -> None:
        theme = Theme(service_id=service, created_at=NOW)
        session.add(theme)
        session.flush()
        number = write(session, service, ago(150), "Trước đây", "vi")
        session.add(ThemeCase(theme_id=theme.id, submission_id=number, added_at=NOW))
        for day in range(12):
            write(session, service, ago(day), "Vòi nước rò rỉ", "vi")

    store.write(fill)
    warn_due(store, clock)
    assert len(warnings(store, kind="word")) == 1


def write(session: Session, service_id: int, day: date, text: str, lang: str = "en") -> int:
    number = add_case(session, service_id, day, [], lang=lang)
    session.execute(update(Submission).where(Submission.id == number).values(comment=text))
    return number


def flood(session: Session, service_id: int) -> None:
    """Ten people write of a hydrant, in two languages as many; before, one did in half a year."""
    for number in range(60):
        write(session, service_id, ago(35 + number), f"Nothing but matter{'x' * (number % 9)}")
    write(session, service_id, ago(100), "An old hydrant")
    write(session, service_id, ago(100), "路灯不亮", "zh-Hans")
    for number in range(10):
        write(session, service_id, ago(number), "The hydrant leaks")
        write(session, service_id, ago(number), "消火栓漏水", "zh-Hans")


def test_a_word_that_many_more_people_write_suggests_a_theme(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(flood, service)
    warn_due(store, clock)
    rows = warnings(store, kind="word")
    assert [row.subject for row in rows] == ["en:hydrant", "zh-Hans:栓漏"]
    english = rows[0].evidence
    assert set(english["words"]) == {"hydrant", "leaks", "the"}
    assert (english["now"], english["before"], english["until"]) == (10, 1, TODAY.isoformat())
    assert set(rows[1].evidence["words"]) == {"消火", "火栓", "栓漏", "漏水"}
    assert english["periods"] == [0, 0, 0, 1, 0, 0, 10]


def test_comments_that_belong_to_a_theme_suggest_none(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        flood(session, service)
        theme = Theme(service_id=service, created_at=NOW)
        session.add(theme)
        session.flush()
        for number in session.scalars(select(LoopRow.submission_id)):
            session.add(ThemeCase(theme_id=theme.id, submission_id=number, added_at=NOW))

    store.write(fill)
    warn_due(store, clock)
    assert warnings(store, kind="word") == []


def test_an_open_suggestion_keeps_its_word(store: Store, service: int, clock: StoppedClock) -> None:
    store.write(flood, service)
    warn_due(store, clock)
    rename = update(WarningRow).where(WarningRow.subject == "en:hydrant")
    store.write(lambda session: session.execute(rename.values(subject="en:leaks")))
    clock.moment = at(TODAY + timedelta(days=7))
    warn_due(store, clock)
    rows = warnings(store, kind="word")
    assert [row.subject for row in rows] == ["en:leaks", "zh-Hans:栓漏"]
    assert rows[0].last_seen_on == TODAY + timedelta(days=7)


def test_what_is_not_useful_is_not_said_again_for_a_while(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(surge, service)
    warn_due(store, clock)
    close(store, warnings(store, kind="theme")[0], "not_useful", TODAY)
    clock.moment = NOW + timedelta(days=1)
    warn_due(store, clock)
    assert [row.state for row in warnings(store, kind="theme")] == ["not_useful"]


def wait_long(session: Session, service_id: int) -> None:
    """Half are told at once, half never; ten wait since three weeks."""
    for number in range(80):
        tell(session, service_id, ago(60 + number), 2 if number % 2 else None)
    for number in range(10):
        tell(session, service_id, ago(20 + number % 3), None)


def test_cases_that_will_be_late_are_forecast(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(wait_long, service)
    warn_due(store, clock)
    (row,) = warnings(store, kind="forecast")
    assert row.evidence["open"] == 10
    assert 5 <= row.evidence["low"] <= row.evidence["expected"] <= row.evidence["high"] <= 10
    assert row.evidence["late"] == 40


def test_a_short_history_forecasts_nothing(store: Store, service: int, clock: StoppedClock) -> None:
    def fill(session: Session) -> None:
        for number in range(49):
            tell(session, service, ago(20 + number), None)

    store.write(fill)
    warn_due(store, clock)
    assert warnings(store, kind="forecast") == []


def test_no_warning_moves_a_level(store: Store, service: int, clock: StoppedClock) -> None:
    def fill(session: Session) -> None:
        fall(session, service)
        wait_long(session, service)
        assess_service(session, service_id=service, as_of=TODAY, now=NOW)
        appraise_service(session, service_id=service, as_of=TODAY, now=NOW)

    def judged() -> list[dict[str, Any]]:
        with store.read() as session:
            return [
                dict(row)
                for table in (Assessment, Appraisal)
                for row in session.execute(select(*table.__table__.columns)).mappings()
            ]

    store.write(fill)
    before = judged()
    assert len(before) == 2
    assert warn_due(store, clock) >= 2
    assert judged() == before
    store.write(assess_service, service_id=service, as_of=TODAY, now=NOW)
    assert [row["result"] for row in judged()] == [row["result"] for row in before]


def test_two_workers_raise_each_warning_once(
    store: Store, service: int, clock: StoppedClock
) -> None:
    def fill(session: Session) -> None:
        fall(session, service)
        wait_long(session, service)
        surge(session, service)

    store.write(fill)
    raised: list[int] = []
    threads = [Thread(target=lambda: raised.append(warn_due(store, clock))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(raised) == 3
    found = warnings(store)
    assert sum(raised) == len(found) >= 3
    assert len({(row.kind, row.subject) for row in found}) == len(found)


def test_a_round_that_was_looked_for_twice_is_kept_once(
    store: Store, service: int, clock: StoppedClock
) -> None:
    store.write(surge, service)
    with store.read() as session:
        found = look_daily(session, TODAY, clock.day)
        assert look_weekly(session, TODAY, clock.day) == []

    def keep(day: date) -> int:
        return store.write(keep_round, DAILY, day, found, as_of=TODAY, city_day=clock.day, now=NOW)

    assert keep(TODAY) == len(found) == 1
    assert keep(TODAY) == 0
    assert keep(TODAY + timedelta(days=1)) == 0
    assert len(warnings(store)) == 1


def test_evidence_holds_no_words_of_residents(
    store: Store, service: int, clock: StoppedClock
) -> None:
    secret = uuid4().hex

    def fill(session: Session) -> None:
        theme = surge(session, service)
        wait_long(session, service)
        for number in session.scalars(select(ThemeCase.submission_id).filter_by(theme_id=theme)):
            session.execute(
                update(Submission).where(Submission.id == number).values(comment=secret)
            )

    store.write(fill)
    warn_due(store, clock)
    assert len(warnings(store)) >= 2
    for row in warnings(store):
        assert secret not in str(row.evidence) + row.subject
