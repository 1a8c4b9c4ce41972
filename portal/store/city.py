"""What the portal knows of its city: its name in each language, and whether it is invented."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.operations import Setting

_PREFIX = "city_name:"
_DEMO = "demonstration_made_on"


def list_city_names(session: Session) -> dict[str, str]:
    """The city's name by language; empty where only the setting PORTAL_CITY_NAME names it."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.like(f"{_PREFIX}%"))
    )
    return {name.removeprefix(_PREFIX): value for name, value in rows}


def set_city_name(session: Session, lang: str, name: str) -> None:
    """Name the city in one language."""
    session.merge(Setting(name=f"{_PREFIX}{lang}", value=name))


def get_demo_day(session: Session) -> date | None:
    """The day on which the demonstration city was made; None in a real one."""
    value = session.scalar(select(Setting.value).where(Setting.name == _DEMO))
    return date.fromisoformat(value) if value is not None else None


def mark_as_demo(session: Session, day: date) -> None:
    """Say that this city is invented; every page will."""
    session.merge(Setting(name=_DEMO, value=day.isoformat()))
