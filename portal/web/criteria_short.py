"""Every criterion in two or three words, for tables that have no room for its sentence."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.store.doubts import Doubt

SHORT: dict[str, Any] = {
    "L1.1": _l("Page checked in all languages"),
    "L1.2": _l("Information can be found"),
    "L2.1": _l("Feedback in all languages"),
    "L2.2": _l("Two ways to give feedback"),
    "L2.3": _l("Enough people rate"),
    "L2.4": _l("Ratings in the last 90 days"),
    "L2.5": _l("Easy to say something"),
    "L2.6": _l("Acknowledged in 7 days"),
    "L3.1": _l("Told in 30 days"),
    "L3.2": _l("Told in 90 days"),
    "L3.3": _l("Told in their language"),
    "L3.4": _l("People confirm the answer"),
    "L3.5": _l("Problems and ideas acted on"),
    "L3.6": _l("Promises kept"),
    "L3.7": _l("People see what was done"),
    "L3.8": _l("Four reports in a year"),
    "L3.9": _l("A report in 120 days"),
    "L3.10": _l("Problems get fixed"),
    "L3.11": _l("Hard cases not left out"),
    "L3.12": _l("Little set aside"),
    "L4.1": _l("All languages told alike"),
    "L4.2": _l("All districts told alike"),
    "L4.3": _l("All languages see results"),
    "L4.4": _l("Every language takes part"),
    "L4.5": _l("People have a say"),
    "L4.6": _l("Invited to a next step"),
    "L4.7": _l("Decisions with partners"),
}


def short(criterion_id: str) -> str:
    """A criterion in a few words of the page's language."""
    return str(SHORT[criterion_id])


def doubtful_in_short(doubt: Doubt) -> list[str]:
    """What puts a level in doubt, each in a few words."""
    return [short(one["id"]) for one in doubt.criteria]
