"""The two kinds of forms: residents' without session, and signed-in people's with CSRF guard."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask_babel import LazyString
from flask_wtf import FlaskForm
from wtforms import Field, Form

from portal.web.words import gettext as _

ErrorList = list[tuple[str, str]]


class ResidentForm(Form):
    """A form of residents: guarded by its signed token (web/form_token.py), not by a session."""

    class Meta:
        """WTForms' own translations are never used: every message is ours."""

        locales = ("en",)
        cache_translations = True

        def get_translations(self, form: Form) -> Any:
            """No translations of WTForms."""
            del form


class DeskForm(FlaskForm):
    """A form of signed-in people, guarded by Flask-WTF's session token."""

    class Meta(FlaskForm.Meta):
        """WTForms' own translations are never used: every message is ours."""

        def get_translations(self, form: Form) -> Any:
            """No translations of WTForms."""
            del form


def errors_of(form: Form) -> ErrorList:
    """(field id, message) of every error in the form's order, for the error summary.

    A message of several fields says to which one it belongs, where the form gives them labels.
    """
    rows = [(field, str(error)) for field in form for error in field.errors]
    times = Counter(text for _field, text in rows)
    return [(field.id, _named(field, text) if times[text] > 1 else text) for field, text in rows]


def _named(field: Field, text: str) -> str:
    # Ours are lazy; where a form gives none, WTForms makes an English one of the field's name.
    label = field.label.text
    if not isinstance(label, LazyString):
        return text
    return _("%(field)s: %(problem)s", field=str(label), problem=text)
