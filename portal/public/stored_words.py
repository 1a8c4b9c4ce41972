"""What is stored, in words: a title and a purpose for every group of fields, and its period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.data import load_stored_fields
from portal.domain.stored_fields import Group
from portal.store.retention import KEEP_COUNTS, KEEP_SIGN_INS, Periods
from portal.web.formats import number
from portal.web.words import gettext as _
from portal.web.words import ngettext

WORDS: dict[str, tuple[Any, Any]] = {
    "answers": (
        _l("Your answers"),
        _l("They show how well the service listens. Together they make the published figures."),
    ),
    "words": (
        _l("Your comment, and what you say is missing from our answers"),
        _l("The department reads your words to answer you. They are never published."),
    ),
    "person": (
        _l("Your language, area and age group"),
        _l(
            "We answer in your language. Area and age group are kept only if you choose them. They"
            " show whether all groups are treated alike."
        ),
    ),
    "contact": (
        _l("Your email address"),
        _l("Only if you give it. We send our answer there. It is encrypted."),
    ),
    "weekly": (
        _l("Your address for the week’s answers"),
        _l("Only if you ask for them by mail. It is encrypted, and linked to nothing else."),
    ),
    "period_number": (
        _l("A random number"),
        _l("It lets us count one person’s ratings of a service once in 90 days."),
    ),
    "fingerprints": (
        _l("Fingerprints"),
        _l(
            "They let your code open your receipt, and let you check that your rating was counted."
            " Nobody can read your code or your words from them."
        ),
    ),
    "arrival": (
        _l("When and how it came"),
        _l("The service, the day and the way it reached us. They show how long people wait."),
    ),
    "steps": (
        _l("The steps of your case"),
        _l("What the city did and when, and whether you said that the answer helps."),
    ),
    "handling": (
        _l("How staff sort your case"),
        _l("What it belongs to, who looks after it, and notes that staff write for each other."),
    ),
    "letters": (
        _l("Mail and invitations"),
        _l("Which mail about your case was sent or is due, and to what you were invited."),
    ),
    "paper": (
        _l("Forms on paper"),
        _l("The number on a printed form, so that it counts only once."),
    ),
    "typing": (
        _l("Forms on paper that are typed twice"),
        _l("A second person checks that what you wrote was typed in right. It is encrypted."),
    ),
    "floods": (
        _l("Counts against floods"),
        _l(
            "How many forms come from one part of the network in an hour. The key changes every"
            " day, and nothing links these counts to your answers."
        ),
    ),
    "account": (
        _l("Accounts of staff"),
        _l("Name, email address, roles and own settings of people who work for the city."),
    ),
    "sign_in": (
        _l("How staff sign in"),
        _l("Their sign-ins and the means by which they prove who they are."),
    ),
    "authors": (
        _l("Who did what"),
        _l("Who of the staff wrote, checked or decided something. They answer for it."),
    ),
    "signers": (
        _l("Signatures of partners"),
        _l("Who signed a decision that residents and the city took together."),
    ),
    "partner_address": (
        _l("Email addresses of partners"),
        _l("We send partners the link by which they sign. The address is encrypted."),
    ),
}
_PERIODS: dict[str, Any] = {
    "lasting": _l("for as long as the city runs this portal"),
    "period": _l("The key to it is destroyed after 90 days. Then nobody can link it to anything."),
    "leaving": _l("until you leave"),
    "typing": _l("until the second person has checked it"),
}


@dataclass(frozen=True)
class Stored:
    """One group as the page shows it."""

    group: Group
    title: Any
    purpose: Any
    period: str


def list_stored(periods: Periods, *about: str) -> Sequence[Stored]:
    """The groups of fields about these, with the periods in force."""
    return [
        Stored(group, *WORDS[group.key], period=_period(group.period, periods))
        for group in load_stored_fields()
        if group.about in about
    ]


def _contact(periods: Periods) -> str:
    return ngettext(
        "until %(n)s day after the last step of your case, or until you erase it",
        "until %(n)s days after the last step of your case, or until you erase it",
        periods.contact_days,
        n=number(periods.contact_days),
    )


def _partner(periods: Periods) -> str:
    return ngettext(
        "until %(n)s day after the last link or signature, or until we erase it",
        "until %(n)s days after the last link or signature, or until we erase it",
        periods.contact_days,
        n=number(periods.contact_days),
    )


def _words(periods: Periods) -> str:
    if not periods.comment_months:
        return _("for as long as the city runs this portal, or until you withdraw it")
    return ngettext(
        "until %(n)s month after the last step of your case, or until you withdraw it",
        "until %(n)s months after the last step of your case, or until you withdraw it",
        periods.comment_months,
        n=number(periods.comment_months),
    )


def _sign_in(_periods: Periods) -> str:
    days = KEEP_SIGN_INS.days
    return _("a sign-in for %(n)s days, the rest until it is removed", n=number(days))


def _two_days(_periods: Periods) -> str:
    days = KEEP_COUNTS.days
    return ngettext("%(n)s day", "%(n)s days", days, n=number(days))


_COUNTED: Mapping[str, Callable[[Periods], str]] = {
    "contact": _contact,
    "partner": _partner,
    "words": _words,
    "sign_in": _sign_in,
    "two_days": _two_days,
}


def _period(key: str, periods: Periods) -> str:
    return _COUNTED[key](periods) if key in _COUNTED else str(_PERIODS[key])
