"""Where a case can be handed to, and when that needs a second person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.second_person import is_low
from portal.models.services import Service
from portal.respond.operations.hand_overs import count_hand_overs
from portal.respond.scoped import get_case
from portal.store.names import Name, service_names
from portal.store.scope import Scope


def list_other_services(
    session: Session, scope: Scope, submission_id: int, langs: list[str]
) -> list[tuple[str, Name]]:
    """(slug, name) of every service in use but the one that has the case, by name."""
    row, _submission = get_case(session, scope, submission_id)
    services = session.execute(
        select(Service.id, Service.slug).where(Service.is_active, Service.id != row.service_id)
    ).all()
    names = service_names(session, [one.id for one in services], langs)
    found = [(one.slug, names.get(one.id, Name(langs[0], one.slug))) for one in services]
    return sorted(found, key=lambda pair: pair[1].text)


def needs_second_person(session: Session, scope: Scope, submission_id: int) -> bool:
    """Whether handing it over now would need a second person."""
    _row, submission = get_case(session, scope, submission_id)
    return is_low(submission.q0) or count_hand_overs(session, submission_id) > 0
