"""The sentence of every share and every count: whole in the catalogue, one per metric.

The plural follows n, the number of people or messages in all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.domain.publication import K
from portal.web.formats import number
from portal.web.words import gettext as _
from portal.web.words import ngettext

Values = Mapping[str, str]

SHARES: dict[str, Callable[[int, Values], str]] = {
    "ack": lambda n, values: ngettext(
        "%(x)s of %(n)s message was acknowledged within 7 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s messages were acknowledged within 7 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "told30": lambda n, values: ngettext(
        "%(x)s of %(n)s person was told within 30 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people were told within 30 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "told90": lambda n, values: ngettext(
        "%(x)s of %(n)s person was told within 90 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people were told within 90 days"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "same_language": lambda n, values: ngettext(
        "%(x)s of %(n)s person was told in the language they wrote in"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people were told in the language they wrote in"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "confirmed": lambda n, values: ngettext(
        "%(x)s of %(n)s person who replied says yes or partly"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people who replied say yes or partly"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "action": lambda n, values: ngettext(
        "%(x)s of %(n)s problem or idea led to action or to a promise"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s problems and ideas led to action or to a promise"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "promises": lambda n, values: ngettext(
        "%(x)s of %(n)s promise was kept in time (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s promises were kept in time"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "kept": lambda n, values: ngettext(
        "%(x)s of %(n)s message was not set aside"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s messages were not set aside"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
    "invited": lambda n, values: ngettext(
        "%(x)s of %(n)s person who was told was invited to a next step"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people who were told were invited to a next step"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    ),
}


def agreement(n: int, values: Values) -> str:
    """The sentence of a question of the instrument; its statement stands above."""
    return ngettext(
        "%(x)s of %(n)s person who answered agrees"
        " (%(share)s, likely between %(low)s and %(high)s).",
        "%(x)s of %(n)s people who answered agree"
        " (%(share)s, likely between %(low)s and %(high)s).",
        n,
        **values,
    )


def _raters(value: int, _threshold: int) -> str:
    if value < K:
        return _("Fewer than 10 people rated this service.")
    return ngettext(
        "%(n)s person rated this service.",
        "%(n)s people rated this service.",
        value,
        n=number(value),
    )


def _raters_recent(value: int, threshold: int) -> str:
    if value < threshold and value < K:
        return ngettext(
            "Fewer than %(n)s person rated this service in the last 90 days.",
            "Fewer than %(n)s people rated this service in the last 90 days.",
            threshold,
            n=number(threshold),
        )
    if value < K:
        return ngettext(
            "At least %(n)s person rated this service in the last 90 days.",
            "At least %(n)s people rated this service in the last 90 days.",
            value,
            n=number(value),
        )
    return ngettext(
        "%(n)s person rated this service in the last 90 days.",
        "%(n)s people rated this service in the last 90 days.",
        value,
        n=number(value),
    )


COUNTS: dict[str, Callable[[int, int], str]] = {
    "channels": lambda value, _threshold: ngettext(
        "There is %(n)s way to give feedback.",
        "There are %(n)s ways to give feedback.",
        value,
        n=number(value),
    ),
    "raters": _raters,
    "raters_recent": _raters_recent,
    "public_responses": lambda value, _threshold: ngettext(
        "%(n)s report came out in the last 12 months.",
        "%(n)s reports came out in the last 12 months.",
        value,
        n=number(value),
    ),
    "public_responses_recent": lambda value, _threshold: ngettext(
        "%(n)s report came out in the last 120 days.",
        "%(n)s reports came out in the last 120 days.",
        value,
        n=number(value),
    ),
}
