"""The administrators' forms."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.validators import StopValidation

from portal.admin.operations import list_numbers
from portal.domain.criteria import WHOLE_NUMBERS
from portal.models.webhooks import WEBHOOK_EVENTS
from portal.store.retention import COMMENT_MONTHS, CONTACT_DAYS, Periods
from portal.store.safe_addresses import AddressRefusedError, check_url
from portal.web import messages
from portal.web.fields import (
    AtMost,
    Between,
    ChoiceField,
    DayField,
    Needed,
    Storable,
    tidy,
    tidy_line,
    whole_number,
)
from portal.web.forms import DeskForm

MAX_REASON = 500
MAX_NAME = 200
MAX_HOURLY = 1000
# One to four digits, perhaps two more after a point or comma; int() and float() take other scripts.
_NUMBER = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,2}))?\s*%?")
_RATIO_OF_TIPPING = "rho"


class Ticked:
    """Refuses a list in which nothing was ticked."""

    def __init__(self, message: Any) -> None:
        """`message` may be lazy."""
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation when nothing was."""
        if not field.data:
            raise StopValidation(str(self.message))


class PublicDayForm(DeskForm):
    """The day from which levels are public; `was` is the one chosen when the page was read."""

    day = DayField(validators=[Needed(_l("Enter the day from which levels are public."))])
    was = StringField()


class ThresholdForm(DeskForm):
    """One number of one criterion, from a day on; `was` is the newest version that was read."""

    which = ChoiceField(
        choices=[(f"{criterion}.{number}", number) for criterion, number in list_numbers()],
        validators=[Needed(_l("Choose what becomes stricter."))],
    )
    value = StringField(filters=[tidy_line], validators=[Needed(_l("Enter the new number."))])
    from_on = DayField(validators=[Needed(_l("Enter the day from which it holds."))])
    reason = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say why. The reason is kept with the change.")),
                    AtMost(MAX_REASON), Storable()],
    )  # fmt: skip
    was = StringField()

    @property
    def chosen(self) -> tuple[str, str]:
        """The criterion and the name of its number."""
        criterion, _, number = (self.which.data or "").rpartition(".")
        return criterion, number

    @property
    def typed(self) -> float | None:
        """What was typed, as the method writes it: shares from 0 to 1. None for no number."""
        return read_number(self.value.data or "", *self.chosen)


class RetentionForm(DeskForm):
    """How long things are kept.

    `seen` says for which periods the reader saw what goes, `was` which were in force then.
    """

    contact_days = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter a number of days.")), Between(*CONTACT_DAYS)],
    )
    comment_months = StringField(filters=[tidy_line], validators=[Between(*COMMENT_MONTHS)])
    seen = StringField()
    was = StringField()

    @property
    def periods(self) -> Periods | None:
        """What was typed, where both are right."""
        if self.errors or not self.contact_days.data:
            return None
        return Periods(
            int(self.contact_days.data),
            int(self.comment_months.data) if self.comment_months.data else None,
        )

    @property
    def key(self) -> str:
        """The periods as `seen` holds them."""
        return self.periods.key if self.periods else ""


def is_share(criterion_id: str, number: str) -> bool:
    """Whether people write the number in per cent."""
    return number in {"tau", "delta"} or (number == _RATIO_OF_TIPPING and criterion_id == "L4.4")


def read_number(text: str, criterion_id: str, number: str) -> float | None:
    """A number as it was typed, in the method's unit; None where it is none."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    value = float(f"{found[1]}.{found[2] or 0}")
    if number in WHOLE_NUMBERS:
        return None if found[2] else int(found[1])
    return round(value / 100, 4) if is_share(criterion_id, number) else value


class KioskForm(DeskForm):
    """A new kiosk."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Name the place, for example “Library, ground floor”.")),
                    AtMost(MAX_NAME), Storable()],
    )  # fmt: skip
    service = ChoiceField()
    hourly_limit = StringField(
        filters=[tidy_line], validators=[Needed(_l("Enter how many ratings an hour are taken."))]
    )

    def validate_hourly_limit(self, field: Field) -> None:
        """A whole number within limits."""
        typed = whole_number(field.data)
        if typed is None or not 1 <= typed <= MAX_HOURLY:
            raise StopValidation(str(messages.NUMBER_BETWEEN) % {"low": 1, "high": MAX_HOURLY})


class EventsField(Field):
    """What an address is told of, any number of events."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, and nothing else."""
        self.data = [event for event in WEBHOOK_EVENTS if event in valuelist]


class WebhookForm(DeskForm):
    """An address that is told of events. `is_trial` allows plain http."""

    is_trial = False
    url = StringField(filters=[tidy_line], validators=[Needed(_l("Enter the address to call."))])
    events = EventsField(validators=[Ticked(_l("Choose at least one event."))])

    def validate_url(self, field: Field) -> None:
        """An https address of another system, without a password in it."""
        try:
            check_url(field.data, is_trial=self.is_trial)
        except AddressRefusedError as error:
            raise StopValidation(
                str(_l("Enter an address that begins with https:// and holds no password."))
            ) from error
