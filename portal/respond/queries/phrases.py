"""Phrases of one's departments."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.base import MAX_ID
from portal.models.desk import PHRASE_KINDS, Phrase
from portal.models.services import Service
from portal.respond.deleted import Deleted, find_deletion
from portal.store.scope import NotAllowed, Scope


def list_phrases(session: Session, scope: Scope, lang: str) -> list[Phrase]:
    """The phrases of one's departments in a language, openings first."""
    rows = session.scalars(
        select(Phrase)
        .where(Phrase.department_id.in_(scope.texts), Phrase.lang == lang)
        .order_by(Phrase.title, Phrase.id)
    )
    return sorted(rows, key=lambda one: (one.department_id, PHRASE_KINDS.index(one.kind)))


def list_phrases_for(session: Session, scope: Scope, service_id: int, lang: str) -> list[Phrase]:
    """The phrases for an answer of this service in a language."""
    department_id = session.get_one(Service, service_id).department_id
    return [one for one in list_phrases(session, scope, lang) if one.department_id == department_id]


def get_phrase(session: Session, scope: Scope, phrase_id: int, *, lock: bool = False) -> Phrase:
    """A phrase. Raises NotAllowed when it is another department's, Deleted when it is gone."""
    if phrase_id > MAX_ID:
        raise NotAllowed
    found = session.get(Phrase, phrase_id, with_for_update=lock or None)
    if found is None:
        deletion = find_deletion(session, "phrase_deleted", phrase_id)
        scope.require_texts(deletion.detail["department_id"])
        raise Deleted
    scope.require_texts(found.department_id)
    return found
