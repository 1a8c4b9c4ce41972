"""Fields and validators that several forms share; rendered by our own macros, never by widgets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, SelectField, StringField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation, ValidationError

from portal.web import messages

# One @, a dot in the domain, no spaces or control characters: the confirmation mail is the proof.
# Nothing that begins like an encoded word (RFC 2047) either: that may say something else, such as
# somebody else's address, to whoever writes or reads the header of a mail.
_EMAIL = re.compile(
    r"(?!.*=\?)[^\s@<>()\[\],;:\"\\]{1,64}@"
    r"(?:[^\s@.<>()\[\],;:\"\\]+\.)+[^\s@.<>()\[\],;:\"\\]{2,}"
)
_MAX_EMAIL = 254
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,18}")
# NUL is refused by PostgreSQL and kept by SQLite; lone surrogates cannot be encoded at all.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# What nobody sees in an address, and names of hosts pass over (Default_Ignorable_Code_Point): some
# of it comes along when an address is copied out of a text that runs the other way. Joiners are not
# among it: Persian and Indian words are spelled with them (IDNA 2008).
_PASSED_OVER = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
MAX_WRITTEN = 5000  # characters of what a resident writes in their own words
# A soft line break that is copied out of Word is a vertical tab.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls and code points that are no characters; HTML and XML know none of them.
_INVISIBLE = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)


def tidy(value: str | None) -> str | None:
    """Typed text without surrounding space and what only copying brings along, line ends as \\n.

    None where nobody sees any.
    """
    text = without_controls(value or "")
    return text.strip() or None if any(map(_is_seen, text)) else None


def tidy_line(value: str | None) -> str | None:
    """The same in one line, as it stands in headings and in the headers of mails."""
    text = tidy(value)
    return text and " ".join(text.split())


def _is_seen(character: str) -> bool:
    """NUL counts as seen: it is refused, not passed over."""
    return character == "\x00" or unicodedata.category(character) not in _UNSEEN


def without_controls(text: str) -> str:
    """Text that HTML and XML can hold, all line ends as \\n.

    NUL stays: it is refused, not passed over.
    """
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def without_nul(value: str | None) -> str | None:
    """Text without NULs, to be shown again: HTML cannot hold them."""
    return value and value.replace("\x00", "")


def whole_number(text: str | None) -> int | None:
    """A number as addresses and hidden fields hold it; None for anything else (int("٣") is 3)."""
    return int(text) if text and _NUMBER.fullmatch(text) else None


def is_email(text: str) -> bool:
    """Whether the text has the shape of an e-mail address."""
    return len(text) <= _MAX_EMAIL and _EMAIL.fullmatch(text) is not None


def is_storable(text: str) -> bool:
    """Whether every character of it can be kept by both databases."""
    return _UNSTORABLE.search(text) is None


class Storable:
    """Refuses characters that a database cannot keep."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError when there are some."""
        if isinstance(field.data, str) and not is_storable(field.data):
            raise ValidationError(str(messages.NO_CONTROL_CHARACTERS))


class AtMost:
    """Refuses text that is longer than `maximum` characters."""

    def __init__(self, maximum: int) -> None:
        """`maximum` in characters, not bytes."""
        self.maximum = maximum

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError when it is longer."""
        if field.data and len(field.data) > self.maximum:
            raise ValidationError(str(messages.TOO_LONG) % {"max": self.maximum})


class Between:
    """Refuses anything but a whole number within limits; an empty field is left to Needed."""

    def __init__(self, low: int, high: int) -> None:
        """Both limits are allowed."""
        self.low, self.high = low, high

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError for anything else."""
        number = whole_number(field.data)
        if field.data and (number is None or not self.low <= number <= self.high):
            limits = {"low": self.low, "high": self.high}
            raise ValidationError(str(messages.NUMBER_BETWEEN) % limits)


class Needed:
    """Refuses an empty field, with a message that says what belongs there."""

    field_flags: dict[str, Any] = {"required": True}  # noqa: RUF012 - WTForms reads it

    def __init__(self, message: Any) -> None:
        """`message` may be lazy."""
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation when nothing was given."""
        if field.data in (None, ""):
            raise StopValidation(str(self.message))


def _in_plain_letters(address: str) -> str:
    """An address as mail servers take it to be, in spite of what nobody sees in it.

    Wide letters are the ordinary ones, as keyboards for Chinese and Korean write both. More is the
    same in names of hosts only (UTS 46): before the @ it makes another mailbox.
    """
    narrow = unicodedata.normalize("NFC", "".join(map(_narrow, address)))
    name, at, host = narrow.rpartition("@")
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    return _PASSED_OVER.sub("", f"{name}{at}{plain}")


def _narrow(character: str) -> str:
    width, _, ordinary = unicodedata.decomposition(character).partition(" ")
    return chr(int(ordinary, 16)) if width in {"<wide>", "<narrow>"} else character


class EmailField(StringField):
    """An e-mail address, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """In one spelling: limits to mail are counted for each address that is written apart."""
        super().process_formdata([_in_plain_letters(one) for one in valuelist])

    def pre_validate(self, form: BaseForm) -> None:
        """Check the shape; whether it works shows the confirmation mail."""
        del form
        if self.data and not is_email(self.data):
            is_needed = getattr(self.flags, "required", None)
            wrong = messages.EMAIL_NEEDED if is_needed else messages.EMAIL_WRONG
            raise StopValidation(str(wrong))


class ChoiceField(Field):
    """One of a few values, or nothing. Unknown values are refused in our own words.

    Not one of WTForms' own fields: it is never rendered by a widget, and theirs has no message for
    a wrong choice.
    """

    def __init__(self, *args: Any, choices: Sequence[tuple[Any, Any]] = (), **kwargs: Any) -> None:
        """`choices` are (value, label)."""
        super().__init__(*args, **kwargs)
        self.choices = choices

    def process_formdata(self, valuelist: list[str]) -> None:
        """An empty value is no choice."""
        self.data = (valuelist[0] or None) if valuelist else None

    def pre_validate(self, form: BaseForm) -> None:
        """Raise StopValidation for a value that was not offered."""
        del form
        values = {str(choice[0]) for choice in self.choices}
        if self.data is not None and self.data not in values:
            raise StopValidation(str(messages.NOT_A_CHOICE))


class DayField(Field):
    """A day as year-month-day, or nothing; what was typed wrong stays in the field."""

    data: date | str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = typed or None
        if not typed:
            return
        if not _DAY.fullmatch(typed):
            raise ValueError(str(messages.DATE_WRONG))
        try:
            self.data = date.fromisoformat(typed)
        except ValueError:
            raise ValueError(str(messages.DATE_WRONG)) from None

    @property
    def day(self) -> date | None:
        """The day, where there is a right one."""
        return self.data if isinstance(self.data, date) else None


__all__ = [
    "MAX_WRITTEN",
    "AtMost",
    "Between",
    "ChoiceField",
    "DayField",
    "EmailField",
    "Needed",
    "SelectField",
    "Storable",
    "is_email",
    "is_storable",
    "tidy",
    "tidy_line",
    "whole_number",
    "without_controls",
    "without_nul",
]
