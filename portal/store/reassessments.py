"""Services that are to be assessed again, for what no event and no submission tells.

A request stands until evidence is kept that was gathered after it. Evidence is gathered without a
lock, so whoever began before the request gives way.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.running import Setting
from portal.models.services import Service
from portal.store.secrets import new_token

_PREFIX = "assess_again:"


def ask_to_assess(session: Session, service_ids: Iterable[int] | None = None) -> None:
    """Something that their evidence rests on has changed: of these services, else of all."""
    wanted = session.scalars(select(Service.id)) if service_ids is None else service_ids
    asked = [
        {"name": f"{_PREFIX}{service_id}", "value": new_token()}
        for service_id in sorted(set(wanted))  # so that two who ask wait for each other in turn
    ]
    if asked:
        # At once, whatever stands: a worker may be about to answer, and so to delete, any of them.
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        request = dialect.insert(Setting.__table__).values(asked)
        session.execute(
            request.on_conflict_do_update(
                index_elements=["name"], set_={"value": request.excluded.value}
            )
        )


def list_asked(session: Session) -> set[int]:
    """The services for which a request stands."""
    names = session.scalars(select(Setting.name).where(Setting.name.startswith(_PREFIX)))
    return {int(name.removeprefix(_PREFIX)) for name in names}


def find_request(session: Session, service_id: int) -> str | None:
    """The request that stands for a service: each has a value of its own."""
    return session.scalar(select(Setting.value).where(_is_of(service_id)))


def answer_request(session: Session, service_id: int, known: str | None) -> bool:
    """End the request that was `known` when gathering began; False where another one stands."""
    if known is None:
        return find_request(session, service_id) is None
    ended = delete(Setting).where(_is_of(service_id), Setting.value == known)
    return session.scalar(ended.returning(Setting.name)) is not None


def _is_of(service_id: int) -> ColumnElement[bool]:
    return Setting.name == f"{_PREFIX}{service_id}"
