"""The forms about the city's own targets, its weekdays and its holidays."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField

from portal.admin.forms import Ticked
from portal.domain.working_days import LAST_DAY, WEEK
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

MAX_LIST = 60_000  # characters: with four bytes each it still fits a request


class TargetForm(DeskForm):
    """How many working days, for all services or for one, from a day on.

    `was` is the newest decision that was read.
    """

    service = ChoiceField()
    working_days = StringField(filters=[tidy_line], validators=[Between(1, LAST_DAY)])
    from_on = DayField(validators=[Needed(_l("Enter the day from which it holds."))])
    was = StringField()

    def offer(self, services: Sequence[tuple[int, object]]) -> None:
        """Let these services, (id, name), be chosen."""
        self.service.choices = services

    @property
    def service_id(self) -> int | None:
        """The service; None for the whole city."""
        return whole_number(self.service.data)

    @property
    def days(self) -> int | None:
        """What was typed; None takes the target away."""
        return whole_number(self.working_days.data)

    @property
    def read_until(self) -> int | None:
        """The newest decision that was read; None where none went along."""
        return whole_number(self.was.data)


class WeekdaysField(Field):
    """Weekdays, 0 for Monday."""

    data: list[int]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, and nothing else."""
        self.data = [one for one in WEEK if str(one) in valuelist]


class WeekdaysForm(DeskForm):
    """The weekdays on which the city works; `was` are those that were read."""

    weekdays = WeekdaysField(validators=[Ticked(_l("Tick at least one day."))])
    was = StringField()


class HolidaysForm(DeskForm):
    """Holidays as a list of lines, or as a calendar file."""

    text = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Enter at least one holiday.")), AtMost(MAX_LIST), Storable()],
    )
