"""The forms at the door, of one's own account, and about people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField, StringField

from portal.accounts.operations.people import MAX_EMAIL, MAX_NAME, Role
from portal.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from portal.models.people import ROLES
from portal.web.fields import (
    AtMost,
    ChoiceField,
    EmailField,
    Needed,
    Storable,
    tidy,
    tidy_line,
    whole_number,
)
from portal.web.forms import DeskForm

_EMAIL_NEEDED = _l("Enter your work email address.")


class SignInForm(DeskForm):
    """Address and password; `next` is the page of ours that was asked for."""

    email = StringField(validators=[Needed(_EMAIL_NEEDED), AtMost(MAX_EMAIL), Storable()])
    password = PasswordField(
        validators=[Needed(_l("Enter your password.")), AtMost(MAX_LENGTH), Storable()]
    )
    next = StringField(validators=[AtMost(2000)])


class CodeForm(DeskForm):
    """A one-time code from an app, or a recovery code."""

    code = StringField(validators=[Needed(_l("Enter the code.")), AtMost(50), Storable()])
    next = StringField(validators=[AtMost(2000)])


class PasskeyForm(DeskForm):
    """A new passkey, as the device gave it, and what its owner calls it."""

    name = StringField(filters=[tidy_line], validators=[AtMost(80), Storable()])
    credential = StringField(validators=[AtMost(20_000), Storable()])


class ResetForm(DeskForm):
    """Where a link to choose a new password goes."""

    email = StringField(validators=[Needed(_EMAIL_NEEDED), AtMost(MAX_EMAIL), Storable()])


class NewPasswordForm(DeskForm):
    """A new password, once: it can be shown while it is typed, so nobody types it twice."""

    least = MIN_LENGTH  # passwords.py says what else makes one too weak
    password = PasswordField(
        validators=[Needed(_l("Enter a new password.")), AtMost(MAX_LENGTH), Storable()]
    )


class AcceptForm(NewPasswordForm):
    """Somebody who was invited says what they are called, and chooses a password."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter your name.")), AtMost(MAX_NAME), Storable()],
    )


class OwnForm(DeskForm):
    """A person's own name, and the language of the mail they get."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter your name.")), AtMost(MAX_NAME), Storable()],
    )
    lang = ChoiceField(validators=[Needed(_l("Choose a language."))])

    def __init__(self, *args: Any, languages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`languages` are (tag, name)."""
        super().__init__(*args, **kwargs)
        self.lang.choices = languages


class RolesField(Field):
    """Ticked roles: "staff:3" for one in a department, "administrator" for that of the city."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was ticked."""
        self.data = valuelist

    def read(self, departments: Sequence[int]) -> list[Role] | None:
        """The roles, each once; None where one is none of ours."""
        roles = list(dict.fromkeys(_role(text) for text in self.data or []))
        known = [one for one in roles if one and one[1] in (None, *departments)]
        return known if len(known) == len(roles) else None


def _role(text: str) -> Role | None:
    role, colon, number = text.partition(":")
    if role == "administrator":
        return None if colon else (role, None)
    department_id = whole_number(number)
    return (role, department_id) if role in ROLES and department_id is not None else None


class RolesForm(DeskForm):
    """Everything that a person may do; `seen` is the hash of the roles that were shown."""

    role = RolesField(default=list)
    seen = StringField()


class InviteForm(DeskForm):
    """Somebody new."""

    role = RolesField(default=list)

    email = EmailField(
        filters=[tidy], validators=[Needed(_l("Enter an email address.")), Storable()]
    )
    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter the person's name.")), AtMost(MAX_NAME), Storable()],
    )
