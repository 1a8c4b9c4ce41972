"""Districts: adding, naming, ordering and closing them. Nobody takes one away: cases name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.new_names import require_new_name
from portal.domain.slug import free_slug, slugify
from portal.domain.typed_texts import TypedTexts
from portal.models.services import District, DistrictText
from portal.store import audit
from portal.store.content import raise_content_version


@dataclass(frozen=True)
class DistrictRow:
    """A district with its names by language; `closed_on` is the day since which it is closed."""

    slug: str
    names: dict[str, str]
    closed_on: date | None


def list_districts(session: Session) -> list[DistrictRow]:
    """All districts in their order, the closed ones among them."""
    names: dict[int, dict[str, str]] = {}
    for text in session.scalars(select(DistrictText)):
        names.setdefault(text.district_id, {})[text.lang] = text.name
    districts = session.scalars(select(District).order_by(District.position, District.id))
    return [DistrictRow(one.slug, names.get(one.id, {}), one.closed_on) for one in districts]


def add_district(session: Session, *, name: str, lang: str, person_id: int, now: datetime) -> str:
    """Add a district after the others by its name in one language; returns its slug, for good.

    Raises NameTaken, also for the name of a closed one, which can be opened again.
    """
    require_new_name(
        name, session.scalars(select(DistrictText.name).where(DistrictText.lang == lang))
    )
    taken = set(session.scalars(select(District.slug)))
    last = session.scalar(select(func.max(District.position)))
    district = District(
        slug=free_slug(slugify(name, "district"), taken), position=0 if last is None else last + 1
    )
    session.add(district)
    session.flush()
    session.add(DistrictText(district_id=district.id, lang=lang, name=name))
    _record(session, "district_added", district, person_id, now)
    return district.slug


def name_district(
    session: Session, *, slug: str, names: TypedTexts, person_id: int, now: datetime
) -> None:
    """Change the names that were typed anew; an empty one is taken away.

    Raises LookupError, and TextsMoved where somebody else has changed one of them.
    """
    district = _get(session, slug)
    rows = session.scalars(select(DistrictText).where(DistrictText.district_id == district.id))
    texts = {text.lang: text for text in rows}
    changed = names.changes({lang: text.name for lang, text in texts.items()})
    for lang, name in changed.items():
        if lang not in texts:
            session.add(DistrictText(district_id=district.id, lang=lang, name=name))
        elif name:
            texts[lang].name = name
        else:
            session.delete(texts[lang])
    _record(session, "district_named", district, person_id, now)


def move_up(session: Session, *, slug: str, person_id: int, now: datetime) -> None:
    """Put it before the one that is before it, closed ones counted. Raises LookupError."""
    district = _get(session, slug)
    order = list(session.scalars(select(District).order_by(District.position, District.id)))
    place = order.index(district)
    if place == 0:
        return
    order[place - 1], order[place] = order[place], order[place - 1]
    for position, one in enumerate(order):
        one.position = position
    _record(session, "district_moved", district, person_id, now)


def close_district(
    session: Session, *, slug: str, person_id: int, now: datetime, today: date
) -> None:
    """From today nobody can choose it; what was sent from there stays. Raises LookupError."""
    district = _get(session, slug)
    if district.closed_on is None:
        district.closed_on = today
        _record(session, "district_closed", district, person_id, now, day=today.isoformat())


def reopen_district(
    session: Session, *, slug: str, person_id: int, now: datetime, today: date
) -> None:
    """From today it can be chosen again. Raises LookupError."""
    district = _get(session, slug)
    if district.closed_on is not None:
        closed_on, district.closed_on = district.closed_on, None
        _record(
            session, "district_reopened", district, person_id, now, day=today.isoformat(),
            closed_on=closed_on.isoformat(),
        )  # fmt: skip


def _get(session: Session, slug: str) -> District:
    found = session.scalar(select(District).where(District.slug == slug).with_for_update())
    if found is None:
        raise LookupError(slug)
    return found


def _record(
    session: Session, action: str, district: District, person_id: int, now: datetime, **detail: Any
) -> None:
    """Every change shows on residents' pages, so none is kept without a new content version."""
    raise_content_version(session)
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="district",
        subject_id=district.id, **detail,
    )  # fmt: skip
