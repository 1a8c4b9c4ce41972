"""The city's own name in each language, and whether this is a demonstration."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.operations import Setting

_PREFIX = "city_name:"


def list_city_names(session: Session) -> dict[str, str]:
    """The city's name by language; empty where only the setting PORTAL_CITY_NAME names it."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.like(f"{_PREFIX}%"))
    )
    return {name.removeprefix(_PREFIX): value for name, value in rows}


def set_city_name(session: Session, lang: str, name: str) -> None:
    """Name the city in one language."""
    session.merge(Setting(name=f"{_PREFIX}{lang}", value=name))
