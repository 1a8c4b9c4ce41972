"""What a file of earlier records says beside submissions: responses, co-decisions, the service."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal.domain.loop import Outcome
from portal.domain.raw_records import RawCoDecision, RawRecords, RawResponse, RawService
from portal.models.partners import CoDecision
from portal.models.responses import Response
from portal.models.services import PageCheck, PopulationShare, ServiceLanguage
from portal.models.submissions import Submission

# One check counts for 365 days, the day itself included.
CHECK_EVERY = timedelta(days=364)


def first_and_newest_day(records: RawRecords) -> tuple[date, date] | None:
    """The days between which the file knows anything (due dates aside); None when it is empty."""
    days = [
        day
        for case in records.submissions
        for day in (
            case.received_at,
            case.acknowledged_at,
            case.told_at,
            case.disputed_at,
            case.retold_at,
            case.invited_at,
        )
        if day is not None
    ]
    days += [rating.at for rating in records.ratings]
    days += [response.published_at for response in records.responses]
    days += [record.decided_at for record in records.co_decisions]
    return (min(days), max(days)) if days else None


def write_responses(
    session: Session,
    service_id: int,
    import_id: int,
    responses: Sequence[RawResponse],
    moment: Callable[[date], datetime],
    *,
    lang: str,
    now: datetime,
) -> tuple[int, list[str]]:
    """Add published responses, without texts: the file has none. Returns (added, problems).

    One without an id is known by its day and its place among those of that day.
    """
    rows = session.execute(
        select(Response.import_ref, Response.published_on).where(Response.import_id == import_id)
    )
    known = {row.import_ref: row.published_on for row in rows}
    added, problems, unnamed = 0, [], Counter[date]()
    for response in responses:
        day = response.published_at
        unnamed[day] += response.id is None
        ref = f"day:{day}#{unnamed[day]}" if response.id is None else f"id:{response.id}"
        if ref not in known:
            session.add(
                Response(
                    service_id=service_id,
                    outcome=Outcome.ANSWERED,
                    source_lang=lang,
                    status="published",
                    created_at=now,
                    published_at=moment(day),
                    published_on=day,
                    import_id=import_id,
                    import_ref=ref,
                )
            )
            added += 1
        elif known[ref] != day:
            problems.append(f"responses (id {response.id}): has changed since its import")
    session.flush()
    return added, problems


def write_co_decisions(
    session: Session, service_id: int, import_id: int, records: Sequence[RawCoDecision]
) -> int:
    """Add actions decided together, and bring what residents attested up to date.

    They have no id: one is known by its day, its partner, and its place among those.
    """
    rows = session.scalars(select(CoDecision).where(CoDecision.import_id == import_id))
    known = {row.import_ref: row for row in rows}
    added, places = 0, Counter[str]()
    for record in records:
        values = asdict(record)
        day = values.pop("decided_at")
        about = f"{day}:{hashlib.sha256(record.partner.encode()).hexdigest()[:32]}"
        places[about] += 1
        ref = f"{about}#{places[about]}"
        if ref in known:
            for name, value in values.items():
                setattr(known[ref], name, value)
        else:
            session.add(
                CoDecision(
                    service_id=service_id,
                    decided_on=day,
                    import_id=import_id,
                    import_ref=ref,
                    **values,
                )
            )
            added += 1
    session.flush()
    return added


def write_offers(
    session: Session,
    service_id: int,
    import_id: int,
    service: RawService,
    days: tuple[date, date],
) -> None:
    """Population shares, languages and page checks, as the file states them for its days.

    A service without submissions of its own takes the file's languages as its own, from the first
    day on. One that is in use keeps its languages; the file's hold for the time before them.
    """
    first, _newest = days
    if service.population_share:
        _replace_shares(session, service_id, service)
    is_in_use = session.scalar(
        select(exists().where(Submission.service_id == service_id, Submission.import_id.is_(None)))
    )
    for role, langs in (
        ("required", service.required_languages),
        ("input", service.input_languages),
    ):
        wanted = list(dict.fromkeys(langs))
        if wanted and is_in_use:
            _fill_languages(session, service_id, role, wanted, first)
        elif wanted:
            _replace_languages(session, service_id, role, wanted, first)
    _add_checks(session, service_id, import_id, service.info_languages, days)
    session.flush()


def _replace_shares(session: Session, service_id: int, service: RawService) -> None:
    session.execute(delete(PopulationShare).where(PopulationShare.service_id == service_id))
    session.add_all(
        PopulationShare(service_id=service_id, lang=lang, share=share, position=position)
        for position, (lang, share) in enumerate(service.population_share.items())
    )


def _languages(session: Session, service_id: int, role: str) -> list[ServiceLanguage]:
    statement = (
        select(ServiceLanguage)
        .where(ServiceLanguage.service_id == service_id, ServiceLanguage.role == role)
        .order_by(ServiceLanguage.id)
    )
    return list(session.scalars(statement))


def _replace_languages(
    session: Session, service_id: int, role: str, wanted: list[str], first: date
) -> None:
    rows = _languages(session, service_id, role)
    is_so = (
        [row.lang for row in rows if row.closed_on is None] == wanted == [row.lang for row in rows]
    )
    opened_on = min([first, *(row.opened_on for row in rows)])
    if is_so and all(row.opened_on <= first for row in rows):
        return
    session.execute(
        delete(ServiceLanguage).where(
            ServiceLanguage.service_id == service_id, ServiceLanguage.role == role
        )
    )
    session.add_all(_opened(service_id, role, wanted, opened_on))


def _fill_languages(
    session: Session, service_id: int, role: str, wanted: list[str], first: date
) -> None:
    rows = _languages(session, service_id, role)
    begin = min((row.opened_on for row in rows), default=None)
    if begin is None or first < begin:
        session.add_all(_opened(service_id, role, wanted, first, begin))


def _opened(
    service_id: int, role: str, langs: list[str], opened_on: date, closed_on: date | None = None
) -> Iterable[ServiceLanguage]:
    return (
        ServiceLanguage(
            service_id=service_id,
            lang=lang,
            role=role,
            opened_on=opened_on,
            closed_on=closed_on,
        )
        for lang in langs
    )


def _add_checks(
    session: Session,
    service_id: int,
    import_id: int,
    langs: Sequence[str],
    days: tuple[date, date],
) -> None:
    """The file says that the pages are checked every year.

    So they were on its newest day, and often enough before it, back to its first.
    """
    rows = session.execute(
        select(PageCheck.lang, PageCheck.checked_on).where(PageCheck.service_id == service_id)
    )
    known = {(row.lang, row.checked_on) for row in rows}
    first, day = days
    while True:
        session.add_all(
            PageCheck(service_id=service_id, lang=lang, checked_on=day, import_id=import_id)
            for lang in dict.fromkeys(langs)
            if (lang, day) not in known
        )
        if day <= first:
            return
        day -= CHECK_EVERY
