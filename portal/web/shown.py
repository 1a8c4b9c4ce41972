"""Forms that several people fill in: what was shown goes along, in `was_<name>`.

So nobody puts a colleague's newer text back by saving the form for another one. What is chosen as a
whole goes along in one field, `was`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash
from wtforms import Field

from portal.domain.typed_texts import TypedTexts
from portal.web.words import gettext as _

SHOWN = "was_"

Fields = Mapping[str, Field]


def typed_texts(fields: Fields, shown: Fields) -> TypedTexts:
    """What was typed over what was shown; empty where nothing was.

    What differs only by what the field's own filters do to it was not typed: it was stored before
    there were such filters.
    """
    before = {key: field.data or "" for key, field in shown.items()}
    return TypedTexts(
        {key: _typed(field, before.get(key, "")) for key, field in fields.items()}, before
    )


def _typed(field: Field, shown: str) -> str:
    as_sent = shown
    for do in field.filters:
        as_sent = do(as_sent) or ""
    typed = field.data or ""
    return shown if typed == as_sent else typed


def _itself(_key: str, text: str) -> str:
    return text


def show_moved(
    fields: Fields,
    shown: Fields,
    stored: Mapping[str, str],
    name: Callable[[str, str], str] = _itself,
) -> None:
    """Show what somebody else stored meanwhile: beside what was typed, else in its field.

    Whoever saves again has seen it. `name` says what is stored in a field in words.
    """
    texts = typed_texts(fields, shown)
    for key, field in fields.items():
        now = stored.get(key, "")
        if texts.is_contested(key, stored):
            field.errors = [_said(name(key, now))]
        elif not texts.is_changed(key):
            field.data = now
        shown[key].data = now


def show_newer(field: Field, was: Field, *, stored: str, words: str) -> None:
    """Say beside what was chosen what somebody else stored meanwhile, in words ("" for nothing).

    Whoever saves again has seen it.
    """
    field.errors = [_said(words)]
    was.data = stored


def say_changed() -> None:
    """Say that nothing was done, as somebody else changed what it would have been done to."""
    text = _("Somebody else has changed this, so nothing was done. It is shown as it is now.")
    flash(text, "alarm")


def _said(now: str) -> str:
    if now:
        return _("Somebody else saved “%(text)s” here. Save again to put yours in its place.",
                 text=now)  # fmt: skip
    return _("Somebody else left this empty. Save again to put yours there.")
