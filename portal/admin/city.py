"""Changing what the portal says of its city: its names and its colours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.colours import STANDARD, Colours
from portal.domain.typed_texts import TypedTexts, require_seen
from portal.store import audit
from portal.store.city import get_city, set_city_name, set_colours
from portal.store.content import lock_content


def name_city(session: Session, names: TypedTexts, *, person_id: int, now: datetime) -> None:
    """Change the names that were typed anew; an empty one is taken away.

    Raises TextsMoved where somebody else has changed one of them.
    """
    lock_content(session)
    changed = names.changes(get_city(session).names)
    for lang, name in changed.items():
        set_city_name(session, lang, name)
    if changed:
        _record(session, "city_named", person_id, now, names=changed)


def change_colours(
    session: Session,
    colours: Colours | None,
    *,
    person_id: int,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Give the city its own colours, or with None the portal's.

    `seen` is the key of the colours as they were read. Raises TextsMoved where somebody else has
    changed them.
    """
    lock_content(session)
    before = get_city(session).colours
    require_seen((before or STANDARD).key, seen=seen, typed=(colours or STANDARD).key)
    if before == colours:
        return
    set_colours(session, colours)
    _record(
        session, "colours_changed", person_id, now, before=before.key if before else None,
        after=colours.key if colours else None,
    )  # fmt: skip


def _record(session: Session, action: str, person_id: int, now: datetime, **detail: Any) -> None:
    audit.record(session, at=now, person_id=person_id, action=action, subject="setting", **detail)
