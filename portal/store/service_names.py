"""A service's name for one reader: reviewed, in their language, else in another one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import ServiceText
from portal.store.texts import InLanguage, in_language


def get_service_name(
    session: Session, service_id: int, slug: str, lang: str, fallbacks: Sequence[str]
) -> InLanguage[str]:
    """The name in `lang`, else in a fallback; a draft only where none is reviewed, else `slug`."""
    texts = session.execute(
        select(ServiceText.lang, ServiceText.name, ServiceText.status).where(
            ServiceText.service_id == service_id, ServiceText.name != ""
        )
    ).all()
    shown = [text for text in texts if text.status == "reviewed"] or texts
    names = {text.lang: text.name for text in shown}
    return in_language(names, lang, fallbacks) or InLanguage(lang, slug)
