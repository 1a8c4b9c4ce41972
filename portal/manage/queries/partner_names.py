"""Names of services and themes for the pages about deciding together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.responses import ThemeText
from portal.models.services import ServiceText
from portal.store.texts import InLanguage, in_language

Name = InLanguage[str]


def service_names(session: Session, ids: Iterable[int], langs: list[str]) -> dict[int, Name]:
    """Names of services by id; `langs` = the reader's language, then the fallbacks."""
    query = select(ServiceText.service_id, ServiceText.lang, ServiceText.name)
    return _chosen(session, query.where(ServiceText.service_id.in_(set(ids))), langs)


def theme_names(session: Session, ids: Iterable[int], langs: list[str]) -> dict[int, Name]:
    """Names of themes by id."""
    query = select(ThemeText.theme_id, ThemeText.lang, ThemeText.name)
    return _chosen(session, query.where(ThemeText.theme_id.in_(set(ids))), langs)


def _chosen(session: Session, query: Select[int, str, str], langs: list[str]) -> dict[int, Name]:
    by_id: dict[int, dict[str, str]] = defaultdict(dict)
    for one, lang, name in session.execute(query):
        by_id[one][lang] = name
    found = {one: in_language(names, langs[0], langs[1:]) for one, names in by_id.items()}
    return {one: name for one, name in found.items() if name is not None}
