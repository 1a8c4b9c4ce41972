"""Where two typings of a printed form differ, in the words of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.data import load_instrument
from portal.respond.operations.entry import Differs
from portal.store.ratings import QUESTIONS
from portal.web.i18n import current_language
from portal.web.words import gettext as _

_NOTHING = "–"
_OF_THE_DESK = ("wants_answer", "received_on")
_SCALES = {"q0": ("quality",), "kind": ("kind",), "age_band": ("age_band",)}


@dataclass(frozen=True)
class Difference:
    """A field and what was typed into it; the language of each."""

    field: str
    field_lang: str
    first: str
    second: str
    lang: str


def describe(differs: Differs, lang: str, districts: Sequence[tuple[str, str]]) -> list[Difference]:
    """The differences of a form in `lang`; what only the desk reads is in the desk's language."""
    return [
        Difference(
            field=_field(name, lang),
            field_lang=current_language() if name == "received_on" else lang,
            first=_said(name, first, lang, districts),
            second=_said(name, second, lang, districts),
            lang=current_language() if name in _OF_THE_DESK else lang,
        )
        for name, first, second in differs.fields
    ]


def _field(name: str, lang: str) -> str:
    if name == "received_on":
        return _("Day on which it reached us")
    return load_instrument().text(f"{name}.text", lang)


def _said(name: str, typed: object, lang: str, districts: Sequence[tuple[str, str]]) -> str:
    if name == "wants_answer":
        return _("Yes") if typed else _("No")
    if typed is None:
        return _NOTHING
    words = dict(_options(name, lang, districts)).get(str(typed))
    if words is None:
        return str(typed)
    return f"{typed} – {words}" if name in QUESTIONS else words


def _options(name: str, lang: str, districts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(as it is stored, as the form says it) of a field with options."""
    if name == "district":
        return list(districts)
    scales = _SCALES.get(name, ("agree", "dont_know") if name in QUESTIONS else ())
    instrument = load_instrument()
    return [
        (str(value), text) for scale in scales for value, text in instrument.options(scale, lang)
    ]
