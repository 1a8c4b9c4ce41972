"""Appraisals: one a quarter and service, frozen, following from each other, kept in shadow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.assess.appraisals import (
    appraise_due,
    keep_appraisal,
    list_due_appraisals,
)
from portal.assess.operations import Judged, assess_service, judge_service
from portal.domain.criteria import DEFAULTS
from portal.domain.level import evaluate
from portal.domain.publication import appraise, evidence_hash, publish
from portal.models.appraisals import Appraisal
from portal.models.running import Setting
from portal.models.services import Service
from portal.store.assessments import (
    get_public_assessment,
    get_public_figures,
    list_public_appraisals,
    list_public_assessments,
)
from portal.store.clock import Clock
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.publicity import (
    get_chosen_day,
    get_public_since,
    go_public_from,
    open_when_due,
    stay_in_shadow,
)
from portal.store.thresholds import change_thresholds, get_thresholds, list_threshold_changes
from tests.features.public.publishing import example_evidence
from tests.support.appraising import appraise_service
from tests.support.history import NOW, add_service, add_submission

QUARTERS = [date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1)]


class Fixed(Clock):
    """A clock that stands still, in a city west of Greenwich."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(ZoneInfo("America/Chicago"))
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def city_noon(day: date) -> Fixed:
    return Fixed(datetime(day.year, day.month, day.day, 18, tzinfo=UTC))


def appraisals(store: Store, service_id: int) -> list[Appraisal]:
    with store.read() as session:
        query = select(Appraisal).where(Appraisal.service_id == service_id)
        return list(session.scalars(query.order_by(Appraisal.quarter_on)))


def back_into_shadow(store: Store) -> None:
    def remove(session: object) -> None:
        for name in ("levels_public_from", "levels_public_since"):
            row = session.get(Setting, name)  # type: ignore[attr-defined]
            session.delete(row)  # type: ignore[attr-defined]

    store.write(remove)


def test_a_quarter_begins_at_midnight_in_the_city(store: Store) -> None:
    service_id = store.write(add_service)
    last_hour = datetime(2027, 1, 1, 5, 59, tzinfo=UTC)  # 23:59 in Chicago
    assert appraise_due(store, Fixed(last_hour)) == 0
    assert appraise_due(store, Fixed(datetime(2027, 1, 1, 6, 0, tzinfo=UTC))) == 1
    [row] = appraisals(store, service_id)
    assert (row.quarter_on, row.as_of) == (QUARTERS[0], QUARTERS[0])


def test_after_a_standstill_every_quarter_is_appraised_once_as_of_its_first_day(
    store: Store, make_store: Callable[[], Store]
) -> None:
    first, second = store.write(add_service), store.write(add_service)
    store.write(add_submission, first)
    clock = city_noon(date(2027, 7, 19))
    with store.read() as session:
        due = list_due_appraisals(session, clock.today(), clock.day)
    assert due == [(service, quarter) for service in (first, second) for quarter in QUARTERS]
    seen: list[tuple[int, int]] = []
    assert appraise_due(store, clock, lambda done, all_: seen.append((done, all_))) == 6
    assert seen[-1] == (6, 6)
    assert appraise_due(make_store(), clock) == 0
    rows = appraisals(store, first)
    assert [row.as_of for row in rows] == QUARTERS
    for row in rows:
        assert row.evidence_hash == evidence_hash(row.evidence)
        assert row.result == evaluate(row.evidence)


def test_two_workers_make_one_appraisal(make_store: Callable[[], Store]) -> None:
    one, other = make_store(), make_store()
    service_id = one.write(add_service)
    with one.read() as session:
        judged = judge_service(session, service_id, QUARTERS[0])
    first = one.write(keep_appraisal, judged, now=NOW)
    assert other.write(keep_appraisal, judged, now=NOW).id == first.id
    assert len(appraisals(one, service_id)) == 1


def test_a_worker_who_is_quarters_behind_finds_them_made(make_store: Callable[[], Store]) -> None:
    slow, quick = make_store(), make_store()
    service_id = slow.write(add_service)
    with slow.read() as session:
        judged = judge_service(session, service_id, QUARTERS[0])
    assert appraise_due(quick, city_noon(QUARTERS[2])) == 3
    row = slow.write(keep_appraisal, judged, now=NOW)
    assert row.id == appraisals(quick, service_id)[0].id


def judged(service_id: int, name: str, as_of: date) -> Judged:
    """A worked example of METHOD.md 3.7 as what a service's records give."""
    evidence = example_evidence(name)
    return Judged(service_id, as_of, DEFAULTS, evidence, evaluate(evidence), {}, 0, 0)


def test_level_3_needs_two_looks_and_doubt_is_carried_for_two_quarters(store: Store) -> None:
    service_id = store.write(add_service)
    quarters = [date(year, month, 1) for year in (2027, 2028) for month in (1, 4, 7, 10)]
    examples = ("A", "A", "M", "M", "M", "A", "A", "F")
    expected = [(2, None, True), (3, None, False), (3, "in_doubt", False), (3, "in_doubt", False),
                (2, None, False), (2, None, True), (3, None, False), (2, None, False)]  # fmt: skip
    previous = None
    for quarter, name, state in zip(quarters, examples, expected, strict=True):
        row = store.write(keep_appraisal, judged(service_id, name, quarter), now=NOW)
        assert (row.level, row.flag, row.awaiting_second_look) == state, quarter
        assert row.evidence == publish(example_evidence(name))
        with store.read() as session:
            public = get_public_assessment(session, service_id)
            short = list_public_assessments(session)[service_id]
        assert public is not None
        assert public.state == appraise(previous, row.result)
        assert (public.level, short.level) == (state[0], state[0])
        assert (short.is_awaiting, short.flag) == (state[2], state[1])
        previous = public.state


