"""The text of a response that one reader gets, and whether it still says what the source says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.models.responses import Response, ResponseText
from portal.store.coverage import is_stale, list_texts
from portal.store.texts import in_language


@dataclass(frozen=True)
class ShownText:
    """A text that a second person has reviewed, and the language it really is in.

    `is_outdated`: it is a translation of what the source said before it was corrected. Wherever
    the public reads it, that stands beside it.
    """

    lang: str
    text: ResponseText
    is_outdated: bool


def find_shown_text(
    session: Session, response: Response, lang: str, fallbacks: Sequence[str]
) -> ShownText | None:
    """The reviewed text in `lang`, else in the first fallback there is; None without any."""
    texts = list_texts(session, response.id)
    reviewed = {tag: text for tag, text in texts.items() if text.status == "reviewed"}
    shown = in_language(reviewed, lang, fallbacks)
    if shown is None:
        return None
    is_outdated = is_stale(shown.text, texts.get(response.source_lang))
    return ShownText(shown.lang, shown.text, is_outdated)
