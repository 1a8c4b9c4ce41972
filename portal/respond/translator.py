"""Asking a LibreTranslate-compatible service for a translation, for reading only.

The service is a stranger: its answer may be late, endless, broken or hostile. Whatever it does, the
caller waits a few seconds at most and gets plain text or TranslatorDown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from portal.store.outgoing import FAILURES, exchange

DEADLINE = 6.0  # seconds for everything; a person is waiting
MAX_ANSWER = 256 * 1024  # bytes; a comment is 5,000 characters at most
MAX_TEXT = 20_000  # characters of a translation that are shown


class TranslatorDown(Exception):
    """There is no translation now; the message says why, for the log, without any of the text."""


@dataclass(frozen=True)
class Translator:
    """The service at `url` (http or https), with the key it asks for where it does."""

    url: str
    key: str = ""
    deadline: float = DEADLINE

    def translate(self, text: str, target: str) -> str:
        """The text in the language `target`. Raises TranslatorDown."""
        asked = {"q": text, "source": "auto", "target": target, "format": "text"}
        if self.key:
            asked["api_key"] = self.key
        body = json.dumps(asked).encode()
        try:
            answer = exchange(
                f"{self.url.rstrip('/')}/translate",
                method="POST",
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                body=body,
                deadline=self.deadline,
                most=MAX_ANSWER,
            )
        except FAILURES as error:
            raise TranslatorDown(type(error).__name__) from None
        if answer.status != 200:  # redirects too: nobody but the configured address gets the words
            raise TranslatorDown(f"HTTP {answer.status}")
        return _read(answer.body)


def _read(answer: bytes) -> str:
    if len(answer) > MAX_ANSWER:
        raise TranslatorDown("the answer is too long")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise TranslatorDown("the answer is no JSON") from None
    text = found.get("translatedText") if isinstance(found, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise TranslatorDown("the answer has no text")
    return text.encode(errors="replace").decode().replace("\x00", "")[:MAX_TEXT]
