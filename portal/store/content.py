"""The content version: a number that rises whenever public pages may look different."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.models.running import Setting

_NAME = "content_version"


def get_content_version(session: Session) -> int:
    """The version that pages made now belong to."""
    value = session.scalar(select(Setting.value).where(Setting.name == _NAME))
    return int(value) if value is not None else 0


def raise_content_version(session: Session) -> None:
    """Say, in the transaction of the change, that cached pages are out of date."""
    version = session.scalar(select(Setting.value).where(Setting.name == _NAME).with_for_update())
    if version is None:
        session.execute(insert(Setting).values(name=_NAME, value="1"))
    else:
        session.execute(
            update(Setting).where(Setting.name == _NAME).values(value=str(int(version) + 1))
        )
