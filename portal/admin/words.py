"""Words for what is written down in short: numbers of criteria, events of webhooks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.admin.forms import is_share
from portal.admin.operations import number_of
from portal.domain.criteria import DEFAULTS
from portal.web.formats import number as format_number
from portal.web.formats import percent
from portal.web.words import gettext as _

WEBHOOK_EVENTS = {
    "response.published": _l("An answer is published"),
    "level.published": _l("A level is published"),
    "warning.raised": _l("A warning is raised"),
}


def number_name(criterion_id: str, number: str) -> str:
    """What the number is, for example "share"."""
    match number:
        case "tau":
            return _("share that must surely be reached")
        case "n_min":
            return _("people needed before it is judged")
        case "threshold":
            return _("number needed")
        case "delta":
            return _("greatest gap between groups")
        case _ if is_share(criterion_id, number):
            return _("part of the expected people")
        case _:
            return _("how much likelier satisfied people may be to answer")


def number_text(criterion_id: str, number: str, value: float) -> str:
    """The number as people write it: shares in per cent."""
    return percent(value) if is_share(criterion_id, number) else format_number(value)


def floor_text(criterion_id: str, number: str) -> str:
    """Why a number was refused, and what would be right."""
    floor = number_text(criterion_id, number, number_of(DEFAULTS, criterion_id, number) or 0)
    if number == "delta":
        return _(
            "Enter %(floor)s or less, but more than 0. A city can be stricter than the method,"
            " never laxer.",
            floor=floor,
        )
    if is_share(criterion_id, number):
        return _(
            "Enter %(floor)s or more, but less than %(all)s. A city can be stricter than the"
            " method, never laxer.",
            floor=floor, all=percent(1),
        )  # fmt: skip
    return _(
        "Enter %(floor)s or more. A city can be stricter than the method, never laxer.",
        floor=floor,
    )
