"""The form at the door."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from portal.accounts.passwords import MAX_LENGTH
from portal.web.fields import AtMost, Needed, Storable
from portal.web.forms import DeskForm


class SignInForm(DeskForm):
    """Address and password; `next` is the page of ours that was asked for."""

    email = StringField(
        validators=[Needed(_l("Enter your work email address.")), AtMost(254), Storable()]
    )
    password = PasswordField(
        validators=[Needed(_l("Enter your password.")), AtMost(MAX_LENGTH), Storable()]
    )
    next = StringField(validators=[AtMost(2000)])
