"""Texts that people write, in the reader's language where there is one, else marked as another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Text = TypeVar("Text")


@dataclass(frozen=True)
class InLanguage(Generic[Text]):
    """A text and the language it really is in (pages mark it with `lang` and `dir`)."""

    lang: str
    text: Text


def in_language(
    texts: Mapping[str, Text], lang: str, fallbacks: Sequence[str]
) -> InLanguage[Text] | None:
    """The text in `lang`, else in the first fallback there is, else in any; None without texts."""
    for tag in (lang, *fallbacks, *sorted(texts)):
        if tag in texts:
            return InLanguage(tag, texts[tag])
    return None


def source_hash(*parts: str) -> str:
    """SHA-256 (hex) of a source text, kept with translations so that stale ones show."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
