"""The forms about services, their texts, departments and districts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField

from portal.admin.services.queries import DOORS
from portal.admin.services.records import read_of
from portal.admin.services.texts import Wording
from portal.domain.typed_texts import TypedTexts
from portal.models.services import LANGUAGE_ROLES
from portal.store.service_files import MAX_CODE, MAX_NAME, MAX_SUMMARY, BadLine, ServiceLine
from portal.web.fields import (
    AtMost,
    ChoiceField,
    DayField,
    Needed,
    Storable,
    tidy,
    tidy_line,
    without_controls,
)
from portal.web.forms import DeskForm
from portal.web.shown import SHOWN, show_moved, typed_texts

MAX_ABOUT = 5000
MAX_LIST = 120_000  # characters
MAX_LIST_BODY = 512 * 1024  # bytes: with four for each character it still fits


class NewServiceForm(DeskForm):
    """A service to be added."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter the name of the service.")), AtMost(MAX_NAME), Storable()],
    )
    code = StringField(filters=[tidy_line], validators=[AtMost(MAX_CODE), Storable()])
    department = ChoiceField(validators=[Needed(_l("Choose the department."))])


class ServiceForm(DeskForm):
    """Whose a service is, its code, and whether it is in use."""

    code = StringField(filters=[tidy_line], validators=[AtMost(MAX_CODE), Storable()])
    department = ChoiceField(validators=[Needed(_l("Choose the department."))])
    is_active = ChoiceField(choices=[("1", "")])
    was_code = StringField()
    was_department = StringField()
    was_is_active = StringField()

    def fill(self, stored: Mapping[str, str]) -> None:
        """Show what is stored."""
        for name, text in stored.items():
            self[name].data = self.shown[name].data = text

    @property
    def own(self) -> dict[str, Field]:
        """The fields that are filled in."""
        return {name: self[name] for name in ("department", "code", "is_active")}

    @property
    def shown(self) -> dict[str, Field]:
        """The fields with what was shown."""
        return {name: self[f"{SHOWN}{name}"] for name in self.own}

    @property
    def choices(self) -> TypedTexts:
        """What was typed over what was shown."""
        return typed_texts(self.own, self.shown)

    def show_moved(self, stored: Mapping[str, str]) -> None:
        """Show what somebody else stored meanwhile beside what was chosen."""
        departments = dict(self.department.choices)
        show_moved(
            self.own, self.shown, stored,
            lambda name, text: departments.get(text, text) if name == "department" else text,
        )  # fmt: skip


class SwitchForm(DeskForm):
    """A language or channel that opens or closes from a day on."""

    what = ChoiceField(
        choices=[("channel", ""), *((role, "") for role in LANGUAGE_ROLES)],
        validators=[Needed(_l("Choose what opens or closes."))],
    )
    key = ChoiceField(validators=[Needed(_l("Choose what opens or closes."))])
    way = ChoiceField(
        choices=[("open", ""), ("close", "")], validators=[Needed(_l("Choose open or close."))]
    )
    day = DayField(validators=[Needed(_l("Enter the day from which it holds."))])
    was = StringField()

    @property
    def read_spans(self) -> str | None:
        """The record of what opens or closes, as it was read; None where none went along."""
        return read_of(self.was.data, self.key.data or "")

    def offer(self, what: str, languages: list[str]) -> None:
        """Offer channels or languages, whichever it is about."""
        keys = DOORS if what == "channel" else languages
        self.key.choices = [(key, "") for key in keys]


def _as_pasted(text: str | None) -> str:
    """A file's text without what only copying brings along; rows stay rows."""
    rows = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(without_controls(row).replace("\n", " ") for row in rows).strip()


class ListForm(DeskForm):
    """A pasted list of services; `seen` says what it was shown to change.

    `lines` and `bad` are what was read in it.
    """

    text = TextAreaField(
        filters=[_as_pasted],
        validators=[Needed(_l("Paste the list.")), AtMost(MAX_LIST), Storable()],
    )
    lang = ChoiceField(validators=[Needed(_l("Choose the language."))])
    seen = StringField()
    lines: Sequence[ServiceLine] = ()
    bad: Sequence[BadLine] = ()


class LanguageOffForm(DeskForm):
    """The day from which a language is switched off for the whole city; `was`: as it was read."""

    day = DayField(validators=[Needed(_l("Enter the day from which it holds."))])
    was = StringField()


class TextForm(DeskForm):
    """A service's text in one language; `seen` is the hash of what was read before."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter the name of the service.")), AtMost(MAX_NAME), Storable()],
    )
    summary = TextAreaField(filters=[tidy], validators=[AtMost(MAX_SUMMARY), Storable()])
    about = TextAreaField(filters=[tidy], validators=[AtMost(MAX_ABOUT), Storable()])
    seen = StringField()

    @property
    def wording(self) -> Wording:
        """What was typed."""
        return Wording(self.name.data or "", self.summary.data or "", self.about.data or "")


class SeenForm(DeskForm):
    """One button about the text that was read."""

    seen = StringField()


class DepartmentForm(DeskForm):
    """A department to be added."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter the name of the department.")), AtMost(MAX_NAME), Storable()],
    )


class DistrictForm(DeskForm):
    """A district to be added."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Enter the name of the district.")), AtMost(MAX_NAME), Storable()],
    )
