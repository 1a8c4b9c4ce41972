"""Channels, languages and kiosks are open from one day until another."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, or_

from portal.models.doors import Kiosk
from portal.models.services import ServiceChannel, ServiceLanguage

Dated = type[ServiceChannel] | type[ServiceLanguage] | type[Kiosk]


def open_on(
    table: Dated, day: date | BindParameter[date]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Begun, and not yet over: `closed_on` is the first day on which it is no longer open."""
    return table.opened_on <= day, or_(table.closed_on.is_(None), table.closed_on > day)
