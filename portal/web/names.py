"""A form for the names of one thing, a field for each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from flask_babel import LazyString
from wtforms import Field, StringField

from portal.domain.typed_texts import TypedTexts
from portal.web.fields import AtMost, Storable, tidy_line
from portal.web.formats import language_name
from portal.web.forms import DeskForm
from portal.web.shown import SHOWN, show_moved, typed_texts

_PREFIX = "in_"


class NamesForm(DeskForm):
    """Names by language, in fields called `in_<tag>`; what was shown is in `was_<tag>`."""

    @classmethod
    def of(cls, languages: Iterable[str], maximum: int) -> type[Self]:
        """The form for these languages, with names of so many characters at most."""
        fields = {
            f"{_PREFIX}{tag}": StringField(
                LazyString(language_name, tag),
                filters=[tidy_line],
                validators=[AtMost(maximum), Storable()],
            )
            for tag in languages
        }
        fields |= {f"{SHOWN}{tag}": StringField() for tag in languages}
        return type(cls.__name__, (cls,), fields)

    def fill(self, names: Mapping[str, str]) -> None:
        """Show the names that there are."""
        for tag, field in self.by_language.items():
            field.data = self.shown[tag].data = names.get(tag)

    def show_moved(self, stored: Mapping[str, str]) -> None:
        """Show the names that somebody else stored meanwhile beside what was typed."""
        show_moved(self.by_language, self.shown, stored)

    @property
    def by_language(self) -> dict[str, Field]:
        """The fields by language."""
        return {
            field.name.removeprefix(_PREFIX): field
            for field in self
            if field.name.startswith(_PREFIX)
        }

    @property
    def shown(self) -> dict[str, Field]:
        """The fields with what was shown, by language."""
        return {tag: self[f"{SHOWN}{tag}"] for tag in self.by_language}

    @property
    def names(self) -> TypedTexts:
        """What was typed over what was shown, by language; empty where nothing was."""
        return typed_texts(self.by_language, self.shown)

    def require(self, tag: str, message: str) -> bool:
        """Whether there is a name in this language; else its field says so."""
        field = self.by_language[tag]
        if not field.data:
            field.errors = [message]
        return bool(field.data)

    def require_any(self, message: str) -> bool:
        """Whether there is a name in any language; else the first field says so."""
        fields = list(self.by_language.values())
        if not any(field.data for field in fields):
            fields[0].errors = [message]
            return False
        return True
