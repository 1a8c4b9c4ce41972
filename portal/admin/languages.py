"""Languages of the whole city: how complete each is, switching one off for residents, and on.

An added language that is offered or withdrawn by the command is switched on or off in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.admin.services.operations import change_spans
from portal.admin.services.queries import list_spans
from portal.domain.open_spans import close_from, open_from
from portal.domain.typed_texts import require_seen
from portal.models.responses import Response, ResponseText
from portal.models.services import (
    Department,
    DepartmentText,
    District,
    DistrictText,
    Service,
    ServiceChannel,
    ServiceLanguage,
    ServiceText,
)
from portal.store import audit
from portal.store.content import lock_content, raise_content_version
from portal.store.languages import close_language, list_closed_languages, open_language
from portal.store.services import has_door, open_languages


@dataclass(frozen=True)
class Part:
    """How much of one kind of text there is in a language."""

    there: int
    of: int


@dataclass(frozen=True)
class LanguageRow:
    """An installed language. `closed_on`: residents are not offered it from that day."""

    lang: str
    closed_on: date | None
    services: Part
    departments: Part
    districts: Part
    answers: Part


def list_languages(session: Session, installed: Sequence[str]) -> list[LanguageRow]:
    """All installed languages, with the texts that people have written and reviewed in them."""
    closed = list_closed_languages(session)
    in_use = select(Service.id).where(Service.is_active)
    out = select(Response.id).where(Response.status == "published")
    open_ones = select(District.id).where(District.closed_on.is_(None))
    there = [
        _count(session, select(ServiceText.lang, func.count())
               .where(ServiceText.service_id.in_(in_use), ServiceText.status == "reviewed")
               .group_by(ServiceText.lang)),
        _count(session, select(DepartmentText.lang, func.count()).group_by(DepartmentText.lang)),
        _count(session, select(DistrictText.lang, func.count())
               .where(DistrictText.district_id.in_(open_ones)).group_by(DistrictText.lang)),
        _count(session, select(ResponseText.lang, func.count())
               .where(ResponseText.response_id.in_(out), ResponseText.status == "reviewed")
               .group_by(ResponseText.lang)),
    ]  # fmt: skip
    totals = [
        session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        for wanted in (in_use, select(Department.id), open_ones, out)
    ]
    return [
        LanguageRow(
            lang, closed.get(lang),
            *(Part(one.get(lang, 0), of) for one, of in zip(there, totals, strict=True)),
        )
        for lang in installed
    ]  # fmt: skip


def switch_off(
    session: Session,
    *,
    lang: str,
    day: date,
    person_id: int | None,
    now: datetime,
    today: date,
    seen: str | None = None,
) -> None:
    """From that day residents are not offered the language, and no service takes feedback in it.

    What is required of services stays required. `seen` is the day from which it was off when the
    page was read, "" for none. Raises ValueError for a day that has passed, TextsMoved where
    somebody else has chosen another one.
    """
    if day < today:
        raise ValueError("this day has passed")
    lock_content(session)
    closed_on = list_closed_languages(session).get(lang)
    require_seen(closed_on.isoformat() if closed_on else "", seen=seen, typed=day.isoformat())
    close_language(session, lang, day)
    for service_id in session.scalars(select(Service.id)).all():
        change_spans(
            session, ServiceLanguage, service_id, _input(lang), change=close_from, day=day,
            today=today,
        )  # fmt: skip
    _record(session, "city_language_closed", lang=lang, day=day, person_id=person_id, now=now)


def switch_on(session: Session, *, lang: str, person_id: int, now: datetime, today: date) -> None:
    """From today residents are offered it, and services that switching off has closed take it.

    So do those that have begun to take ratings while it was off.
    """
    if lang in list_closed_languages(session):
        _open_again(session, lang, today)
        _record(session, "city_language_opened", lang=lang, day=today, person_id=person_id, now=now)


def offer(session: Session, *, lang: str, now: datetime, today: date) -> int:
    """From today residents are offered a language that the city has added.

    It is switched on, where it was off, and open for feedback to every service that takes ratings
    and has never opened or closed it: nobody can have done so before it was there. A service that
    has closed it stays closed; one without a channel opens in it with its first. Returns how many
    services were opened.
    """
    opened = 0
    was_off = lang in list_closed_languages(session)
    if was_off:
        opened += _open_again(session, lang, today)
    for service_id in _list_undecided(session, lang, today):
        open_languages(session, service_id, [lang], today)
        opened += 1
    if was_off or opened:
        raise_content_version(session)
        _record(
            session, "city_language_opened", lang=lang, day=today, person_id=None, now=now,
            count=opened,
        )  # fmt: skip
    return opened


def withdraw(session: Session, *, lang: str, now: datetime, today: date) -> None:
    """From today residents are not offered a language that the city has added."""
    closed_on = list_closed_languages(session).get(lang)
    if closed_on is None or closed_on > today:
        switch_off(session, lang=lang, day=today, person_id=None, now=now, today=today)


def _open_again(session: Session, lang: str, today: date) -> int:
    """End what switching off has begun; returns how many services take feedback in it again."""
    closed_on = list_closed_languages(session)[lang]
    open_language(session, lang)
    opened = 0
    for service_id in session.scalars(select(Service.id)).all():
        spans = list_spans(session, ServiceLanguage, service_id, **_input(lang))
        if any(span.closed_on == closed_on for span in spans) or (
            not spans and _has_begun_since(session, service_id, closed_on, today)
        ):
            change_spans(
                session, ServiceLanguage, service_id, _input(lang), change=open_from, day=today,
                today=today,
            )  # fmt: skip
            opened += 1
    return opened


def _has_begun_since(session: Session, service_id: int, closed_on: date, today: date) -> bool:
    """Whether it takes ratings and took none when the language was on: nobody decided about it."""
    last_on = closed_on - timedelta(days=1)
    return has_door(session, service_id, today) and not has_door(session, service_id, last_on)


def _list_undecided(session: Session, lang: str, today: date) -> Sequence[int]:
    """The services with a channel, today or from a later day, and no record of this language for
    feedback."""
    decided = select(ServiceLanguage.service_id).filter_by(**_input(lang))
    with_channel = select(ServiceChannel.service_id).where(
        or_(ServiceChannel.closed_on.is_(None), ServiceChannel.closed_on > today)
    )
    return session.scalars(
        select(Service.id)
        .where(Service.id.in_(with_channel), Service.id.not_in(decided))
        .order_by(Service.id)
    ).all()


def _input(lang: str) -> dict[str, str]:
    return {"lang": lang, "role": "input"}


def _count(session: Session, statement: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(statement)}


def _record(
    session: Session,
    action: str,
    *,
    lang: str,
    day: date,
    person_id: int | None,
    now: datetime,
    **detail: int,
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="setting", lang=lang,
        day=day.isoformat(), **detail,
    )  # fmt: skip
