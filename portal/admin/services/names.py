"""What administrators call services: residents see a name only once it was reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.models.service_drafts import ServiceDraft
from portal.store.service_names import get_service_names


def get_known_names(
    session: Session, ids: Collection[int] | Select[int]
) -> Mapping[int, dict[str, str]]:
    """{service: {language: name}}; the names in drafts where none was reviewed yet."""
    names: dict[int, dict[str, str]] = defaultdict(dict)
    drafts = select(ServiceDraft.service_id, ServiceDraft.lang, ServiceDraft.name)
    for service_id, lang, name in session.execute(drafts.where(ServiceDraft.service_id.in_(ids))):
        if name:
            names[service_id][lang] = name
    return {**names, **get_service_names(session, ids)}
