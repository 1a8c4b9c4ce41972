"""How many said so and what they replied: never fewer than ten, and in batches only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.assess.operations import assess_service
from portal.assess.said import refresh_figures
from portal.domain.loop import Actor, Event, EventKind, Outcome, Verdict
from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.said import Reaction, ThemeDistrict, ThemeFigure
from portal.store.content import get_content_version
from portal.store.engine import Store
from portal.store.loops import Links, append_event
from tests.features.public.publishing import publish_response
from tests.support.appraising import appraise_service
from tests.support.cases import send_case
from tests.support.city import City

NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)
TODAY = date(2026, 5, 20)
NEXT_MONTH = date(2026, 6, 2)
NEXT_QUARTER = date(2026, 7, 1)
AFTER_NEXT = date(2026, 10, 1)


@pytest.fixture
def answer(store: Store, city: City) -> int:
    """A published response about potholes; its theme has no cases yet."""
    texts = {"en": ("The holes come back.", "We repaved.", "")}
    return store.write(lambda session: publish_response(session, city.potholes, NOW, texts))


@pytest.fixture
def refresh(store: Store, city: City) -> Callable[[date], int]:
    def run(today: date) -> int:
        return store.write(refresh_figures, service_id=city.potholes, today=today)

    return run


def theme_of(session: Session, response_id: int) -> int:
    theme_id = session.get_one(Response, response_id).theme_id
    assert theme_id is not None
    return theme_id


def join(
    session: Session, service_id: int, theme_id: int, on: date = TODAY, **values: object
) -> int:
    """Somebody whose case belongs to the theme."""
    at = datetime.combine(on, NOW.timetz())
    district = values.pop("district", None)
    case = send_case(session, service_id, at, **values)
    session.execute(insert(ThemeCase).values(theme_id=theme_id, submission_id=case, added_at=at))
    session.execute(
        update(LoopRow).where(LoopRow.submission_id == case).values(district=district, themed_on=on)
    )
    return case


def tell(session: Session, city: City, case: int, response_id: int, on: date = TODAY) -> None:
    at = datetime.combine(on, NOW.timetz())
    links = Links(response_id=response_id)
    by = Links(response_id=response_id, person_id=city.people["staff"])
    outcome = Outcome.ANSWERED
    responded = Event(kind=EventKind.RESPONDED, on=on, actor=Actor.STAFF, outcome=outcome)
    told_before = append_event(session, case, responded, at=at, links=by).told_on
    kind = EventKind.RETOLD if told_before else EventKind.TOLD
    told = Event(kind=kind, on=on, actor=Actor.SYSTEM, lang="en")
    append_event(session, case, told, at=at, links=links)


def reply(session: Session, case: int, verdict: Verdict, on: date = TODAY) -> None:
    event = Event(kind=EventKind.CONFIRMED, on=on, actor=Actor.RESIDENT, verdict=verdict)
    append_event(session, case, event, at=datetime.combine(on, NOW.timetz()))


def voices(store: Store, response_id: int) -> tuple[int | None, dict[str, int]]:
    with store.read() as session:
        theme_id = theme_of(session, response_id)
        figure = session.get_one(ThemeFigure, theme_id)
        rows = session.scalars(select(ThemeDistrict).where(ThemeDistrict.theme_id == theme_id))
        return figure.people, {row.district: row.people for row in rows}


def replies(store: Store, response_id: int) -> tuple[int | None, ...]:
    with store.read() as session:
        row = session.get_one(Reaction, response_id)
        return row.replies, row.yes, row.partly, row.no


def add(store: Store, city: City, response_id: int, count: int, **values: Any) -> list[int]:
    def run(session: Session) -> list[int]:
        theme_id = theme_of(session, response_id)
        return [join(session, city.potholes, theme_id, **values) for _ in range(count)]

    return store.write(run)


def test_nine_people_are_nobody_and_ten_are_ten(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 9)
    refresh(TODAY)
    assert voices(store, answer) == (None, {})
    add(store, city, answer, 1, on=NEXT_QUARTER)
    refresh(NEXT_QUARTER)
    assert voices(store, answer) == (10, {})


def test_a_person_counts_once_and_only_while_the_case_stands(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 11)
    add(store, city, answer, 4, person_key="the same")
    excluded = add(store, city, answer, 2)

    def set_aside(session: Session) -> None:
        aside = Event(kind=EventKind.EXCLUDED, on=TODAY, actor=Actor.STAFF, reason="spam")
        links = Links(person_id=city.people["staff"])
        append_event(session, excluded[0], aside, at=NOW, links=links)
        gone = Event(kind=EventKind.WITHDRAWN, on=TODAY, actor=Actor.RESIDENT)
        append_event(session, excluded[1], gone, at=NOW)

    store.write(set_aside)
    refresh(TODAY)
    assert voices(store, answer) == (12, {})


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"north": 12, "south": 3, None: 11}, {"north": 12}),
        ({"north": 12, "south": 3}, {}),  # from the sum one would know the other
        ({"north": 12, "south": 10}, {"north": 12, "south": 10}),
        ({"north": 30, "south": 9, "east": 9}, {"north": 30}),
    ],
)
def test_no_district_gives_fewer_than_ten_away(
    store: Store,
    city: City,
    answer: int,
    refresh: Callable[[date], int],
    people: dict[str | None, int],
    shown: dict[str, int],
) -> None:
    for district, count in people.items():
        add(store, city, answer, count, district=district)
    refresh(TODAY)
    assert voices(store, answer) == (sum(people.values()), shown)


def test_figures_move_once_a_month_and_not_for_a_few(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 20)
    assert refresh(TODAY) == 2  # the theme's and the response's
    add(store, city, answer, 15)
    assert refresh(TODAY + timedelta(days=5)) == 0
    assert voices(store, answer)[0] == 20
    assert refresh(NEXT_MONTH) == 1
    assert voices(store, answer)[0] == 35
    add(store, city, answer, 9, on=NEXT_QUARTER)
    assert refresh(NEXT_QUARTER) == 0  # a quarter that begins would show who wrote in a few days
    assert voices(store, answer)[0] == 35
    add(store, city, answer, 1, on=NEXT_QUARTER)
    assert refresh(NEXT_QUARTER) == 1
    assert voices(store, answer)[0] == 45


def test_those_who_are_gone_let_a_figure_move_as_new_ones_do(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    cases = add(store, city, answer, 30)
    refresh(TODAY)

    def set_aside(session: Session, count: int) -> None:
        first = LoopRow.submission_id.in_(cases[:count])
        session.execute(update(LoopRow).where(first).values(excluded="spam"))

    store.write(set_aside, 9)
    assert refresh(NEXT_MONTH) == 0
    store.write(set_aside, 15)
    assert refresh(NEXT_MONTH) == 1
    assert voices(store, answer)[0] == 15


def test_whoever_writes_again_moves_nothing(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    """Else the figure, and the district, of the one who is new would show as a difference."""
    add(store, city, answer, 25, district="north")
    add(store, city, answer, 12, district="south")
    known = [{"district": "north", "person_key": f"known {number}"} for number in range(10)]
    for one in known:
        add(store, city, answer, 1, **one)
    refresh(TODAY)
    for one in known:
        add(store, city, answer, 1, on=NEXT_MONTH, **one)
    add(store, city, answer, 1, on=NEXT_MONTH, district="south")
    assert refresh(NEXT_MONTH) == 0
    assert voices(store, answer) == (47, {"north": 35, "south": 12})
    add(store, city, answer, 9, on=NEXT_MONTH, district="south")
    assert refresh(NEXT_MONTH) == 1
    assert voices(store, answer) == (57, {"north": 35, "south": 22})


def test_those_who_come_from_another_theme_are_new_behind_this_one(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 12)
    refresh(TODAY)

    def put_in(session: Session, cases: list[int]) -> None:
        at = datetime.combine(NEXT_MONTH, NOW.timetz())
        theme_id = theme_of(session, answer)
        session.add_all(
            ThemeCase(theme_id=theme_id, submission_id=case, added_at=at) for case in cases
        )

    texts = {"en": ("The kerbs are loose.", "We set them again.", "")}
    other = store.write(lambda session: publish_response(session, city.potholes, NOW, texts))
    before = add(store, city, other, 40)
    store.write(put_in, before[:9])
    assert refresh(NEXT_MONTH) == 1  # the other theme's figure, for the first time
    assert voices(store, answer)[0] == 12
    store.write(put_in, before[9:])
    assert refresh(NEXT_MONTH) == 1
    assert voices(store, answer)[0] == 52


def test_replies_move_with_the_results_that_they_add_up_to(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    """On the appraisal's own day, however few are new, and on no other for a few."""
    fourth, later = NEXT_QUARTER + timedelta(days=3), NEXT_QUARTER + timedelta(days=40)
    cases = iter(add(store, city, answer, 60))

    def say(session: Session, count: int, on: date) -> None:
        for _ in range(count):
            case = next(cases)
            tell(session, city, case, answer, on)
            reply(session, case, Verdict.YES, on)

    def look(today: date) -> int | None:
        store.write(assess_service, service_id=city.potholes, as_of=today, now=NOW)
        refresh(today)
        return replies(store, answer)[0]

    def appraise(day: date) -> None:
        store.write(appraise_service, service_id=city.potholes, as_of=day, now=NOW)

    store.write(say, 20, TODAY)
    assert look(TODAY) == 20
    store.write(say, 12, NEXT_QUARTER - timedelta(days=1))
    appraise(NEXT_QUARTER)
    assert look(fourth) == 20  # the worker stood still on the first
    store.write(say, 9, fourth)
    assert look(later) == 20  # there is no batch of results
    add(store, city, answer, 10, on=later)
    assert look(later) == 41  # with a batch, for ten people who rated and 21 who replied
    store.write(say, 9, later)
    assert look(later + timedelta(days=1)) == 41
    appraise(AFTER_NEXT)
    assert look(AFTER_NEXT) == 50
    store.write(say, 1, AFTER_NEXT)
    assert look(AFTER_NEXT) == 50  # once on that day


