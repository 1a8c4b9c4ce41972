"""Writing a service's texts, and letting a second person put them before residents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.admin.services.queries import get_service_id
from portal.admin.services.texts import TextState, Wording, get_states
from portal.models.service_drafts import ServiceDraft
from portal.models.services import Service, ServiceText
from portal.store import audit
from portal.store.content import raise_content_version


class TextConflict(Exception):
    """The text has moved on since it was read."""


class NotYet(ValueError):
    """A text that this person cannot review now; the argument is own, stale or incomplete."""


def save_text(
    session: Session,
    *,
    slug: str,
    lang: str,
    wording: Wording,
    seen: str,
    offered: list[str],
    person_id: int,
    now: datetime,
) -> None:
    """Keep a draft; residents read what is there until somebody else has reviewed it.

    `seen` is the hash of the newest text as it was read, "" where there was none. Raises
    TextConflict when that has moved on.
    """
    service_id = get_service_id(session, slug, lock=True)
    states = get_states(session, [service_id], offered)[service_id]
    state, source = states[lang], states[offered[0]].shown
    if _hash(state) != seen:
        raise TextConflict
    is_source = lang == offered[0]
    made_from = source.hash if source is not None and not is_source else None
    if state.newest == wording and not state.is_stale and state.draft is not None:
        return
    session.merge(
        ServiceDraft(
            service_id=service_id,
            lang=lang,
            name=wording.name,
            summary=wording.summary,
            about=wording.about,
            source_hash=made_from,
            author_id=person_id,
            written_at=now,
        )
    )
    _record(session, "service_text_saved", service_id, lang, person_id=person_id, now=now)


def review_text(
    session: Session,
    *,
    slug: str,
    lang: str,
    seen: str,
    offered: list[str],
    person_id: int,
    now: datetime,
) -> None:
    """Put the draft before residents, as somebody else than who wrote it.

    Raises TextConflict when it has moved on, NotYet where it cannot be reviewed.
    """
    service_id = get_service_id(session, slug, lock=True)
    states = get_states(session, [service_id], offered)[service_id]
    state = states[lang]
    draft = session.get(ServiceDraft, (service_id, lang))
    if draft is None or state.draft is None or state.draft.hash != seen:
        raise TextConflict
    if draft.author_id == person_id:
        raise NotYet("own")
    if state.is_stale:
        raise NotYet("stale")
    if state.is_incomplete:
        raise NotYet("incomplete")
    if lang == offered[0] and state.shown is not None:
        _keep_what_lists_were_made_from(session, service_id, state.shown, lang)
    _put(session, draft, person_id, now)
    session.delete(draft)
    raise_content_version(session)
    _record(session, "service_text_reviewed", service_id, lang, person_id=person_id, now=now)


def drop_draft(
    session: Session, *, slug: str, lang: str, seen: str, person_id: int, now: datetime
) -> None:
    """Give a draft up; what residents read stays. Raises TextConflict when it has moved on."""
    service_id = get_service_id(session, slug, lock=True)
    draft = session.get(ServiceDraft, (service_id, lang))
    if draft is None or Wording(draft.name, draft.summary, draft.about).hash != seen:
        raise TextConflict
    session.delete(draft)
    _record(session, "service_text_dropped", service_id, lang, person_id=person_id, now=now)


def _hash(state: TextState) -> str:
    return state.newest.hash if state.newest is not None else ""


def _keep_what_lists_were_made_from(
    session: Session, service_id: int, source: Wording, source_lang: str
) -> None:
    """Texts of official lists say no source: they were right beside the one that goes now."""
    session.execute(
        update(ServiceText)
        .where(
            ServiceText.service_id == service_id,
            ServiceText.lang != source_lang,
            ServiceText.source_hash.is_(None),
        )
        .values(source_hash=source.hash)
    )


def _put(session: Session, draft: ServiceDraft, reviewer_id: int, now: datetime) -> None:
    text = session.scalar(
        select(ServiceText)
        .join(Service, Service.id == ServiceText.service_id)
        .where(ServiceText.service_id == draft.service_id, ServiceText.lang == draft.lang)
    )
    if text is None:
        text = ServiceText(service_id=draft.service_id, lang=draft.lang)
        session.add(text)
    text.name, text.summary, text.about = draft.name, draft.summary, draft.about
    text.status, text.source_hash = "reviewed", draft.source_hash
    text.author_id, text.reviewer_id, text.updated_at = draft.author_id, reviewer_id, now


def _record(
    session: Session, action: str, service_id: int, lang: str, *, person_id: int, now: datetime
) -> None:
    audit.record(
        session, at=now, person_id=person_id, action=action, subject="service",
        subject_id=service_id, lang=lang,
    )  # fmt: skip
