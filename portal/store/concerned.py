"""Which services a response concerns: its own, and those whose cases it was given to besides.

A shared theme takes cases of several services. Where its response shows is kept with the first
case of a service that gets it, so that no page has to look at cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.responses import Response, ResponseService
from portal.store.content import raise_content_version


def keep_concerned(session: Session, response: Response, service_id: int) -> None:
    """A case of this service gets the response: from now on it shows there as well."""
    if service_id == response.service_id:
        return
    if session.get(ResponseService, (response.id, service_id)) is not None:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(ResponseService.__table__)
        .values(response_id=response.id, service_id=service_id)
        .on_conflict_do_nothing()  # another worker gives it to another case
    )
    raise_content_version(session)


def concerns(service_ids: Iterable[int] | Select[int]) -> ColumnElement[bool]:
    """For a query over `Response`: it is about one of these services."""
    given = select(ResponseService.response_id).where(ResponseService.service_id.in_(service_ids))
    return or_(Response.service_id.in_(service_ids), Response.id.in_(given))


def list_further(session: Session, response_ids: Collection[int]) -> dict[int, list[int]]:
    """The further services of each of these responses, by response."""
    further: dict[int, list[int]] = defaultdict(list)
    for response_id, service_id in session.execute(
        select(ResponseService.response_id, ResponseService.service_id)
        .where(ResponseService.response_id.in_(response_ids))
        .order_by(ResponseService.service_id)
    ):
        further[response_id].append(service_id)
    return further
