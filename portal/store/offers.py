"""Channels, languages and kiosks are open from one day until another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, literal, or_, select
from sqlalchemy.orm import Session

from portal.models.doors import Kiosk
from portal.models.services import ServiceChannel, ServiceLanguage

Dated = type[ServiceChannel] | type[ServiceLanguage] | type[Kiosk]


def open_on(
    table: Dated, day: date | BindParameter[date]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Begun, and not yet over: `closed_on` is the first day on which it is no longer open."""
    return table.opened_on <= day, or_(table.closed_on.is_(None), table.closed_on > day)


@dataclass(frozen=True)
class Open:
    """The doors of a service that are open, and the languages in which it takes ratings."""

    channels: frozenset[str]
    languages: frozenset[str]

    def languages_at(self, channel: str) -> frozenset[str]:
        """In which languages ratings are taken through this door."""
        return self.languages if channel in self.channels else frozenset()


def find_open(session: Session, service_id: int, today: date) -> Open:
    """What is open of a service today, in one query."""
    channels = select(literal(True).label("is_channel"), ServiceChannel.channel).where(
        ServiceChannel.service_id == service_id, *open_on(ServiceChannel, today)
    )
    languages = select(literal(False), ServiceLanguage.lang).where(
        ServiceLanguage.service_id == service_id,
        ServiceLanguage.role == "input",
        *open_on(ServiceLanguage, today),
    )
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for is_channel, name in session.execute(channels.union_all(languages)):
        found[bool(is_channel)].add(name)
    return Open(frozenset(found[True]), frozenset(found[False]))
