"""The inbox's address: it holds the filters, so that a list can be kept and shared.

Whatever makes no sense in an address is left out, and the page says so: a list of everybody must
not pass for the list that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl, urlencode

from portal.models.services import CHANNELS
from portal.models.submissions import KINDS
from portal.respond.queries.choices import Choices
from portal.respond.queries.filters import (
    FLAGS,
    ME,
    NO_THEME,
    NOBODY,
    PLACES,
    RATINGS,
    SORTS,
    VIEWS,
    Filters,
)
from portal.web.fields import whole_number

MAX_WORDS = 200
MAX_FILTERS = 1000  # characters of all of them as a query, as models.desk.InboxView keeps it
_MANY = ("rating", "flag")  # may be given several times; the others once

Values = Mapping[str, list[str]]


@dataclass(frozen=True)
class Address:
    """The filters as the address has them: only what makes sense, in one order."""

    values: dict[str, list[str]] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()  # (name, value)

    def query(self) -> str:
        """As a query: the same filters always give the same."""
        return urlencode(self.values, doseq=True)

    def first(self, name: str) -> str:
        """The value of a filter that has one; empty where it is not set."""
        return next(iter(self.values.get(name, [])), "")

    def with_(self, **changes: str | None) -> dict[str, list[str]]:
        """The values with some changed; None takes a filter out."""
        changed = {name: [value] for name, value in changes.items() if value}
        kept = {name: values for name, values in self.values.items() if name not in changes}
        return kept | changed

    def without(self, name: str, value: str) -> dict[str, list[str]]:
        """The values without this one."""
        left = [one for one in self.values.get(name, []) if one != value]
        kept = {key: values for key, values in self.values.items() if key != name}
        return kept | ({name: left} if left else {})


def read_address(values: Values, choices: Choices, languages: list[str]) -> Address:
    """What of these values makes sense."""
    checks = _checks(choices, languages)
    found: dict[str, list[str]] = {}
    left_out: list[tuple[str, str]] = []
    for name, is_right in checks.items():
        given = dict.fromkeys(one.strip() for one in values.get(name, []))
        right = [one for one in given if one and is_right(one)]
        if right:
            found[name] = sorted(right) if name in _MANY else right[:1]
        left_out += [(name, one) for one in given if one and not is_right(one)]
    if found.get("place") == [VIEWS[0]]:  # what no place means: one list has one address
        del found["place"]
    return Address(found, tuple(left_out))


def asked_themes(*addresses: Values) -> set[int]:
    """The themes that these values name, for the choices to hold them whatever their age."""
    found = (whole_number(one.strip()) for values in addresses for one in values.get("theme", []))
    return {one for one in found if one is not None}


def parse_query(query: str) -> dict[str, list[str]]:
    """A kept query as values. Never raises."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query[:MAX_FILTERS], max_num_fields=None):
        found.setdefault(name, []).append(value)
    return found


def filters_of(address: Address, choices: Choices, page: int = 1) -> Filters:
    """The filters that the address names."""
    services = {service.slug: service.id for service, _name in choices.services}
    first = address.first
    return Filters(
        service_id=services.get(first("service")),
        lang=first("language"),
        kind=first("kind"),
        channel=first("channel"),
        place=first("place") or "waiting",
        theme=_number_or_word(first("theme")),
        ratings=tuple(int(one) for one in address.values.get("rating", [])),
        flags=tuple(address.values.get("flag", [])),
        assigned=_number_or_word(first("assigned")),
        district=first("district"),
        received_from=_day(first("from")),
        received_to=_day(first("to")),
        words=first("q"),
        sort=first("sort"),
        page=page,
    )


def _checks(choices: Choices, languages: list[str]) -> dict[str, Callable[[str], bool]]:
    """For each filter, in the order of the address, which values make sense."""
    people = {ME, NOBODY} | {str(person) for person, _name in choices.people}
    themes = {NO_THEME} | {str(theme) for theme, _name in choices.themes}
    return {
        "q": lambda value: len(value) <= MAX_WORDS,
        "service": {service.slug for service, _name in choices.services}.__contains__,
        "theme": themes.__contains__,
        "language": languages.__contains__,
        "kind": KINDS.__contains__,
        "channel": CHANNELS.__contains__,
        "place": {*VIEWS, *PLACES}.__contains__,
        "rating": {str(one) for one in RATINGS}.__contains__,
        "flag": FLAGS.__contains__,
        "assigned": people.__contains__,
        "district": {slug for slug, _name in choices.districts}.__contains__,
        "from": lambda value: _day(value) is not None,
        "to": lambda value: _day(value) is not None,
        "sort": SORTS.__contains__,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None


def _number_or_word(text: str) -> int | str | None:
    return int(text) if text.isdecimal() else text or None