def test_an_earlier_quarter_cannot_be_put_in_afterwards(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(appraise_service, service_id=service_id, as_of=QUARTERS[1], now=NOW)
    with pytest.raises(ValueError, match="too late"):
        store.write(appraise_service, service_id=service_id, as_of=QUARTERS[0], now=NOW)


def test_appraisals_cannot_be_changed(store: Store) -> None:
    service_id = store.write(add_service)
    row = store.write(appraise_service, service_id=service_id, as_of=QUARTERS[0], now=NOW)

    def tamper(session: object) -> None:
        session.get(Appraisal, row.id).level = 4  # type: ignore[attr-defined]

    with pytest.raises(DBAPIError, match="append-only"):
        store.write(tamper)


def test_in_shadow_nothing_is_public_and_going_public_shows_where_services_stand(
    store: Store,
) -> None:
    service_id = store.write(add_service)
    back_into_shadow(store)
    store.write(assess_service, service_id=service_id, as_of=QUARTERS[0], now=NOW)
    for quarter in QUARTERS[:2]:
        store.write(appraise_service, service_id=service_id, as_of=quarter, now=NOW)
    with store.read() as session:
        assert get_public_since(session) is None
        assert get_public_assessment(session, service_id) is None
        assert get_public_figures(session, service_id) is None
        assert list_public_assessments(session) == {}
        assert list_public_appraisals(session, service_id) == []
    day = date(2027, 5, 20)
    store.write(go_public_from, day, date(2027, 5, 10))
    with store.read() as session:
        assert (get_chosen_day(session), get_public_since(session)) == (day, None)
        before = get_content_version(session)
    assert store.write(open_when_due, date(2027, 5, 19)) is False
    assert appraise_due(store, city_noon(day)) == 0
    with store.read() as session:
        assert get_public_since(session) == day
        assert get_content_version(session) > before
        shown = list_public_appraisals(session, service_id)
        assert [one.as_of for one in shown] == [QUARTERS[1]]  # not what was tried before
        assert shown[0].public_on == day
    store.write(appraise_service, service_id=service_id, as_of=QUARTERS[2], now=NOW)
    with store.read() as session:
        shown = list_public_appraisals(session, service_id)
    assert [one.as_of for one in shown] == [QUARTERS[2], QUARTERS[1]]
    for back in (stay_in_shadow, lambda session: go_public_from(session, day, day)):
        with pytest.raises(ValueError, match="public since 2027-05-20"):
            store.write(back)


def test_a_chosen_day_can_be_taken_back_before_it_comes(store: Store) -> None:
    store.write(add_service)
    back_into_shadow(store)
    store.write(go_public_from, date(2027, 5, 20), date(2027, 5, 10))
    store.write(stay_in_shadow)
    assert store.write(open_when_due, date(2027, 6, 1)) is False


def test_raised_thresholds_rule_from_their_day_and_old_appraisals_keep_theirs(
    store: Store,
) -> None:
    service_id = store.write(add_service)
    before = store.write(appraise_service, service_id=service_id, as_of=QUARTERS[0], now=NOW)
    raised: Mapping[str, Mapping[str, float]] = {"L3.1": {"tau": 0.8}, "L2.3": {"threshold": 50}}
    store.write(
        change_thresholds,
        raised=raised,
        from_on=QUARTERS[1],
        reason="The council wants more.",
        person_id=None,
        today=QUARTERS[0],
        now=NOW,
    )
    with store.read() as session:
        assert get_thresholds(session, date(2027, 3, 31)).raised == {}
        assert get_thresholds(session, QUARTERS[1]).raised == raised
        assert [change.raised for change in list_threshold_changes(session)] == [raised]
    after = store.write(appraise_service, service_id=service_id, as_of=QUARTERS[1], now=NOW)
    assert (before.thresholds, after.thresholds) == ({}, raised)
    needed = {one["id"]: one.get("threshold") for one in after.result["criteria"]}
    assert (needed["L3.1"], needed["L2.3"]) == (0.8, 50)


@pytest.mark.parametrize(
    ("raised", "from_on", "reason", "words"),
    [
        ({"L3.1": {"tau": 0.6}}, QUARTERS[1], "Easier.", "laxer"),
        ({"L3.1": {"tau": 0.8}}, date(2026, 12, 31), "Earlier.", "has passed"),
        ({"L3.1": {"tau": 0.8}}, QUARTERS[1], "  ", "reason"),
    ],
)
def test_senseless_thresholds_are_refused(
    store: Store, raised: dict[str, dict[str, float]], from_on: date, reason: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        store.write(
            change_thresholds,
            raised=raised,
            from_on=from_on,
            reason=reason,
            person_id=None,
            today=QUARTERS[0],
            now=NOW,
        )


def test_a_new_service_is_first_appraised_when_a_quarter_begins(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(assess_service, service_id=service_id, as_of=date(2026, 11, 20), now=NOW)
    with store.read() as session:
        public = get_public_assessment(session, service_id)
        created = session.get_one(Service, service_id).created_at
    assert public is not None
    assert public.is_provisional
    assert created < datetime(2027, 1, 1, tzinfo=UTC)
    assert appraise_due(store, city_noon(date(2026, 12, 31))) == 0
    assert json.loads(json.dumps(public.state)) is None
