"""The languages that the city has switched off for residents, with the day since when.

A language is installed by a setting and a catalogue; whether residents are offered it is the
city's decision, and a record with a day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models.running import Setting
from portal.store.content import raise_content_version
from portal.store.reassessments import ask_to_assess

_PREFIX = "language_closed:"


def list_closed_languages(session: Session) -> dict[str, date]:
    """{language: first day on which residents are not offered it}, days ahead included."""
    rows = session.execute(
        select(Setting.name, Setting.value).where(Setting.name.startswith(_PREFIX))
    )
    return {row.name.removeprefix(_PREFIX): date.fromisoformat(row.value) for row in rows}


def close_language(session: Session, lang: str, day: date) -> None:
    """From that day residents are not offered the language."""
    open_language(session, lang)
    session.add(Setting(name=f"{_PREFIX}{lang}", value=day.isoformat()))


def open_language(session: Session, lang: str) -> None:
    """Residents are offered the language."""
    session.execute(delete(Setting).where(Setting.name == f"{_PREFIX}{lang}"))
    ask_to_assess(session)
    raise_content_version(session)
