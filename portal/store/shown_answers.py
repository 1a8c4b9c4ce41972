"""An answer as the page of a receipt shows it: to its holder, or beforehand to who writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.wording import References
from portal.models.responses import Response
from portal.store.shown_texts import ShownText
from portal.store.wordings import wording_of


@dataclass(frozen=True)
class Correction:
    """Why a published answer was corrected, and when. The old text stays on its public page."""

    reason: str
    lang: str
    at: datetime


@dataclass(frozen=True)
class ShownAnswer:
    """A response in one language.

    `is_outdated`: the source was corrected and this translation was not yet.
    """

    response_id: int
    lang: str
    you_said: str
    we_did: str
    why_not: str
    references: References
    outcome: str
    due_on: date | None
    done_on: date | None
    is_outdated: bool
    corrections: Sequence[Correction]


def show_answer(
    response: Response,
    shown: ShownText,
    *,
    corrections: Sequence[Correction] = (),
) -> ShownAnswer:
    """The response with the text that was chosen for its reader."""
    return ShownAnswer(
        response_id=response.id,
        lang=shown.lang,
        you_said=shown.text.you_said,
        we_did=shown.text.we_did,
        why_not=shown.text.why_not,
        references=wording_of(shown.text).references,
        outcome=response.outcome,
        due_on=response.due_on,
        done_on=response.done_on,
        is_outdated=shown.is_outdated,
        corrections=corrections,
    )
