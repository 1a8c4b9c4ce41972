"""Kiosks: which there are, setting one up, closing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.language import fold
from portal.models.doors import Kiosk
from portal.models.services import Service
from portal.store import audit
from portal.store.secrets import new_token, sha256
from portal.store.service_names import name_services
from portal.store.texts import InLanguage


@dataclass(frozen=True)
class KioskRow:
    """A kiosk in the list; without a service it asks about all that take kiosks."""

    id: int
    name: str
    service: InLanguage[str] | None
    hourly_limit: int
    opened_on: date
    closed_on: date | None


@dataclass(frozen=True)
class NewKiosk:
    """What a kiosk is set up with."""

    name: str
    service_id: int | None
    hourly_limit: int


def list_kiosks(session: Session, langs: Sequence[str]) -> list[KioskRow]:
    """All kiosks, those in use first, then by name."""
    rows = session.execute(
        select(Kiosk, Service.slug)
        .outerjoin(Service, Service.id == Kiosk.service_id)
        .order_by(Kiosk.closed_on.is_not(None), Kiosk.name, Kiosk.id)
    ).all()
    slugs = {kiosk.service_id: slug for kiosk, slug in rows if kiosk.service_id is not None}
    names = name_services(session, slugs, langs[0], langs[1:])
    return [
        KioskRow(
            kiosk.id, kiosk.name,
            None if kiosk.service_id is None else names[kiosk.service_id],
            kiosk.hourly_limit, kiosk.opened_on, kiosk.closed_on,
        )
        for kiosk, _slug in rows
    ]  # fmt: skip


def list_services(session: Session, langs: Sequence[str]) -> list[tuple[int, str]]:
    """(id, name) of the services in use, by name."""
    rows = session.execute(select(Service.id, Service.slug).where(Service.is_active))
    names = name_services(session, {row.id: row.slug for row in rows}, langs[0], langs[1:])
    named = [(id_, name.text) for id_, name in names.items()]
    return sorted(named, key=lambda pair: fold(pair[1]))


def set_up_kiosk(
    session: Session, *, new: NewKiosk, person_id: int, today: date, now: datetime
) -> str:
    """Make a kiosk; returns the key of its address, which is kept as a hash only."""
    key = new_token()
    kiosk = Kiosk(
        name=new.name,
        key_hash=sha256(key),
        service_id=new.service_id,
        hourly_limit=new.hourly_limit,
        opened_on=today,
    )
    session.add(kiosk)
    session.flush()
    audit.record(
        session, at=now, person_id=person_id, action="set up a kiosk", subject="kiosk",
        subject_id=kiosk.id,
    )  # fmt: skip
    return key


def close_kiosk(
    session: Session, *, kiosk_id: int, person_id: int, today: date, now: datetime
) -> None:
    """Take no more ratings from its address, from now on. Raises LookupError for an unknown one."""
    kiosk = session.get(Kiosk, kiosk_id)
    if kiosk is None:
        raise LookupError(kiosk_id)
    if kiosk.closed_on is not None:
        return
    kiosk.closed_on = today
    audit.record(
        session, at=now, person_id=person_id, action="closed a kiosk", subject="kiosk",
        subject_id=kiosk_id,
    )  # fmt: skip
