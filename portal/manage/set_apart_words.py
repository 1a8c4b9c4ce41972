"""What is said about ratings that were set apart, in plain words and the page's language."""

from __future__ import annotations

from portal.data import load_instrument
from portal.domain.quarantine import SHARED_ADDRESS_AT_MOST
from portal.manage.queries.set_apart import Answers
from portal.models.set_apart import SetApart
from portal.web.formats import language_name, number
from portal.web.i18n import current_language
from portal.web.warning_words import channel_name
from portal.web.words import gettext as _
from portal.web.words import ngettext


def title(row: SetApart) -> str:
    """How many ratings stand apart, as a heading."""
    count = row.ratings
    return ngettext(
        "%(n)s rating was set apart", "%(n)s ratings were set apart", count, n=number(count)
    )


def door(row: SetApart) -> str:
    """Where they were given."""
    return channel_name("kiosk" if row.is_at_kiosks else "web")


def cause(row: SetApart) -> str:
    """Why they were set apart."""
    if row.cause == "form":
        return _("Each came in like those that machines send.")
    if row.is_at_kiosks:
        return _cause_at_kiosks(row.usual)
    if row.usual is None:
        return _("They came in within one hour, far more than usual.")
    return _(
        "They came in on the web within one hour."
        " In the four weeks before, about %(usual)s an hour were usual.",
        usual=number(round(row.usual, 1)),
    )


def _cause_at_kiosks(usual: float | None) -> str:
    if usual is None:
        return _(
            "They were given at a kiosk within one hour, more than %(n)s."
            " In the first week of a kiosk, nothing is usual yet.",
            n=number(SHARED_ADDRESS_AT_MOST),
        )
    return _(
        "They were given at a kiosk within one hour."
        " In the four weeks before, the busiest hour of a week had about %(usual)s.",
        usual=number(round(usual, 1)),
    )


def details(row: SetApart) -> list[str]:
    """What else is known about the hour, in sentences."""
    found = []
    if row.is_at_kiosks:
        found.append(_("A class, a queue or a meeting can be the cause: ask at the place."))
    if row.cause == "burst" and row.shared:
        found.append(
            ngettext(
                "At most %(n)s of them came from the same network.",
                "At most %(n)s of them came from the same network.",
                row.shared,
                n=number(row.shared),
            )
        )
    if row.cause == "burst" and row.marked:
        found.append(
            ngettext(
                "%(n)s of them came in like those that machines send.",
                "%(n)s of them came in like those that machines send.",
                row.marked,
                n=number(row.marked),
            )
        )
    return found


def finding(reason: str) -> str:
    """What somebody can find, and what follows from it."""
    return {
        "asked": _("Count them: the city or others asked people to rate at that time."),
        "place": _("Count them: many people rated at one place, such as a school or a meeting."),
        "usual": _("Count them: they look like all others, and nothing speaks against them."),
        "alike": _("Leave them out: they are alike, as if one hand had given them."),
        "unexplained": _("Leave them out: nobody could say where they come from."),
    }[reason]


def state(row: SetApart) -> str:
    """How far people are."""
    if row.reason is None:
        return _("Nobody has looked yet")
    if row.decided_at is None:
        return _("Waits for a second person")
    return _("Counted again") if row.counts else _("Stays apart")


def answers(found: Answers) -> list[tuple[str, float]]:
    """(answer, share) of the overall question, the best answer first."""
    words = dict(load_instrument().options("quality", current_language()))
    known = sorted((answer for answer in found.q0 if answer is not None), reverse=True)
    rows = [(words[str(answer)], found.q0[answer]) for answer in known]
    return [*rows, (_("Other answers"), found.q0[None])] if None in found.q0 else rows


def languages(found: Answers) -> list[tuple[str, float]]:
    """(language, share), the most frequent first."""
    return [
        (language_name(lang) if lang is not None else _("Other languages"), share)
        for lang, share in found.langs.items()
    ]
