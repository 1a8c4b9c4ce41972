"""The districts of the city by name, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from portal.models.services import District, DistrictText
from portal.store.texts import InLanguage, in_language


def list_districts(
    session: Session, lang: str, fallbacks: Sequence[str], *, with_closed: bool = False
) -> list[tuple[str, str]]:
    """(slug, name) of the districts that residents may name as theirs.

    `with_closed` is for what was said earlier: a form on paper names the district of its day.
    """
    wanted = true() if with_closed else District.closed_on.is_(None)
    names = _find_names(session, wanted, lang, fallbacks)
    return [(slug, name.text) for slug, name in names.items()]


def get_district_names(
    session: Session, lang: str, fallbacks: Sequence[str]
) -> dict[str, InLanguage[str]]:
    """What every district is called, open or closed, by slug."""
    return _find_names(session, true(), lang, fallbacks)


def get_district_name(
    session: Session, slug: str, lang: str, fallbacks: Sequence[str]
) -> InLanguage[str]:
    """What one district is called, open or closed."""
    names = _find_names(session, District.slug == slug, lang, fallbacks)
    return names.get(slug) or InLanguage(lang, slug)


def _find_names(
    session: Session, wanted: ColumnElement[bool], lang: str, fallbacks: Sequence[str]
) -> dict[str, InLanguage[str]]:
    """The names in `lang`, else in a fallback; a district without any shows its slug."""
    texts: dict[str, dict[str, str]] = {}
    rows = session.execute(
        select(District.slug, DistrictText.lang, DistrictText.name)
        .outerjoin(DistrictText, DistrictText.district_id == District.id)
        .where(wanted)
        .order_by(District.position, District.id)
    )
    for slug, tag, name in rows:
        by_language = texts.setdefault(slug, {})
        if tag is not None:
            by_language[tag] = name
    return {
        slug: in_language(names, lang, fallbacks) or InLanguage(lang, slug)
        for slug, names in texts.items()
    }
