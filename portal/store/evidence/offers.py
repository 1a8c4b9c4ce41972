"""What a service offers: languages, channels, public responses, co-decisions (METHOD.md A.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from portal.models.assessments import HistoryImport
from portal.models.loops import LoopRow
from portal.models.partners import Attestation, CoDecision
from portal.models.responses import Response, ThemeCase
from portal.models.services import PageCheck, PopulationShare, ServiceLanguage
from portal.models.submissions import Submission
from portal.store.co_decisions import list_figures
from portal.store.evidence.known_cases import (
    any_cases,
    cases_known_on,
    counted_now,
    has_later_events,
    loop_as_of,
)
from portal.store.evidence.ratings import is_present
from portal.store.evidence.window import ANY_DAY, ANY_SERVICE, Window, ask
from portal.store.languages import list_closed_languages
from portal.store.offers import open_on

PAGE_CHECK_DAYS = 365


def list_languages(session: Session, service_id: int, role: str, as_of: date) -> list[str]:
    """Languages that are required of the service, or open for feedback to it, on the day."""
    return list(ask(session, _languages, service_id, as_of, role).scalars())


def list_opened_languages(session: Session, service_id: int, as_of: date) -> dict[str, date]:
    """{language: since when} of those that are open for feedback on the day."""
    rows = ask(session, _languages, service_id, as_of, "input")
    return {row.lang: row.opened_on for row in rows}


def _languages(role: str) -> Select[*tuple[Any, ...]]:
    today = Window(ANY_DAY, 0).ago(0)
    return (
        select(ServiceLanguage.lang, func.min(ServiceLanguage.opened_on).label("opened_on"))
        .where(
            ServiceLanguage.service_id == ANY_SERVICE,
            ServiceLanguage.role == role,
            *open_on(ServiceLanguage, today),
        )
        .group_by(ServiceLanguage.lang)
        .order_by(func.min(ServiceLanguage.id))
    )


def list_checked_languages(session: Session, service_id: int, as_of: date) -> list[str]:
    """Languages in which a person checked the service's page in the last 12 months.

    Without those that the city had switched off by the day: nobody is shown the page in them.
    """
    closed = list_closed_languages(session)
    checked = ask(session, _checked_languages, service_id, as_of).scalars()
    return [lang for lang in checked if lang not in closed or closed[lang] > as_of]


def list_last_checks(session: Session, service_id: int, as_of: date) -> dict[str, date]:
    """{language: the last day until `as_of` on which a person checked the service's page}."""
    rows = session.execute(
        select(PageCheck.lang, func.max(PageCheck.checked_on))
        .where(PageCheck.service_id == service_id, PageCheck.checked_on <= as_of)
        .group_by(PageCheck.lang)
    )
    return {row[0]: row[1] for row in rows}


def _checked_languages() -> Select[Any]:
    return (
        select(PageCheck.lang)
        .where(
            PageCheck.service_id == ANY_SERVICE,
            Window(ANY_DAY, PAGE_CHECK_DAYS).within(PageCheck.checked_on),
        )
        .group_by(PageCheck.lang)
        .order_by(func.min(PageCheck.id))
    )


def get_population_share(session: Session, service_id: int) -> dict[str, float]:
    """Share of residents by language, in order: the service's own, else the city's."""
    for owner in (PopulationShare.service_id == service_id, PopulationShare.service_id.is_(None)):
        statement = (
            select(PopulationShare.lang, PopulationShare.share)
            .where(owner)
            .order_by(PopulationShare.position, PopulationShare.id)
        )
        shares = {row.lang: row.share for row in session.execute(statement)}
        if shares:
            return shares
    return {}


def count_channels(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> int:
    """Distinct channels of what came in the window of so many days and counts.

    Imported records name none: their source states how many they came through. `is_past` as in
    `list_co_decisions`.
    """
    own: int = ask(session, _own_channels, service_id, as_of, days, is_past).scalar_one()
    stated: int | None = ask(session, _stated_channels, service_id, as_of, days).scalar_one()
    return max(own, stated or 0)


def count_by_channel(
    session: Session, service_id: int, as_of: date, days: int
) -> tuple[dict[str, int], int]:
    """{channel: what came through it}, and how many channels imported records came through."""
    is_past = has_later_events(session, service_id, as_of)
    rows = ask(session, _by_channel, service_id, as_of, days, is_past)
    stated: int | None = ask(session, _stated_channels, service_id, as_of, days).scalar_one()
    return {row.channel: row.submissions for row in rows}, stated or 0


def _own_channels(days: int, is_past: bool) -> Select[Any]:
    channels = func.count(Submission.channel.distinct())
    return select(channels).where(_is_own(days, is_past=is_past))


def _by_channel(days: int, is_past: bool) -> Select[*tuple[Any, ...]]:
    channel, count = Submission.channel, func.count().label("submissions")
    own = select(channel, count).where(_is_own(days, is_past=is_past))
    return own.group_by(channel).order_by(channel)


def _is_own(days: int, *, is_past: bool) -> ColumnElement[bool]:
    """What came to the service itself and counts there: a case, or a rating that is none.

    A case that was handed over is set aside where it came from; how people reach the service that
    has it now it does not say.
    """
    row = any_cases(is_past).c
    cases = select(row.submission_id).where(
        row.service_id == ANY_SERVICE,
        row.excluded.is_(None),
        Window(ANY_DAY, days).within(row.received_on),
    )
    is_bare = and_(Submission.is_case.is_(False), is_present())
    counts = or_(is_bare, Submission.id.in_(cases))
    return and_(_arrived(days), Submission.import_id.is_(None), counts)


def _stated_channels(days: int) -> Select[Any]:
    return select(func.max(HistoryImport.channels)).where(
        HistoryImport.service_id == ANY_SERVICE,
        exists().where(Submission.import_id == HistoryImport.id, _arrived(days)),
    )


def _arrived(days: int) -> ColumnElement[bool]:
    in_window = Window(ANY_DAY, days).within(Submission.received_on)
    return and_(Submission.service_id == ANY_SERVICE, in_window)


def count_public_responses(session: Session, service_id: int, as_of: date, days: int) -> int:
    """Responses published in the window of so many days."""
    found: int = ask(session, _public_responses, service_id, as_of, days).scalar_one()
    return found


def list_public_responses(
    session: Session, service_id: int, as_of: date, days: int
) -> Sequence[Response]:
    """The same responses, the newest first."""
    return ask(session, _listed_responses, service_id, as_of, days).scalars().all()


def _public_responses(days: int) -> Select[Any]:
    return select(func.count()).select_from(Response).where(_is_public(days))


def _listed_responses(days: int) -> Select[Any]:
    return (
        select(Response)
        .where(_is_public(days))
        .order_by(Response.published_on.desc(), Response.id.desc())
    )


def _is_public(days: int) -> ColumnElement[bool]:
    in_window = Window(ANY_DAY, days).within(Response.published_on)
    return and_(Response.service_id == ANY_SERVICE, in_window)


def list_co_decisions(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> list[dict[str, Any]]:
    """Actions decided together in the window of so many days, in the evidence's shape.

    `is_past`: something has happened to the service's cases since `as_of`.
    """
    return list(get_co_decisions(session, service_id, as_of, days, is_past=is_past).values())


def get_co_decisions(
    session: Session, service_id: int, as_of: date, days: int, *, is_past: bool
) -> dict[int, dict[str, Any]]:
    """The same by id."""
    # Most services have none, and the statement that counts for them is dear to build.
    ids = ask(session, _decided, service_id, as_of, days).scalars().all()
    if not ids:
        return {}
    here = loop_as_of(service_id, as_of) if is_past else counted_now()
    others = session.scalars(_other_services(ids)).all()
    known = {service_id: here} | {one: cases_known_on(session, one, as_of) for one in others}
    return list_figures(session, [CoDecision.id.in_(ids)], _together(known), as_of)


def _other_services(ids: Sequence[int]) -> Select[int]:
    """Further services with cases in the themes of these co-decisions, or that judged them."""
    in_theme = (
        select(LoopRow.service_id)
        .join(ThemeCase, ThemeCase.submission_id == LoopRow.submission_id)
        .join(CoDecision, CoDecision.theme_id == ThemeCase.theme_id)
        .where(CoDecision.id.in_(ids), LoopRow.service_id != CoDecision.service_id)
    )
    judged = (
        select(LoopRow.service_id)
        .join(Attestation, Attestation.submission_id == LoopRow.submission_id)
        .join(CoDecision, CoDecision.id == Attestation.co_decision_id)
        .where(CoDecision.id.in_(ids), LoopRow.service_id != CoDecision.service_id)
    )
    service = union(in_theme, judged).subquery("other_service")
    return select(service.c.service_id).order_by(service.c.service_id)


def _together(known: Mapping[int, FromClause]) -> FromClause:
    """The cases of these services, each service's as known on the day."""
    names = ("submission_id", "service_id", "person_key", "told_on", "excluded")
    parts = [
        select(*(cases.c[name] for name in names)).where(cases.c.service_id == service_id)
        for service_id, cases in known.items()
    ]
    return union_all(*parts).subquery("known_case")


def _decided(days: int) -> Select[Any]:
    return select(CoDecision.id).where(
        CoDecision.service_id == ANY_SERVICE, Window(ANY_DAY, days).within(CoDecision.decided_on)
    )
