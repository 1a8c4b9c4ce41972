"""The two kinds of forms: residents' without session, and signed-in people's with CSRF guard."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form

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
    """(field id, message) of every error in the form's order, for the error summary."""
    return [(field.id, str(error)) for field in form for error in field.errors]
