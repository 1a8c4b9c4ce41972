"""The districts that residents may name as theirs, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from portal.models.services import District, DistrictText
from portal.store.texts import InLanguage, in_language


def list_districts(
    session: Session, lang: str, fallbacks: Sequence[str], *, with_closed: bool = False
) -> list[tuple[str, str]]:
    """(slug, name) of the districts that can be chosen; one without any name shows its slug.

    `with_closed` is for what was said earlier: a form on paper names the district of its day.
    """
    is_offered = true() if with_closed else District.closed_on.is_(None)
    names: dict[str, dict[str, str]] = {}
    rows = session.execute(
        select(District.slug, DistrictText.lang, DistrictText.name)
        .outerjoin(DistrictText, DistrictText.district_id == District.id)
        .where(is_offered)
        .order_by(District.position, District.id)
    )
    for slug, tag, name in rows:
        by_language = names.setdefault(slug, {})
        if tag is not None:
            by_language[tag] = name
    shown = ((slug, in_language(texts, lang, fallbacks)) for slug, texts in names.items())
    return [(slug, name.text if name else slug) for slug, name in shown]


def get_district_name(
    session: Session, slug: str, lang: str, fallbacks: Sequence[str]
) -> InLanguage[str]:
    """The name of a district, open or closed, in `lang`, else in a fallback; else its slug."""
    rows = session.execute(
        select(DistrictText.lang, DistrictText.name)
        .join(District, District.id == DistrictText.district_id)
        .where(District.slug == slug)
    )
    names = {row.lang: row.name for row in rows}
    return in_language(names, lang, fallbacks) or InLanguage(lang, slug)
