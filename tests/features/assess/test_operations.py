"""Assessments: stored once a day, published in batches, safe with two workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.admin.services.operations import check_page, switch_language
from portal.assess.operations import (
    assess_due,
    assess_service,
    judge_service,
    keep_assessment,
    snapshot,
)
from portal.assess.queries import list_due_services
from portal.domain.level import evaluate
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.domain.publication import evidence_hash, publish
from portal.models.appraisals import Appraisal
from portal.models.assessments import Assessment
from portal.models.services import PageCheck
from portal.store.assessments import get_public_assessment, list_public_assessments
from portal.store.clock import Clock
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.languages import close_language, open_language
from portal.store.loops import Links, append_event
from portal.store.thresholds import change_thresholds
from tests.support.answers import Office, send
from tests.support.appraising import appraise_service
from tests.support.city import City
from tests.support.history import HISTORIES, NOW, add_case, add_service, add_submission, bring_in
from tests.support.together import Table

TODAY = date(2026, 11, 20)
ALL_GOOD = dict.fromkeys(("q1", "q2", "q3", "q4", "q5"), 5)
YES, NO = Verdict.YES, Verdict.NO


class Fixed(Clock):
    """A clock that stands still."""

    def __init__(self, moment: datetime = NOW) -> None:
        super().__init__(ZoneInfo("America/Chicago"))
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def assess(store: Store, service_id: int, as_of: date = TODAY) -> Assessment:
    return store.write(assess_service, service_id=service_id, as_of=as_of, now=NOW)


def test_the_first_assessment_is_published_with_all_that_is_needed_to_check_it(
    store: Store,
) -> None:
    service_id = store.write(add_service)
    bring_in(store, service_id, HISTORIES[2]["input"])
    row = assess(store, service_id, date.fromisoformat(HISTORIES[2]["as_of"]))
    assert row.evidence == HISTORIES[2]["evidence"]
    with store.read() as session:
        public = get_public_assessment(session, service_id)
        assert get_content_version(session) > 0
        assert list_public_assessments(session)[service_id].level == row.level
    assert public is not None
    assert public.evidence == publish(row.evidence)
    assert public.evidence_hash == evidence_hash(public.evidence)
    assert public.result == evaluate(public.evidence)
    assert public.level == row.level == HISTORIES[2]["result"]["level"]


def test_public_figures_move_once_a_month_when_ten_people_have_rated(store: Store) -> None:
    service_id = store.write(add_service)
    assess(store, service_id, date(2026, 10, 20))
    for _ in range(9):
        store.write(add_submission, service_id)
    assert assess(store, service_id, date(2026, 11, 1)).public_on is None
    store.write(add_submission, service_id)
    with store.read() as session:
        before = get_content_version(session)
    assert assess(store, service_id, date(2026, 11, 2)).public_on == date(2026, 11, 2)
    with store.read() as session:
        assert get_content_version(session) > before
    for _ in range(10):
        store.write(add_submission, service_id)
    assert assess(store, service_id, date(2026, 11, 30)).public_on is None
    assert assess(store, service_id, date(2026, 12, 1)).public_on == date(2026, 12, 1)


def test_people_are_counted_from_what_is_public_also_within_a_day(store: Store) -> None:
    service_id = store.write(add_service)
    assess(store, service_id)
    for _ in range(2):
        for _ in range(6):
            store.write(add_submission, service_id)
        row = assess(store, service_id)
    assert row.public_last_submission_id == 0
    with store.read() as session:
        assert session.scalars(select(Assessment.id)).all() == [row.id]
    assert assess(store, service_id, date(2026, 12, 1)).public_on == date(2026, 12, 1)


def test_a_new_quarter_publishes(store: Store) -> None:
    service_id = store.write(add_service)
    assess(store, service_id, date(2026, 11, 30))
    assert assess(store, service_id, date(2027, 1, 1)).public_on == date(2027, 1, 1)
    assert assess(store, service_id, date(2027, 1, 2)).public_on is None


def appraise(store: Store, service_id: int, as_of: date) -> Appraisal:
    return store.write(appraise_service, service_id=service_id, as_of=as_of, now=NOW)


def write(store: Store, service_id: int, on: date, people: int, **values: Any) -> None:
    for _ in range(people):
        received = datetime.combine(on, time(18), UTC)
        store.write(add_submission, service_id, received_at=received, **values)


def test_after_a_standstill_no_batch_stands_beside_the_appraisal(store: Store) -> None:
    """Between an appraisal as of 1 January and a batch as of the 4th single answers would show."""
    service_id = store.write(add_service)
    assess(store, service_id, date(2026, 8, 20))
    appraise(store, service_id, date(2026, 10, 1))
    write(store, service_id, date(2026, 11, 3), 10)
    assert assess(store, service_id, date(2026, 11, 5)).public_on == date(2026, 11, 5)
    write(store, service_id, date(2027, 1, 2), 1)
    assert assess(store, service_id, date(2027, 1, 3)).public_on is None  # not before the appraisal
    appraise(store, service_id, date(2027, 1, 1))
    assert assess(store, service_id, date(2027, 1, 4)).public_on is None
    write(store, service_id, date(2027, 1, 20), 8)
    assert assess(store, service_id, date(2027, 2, 1)).public_on is None
    write(store, service_id, date(2027, 2, 1), 1)
    assert assess(store, service_id, date(2027, 2, 2)).public_on == date(2027, 2, 2)


def test_what_an_appraisal_knows_already_is_no_reason_for_a_batch(store: Store) -> None:
    service_id = store.write(add_service)
    assess(store, service_id, date(2026, 11, 5))
    write(store, service_id, date(2026, 12, 20), 10)
    appraise(store, service_id, date(2027, 1, 1))
    write(store, service_id, date(2027, 1, 20), 1)
    assert assess(store, service_id, date(2027, 2, 1)).public_on is None


def event(kind: EventKind, on: date, actor: Actor, **values: Any) -> Event:
    return Event(kind=kind, on=on, actor=actor, **values)


def live(store: Store, city: City, case: int, *events: Event) -> None:
    def run(session: Session) -> None:
        for one in events:
            links = Links(person_id=city.people["staff"] if one.actor == Actor.STAFF else None)
            append_event(
                session, case, one, at=datetime.combine(one.on, time(18), UTC), links=links
            )

    store.write(run)


def test_what_staff_do_is_no_reason_for_a_batch(store: Store, city: City) -> None:
    """Else sorting an inbox would let a single rating show: METHOD.md 3.5 asks for ten."""
    write(store, city.potholes, date(2026, 6, 10), 20, **ALL_GOOD)
    cases = [store.write(add_case, city.potholes, date(2026, 6, 12), []) for _ in range(12)]
    appraise(store, city.potholes, date(2026, 7, 1))
    for case in cases:
        live(store, city, case, event(EventKind.THEMED, date(2026, 8, 3), Actor.STAFF))
    write(store, city.potholes, date(2026, 8, 4), 1, q1=1, q2=2, q3=1)
    assert assess(store, city.potholes, date(2026, 8, 5)).public_on is None
    write(store, city.potholes, date(2026, 8, 5), 10, is_quarantined=True)
    write(store, city.potholes, date(2026, 8, 5), 10, is_rating_excluded=True)
    write(store, city.potholes, date(2026, 8, 5), 10, person_key="again and again")
    assert assess(store, city.potholes, date(2026, 8, 6)).public_on is None
    write(store, city.potholes, date(2026, 8, 6), 8)
    assert assess(store, city.potholes, date(2026, 8, 7)).public_on == date(2026, 8, 7)


def test_a_batch_moves_each_table_by_ten_people_or_not_at_all(store: Store, city: City) -> None:
    """Of ten who rate one answers the fifth question, and one of those before replies."""
    day, later = date(2026, 5, 12), date(2026, 8, 4)
    cases = [store.write(add_case, city.potholes, day, [], **ALL_GOOD) for _ in range(13)]
    responded = event(EventKind.RESPONDED, day, Actor.STAFF, outcome=Outcome.ANSWERED)
    told = event(EventKind.TOLD, day, Actor.SYSTEM, lang="en")
    for case in cases:
        live(store, city, case, responded, told)
    for case in cases[:12]:
        live(store, city, case, event(EventKind.CONFIRMED, day, Actor.RESIDENT, verdict=YES))
    appraise(store, city.potholes, date(2026, 7, 1))
    live(store, city, cases[12], event(EventKind.CONFIRMED, later, Actor.RESIDENT, verdict=NO))
    write(store, city.potholes, later, 1, **ALL_GOOD)
    write(store, city.potholes, later, 9, **ALL_GOOD | {"q5": None})
    for _ in range(3):
        store.write(add_case, city.potholes, date(2026, 7, 2), [], is_rating_excluded=True)
    row = assess(store, city.potholes, date(2026, 8, 5))
    public, today = row.public_evidence, row.evidence
    assert public is not None
    assert [(one["q1"]["n"], one["q5"]["n"]) for one in (public, today)] == [(23, 13), (23, 14)]
    assert [one["confirmed"]["n"] for one in (public, today)] == [12, 13]
    assert [one["told30"]["n"] for one in (public, today)] == [16, 16]  # the city's own record
    assert row.public_result == evaluate(public)
    assert row.evidence_hash == evidence_hash(public)


def test_no_batch_moves_once_evidence_is_of_another_time(store: Store) -> None:
    """Of two years after one, or the other way round: what few people answered might follow."""
    service_id = store.write(add_service)
    write(store, service_id, date(2026, 6, 10), 20)
    row = appraise(store, service_id, date(2026, 7, 1))
    assert row.evidence["window_days"] == 730
    write(store, service_id, date(2026, 8, 4), 10)
    with snapshot(store) as session:
        judged = judge_service(session, service_id, date(2026, 8, 5))
    of_a_year = replace(judged, evidence=judged.evidence | {"window_days": 365})
    assert store.write(keep_assessment, of_a_year, now=NOW).public_on is None
    assert store.write(keep_assessment, judged, now=NOW).public_on == date(2026, 8, 5)


def test_who_knows_less_gives_way(make_store: Callable[[], Store]) -> None:
    slow, quick = make_store(), make_store()
    service_id = slow.write(add_service)
    with snapshot(slow) as session:
        early = judge_service(session, service_id, TODAY)
    newest = quick.write(add_submission, service_id)
    with snapshot(quick) as session:
        late = judge_service(session, service_id, TODAY)
    quick.write(keep_assessment, late, now=NOW)
    row = slow.write(keep_assessment, early, now=NOW)
    assert row.last_submission_id == newest


def test_the_worker_assesses_what_has_news_and_everything_once_a_day(store: Store) -> None:
    busy, quiet = store.write(add_service), store.write(add_service)
    clock = Fixed()
    seen: list[tuple[int, int]] = []
    assert assess_due(store, clock, lambda done, everything: seen.append((done, everything))) == 2
    assert seen == [(1, 2), (2, 2)]
    assert assess_due(store, clock) == 0
    store.write(add_submission, busy)
    with store.read() as session:
        assert list_due_services(session, TODAY) == [busy]
    assert assess_due(store, clock) == 1
    assert assess_due(store, clock) == 0
    clock.moment += timedelta(days=1)
    with store.read() as session:
        assert list_due_services(session, clock.today()) == [busy, quiet]


def _check_page(store: Store, city: City) -> None:
    by: dict[str, Any] = {"person_id": city.people["admin"], "now": NOW, "today": TODAY}
    store.write(lambda session: session.execute(delete(PageCheck)))
    store.write(check_page, slug="pothole-repair", lang="es", **by)


def _close_language(store: Store, city: City) -> None:
    by: dict[str, Any] = {"person_id": city.people["admin"], "now": NOW, "today": TODAY}
    store.write(
        switch_language, slug="pothole-repair", lang="es", role="input", is_open=False, day=TODAY,
        **by,
    )  # fmt: skip


def _decide_together(store: Store, city: City) -> None:
    table, case = Table(store, city), send(store, city.potholes)
    number = table.decide(Office(store, city).group([case]), table.partner(), [case])
    assess_due(store, Fixed())
    table.sign(table.link(number))


def _publish_to_nobody(store: Store, city: City) -> None:
    office, case = Office(store, city), send(store, city.potholes)
    response = office.draft(office.group([case]))
    office.review(response)
    aside = Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.SYSTEM, reason="spam")
    store.write(append_event, case, aside, at=NOW)
    assess_due(store, Fixed())
    office.publish(response)


@pytest.mark.parametrize(
    "change", [_check_page, _close_language, _decide_together, _publish_to_nobody]
)
def test_what_no_event_tells_is_news_to_the_service(
    store: Store, city: City, change: Callable[[Store, City], None]
) -> None:
    clock = Fixed()
    assess_due(store, clock)
    change(store, city)
    with store.read() as session:
        assert list_due_services(session, TODAY) == [city.potholes]
    assert (assess_due(store, clock), assess_due(store, clock)) == (1, 0)


def test_stricter_thresholds_and_languages_are_news_to_every_service(
    store: Store, city: City
) -> None:
    clock = Fixed()
    services = [city.potholes, city.lights, city.pools]
    decide: dict[str, Any] = {"reason": "We can.", "person_id": None, "today": TODAY, "now": NOW}
    raised = {"L3.1": {"tau": 0.8}}
    assess_due(store, clock)
    store.write(change_thresholds, raised=raised, from_on=TODAY + timedelta(days=1), **decide)
    assert assess_due(store, clock) == 0
    for change in (
        lambda session: change_thresholds(session, raised=raised, from_on=TODAY, **decide),
        lambda session: close_language(session, "vi", TODAY),
        lambda session: open_language(session, "vi"),
    ):
        store.write(change)
        with store.read() as session:
            assert list_due_services(session, TODAY) == services
        assert (assess_due(store, clock), assess_due(store, clock)) == (3, 0)


@pytest.mark.parametrize("year", [1970, 2000, 2100])
def test_any_day_can_be_judged(store: Store, year: int) -> None:
    service_id = store.write(add_service)
    with store.read() as session:
        judged = judge_service(session, service_id, datetime(year, 1, 1, tzinfo=UTC).date())
    assert judged.result["level"] == 0