def test_refreshing_again_changes_nothing(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 20)
    refresh(TODAY)
    with store.read() as session:
        before = get_content_version(session)
    assert refresh(TODAY) == 0
    with store.read() as session:
        assert get_content_version(session) == before


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ((5, 3, 1), (None, None, None, None)),
        ((10, 0, 0), (10, 10, 0, 0)),
        ((12, 10, 11), (33, 12, 10, 11)),
        ((12, 11, 2), (25, 12, None, None)),
        ((12, 2, 0), (14, None, None, 0)),
    ],
)
def test_replies_are_counted_beside_the_claim(
    store: Store,
    city: City,
    answer: int,
    refresh: Callable[[date], int],
    said: tuple[int, int, int],
    shown: tuple[int | None, ...],
) -> None:
    cases = iter(add(store, city, answer, sum(said)))

    def say(session: Session) -> None:
        for count, verdict in zip(said, (Verdict.YES, Verdict.PARTLY, Verdict.NO), strict=True):
            for _ in range(count):
                case = next(cases)
                tell(session, city, case, answer)
                reply(session, case, verdict)

    store.write(say)
    store.write(assess_service, service_id=city.potholes, as_of=TODAY, now=NOW)
    refresh(TODAY)
    assert replies(store, answer) == shown


def test_a_reply_belongs_to_the_answer_that_was_told_last(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    texts = {"en": ("The holes come back.", "We repaved it all.", "")}
    later = store.write(
        lambda session: publish_response(session, city.potholes, NOW, texts, follows_id=answer)
    )
    cases = add(store, city, answer, 12)

    def say(session: Session) -> None:
        for case in cases:
            tell(session, city, case, answer)
            reply(session, case, Verdict.YES)
            reply(session, case, Verdict.NO)  # the newest word counts
            tell(session, city, case, later)
        for case in cases[:10]:
            reply(session, case, Verdict.YES)

    store.write(say)
    refresh(TODAY)
    assert replies(store, answer) == (12, 0, 0, 12)
    assert replies(store, later) == (10, 10, 0, 0)


def test_an_answer_alone_among_others_does_not_give_its_replies_away(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    """Whoever knows the service's sum would take the other answers away from it."""
    texts = {"en": ("The holes come back.", "We repaved it all.", "")}
    other = store.write(lambda session: publish_response(session, city.potholes, NOW, texts))

    def say(response_id: int, said: dict[Verdict, int]) -> None:
        cases = iter(add(store, city, response_id, sum(said.values())))

        def run(session: Session) -> None:
            for verdict, count in said.items():
                for _ in range(count):
                    case = next(cases)
                    tell(session, city, case, response_id)
                    reply(session, case, verdict)

        store.write(run)

    say(answer, {Verdict.YES: 20, Verdict.PARTLY: 12, Verdict.NO: 11})
    say(other, {Verdict.YES: 15, Verdict.PARTLY: 9, Verdict.NO: 2})
    refresh(TODAY)
    assert replies(store, other) == (26, 15, None, None)
    assert replies(store, answer) == (43, 20, None, None)


def test_a_new_answer_waits_for_the_batch_of_its_service(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    store.write(assess_service, service_id=city.potholes, as_of=TODAY, now=NOW)
    refresh(TODAY)
    texts = {"en": ("The holes come back.", "We repaved it all.", "")}
    new = store.write(lambda session: publish_response(session, city.potholes, NOW, texts))
    cases = add(store, city, new, 12)

    def say(session: Session) -> None:
        for case in cases:
            tell(session, city, case, new)
            reply(session, case, Verdict.YES, NEXT_MONTH)

    store.write(say)
    for day in (TODAY + timedelta(days=1), NEXT_MONTH):
        store.write(assess_service, service_id=city.potholes, as_of=day, now=NOW)
        refresh(day)
        assert replies(store, new) == (None, None, None, None), "no results move within a quarter"
    store.write(assess_service, service_id=city.potholes, as_of=NEXT_QUARTER, now=NOW)
    refresh(NEXT_QUARTER)
    assert replies(store, new) == (12, 12, 0, 0)


def test_people_of_all_services_count_behind_a_shared_theme(
    store: Store, city: City, answer: int, refresh: Callable[[date], int]
) -> None:
    add(store, city, answer, 6, district="north")
    store.write(join_from_elsewhere, city, answer, 5)
    refresh(TODAY)
    assert voices(store, answer) == (11, {})  # five in no district would follow from the sum
    assert store.write(refresh_figures, service_id=city.pools, today=TODAY) == 0


def join_from_elsewhere(session: Session, city: City, response_id: int, count: int) -> list[int]:
    """People who wrote about swimming pools, in the theme that takes their cases as well."""
    theme_id = theme_of(session, response_id)
    session.get_one(Theme, theme_id).is_shared = True
    return [join(session, city.pools, theme_id) for _ in range(count)]


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        (12, (37, 37, 0, 0)),
        (9, (25, 25, 0, 0)),  # from what potholes' own people say, nine would follow
    ],
)
def test_replies_of_another_services_people_count_once_they_are_ten(
    store: Store, city: City, answer: int, refresh: Callable[[date], int], theirs: int,
    shown: tuple[int, ...],
) -> None:  # fmt: skip
    ours = add(store, city, answer, 25)

    def run(session: Session) -> None:
        for case in [*ours, *join_from_elsewhere(session, city, answer, theirs)]:
            tell(session, city, case, answer)
            reply(session, case, Verdict.YES)

    store.write(run)
    refresh(TODAY)
    assert replies(store, answer) == shown


def test_what_ones_own_people_reply_to_others_answers_does_not_follow_from_the_sum(
    store: Store, city: City, answer: int
) -> None:
    """Four of pools' people were told by an answer about potholes; pools' sum is public."""
    texts = {"en": ("Too few lanes.", "We opened two.", "")}
    own = store.write(lambda session: publish_response(session, city.pools, NOW, texts))

    def run(session: Session) -> None:
        for case in [join(session, city.pools, theme_of(session, own)) for _ in range(20)]:
            tell(session, city, case, own)
            reply(session, case, Verdict.YES)
        for place, case in enumerate(join_from_elsewhere(session, city, answer, 4)):
            tell(session, city, case, answer)
            reply(session, case, Verdict.YES if place else Verdict.NO)

    store.write(run)
    store.write(refresh_figures, service_id=city.pools, today=TODAY)
    # 20 of the 23 who said yes would leave three; and if nobody here said no, one there did.
    assert replies(store, own) == (20, None, None, None)
