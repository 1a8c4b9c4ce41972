"""Forms about deciding together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField

from portal.web.fields import (
    AtMost,
    ChoiceField,
    DayField,
    EmailField,
    Needed,
    Storable,
    tidy,
    tidy_line,
    whole_number,
)
from portal.web.formats import language_name
from portal.web.forms import DeskForm, ResidentForm
from portal.web.words import gettext as _

MAX_TEXT = 4000
MAX_NAME = 200
_IN = "in_"


def case_ids(name: str = "case") -> list[int]:
    """The cases that were ticked, or those in other fields of one name."""
    found = (whole_number(text) for text in request.form.getlist(name))
    return [one for one in found if one is not None]


class PartnerForm(DeskForm):
    """An organisation, and whether it is external."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Give the partner’s name.")), AtMost(MAX_NAME), Storable()],
    )
    is_external = ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        validators=[Needed(_l("Say whether it is part of the city government."))],
    )


class AddressForm(DeskForm):
    """Where a partner gets its links, and in which language; `was`: as it was read."""

    email = EmailField(
        filters=[tidy], validators=[Needed(_l("Enter an email address.")), Storable()]
    )
    lang = ChoiceField(validators=[Needed(_l("Choose a language."))])
    was = StringField()

    def __init__(self, *args: Any, languages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`languages` are (tag, name)."""
        super().__init__(*args, **kwargs)
        self.lang.choices = languages


class BeginForm(DeskForm):
    """A theme and a partner."""

    theme = StringField(validators=[Needed(_l("Choose a theme."))])
    partner = StringField(validators=[Needed(_l("Choose a partner."))])


class RecordForm(DeskForm):
    """The record of a co-decision in one language; `seen` is the hash of what was read before."""

    proposed = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    decided = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    changed = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    decided_on = DayField()
    seen = StringField()


class StepTextForm(DeskForm):
    """A next step in one language; `seen` is the hash of what was read before."""

    what = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say what the next step is.")), AtMost(MAX_TEXT), Storable()],
    )
    place = TextAreaField(
        filters=[tidy],
        validators=[
            Needed(_l("Say where and how people take part.")),
            AtMost(MAX_TEXT),
            Storable(),
        ],
    )
    seen = StringField()


class StepForm(StepTextForm):
    """A next step of a theme, and its day."""

    theme = StringField(validators=[Needed(_l("Choose a theme."))])
    happens_on = DayField(validators=[Needed(_l("Give the day."))])


class CallOffForm(DeskForm):
    """Why a next step does not take place, in fields called `in_<tag>`."""

    @classmethod
    def of(cls, languages: Iterable[str]) -> type[Self]:
        """The form for the languages in which people were invited."""
        fields = {
            f"{_IN}{tag}": TextAreaField(
                LazyString(language_name, tag),
                filters=[tidy],
                validators=[AtMost(MAX_TEXT), Storable()],
            )
            for tag in languages
        }
        return type(cls.__name__, (cls,), fields)

    @property
    def by_language(self) -> dict[str, Field]:
        """The fields by language."""
        return {one.name.removeprefix(_IN): one for one in self if one.name.startswith(_IN)}

    @property
    def reasons(self) -> dict[str, str]:
        """What was typed, by language."""
        return {tag: field.data for tag, field in self.by_language.items() if field.data}

    def is_said(self) -> bool:
        """Whether all is well, and there is a reason in any language; else the first says so."""
        if self.validate() and not self.reasons:
            next(iter(self.by_language.values())).errors = [_("Say why, in one language at least.")]
        return not self.errors


class SignForm(ResidentForm):
    """Who signs for the partner. Guarded by the single-use link, without a session."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter your name.")), AtMost(MAX_NAME), Storable()],
    )
    role = StringField(
        filters=[tidy_line],
        validators=[
            Needed(_l("Enter your role in the organisation.")),
            AtMost(MAX_NAME),
            Storable(),
        ],
    )
    record = StringField()
