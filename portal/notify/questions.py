"""The question that a mail's link opens: does this answer deal with what you told us?

The link shows the answer, which is public, and never the resident's own words: mails are passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.wording import Wording
from portal.models.loops import LoopRow
from portal.models.responses import Response
from portal.models.services import Service
from portal.notify.operations import find_contact
from portal.store.coverage import newest_told
from portal.store.loops import list_events
from portal.store.remarks import has_words_to, verdict_of
from portal.store.service_names import get_service_name
from portal.store.shown_texts import find_shown_text
from portal.store.texts import InLanguage
from portal.store.verdicts import find_open_to_words, find_verdict, get_channel
from portal.store.wordings import wording_of


@dataclass(frozen=True)
class Question:
    """The newest answer of a case, and what its resident said to it."""

    submission_id: int
    response_id: int
    service: InLanguage[str]
    text: InLanguage[Wording]
    is_outdated: bool  # a correction has overtaken this translation
    outcome: str
    due_on: date | None
    done_on: date | None
    verdict: str | None
    channel: str  # staff-entered ones cannot say "yes" (domain.doors)
    open_verdict: str | None  # to which the resident may add what is still missing
    has_words: bool  # it was added


def find_question(session: Session, token: str, lang: str, langs: Sequence[str]) -> Question | None:
    """The question behind a mail's link; None without an answer, or when the link is no more."""
    contact = find_contact(session, token)
    row = session.get(LoopRow, contact.submission_id) if contact else None
    if row is None or row.told_on is None or row.withdrawn_on is not None:
        return None
    events = list_events(session, row.submission_id)
    told = newest_told(events)
    response = session.get(Response, told) if told else None
    if response is None:
        return None
    shown = find_shown_text(session, response, lang, (row.lang, response.source_lang, *langs))
    if shown is None:
        return None
    said = find_open_to_words(events)
    has_words = said is not None and has_words_to(session, said.id)
    open_verdict = verdict_of(said, events) if said is not None and not has_words else None
    slug = session.scalars(select(Service.slug).where(Service.id == row.service_id)).one()
    return Question(
        row.submission_id, response.id,
        get_service_name(session, row.service_id, slug, lang, (row.lang, *langs)),
        InLanguage(shown.lang, wording_of(shown.text)),
        shown.is_outdated, response.outcome, response.due_on, response.done_on,
        find_verdict(events), get_channel(session, row.submission_id), open_verdict, has_words,
    )  # fmt: skip
