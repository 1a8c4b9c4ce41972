"""Keeping the phrases of a department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.models.desk import Phrase
from portal.respond.queries.phrases import get_phrase
from portal.respond.rules import MAX_PHRASES, Conflict, Problem, Refusal
from portal.store import audit
from portal.store.scope import Scope


@dataclass(frozen=True)
class Said:
    """What a phrase is and says."""

    kind: str  # of models.desk.PHRASE_KINDS
    title: str
    text: str


def add_phrase(
    session: Session, *, now: datetime, scope: Scope, department_id: int, lang: str, said: Said
) -> int:
    """Keep a phrase for a department in a language; returns its id.

    Raises Refusal when the title is taken or there are too many, NotAllowed for another department.
    """
    scope.require_texts(department_id)
    beside = select(func.count()).where(Phrase.department_id == department_id, Phrase.lang == lang)
    if (session.scalar(beside) or 0) >= MAX_PHRASES:
        raise Refusal(("title", Problem.TOO_MANY_PHRASES))
    phrase = Phrase(department_id=department_id, lang=lang, version=0)
    session.add(phrase)
    _say(session, now, scope, phrase, said)
    _record(session, now, scope, "phrase_saved", phrase)
    return phrase.id


def change_phrase(
    session: Session, *, now: datetime, scope: Scope, phrase_id: int, version: int, said: Said
) -> None:
    """Change a phrase; answers that hold it stay as they are.

    Raises Conflict when somebody else has changed it since it was read, Refusal for a taken title.
    """
    phrase = _get(session, scope, phrase_id, version)
    _say(session, now, scope, phrase, said)
    _record(session, now, scope, "phrase_changed", phrase)


def delete_phrase(
    session: Session, *, now: datetime, scope: Scope, phrase_id: int, version: int
) -> None:
    """Forget a phrase. Raises Conflict when somebody else has changed it since it was read."""
    phrase = _get(session, scope, phrase_id, version)
    session.delete(phrase)
    _record(session, now, scope, "phrase_deleted", phrase)


def _get(session: Session, scope: Scope, phrase_id: int, version: int) -> Phrase:
    phrase = get_phrase(session, scope, phrase_id, lock=True)
    if phrase.version != version:
        raise Conflict
    return phrase


def _say(session: Session, now: datetime, scope: Scope, phrase: Phrase, said: Said) -> None:
    phrase.kind, phrase.title, phrase.text = said.kind, said.title, said.text
    phrase.version += 1
    phrase.author_id, phrase.updated_at = scope.person_id, now
    try:
        session.flush()
    except IntegrityError as error:  # two people at once are told apart by the database alone
        raise Refusal(("title", Problem.TITLE_TAKEN)) from error


def _record(session: Session, now: datetime, scope: Scope, action: str, phrase: Phrase) -> None:
    audit.record(
        session, at=now, person_id=scope.person_id, action=action, subject="phrase",
        subject_id=phrase.id, department_id=phrase.department_id, lang=phrase.lang,
    )  # fmt: skip
