"""What the desk reads for printing forms and typing in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.doors import STAFF_ENTERED
from portal.models.base import MAX_ID
from portal.models.doors import EntryCheck, PaperBatch, PaperForm, PendingEntry
from portal.models.services import Service, ServiceChannel
from portal.respond.queries.names import list_my_services
from portal.respond.scoped import get_service
from portal.store.names import Name, people_names
from portal.store.offers import open_on
from portal.store.scope import NotAllowed, Scope

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class EntryService:
    """A service of one's desk, with the channels by which staff may type in for it today."""

    id: int
    slug: str
    name: Name
    channels: Sequence[str]


@dataclass(frozen=True)
class WaitingForm:
    """A form that a second person has still to type; whoever typed it first cannot."""

    form_id: int
    service: Name
    first_by: str
    is_mine: bool
    entered_at: datetime


@dataclass(frozen=True)
class Accuracy:
    """How well typing goes, by what was typed twice in the last twelve months."""

    forms: int
    fields: int
    differences: int


@dataclass(frozen=True)
class Sheets:
    """A batch of forms as it is printed."""

    id: int
    service_id: int
    lang: str
    paper: str
    form_ids: Sequence[int]


def list_entry_services(
    session: Session, scope: Scope, langs: list[str], today: date
) -> list[EntryService]:
    """The services of one's desk by name, with their open channels."""
    services = list_my_services(session, scope, langs)
    channels: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(ServiceChannel.service_id, ServiceChannel.channel).where(
            ServiceChannel.service_id.in_([service.id for service, _name in services]),
            ServiceChannel.channel.in_(STAFF_ENTERED),
            *open_on(ServiceChannel, today),
        )
    )
    for service_id, channel in rows:
        channels[service_id].add(channel)
    return [
        EntryService(
            service.id,
            service.slug,
            name,
            [channel for channel in STAFF_ENTERED if channel in channels[service.id]],
        )
        for service, name in services
        if service.is_active
    ]


def list_waiting(session: Session, scope: Scope, langs: list[str]) -> list[WaitingForm]:
    """The forms of one's desk that wait for a second person, the oldest first."""
    names = {service.id: name for service, name in list_my_services(session, scope, langs)}
    rows = session.execute(
        select(PendingEntry.form_id, PendingEntry.entered_by, PendingEntry.entered_at)
        .add_columns(PaperBatch.service_id)
        .join(PaperForm, PaperForm.id == PendingEntry.form_id)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(PaperBatch.service_id.in_(names))
        .order_by(PendingEntry.entered_at)
    ).all()
    people = people_names(session, {row.entered_by for row in rows})
    return [
        WaitingForm(
            form_id=row.form_id,
            service=names[row.service_id],
            first_by=people.get(row.entered_by, ""),
            is_mine=row.entered_by == scope.person_id,
            entered_at=row.entered_at,
        )
        for row in rows
    ]


def count_to_type(session: Session, scope: Scope) -> int:
    """How many forms of one's desk a colleague typed first, so that this person may type them."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PendingEntry)
            .join(PaperForm, PaperForm.id == PendingEntry.form_id)
            .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
            .join(Service, Service.id == PaperBatch.service_id)
            .where(
                Service.department_id.in_(scope.desk), PendingEntry.entered_by != scope.person_id
            )
        )
        or 0
    )


def get_accuracy(session: Session, today: date) -> Accuracy:
    """Over all desks: one desk's forms are too few to say anything."""
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(EntryCheck.fields), 0),
            func.coalesce(func.sum(EntryCheck.differences), 0),
        ).where(EntryCheck.checked_on > today - _YEAR)
    ).one()
    return Accuracy(*row)


def get_sheets(session: Session, scope: Scope, batch_id: int, today: date) -> Sheets:
    """A batch for whoever printed it, on that day: nobody needs its receipts afterwards.

    Raises NotAllowed for everybody else and later.
    """
    batch = session.get(PaperBatch, batch_id)
    if batch is None or batch.printed_by != scope.person_id or batch.printed_on != today:
        raise NotAllowed
    get_service(session, scope, batch.service_id)
    query = select(PaperForm.id).where(PaperForm.batch_id == batch.id).order_by(PaperForm.id)
    ids = session.scalars(query).all()
    return Sheets(batch.id, batch.service_id, batch.lang, batch.paper, ids)


def get_paper_language(session: Session, scope: Scope, form_id: int) -> tuple[Service, str]:
    """The service and the language of a printed form. Raises NotAllowed for another department."""
    found = session.execute(
        select(PaperBatch.service_id, PaperBatch.lang)
        .join(PaperForm, PaperForm.batch_id == PaperBatch.id)
        .where(PaperForm.id == min(form_id, MAX_ID))
    ).one_or_none()
    if found is None:
        raise NotAllowed
    return get_service(session, scope, found.service_id), found.lang
