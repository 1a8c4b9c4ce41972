"""How figures, dates and codes are written in the page's language (CLDR through Babel)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from flask import Flask
from markupsafe import Markup, escape

from portal.domain.contact import read_hours
from portal.domain.language import direction
from portal.web.context import portal
from portal.web.i18n import current_language, format_locale, language_of, locale_of

_GROUP = 5
_REMEMBERED = 4096
_MARKED_SIGN = "\u200e%\u200e"


def _locale() -> Locale:
    return format_locale(current_language(), portal().settings.country)


def number(value: float) -> str:
    """A number with the language's separators."""
    return _decimal(value, _locale())


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _decimal(value: float, locale: Locale) -> str:
    """CLDR's pattern takes a tenth of a millisecond, and a table of services has a thousand."""
    return format_decimal(value, locale=locale)


def mean(value: float) -> str:
    """A mean with two places, always: below one another they read as a column."""
    return format_decimal(value, format="0.00", locale=_locale())


def percent(share: float) -> str:
    """A share 0..1 in whole per cent.

    After an Arabic letter the sign would jump to the other side of its figure, so it stands
    between left-to-right marks there, as in CLDR's own symbol, which Babel leaves out.
    """
    text = format_percent(share, locale=_locale())
    return text.replace("%", _MARKED_SIGN) if direction(current_language()) == "rtl" else text


def day(value: date | datetime, length: str = "long") -> str:
    """A day written out; moments are turned into the city's day first."""
    if isinstance(value, datetime):
        value = portal().clock.day(value)
    return format_date(value, format=length, locale=_locale())


def moment(value: datetime) -> str:
    """A day and the time of day without seconds, in the city's time."""
    local, locale = value.astimezone(portal().settings.zone), _locale()
    frame = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return frame.format(
        format_time(local, "short", tzinfo=local.tzinfo, locale=locale),
        format_date(local, "medium", locale=locale),
    )


def short_day(value: date | datetime) -> str:
    """A day in medium length, for tables."""
    return day(value, "medium")


def month(value: date) -> str:
    """A month and its year, short: "Nov 2026"."""
    return format_skeleton("yMMM", value, locale=_locale())


def whole_month(value: date) -> str:
    """A month and its year, written out for sentences: "November 2026"."""
    return format_skeleton("yMMMM", value, locale=_locale())


def quarter(value: date) -> str:
    """The quarter that a day belongs to, e.g. "4th quarter 2026"."""
    return format_skeleton("yQQQQ", value, locale=_locale())


def code(receipt: str) -> str:
    """A receipt code in groups of five, as it is printed and read aloud."""
    return "-".join(receipt[start : start + _GROUP] for start in range(0, len(receipt), _GROUP))


def language_name(tag: str) -> str:
    """The name of a language in the page's language, e.g. "Vietnamese" or "Unknown language".

    Earlier records may hold tags for which CLDR has no name; they are shown as they are.
    """
    page = locale_of(current_language())
    # First by its name alone: `und` is no locale, and what it would be taken for is English.
    if tag in page.languages:
        return str(page.languages[tag])
    try:
        return locale_of(tag).get_display_name(page) or language_of(tag).name
    except (UnknownLocaleError, ValueError):
        return tag


def list_of(words: Iterable[str]) -> str:
    """Words joined as the language does it: "a, b, and c". What is marked up stays so."""
    listed = list(words)
    if any(isinstance(word, Markup) for word in listed):
        joined = format_list([str(escape(word)) for word in listed], locale=_locale())
        return Markup(joined)  # noqa: S704 - CLDR's signs between escaped words
    return format_list(listed, locale=_locale())


def isolated(word: str) -> str:
    """A name in any script that leaves the order of the words around it alone."""
    return f"\u2068{word}\u2069"


def marked(word: str, lang: str) -> Markup:
    """A name in another language than the page, marked with its language and direction."""
    return Markup('<span lang="{}" dir="{}">{}</span>').format(lang, direction(lang), word)


def opening_hours(text: str) -> list[tuple[str, str]]:
    """Days and hours as the language writes them: ("Monday – Friday", "8:00 AM – 5:00 PM")."""
    return [
        (
            _from_to(_weekday(span.first), _weekday(span.last)),
            _from_to(_hour(span.opens), _hour(span.closes)),
        )
        for span in read_hours(text)
    ]


def week() -> list[tuple[int, str]]:
    """The weekdays, 0 for Monday, in the order in which the language's calendars have them."""
    first = _locale().first_week_day
    return [(one % 7, _weekday(one % 7)) for one in range(first, first + 7)]


def weekday(value: date) -> str:
    """The name of the day's weekday."""
    return _weekday(value.weekday())


def _from_to(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _weekday(number: int) -> str:
    return str(_locale().days["stand-alone"]["wide"][number])


def _hour(text: str) -> str:
    return format_time(time.fromisoformat(text), "short", locale=_locale())


def register(app: Flask) -> None:
    """Make the formats Jinja filters."""
    app.jinja_env.filters.update(
        number=number,
        mean=mean,
        percent=percent,
        day=day,
        moment=moment,
        short_day=short_day,
        month=month,
        isolated=isolated,
        whole_month=whole_month,
        quarter=quarter,
        code=code,
        language_name=language_name,
        list_of=list_of,
        direction=direction,
        opening_hours=opening_hours,
        weekday=weekday,
    )
