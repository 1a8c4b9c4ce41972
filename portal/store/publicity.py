"""Whether levels are public yet. A city starts in shadow: appraisals are made and kept, not shown.

Two settings: the day that was chosen, and, once it has come, the day since which levels are public.
Pages read the second alone, so that nothing depends on when they were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models.running import Setting
from portal.store.content import raise_content_version

_CHOSEN = "levels_public_from"
_SINCE = "levels_public_since"
_AT_MOST = timedelta(days=1)
"""How long the worker may take to open levels."""


def get_public_since(session: Session) -> date | None:
    """The day since which levels are public; None in shadow."""
    return _get(session, _SINCE)


def get_chosen_day(session: Session) -> date | None:
    """The day that was chosen for going public, come or not; None where none was."""
    return _get(session, _CHOSEN)


def go_public_from(session: Session, day: date, today: date) -> None:
    """Choose the day from which levels are public. Raises ValueError where they already are.

    What was public cannot be made secret again, so there is no way back into shadow.
    """
    since = get_public_since(session)
    if since is not None:
        raise ValueError(f"levels are public since {since}")
    session.merge(Setting(name=_CHOSEN, value=day.isoformat()))
    session.flush()
    raise_content_version(session)  # pages in shadow name the day
    open_when_due(session, today)


def stay_in_shadow(session: Session) -> None:
    """Take the chosen day back, as long as it has not come. Raises ValueError afterwards."""
    since = get_public_since(session)
    if since is not None:
        raise ValueError(f"levels are public since {since}")
    session.execute(delete(Setting).where(Setting.name == _CHOSEN))
    raise_content_version(session)


def open_when_due(session: Session, today: date) -> bool:
    """Make levels public when the chosen day has come; whether that was now."""
    chosen = get_chosen_day(session)
    if chosen is None or chosen > today or get_public_since(session) is not None:
        return False
    session.merge(Setting(name=_SINCE, value=chosen.isoformat()))
    session.flush()
    raise_content_version(session)
    return True


def check_publicity(session: Session, today: date) -> Iterator[str]:
    """Levels are public since the day that was chosen, once it has come, and not before."""
    since, chosen = get_public_since(session), get_chosen_day(session)
    if since is not None and (chosen != since or since > today):
        yield f"levels are public since {since}, and the day that was chosen is {chosen}"
    if since is None and chosen is not None and chosen < today - _AT_MOST:
        yield f"levels should be public since {chosen}, and are not"


def _get(session: Session, name: str) -> date | None:
    value = session.scalar(select(Setting.value).where(Setting.name == name))
    return date.fromisoformat(value) if value is not None else None
