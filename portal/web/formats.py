"""How figures, dates and codes are written in the page's language (CLDR through Babel)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from flask import Flask

from portal.domain.language import direction
from portal.web.context import portal
from portal.web.i18n import current_language, language_of, locale_of

_GROUP = 5


def number(value: float) -> str:
    """A number with the language's separators."""
    return format_decimal(value, locale=locale_of(current_language()))


def percent(share: float) -> str:
    """A share 0..1 in whole per cent; Arabic gets its direction marks from CLDR."""
    return format_percent(share, locale=locale_of(current_language()))


def day(value: date | datetime, length: str = "long") -> str:
    """A day written out; moments are turned into the city's day first."""
    if isinstance(value, datetime):
        value = portal().clock.day(value)
    return format_date(value, format=length, locale=locale_of(current_language()))


def short_day(value: date | datetime) -> str:
    """A day in medium length, for tables."""
    return day(value, "medium")


def code(receipt: str) -> str:
    """A receipt code in groups of five, as it is printed and read aloud."""
    return "-".join(receipt[start : start + _GROUP] for start in range(0, len(receipt), _GROUP))


def language_name(tag: str) -> str:
    """The name of a language in the page's language, e.g. "Vietnamese"."""
    return locale_of(tag).get_display_name(locale_of(current_language())) or language_of(tag).name


def list_of(words: Iterable[str]) -> str:
    """Words joined as the language does it: "a, b, and c"."""
    return format_list(list(words), locale=locale_of(current_language()))


def register(app: Flask) -> None:
    """Make the formats Jinja filters."""
    app.jinja_env.filters.update(
        number=number,
        percent=percent,
        day=day,
        short_day=short_day,
        code=code,
        language_name=language_name,
        list_of=list_of,
        direction=direction,
    )
