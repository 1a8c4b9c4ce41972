"""The form that says how the city is reached."""

from __future__ import annotations

import re
from dataclasses import asdict

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from portal.domain.contact import CityContact, read_hours
from portal.domain.typed_texts import TypedTexts
from portal.web.fields import AtMost, EmailField, Storable, is_email, tidy, tidy_line
from portal.web.forms import DeskForm
from portal.web.shown import SHOWN, show_moved, typed_texts

MAX_LINE = 300
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,30}")
_WEB = re.compile(r"https://[^\s<>\"]{4,200}")
_PHONE_WRONG = _l("Enter a phone number in digits, for example 555-0134 or +1 512 555 0134.")
_HOURS_WRONG = _l("Write days and hours like this: Mon-Fri 08:00-17:00, Sat 09:00-12:00")
_SECURITY_WRONG = _l("Enter an email address, or a web address that begins with https://")


class ContactForm(DeskForm):
    """How the city is reached; everything may stay empty."""

    phone = StringField(filters=[tidy_line])
    email = EmailField(filters=[tidy])
    place = StringField(filters=[tidy_line], validators=[AtMost(MAX_LINE), Storable()])
    hours = StringField(filters=[tidy_line])
    security = StringField(filters=[tidy_line])
    was_phone = StringField()
    was_email = StringField()
    was_place = StringField()
    was_hours = StringField()
    was_security = StringField()

    @classmethod
    def of(cls, contact: CityContact) -> ContactForm:
        """The form as the city filled it in last."""
        now = asdict(contact)
        return cls(formdata=None, **now, **{f"{SHOWN}{name}": text for name, text in now.items()})

    @property
    def ways(self) -> TypedTexts:
        """What was typed over what was shown."""
        return typed_texts(self._fields_of(""), self.shown)

    @property
    def shown(self) -> dict[str, Field]:
        """The fields with what was shown."""
        return self._fields_of(SHOWN)

    def show_moved(self, stored: CityContact) -> None:
        """Show what somebody else stored meanwhile beside what was typed."""
        show_moved(self._fields_of(""), self.shown, asdict(stored))

    def _fields_of(self, prefix: str) -> dict[str, Field]:
        return {name: self[f"{prefix}{name}"] for name in asdict(CityContact())}

    def validate_phone(self, field: Field) -> None:
        """Digits, as telephones take them."""
        if field.data and not _PHONE.fullmatch(field.data):
            raise StopValidation(str(_PHONE_WRONG))

    def validate_hours(self, field: Field) -> None:
        """Days and hours that every language can write in its own way."""
        try:
            read_hours(field.data or "")
        except ValueError:
            raise StopValidation(str(_HOURS_WRONG)) from None

    def validate_security(self, field: Field) -> None:
        """Somewhere to write to."""
        if field.data and not (is_email(field.data) or _WEB.fullmatch(field.data)):
            raise StopValidation(str(_SECURITY_WRONG))
