"""One case: the resident's words, what happened so far, and what it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.desk import CaseAssignment
from portal.models.loops import ExclusionRequest, LoopEvent, LoopRow
from portal.models.responses import Response, Theme, ThemeCase
from portal.models.services import Service
from portal.models.submissions import Contact, Submission
from portal.respond.queries.inbox import days_left, target_left
from portal.respond.rules import Problem
from portal.respond.scoped import find_hand_over_problem, get_case
from portal.store.assignments import holder
from portal.store.contacts import is_mailable
from portal.store.districts import get_district_name
from portal.store.loops import facts_of, list_events
from portal.store.names import Name, people_names, service_names, theme_names
from portal.store.scope import Scope
from portal.store.withdrawals import find_withdrawal_request, list_who_saw_receipt


@dataclass(frozen=True)
class CaseStep:
    """One event of the case."""

    kind: str
    on: date
    actor: str
    person: str | None
    lang: str | None
    verdict: str | None
    reason: str | None
    outcome: str | None
    theme: Name | None
    service: Name | None  # that it was handed to
    response_id: int | None


@dataclass(frozen=True)
class CaseTheme:
    """A theme that the case is in; `home` is the service that answers it, where not its own.

    `may_leave`: no answer of it is published, so nobody loses one by taking the case out.
    """

    id: int
    name: Name
    home: Name | None
    may_leave: bool


@dataclass(frozen=True)
class Request:
    """Somebody asked to set the case aside, or to hand it to `to_service`; why nobody can agree."""

    reason: str
    to_service: Name | None
    person_id: int
    person: str
    requested_at: datetime
    problem: Problem | None


@dataclass(frozen=True)
class Withdrawal:
    """The receipt asks to withdraw the case; `refused_by` is who did not agree, and when.

    `may_decide`: whoever looks at it has not seen the receipt.
    """

    requested_on: date
    may_decide: bool
    refused_on: date | None
    refused_by: str | None
    reason: str | None


@dataclass(frozen=True)
class Holder:
    """Who looks after the case, and since when."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True)
class CaseView:
    """Everything the page of a case shows. `given` are published answers of other departments."""

    row: LoopRow
    submission: Submission
    service: Name
    department_id: int
    district: Name | None
    days_left: int | None
    target_left: int | None
    steps: list[CaseStep]
    themes: list[CaseTheme]
    responses: list[Response]
    given: list[Response]
    request: Request | None
    withdrawal: Withdrawal | None
    is_told_by_mail: bool
    may_be_handed_over: bool
    holder: Holder | None


def get_case_view(
    session: Session, scope: Scope, submission_id: int, *, today: date, langs: list[str]
) -> CaseView:
    """The case. Raises NotAllowed when it is another department's."""
    row, submission = get_case(session, scope, submission_id)
    themes = _themes(session, row, langs)
    names = {theme.id: theme.name for theme in themes}
    responses = session.execute(
        select(Response, Service.department_id)
        .join(Service, Service.id == Response.service_id)
        .where(Response.theme_id.in_(names), Response.import_id.is_(None))
        .order_by(Response.id)
    ).all()
    return CaseView(
        row=row,
        submission=submission,
        service=service_names(session, [row.service_id], langs)[row.service_id],
        department_id=session.get_one(Service, row.service_id).department_id,
        district=get_district_name(session, row.district, langs[0], langs[1:])
        if row.district
        else None,
        days_left=days_left(row, today),
        target_left=target_left(row, today),
        steps=_steps(session, submission_id, names, langs),
        themes=themes,
        responses=[one for one, department_id in responses if department_id in scope.desk],
        given=[
            one
            for one, department_id in responses
            if department_id not in scope.desk and one.status == "published"
        ],
        request=_request(session, row, langs),
        withdrawal=_withdrawal(session, scope, submission),
        is_told_by_mail=is_mailable(session.get(Contact, submission_id)),
        may_be_handed_over=facts_of(row).may_be_handed_over and not row.is_imported,
        holder=_holder(session, submission_id),
    )


def _themes(session: Session, row: LoopRow, langs: list[str]) -> list[CaseTheme]:
    published = exists().where(Response.theme_id == Theme.id, Response.status == "published")
    rows = session.execute(
        select(Theme.id, Theme.service_id, published.label("is_answered"))
        .join(ThemeCase, ThemeCase.theme_id == Theme.id)
        .where(ThemeCase.submission_id == row.submission_id)
        .order_by(ThemeCase.added_at)
    ).all()
    names = theme_names(session, [one.id for one in rows], langs)
    homes = service_names(session, {one.service_id for one in rows} - {row.service_id}, langs)
    return [
        CaseTheme(one.id, names[one.id], homes.get(one.service_id), not one.is_answered)
        for one in rows
    ]


def _steps(
    session: Session, submission_id: int, themes: dict[int, Name], langs: list[str]
) -> list[CaseStep]:
    events = list_events(session, submission_id)
    people = people_names(session, [event.person_id for event in events])
    gone = {event.theme_id for event in events if event.theme_id} - themes.keys()
    services = service_names(
        session, [event.service_id for event in events if event.service_id], langs
    )
    named = {**theme_names(session, gone, langs), **themes}
    return [_step(event, people, named, services) for event in events]


def _step(
    event: LoopEvent, people: dict[int, str], themes: dict[int, Name], services: dict[int, Name]
) -> CaseStep:
    return CaseStep(
        kind=event.kind,
        on=event.happened_on,
        actor=event.actor,
        person=people.get(event.person_id) if event.person_id else None,
        lang=event.lang,
        verdict=event.verdict,
        reason=event.reason,
        outcome=event.outcome,
        theme=themes.get(event.theme_id) if event.theme_id else None,
        service=services.get(event.service_id) if event.service_id else None,
        response_id=event.response_id,
    )


def _request(session: Session, row: LoopRow, langs: list[str]) -> Request | None:
    asked = session.get(ExclusionRequest, row.submission_id)
    if asked is None:
        return None
    names = people_names(session, [asked.person_id])
    service, problem = None, None
    if asked.to_service_id is not None:
        service = service_names(session, [asked.to_service_id], langs).get(asked.to_service_id)
        problem = find_hand_over_problem(session, row, asked.to_service_id)
    return Request(
        asked.reason, service, asked.person_id, names[asked.person_id], asked.requested_at, problem
    )


def _withdrawal(session: Session, scope: Scope, submission: Submission) -> Withdrawal | None:
    row = find_withdrawal_request(session, submission.id)
    if row is None:
        return None
    return Withdrawal(
        row.requested_on,
        scope.person_id not in list_who_saw_receipt(session, submission),
        row.refused_on,
        people_names(session, [row.refused_by]).get(row.refused_by or 0),
        row.reason,
    )


def _holder(session: Session, submission_id: int) -> Holder | None:
    """Whoever looks after the case, as long as they work on it."""
    found = session.execute(
        select(holder(), CaseAssignment.assigned_at)
        .select_from(LoopRow)
        .join(Service, Service.id == LoopRow.service_id)
        .join(CaseAssignment, CaseAssignment.submission_id == LoopRow.submission_id)
        .where(LoopRow.submission_id == submission_id)
    ).first()
    if found is None or found[0] is None:
        return None
    return Holder(found[0], people_names(session, [found[0]])[found[0]], found[1])
