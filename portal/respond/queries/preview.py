"""An answer as residents of one language will see it, before they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.models.loops import LoopRow
from portal.models.responses import Response, ResponseText
from portal.models.services import Service
from portal.models.submissions import Submission
from portal.respond.scoped import get_response
from portal.store.coverage import covered_cases, is_stale, list_texts
from portal.store.names import Name, service_names
from portal.store.next_steps import OpenStep, list_open_steps
from portal.store.scope import NotAllowed, Scope
from portal.store.shown_answers import ShownAnswer, show_answer
from portal.store.shown_texts import ShownText
from portal.store.texts import in_language


@dataclass(frozen=True)
class Preview:
    """The answer, and the words of one resident who waits for it, where there are some."""

    answer: ShownAnswer
    status: str | None  # reviewed, draft or stale, of the text in the wanted language
    words: str | None
    words_lang: str
    service: Name
    steps: Sequence[OpenStep]  # that the mail would invite to


def get_preview(
    session: Session, scope: Scope, response_id: int, *, today: date, langs: list[str]
) -> Preview:
    """The answer in `langs[0]`, else in the language that its residents would be shown.

    Drafts stand here as they will once they are reviewed. Raises NotAllowed when it is another
    department's.
    """
    response = get_response(session, scope, response_id)
    texts = list_texts(session, response_id)
    chosen = in_language(texts, langs[0], (response.source_lang, *langs))
    if chosen is None:
        raise NotAllowed
    is_outdated = is_stale(chosen.text, texts.get(response.source_lang))
    case = _case(session, scope, response, langs[0])
    words = case[1] if case else None
    service_id = case[0].service_id if case else response.service_id
    wanted = texts.get(langs[0])
    return Preview(
        answer=show_answer(response, ShownText(chosen.lang, chosen.text, is_outdated)),
        status=_status(wanted, texts.get(response.source_lang)),
        words=words.comment if words else None,
        words_lang=(words.comment_lang if words else None) or langs[0],
        service=service_names(session, [service_id], langs)[service_id],
        steps=list_open_steps(session, theme_id=response.theme_id, case=case[0], today=today)
        if case
        else (),
    )


def _status(text: ResponseText | None, source: ResponseText | None) -> str | None:
    if text is None:
        return None
    return "stale" if is_stale(text, source) else text.status


def _case(
    session: Session, scope: Scope, response: Response, lang: str
) -> tuple[LoopRow, Submission] | None:
    """A case that the answer covers and the reader may read, with words if there is one."""
    row = session.execute(
        covered_cases(response)
        .add_columns(Submission)
        .join(Submission, Submission.id == LoopRow.submission_id)
        .join(Service, Service.id == LoopRow.service_id)
        .where(
            Service.department_id.in_(scope.desk),
            LoopRow.lang == lang,
            Submission.has_personal_data.is_(False),
        )
        .order_by(Submission.comment.is_(None), LoopRow.submission_id)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None
