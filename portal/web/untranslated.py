"""Texts that a language lacks: shown in English, and marked as English.

The gettext fallback puts each such text between two signs of Unicode's private use area while a
page is rendered: two that every process draws for itself, as what people write may hold any sign.
Before the page goes out, they become `lang` and `dir` where an element may stand, and vanish where
none may (attributes, titles, options). Documents that are no pages never
see the signs. Complete languages pay one look at the finished text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import NullTranslations
from random import SystemRandom

from flask import g, has_request_context

_PRIVATE_USE = range(0xF0000, 0xFFFFE)
_OPEN, _CLOSE = map(chr, SystemRandom().sample(_PRIVATE_USE, 2))
_PIECES = re.compile(r"(<[^>]*>)")
_TAG = re.compile(r"<(/?)(title|option|textarea|svg|script)\b")
_SPAN, _END = '<span lang="en" dir="ltr">', "</span>"


def begin_page() -> None:
    """From here on this request renders a page, in which English can be marked."""
    g.marks_untranslated = True


def mark(text: str) -> str:
    """An English text in a page of another language; itself where no page is rendered."""
    if not has_request_context() or not g.get("marks_untranslated"):
        return text
    return f"{_OPEN}{text}{_CLOSE}"


class EnglishInstead(NullTranslations):
    """What gettext turns to where a catalogue has no translation."""

    def gettext(self, message: str) -> str:
        """The English text, marked."""
        return mark(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The English form for the number, marked."""
        return mark(singular if n == 1 else plural)

    def pgettext(self, _context: str, message: str) -> str:
        """The English text, marked."""
        return mark(message)

    def npgettext(self, _context: str, singular: str, plural: str, n: int) -> str:
        """The English form for the number, marked."""
        return self.ngettext(singular, plural, n)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


def finish_page(text: str) -> str:
    """A rendered page with its marks turned into markup."""
    return "".join(_pieces(text)) if _OPEN in text else text


def _pieces(text: str) -> Iterator[str]:
    closed = 0  # how many elements are open in which no other element may stand
    for piece in _PIECES.split(text):
        if piece.startswith("<"):
            found = _TAG.match(piece)
            if found and not piece.endswith("/>"):
                closed += -1 if found[1] else 1
            yield piece.replace(_OPEN, "").replace(_CLOSE, "")
        else:
            can_mark = not closed
            yield piece.replace(_OPEN, _SPAN if can_mark else "").replace(
                _CLOSE, _END if can_mark else ""
            )
