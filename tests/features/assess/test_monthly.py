"""Monthly figures: the same as counting by hand, and counted again only where there is news."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assess import monthly
from portal.assess.monthly import KEPT_FRESH, CountedMonths, count_news, keep_months
from portal.assess.operations import assess_service
from portal.assess.queries_months import Cell, count_months, list_touched_months
from portal.assess.recounting import check_months
from portal.domain.loop import Actor, Event, EventKind, Verdict
from portal.domain.monthly import QUESTIONS, Counts, months_until, no_counts
from portal.models.appraisals import MonthlyFigure
from portal.models.loops import LoopRow
from portal.models.submissions import Submission
from portal.store.engine import Store
from tests.support.history import NOW, add_case, add_service, add_submission

TODAY = date(2026, 11, 20)
MONTHS = months_until(TODAY, KEPT_FRESH)
REPLIES = ("yes", "partly", "no")


def scatter(session: Session, service_id: int, random: Random) -> None:
    """Ratings and cases of a few people over a year, as wild as they may be."""
    for number in range(120):
        day = TODAY - timedelta(days=random.randrange(330))
        values: dict[str, Any] = {
            "person_key": f"p{random.randrange(40)}",
            "instrument": random.choice(("engage-survey-1", "engage-survey-2")),
            "lang": random.choice(("en", "es", "vi")),
            "channel": random.choice(("web", "phone")),
            "district": random.choice((None, "north", "south")),
            "kind": random.choice((None, "problem", "idea", "praise")),
            "q0": random.randrange(1, 6),
            **{question: random.choice((None, *range(6))) for question in QUESTIONS},
            "is_quarantined": random.random() < 0.1,
            "is_rating_excluded": random.random() < 0.1,
        }
        if number % 2:
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            add_submission(session, service_id, received_at=at, **values)
            continue
        case = add_case(session, service_id, day, _story(random, day), **values)
        names = ("lang", "district", "person_key")
        shared = {name: values[name] for name in names} | {"kind": values["kind"] or "problem"}
        session.execute(update(LoopRow).where(LoopRow.submission_id == case).values(shared))


def _story(random: Random, day: date) -> list[Event]:
    def later(kind: EventKind, after: int, **facts: Any) -> Event:
        actor = Actor.RESIDENT if kind in (EventKind.CONFIRMED, EventKind.DISPUTED) else None
        return Event(
            kind=kind, on=day + timedelta(days=after), actor=actor or Actor.SYSTEM, **facts
        )

    told = random.randrange(10, 50)
    events = [later(EventKind.TOLD, told, lang="en")] if random.random() < 0.7 else []
    if events and random.random() < 0.6:
        events.append(later(EventKind.CONFIRMED, told + 2, verdict=random.choice(list(Verdict))))
    if events and random.random() < 0.5:
        events.append(later(EventKind.DISPUTED, told + 5))
        if random.random() < 0.6:
            after = told + random.randrange(8, 60)
            events.append(later(EventKind.RETOLD, after, lang="en"))
    if random.random() < 0.1:
        events.append(later(EventKind.EXCLUDED, 60, reason="spam"))
    return events


def recount(session: Session, service_id: int, today: date) -> dict[Cell, Counts]:
    """Counting by hand, from the definition in `portal/assess/monthly.py`."""
    found: dict[Cell, Counts] = defaultdict(no_counts)
    submissions = {row.id: row for row in session.scalars(select(Submission))}
    last: dict[Any, Submission] = {}
    for row in sorted(submissions.values(), key=lambda row: (row.received_on, row.id)):
        is_out = row.is_quarantined or row.is_rating_excluded or row.service_id != service_id
        if not is_out:
            last[row.person_key, row.received_on.replace(day=1)] = row
    for row in last.values():
        for counts in _cells(found, row.received_on, row.instrument, row, row):
            counts["ratings"] += 1
            counts["q0"][(row.q0 or 0) - 1] += 1
            for question in QUESTIONS:
                if (answer := getattr(row, question)) is not None:
                    counts[question][answer] += 1
    _recount_cases(session, service_id, today, found, submissions)
    return dict(found)


def _recount_cases(
    session: Session,
    service_id: int,
    today: date,
    found: dict[Cell, Counts],
    submissions: dict[int, Submission],
) -> None:
    people: dict[Any, list[LoopRow]] = defaultdict(list)
    for loop in sorted(session.scalars(select(LoopRow)), key=lambda row: row.received_on):
        month = loop.received_on.replace(day=1)
        own = people[loop.person_key, month]
        if loop.excluded is None and loop.service_id == service_id and len(own) < 3:
            own.append(loop)
    replies = {
        key: [loop for loop in own if loop.kind != "praise" and loop.verdict in REPLIES]
        for key, own in people.items()
    }
    for loop in (own[-1] for own in replies.values() if own):
        sent = submissions[loop.submission_id]
        for counts in _cells(found, loop.received_on, sent.instrument, loop, sent):
            counts[str(loop.verdict)] += 1
    senders: dict[int, set[str]] = defaultdict(set)
    for loop in (loop for own in people.values() for loop in own):
        sent = submissions[loop.submission_id]
        for counts in _cells(found, loop.received_on, sent.instrument, loop, sent):
            if loop.kind != "praise" and (today - loop.received_on).days >= 30:
                senders[id(counts)].add(loop.person_key)
                counts["due_people"] = len(senders[id(counts)])
            counts["cases"] += 1
            _count_loop(counts, loop, today)


def _cells(
    found: dict[Cell, Counts], day: date, instrument: str, row: Any, sent: Submission
) -> Iterable[Counts]:
    groups = {"lang": row.lang, "district": row.district, "kind": row.kind, "channel": sent.channel}
    for breakdown, value in ({"all": ""} | groups).items():
        if value is not None:
            yield found[Cell(day.replace(day=1), instrument, breakdown, value)]


def _count_loop(counts: Counts, loop: LoopRow, today: date) -> None:
    if loop.kind == "praise":
        return
    counts["told"] += loop.told_on is not None
    waited = (loop.told_on - loop.received_on).days if loop.told_on else None
    counts["waits"][4 if waited is None else bisect_left((7, 30, 90), waited)] += 1
    if (today - loop.received_on).days < 30:
        return
    counts["due"] += 1
    is_undone = (
        loop.disputed_on is not None
        and (today - loop.disputed_on).days > 30
        and not (loop.retold_on and 0 <= (loop.retold_on - loop.disputed_on).days <= 30)
    )
    in_time = loop.told_on is not None and 0 <= (loop.told_on - loop.received_on).days <= 30
    counts["told30"] += in_time and not is_undone


def kept(session: Session, service_id: int) -> dict[Cell, Counts]:
    rows = session.scalars(select(MonthlyFigure).where(MonthlyFigure.service_id == service_id))
    return {Cell(r.month_on, r.instrument, r.breakdown, r.value): r.counts for r in rows}


def test_the_figures_are_those_of_a_count_by_hand(store: Store) -> None:
    service_id, other_id = store.write(add_service), store.write(add_service)
    random = Random(7)
    store.write(scatter, service_id, random)
    store.write(scatter, other_id, random)
    with store.read() as session:
        for today in (TODAY, TODAY + timedelta(days=25)):
            found = count_months(session, service_id, MONTHS, today)
            assert found == recount(session, service_id, today)
    assert any(counts["told30"] for counts in found.values())


def test_every_key_is_written_down() -> None:
    assert monthly.__doc__ is not None
    assert [key for key in no_counts() if key[0] != "q" and f"`{key}`" not in monthly.__doc__] == []


def test_news_refresh_the_touched_months_and_a_new_day_all(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(scatter, service_id, Random(3))
    assessed = store.write(assess_service, service_id=service_id, as_of=TODAY, now=NOW)
    store.write(add_submission, service_id, person_key="new", district="north")
    late = datetime(2026, 3, 4, 12, tzinfo=UTC)
    store.write(add_submission, service_id, person_key="late", received_at=late)
    with store.read() as session:
        touched = list_touched_months(
            session, service_id, assessed.last_event_id, assessed.last_submission_id
        )
        assert touched == [date(2026, 3, 1), date(2026, 11, 1)]
        assert list(count_news(session, service_id, TODAY).months) == touched
        assert list(count_news(session, service_id, TODAY + timedelta(days=1)).months) == MONTHS
    store.write(assess_service, service_id=service_id, as_of=TODAY, now=NOW)
    with store.read() as session:
        assert kept(session, service_id) == recount(session, service_id, TODAY)


def test_a_month_that_was_counted_when_less_was_is_compared_by_what_it_has(store: Store) -> None:
    service_id = store.write(add_service)
    store.write(add_submission, service_id, district="north")
    store.write(assess_service, service_id=service_id, as_of=TODAY, now=NOW)

    def rewrite(session: Session, /, **changed: int) -> None:
        for row in session.scalars(select(MonthlyFigure)):
            kept = {name: count for name, count in row.counts.items() if name != "due_people"}
            row.counts = kept | {"case_people": 1} | changed

    store.write(rewrite)
    with store.read() as session:
        assert list(check_months(session)) == []
    store.write(rewrite, ratings=7)
    with store.read() as session:
        assert len(list(check_months(session))) == 1


def test_figures_that_nothing_stands_behind_any_more_go_away(store: Store) -> None:
    service_id = store.write(add_service)
    number = store.write(add_submission, service_id, district="north")
    store.write(assess_service, service_id=service_id, as_of=TODAY, now=NOW)
    store.write(lambda session: session.execute(
        update(Submission).where(Submission.id == number).values(is_quarantined=True)
    ))  # fmt: skip
    month = [date(2026, 11, 1)]
    with store.read() as session:
        assert kept(session, service_id)
        counted = count_months(session, service_id, month, TODAY)
    store.write(keep_months, CountedMonths(service_id, month, counted))
    with store.read() as session:
        assert kept(session, service_id) == {}
