"""The content version: a number that rises whenever public pages may look different."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import Setting

_NAME = "content_version"


def get_content_version(session: Session) -> int:
    """The version that pages made now belong to."""
    value = session.scalar(select(Setting.value).where(Setting.name == _NAME))
    return int(value) if value is not None else 0


def raise_content_version(session: Session) -> None:
    """Say, in the transaction of the change, that cached pages are out of date."""
    version = lock_content(session)
    session.execute(update(Setting).where(Setting.name == _NAME).values(value=str(version + 1)))


def lock_content(session: Session) -> int:
    """Let nobody else change what the city has chosen until the end; returns the version.

    Whoever compares what somebody read with what is stored begins with it: of two who save in the
    same moment neither would see the other's choice otherwise.
    """
    locked = select(Setting.value).where(Setting.name == _NAME).with_for_update()
    version = session.scalar(locked)
    if version is None:  # nothing was ever changed, and two may be the first
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(Setting.__table__).values(name=_NAME, value="0")
        session.execute(first.on_conflict_do_nothing(index_elements=["name"]))
        version = session.scalars(locked).one()
    return int(version)
