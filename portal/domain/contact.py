"""How the city is reached beside this portal: by phone, by mail, in person; and when it is open."""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+"
    r"(?P<opens>[0-2][0-9]:[0-5][0-9])-(?P<closes>[0-2][0-9]:[0-5][0-9])"
)


@dataclass(frozen=True)
class OpenSpan:
    """Days of the week (0 is Monday), both included, with the hours `HH:MM` of each of them."""

    first: int
    last: int
    opens: str
    closes: str


@dataclass(frozen=True)
class CityContact:
    """What the city says about itself; empty where it said nothing.

    `hours` as they are written down (see `read_hours`); `security` is an e-mail or web address.
    """

    phone: str = ""
    email: str = ""
    place: str = ""
    hours: str = ""
    security: str = ""

    @property
    def is_known(self) -> bool:
        """Whether residents can reach anybody by it."""
        return bool(self.phone or self.email or self.place)

    @property
    def dialled(self) -> str:
        """The phone number as a machine dials it."""
        return "".join(sign for sign in self.phone if sign in "+0123456789")


def read_hours(text: str) -> list[OpenSpan]:
    """Hours such as "Mon-Fri 08:00-17:00, Sat 09:00-12:00": words of no language, for each to say.

    Raises ValueError for anything else.
    """
    return [_read_span(part.strip().lower()) for part in text.split(",")] if text.strip() else []


def _read_span(text: str) -> OpenSpan:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"no days and hours: {text!r}")
    first, last = found["first"], found["last"] or found["first"]
    opens, closes = found["opens"], found["closes"]
    if first not in DAYS or last not in DAYS or not opens < closes < "24":
        raise ValueError(f"no days and hours: {text!r}")
    span = OpenSpan(DAYS.index(first), DAYS.index(last), opens, closes)
    if span.first > span.last:
        raise ValueError(f"the days run backwards: {text!r}")
    return span
