"""The inbox's filters in words: what each offers, and which of them are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.models.services import CHANNELS
from portal.models.submissions import KINDS
from portal.respond import words
from portal.respond.addresses import Address
from portal.respond.queries.choices import Choices
from portal.respond.queries.filters import ME, NO_THEME, NOBODY, PLACES, SORTS, VIEWS
from portal.web.formats import day, language_name
from portal.web.warning_words import channel_name
from portal.web.words import gettext as _

Option = tuple[str, str, str | None]  # value, words, the language of the words where it is another


@dataclass(frozen=True)
class Chip:
    """One filter that is set, in words, with the values of the address without it."""

    text: str
    lang: str | None
    without: dict[str, list[str]]


def filter_fields(
    choices: Choices, languages: Sequence[str], sorts: Sequence[str] = SORTS
) -> list[tuple[str, str, list[Option]]]:
    """(name in the address, title, options) of the filters that are one of a list."""
    places = [("" if one == VIEWS[0] else one, words.PLACES[one]) for one in (*VIEWS, *PLACES)]
    return [
        ("service", _("Service"), [_all(_("All my services")),
         *((one.slug, name.text, name.lang) for one, name in choices.services)]),
        ("theme", _("Theme"), [_all(_("All themes")), (NO_THEME, _("In no theme"), None),
         *((str(one), name.text, name.lang) for one, name in choices.themes)]),
        ("language", _("Language"), [_all(_("All languages")),
         *((one, language_name(one), None) for one in languages)]),
        ("kind", _("Kind"), [_all(_("All kinds")),
         *((one, words.kind_name(one), None) for one in KINDS)]),
        ("channel", _("Channel"), [_all(_("All channels")),
         *((one, channel_name(one), None) for one in CHANNELS if one != "imported")]),
        ("place", _("Place in the loop"), [(one, str(name), None) for one, name in places]),
        ("assigned", _("Assigned to"), [_all(_("Anybody or nobody")), (ME, _("Me"), None),
         (NOBODY, _("Nobody"), None), *((str(one), name, None) for one, name in choices.people)]),
        ("district", _("District"), [_all(_("All districts")),
         *((slug, name.text, name.lang) for slug, name in choices.districts)]),
        ("sort", _("Order"), [_all(_("As suits the place")),
         *((one, str(words.SORTS[one]), None) for one in sorts)]),
    ]  # fmt: skip


def _all(text: str) -> Option:
    return "", text, None


def list_chips(address: Address, choices: Choices, languages: Sequence[str]) -> list[Chip]:
    """The filters that are set, but for the order, in words."""
    named = {
        (name, value): (f"{title}: {text}" if name == "assigned" else text, lang)
        for name, title, options in filter_fields(choices, languages)
        for value, text, lang in options
    }
    return [
        Chip(*(named.get((name, value)) or (_chip_text(name, value), None)),
             address.without(name, value))
        for name, values in address.values.items()
        for value in values
        if name != "sort"
    ]  # fmt: skip


def _chip_text(name: str, value: str) -> str:
    match name:
        case "rating":
            return _("Rating: %(words)s", words=words.rating_name(int(value)))
        case "flag":
            return str(words.FLAGS[value])
        case "from":
            return _("received from %(day)s on", day=day(date.fromisoformat(value)))
        case "to":
            return _("received until %(day)s", day=day(date.fromisoformat(value)))
        case _:
            return _("Words: %(words)s", words=value)
