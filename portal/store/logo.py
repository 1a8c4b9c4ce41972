"""The city's logo: what is wished for, fetching it, and the picture that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.picture_faults import FETCH_FAULTS
from portal.domain.pictures import Picture
from portal.models.city_logo import THE_ONE, CityLogo
from portal.store import audit
from portal.store.city import set_logo
from portal.store.retrying import LEASE, pause_after

ANEW = timedelta(days=1)
"""How often the address is asked whether the picture is still the same."""
_PICTURE = ("digest", "kind", "width", "height", "content", "taken_at")
_TRY = ("locked_until", "tried_at", "fault", "status")


@dataclass(frozen=True)
class Wish:
    """An address that this worker has taken to fetch the picture from."""

    version: int
    url: str
    attempts: int


@dataclass(frozen=True)
class LogoState:
    """How it stands with the logo. `picture` is shown; `fault` is of the last try, if any."""

    url: str
    due_at: datetime
    tried_at: datetime | None
    fault: str | None
    status: int | None
    picture: Picture | None
    taken_at: datetime | None


def find_logo(session: Session) -> LogoState | None:
    """How it stands with the logo; None while the city has none."""
    row = session.get(CityLogo, THE_ONE)
    if row is None or row.url is None or row.due_at is None:
        return None
    return LogoState(
        row.url, row.due_at, row.tried_at, row.fault, row.status, _picture_of(row), row.taken_at
    )


def _picture_of(row: CityLogo) -> Picture | None:
    if not (row.digest and row.kind and row.width and row.height):
        return None
    return Picture(row.digest, row.kind, row.width, row.height)


def find_content(session: Session, picture: Picture) -> bytes | None:
    """The bytes of this picture, if it is the one that is shown."""
    return session.scalar(
        select(CityLogo.content).where(
            CityLogo.digest == picture.digest,
            CityLogo.kind == picture.kind,
            CityLogo.width == picture.width,
            CityLogo.height == picture.height,
        )
    )


def wish_for(session: Session, *, url: str, now: datetime) -> None:
    """Fetch the logo from there, at once; the picture that is shown stays until then."""
    row = session.get(CityLogo, THE_ONE, with_for_update=True)
    if row is None:
        row = CityLogo(id=THE_ONE, version=0)
        session.add(row)
    row.version += 1
    row.url, row.due_at, row.attempts = url, now, 0
    _clear(row, _TRY)


def forget_logo(session: Session) -> bool:
    """Take the logo off every page, and drop what is being fetched; whether there was one."""
    row = session.get(CityLogo, THE_ONE, with_for_update=True)
    if row is None or row.url is None:
        return False
    row.version += 1
    _clear(row, ("url", "due_at", *_TRY, *_PICTURE))
    set_logo(session, None)
    return True


def _clear(row: CityLogo, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(row, name, None)


def claim_due(session: Session, *, now: datetime) -> Wish | None:
    """Take the address for a while, if it is time; another worker waits until the lease is over."""
    row = session.scalar(
        select(CityLogo)
        .where(
            CityLogo.url.is_not(None),
            CityLogo.due_at <= now,
            CityLogo.locked_until.is_(None) | (CityLogo.locked_until < now),
        )
        .with_for_update(skip_locked=True)
    )
    if row is None or row.url is None:
        return None
    row.locked_until = now + LEASE
    row.attempts += 1
    return Wish(row.version, row.url, row.attempts)


def keep_picture(
    session: Session, wish: Wish, *, picture: Picture, content: bytes, now: datetime
) -> bool:
    """Show this picture from now on; not if somebody wished for something else meanwhile."""
    before = session.scalar(select(CityLogo.digest).where(CityLogo.version == wish.version))
    is_kept = _settle(
        session, wish, due_at=now + ANEW, tried_at=now, attempts=0, digest=picture.digest,
        kind=picture.kind, width=picture.width, height=picture.height, content=content,
        taken_at=now,
    )  # fmt: skip
    if is_kept and before != picture.digest:
        set_logo(session, picture)
        # Nobody did this by hand, but every page looks different now.
        audit.record(
            session, at=now, person_id=None, action="logo_shown", subject="logo", url=wish.url,
            picture=picture.name,
        )  # fmt: skip
    return is_kept


def keep_fault(
    session: Session, wish: Wish, *, fault: str, status: int | None, now: datetime
) -> bool:
    """It brought nothing. What did not arrive is tried again soon, what is wrong in a day."""
    pause = pause_after(wish.attempts, "logo") if fault in FETCH_FAULTS else ANEW
    return _settle(session, wish, due_at=now + pause, tried_at=now, fault=fault, status=status)


def _settle(session: Session, wish: Wish, **values: Any) -> bool:
    free = {"locked_until": None, "fault": None, "status": None}
    found = session.scalar(
        update(CityLogo)
        .where(CityLogo.version == wish.version, CityLogo.url == wish.url)
        .values(**{**free, **values})
        .returning(CityLogo.id)
    )
    return found is not None
