"""The forms by which staff type in what came on paper, by phone, at a counter or by letter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from portal.domain.doors import CALLED_BY, LATE_DAYS
from portal.models.submissions import AGE_BANDS, KINDS
from portal.store.ratings import QUESTIONS, Answers
from portal.web.fields import (
    MAX_WRITTEN,
    AtMost,
    Between,
    ChoiceField,
    DayField,
    EmailField,
    Needed,
    Storable,
    tidy,
    tidy_line,
)
from portal.web.forms import DeskForm

MAX_FORMS = 100
_DIGIT_WRONG = _l("Type one digit: 1 to 5 as on the form, 0 for “don't know”, or leave it empty.")
_RATING_WRONG = _l("Type one digit from 1, very bad, to 5, very good.")
_TOO_EARLY = _l("Paper can be typed in up to %(days)d days after it arrived.")
_PAST = _l("This day has passed. Give a day from today on.")
_NOTHING_MISSING = _l("Write what they find missing.")
_IN_FUTURE = _l("This day has not come yet.")
_SERVICE = _l("Choose the service.")
_CHANNEL = _l("Choose how they reached us.")
_LANGUAGE = _l("Choose the language.")


class DigitField(StringField):
    """One digit of a scale, typed rather than chosen; empty is no answer."""

    digits: tuple[str, ...] = ("0", "1", "2", "3", "4", "5")
    message: Any = _DIGIT_WRONG

    def process_formdata(self, valuelist: list[str]) -> None:
        """An empty field is no answer."""
        self.data = tidy(valuelist[0]) if valuelist else None

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse everything but one of the digits; other scripts' digits are not on the form."""
        del form
        if self.data is not None and self.data not in self.digits:
            raise StopValidation(str(self.message))


class RatingDigitField(DigitField):
    """The digit of q0, which has no "don't know"."""

    digits = DigitField.digits[1:]
    message = _RATING_WRONG


class ArrivedField(DayField):
    """The day on which something reached the city: today, or a few days ago."""

    def check(self, today: date) -> bool:
        """Whether the day can be; says what is wrong otherwise."""
        if self.day is None:
            return not self.errors
        if self.day > today:
            self.errors = [str(_IN_FUTURE)]
        elif self.day < today - timedelta(days=LATE_DAYS):
            self.errors = [str(_TOO_EARLY) % {"days": LATE_DAYS}]
        return not self.errors


class EntryForm(DeskForm):
    """What somebody answered. Order and names are those of the rating form."""

    q0 = RatingDigitField(validators=[Needed(_RATING_WRONG)])
    q1 = DigitField()
    q2 = DigitField()
    q3 = DigitField()
    q4 = DigitField()
    q5 = DigitField()
    q6 = DigitField()
    kind = ChoiceField(choices=[(kind, kind) for kind in KINDS])
    comment = TextAreaField(filters=[tidy], validators=[AtMost(MAX_WRITTEN), Storable()])
    wants_answer = BooleanField()
    email = EmailField(filters=[tidy], validators=[Storable()])
    district = ChoiceField()
    age_band = ChoiceField(choices=[(band, band) for band in AGE_BANDS])
    received_on = ArrivedField()
    token = StringField()
    is_decided = BooleanField()

    def is_right(self, today: date) -> bool:
        """Whether everything that was typed can be."""
        is_valid = bool(self.validate())
        return self.received_on.check(today) and is_valid

    def answers(self, *, has_personal_data: bool) -> Answers:
        """The answers of a valid form, as the form on the web gives them."""
        return Answers(
            q={name: int(self[name].data) for name in QUESTIONS if self[name].data is not None},
            kind=self.kind.data,
            comment=self.comment.data,
            wants_answer=bool(self.wants_answer.data or self.email.data),
            email=self.email.data,
            district=self.district.data,
            age_band=self.age_band.data,
            has_personal_data=has_personal_data,
        )


class CallForm(DeskForm):
    """What somebody who was answered finds missing, as staff take it down."""

    missing = TextAreaField(
        filters=[tidy],
        validators=[Needed(_NOTHING_MISSING), AtMost(MAX_WRITTEN), Storable()],
    )
    channel = ChoiceField(choices=[(one, one) for one in CALLED_BY], validators=[Needed(_CHANNEL)])
    language = ChoiceField(validators=[Needed(_LANGUAGE)])
    confirmed = BooleanField()
    seen = StringField()  # the number of the answer beside which it was shown


class TakeDownForm(DeskForm):
    """Which service, by which channel, in which language somebody speaks to us."""

    class Meta(DeskForm.Meta):
        """It comes with the address and changes nothing."""

        csrf = False

    service = ChoiceField(validators=[Needed(_SERVICE)])
    channel = ChoiceField(validators=[Needed(_CHANNEL)])
    language = ChoiceField(validators=[Needed(_LANGUAGE)])


class PrintForm(DeskForm):
    """What is to be printed."""

    service = ChoiceField(validators=[Needed(_SERVICE)])
    language = ChoiceField(validators=[Needed(_LANGUAGE)])
    paper = ChoiceField(validators=[Needed(_l("Choose the paper size."))])
    forms = StringField(
        filters=[tidy_line], validators=[Needed(_l("Enter how many forms.")), Between(1, MAX_FORMS)]
    )
    until = DayField()

    def is_right(self, today: date) -> bool:
        """Whether everything that was typed can be."""
        is_valid = bool(self.validate())
        if self.until.day is not None and self.until.day < today:
            self.until.errors = [str(_PAST)]
            return False
        return is_valid
