"""A theme of Marlow that two services share: what one of them answers concerns both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.demo.content import ThemeContent
from portal.demo.recorder import HistoryRecorder
from portal.demo.records import SubmissionRecord
from portal.domain.loop import Actor, Event, EventKind, fold
from portal.models.loops import LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.store import outbox
from portal.store.loops import Links, event_values, insert_events, projected

Cases = Sequence[tuple[int, SubmissionRecord]]
Recorded = Mapping[str, tuple[HistoryRecorder, Cases]]  # by the slug of the service
HOME = ("power-outages", "The same blocks lose power again and again")
OTHER = ("traffic-signals", "Signals dead after storms")
MOST = 5


def share_theme(
    session: Session, recorded: Recorded, themes: Mapping[str, Sequence[ThemeContent]]
) -> None:
    """Let the theme of the one service hold open cases of both that say the same.

    They wait in it: if it is answered already, the worker tells them.
    """
    home = recorded[HOME[0]][0]
    theme_id = home.theme_ids[_place(themes[HOME[0]], HOME[1])]
    session.execute(update(Theme).where(Theme.id == theme_id).values(is_shared=True))
    for slug, name in (HOME, OTHER):
        recorder, cases = recorded[slug]
        place = _place(themes[slug], name)
        waiting = [case for case in cases if case[1].theme == place and _is_open(case[1])]
        for number, record in waiting[-MOST:]:
            _put_in(session, recorder, number, record, theme_id)
    for response_id in session.scalars(select(Response.id).where(Response.theme_id == theme_id)):
        outbox.post(
            session, "tell_response", f"tell:{response_id}:shared", now=home.city.now,
            response_id=response_id, person_id=home.authors.author_id,
        )  # fmt: skip


def _place(themes: Sequence[ThemeContent], name: str) -> int:
    return [one.name["en"] for one in themes].index(name)


def _is_open(record: SubmissionRecord) -> bool:
    """Whether it waits, and nobody has put it under a theme."""
    loop = fold(event for event, _ in record.events)
    return loop.waits_for_city and loop.themed_on is None and record.comment is not None


def _put_in(
    session: Session,
    recorder: HistoryRecorder,
    number: int,
    record: SubmissionRecord,
    theme_id: int,
) -> None:
    city, author_id = recorder.city, recorder.authors.author_id
    today = city.now.astimezone(city.zone).date()
    themed = Event(kind=EventKind.THEMED, on=today, actor=Actor.STAFF)
    links = Links(person_id=author_id, theme_id=theme_id)
    insert_events(session, [event_values(number, themed, city.now, links)])
    facts = fold([*(event for event, _ in record.events), themed])
    row = update(LoopRow).where(LoopRow.submission_id == number)
    session.execute(row.values(**projected(facts)))
    session.add(
        ThemeCase(theme_id=theme_id, submission_id=number, person_id=author_id, added_at=city.now)
    )
