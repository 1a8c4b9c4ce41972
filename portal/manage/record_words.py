"""What a record says about a criterion, in one short sentence of the page's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.data import load_instrument
from portal.store.evidence.records import Record
from portal.web.formats import language_name, number, short_day
from portal.web.i18n import current_language
from portal.web.words import gettext as _
from portal.web.words import ngettext

_VERDICTS: dict[str, Any] = {
    "yes": _l("The resident said yes."),
    "partly": _l("The resident said partly."),
    "no": _l("The resident said no."),
}
_OUTCOMES: dict[str | None, Any] = {
    "done": _l("Done."),
    "answered": _l("Answered, without action."),
    "declined": _l("Declined, with a reason."),
    None: _l("No answer yet."),
}
_EXCLUDED: dict[str, Any] = {
    "spam": _l("Set aside as spam."),
    "abuse": _l("Set aside as abuse."),
    "duplicate": _l("Set aside as a duplicate."),
    "test": _l("Set aside as a test."),
    "withdrawn": _l("Withdrawn by the resident."),
    "wrong_service": _l("Set aside: it belongs to another service."),
}


def says(metric: str, record: Record) -> str:
    """Why the record counts for the service, or against it."""
    if record.answer is not None:
        scale = load_instrument()
        return scale.text(f"scale.agree.{record.answer}", current_language())
    return _SAYS[metric](record)


def _days_later(day: date, record: Record) -> int:
    return (day - record.received_on).days


def _told(record: Record) -> str:
    if record.told_on is None:
        return _("Nobody has been told.")
    days = _days_later(record.told_on, record)
    return ngettext("Told after %(n)s day.", "Told after %(n)s days.", days, n=number(days))


def _told_in_time(days: int) -> Callable[[Record], str]:
    def say(record: Record) -> str:
        in_time = record.told_on is not None and _days_later(record.told_on, record) <= days
        if in_time and not record.is_positive:
            return _("Told in time, but nobody answered when the resident disagreed.")
        return _told(record)

    return say


def _acknowledged(record: Record) -> str:
    if record.acknowledged_on is None:
        return _("Not acknowledged.")
    days = _days_later(record.acknowledged_on, record)
    return ngettext(
        "Acknowledged after %(n)s day.", "Acknowledged after %(n)s days.", days, n=number(days)
    )


def _language(record: Record) -> str:
    return _(
        "Written in: %(lang)s. Told in: %(told_lang)s.",
        lang=language_name(record.lang or ""),
        told_lang=language_name(record.told_lang or ""),
    )


def _promise(record: Record) -> str:
    due = short_day(record.due_on) if record.due_on else "–"
    if record.verdict == "no":
        return _("Promised by %(due)s. The resident said no.", due=due)
    if record.done_on is None:
        return _("Promised by %(due)s. Not done.", due=due)
    return _("Promised by %(due)s. Done on %(done)s.", due=due, done=short_day(record.done_on))


def _action(record: Record) -> str:
    if record.verdict == "no":
        return str(_VERDICTS["no"])
    if record.outcome in {"planned", "in_progress"} and record.due_on:
        return _("Promised by %(due)s.", due=short_day(record.due_on))
    return str(_OUTCOMES.get(record.outcome, _OUTCOMES[None]))


def _invited(record: Record) -> str:
    if record.invited_on is None:
        return _("Not invited to a next step.")
    return _("Invited on %(day)s.", day=short_day(record.invited_on))


def _kept(record: Record) -> str:
    if record.excluded is None:
        return _("Not set aside.")
    return str(_EXCLUDED.get(record.excluded, _("Set aside.")))


_SAYS: dict[str, Callable[[Record], str]] = {
    "ack": _acknowledged,
    "told30": _told_in_time(30),
    "told90": _told_in_time(90),
    "same_language": _language,
    "confirmed": lambda record: str(_VERDICTS.get(record.verdict or "", "")),
    "action": _action,
    "promises": _promise,
    "invited": _invited,
    "kept": _kept,
}
