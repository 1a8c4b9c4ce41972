"""The form into which the code of a receipt is typed."""

from __future__ import annotations

from wtforms import StringField

from portal.web.fields import tidy
from portal.web.forms import ResidentForm


class LookUpForm(ResidentForm):
    """A code in any spelling that people use: spaces, dashes, small letters."""

    code = StringField(filters=[lambda value: tidy((value or "").replace("\x00", ""))])
