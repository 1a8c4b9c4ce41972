"""What a list of responses is called, and the words of its filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.data import load_model_texts
from portal.public.response_filters import Choices, Filters
from portal.store.texts import InLanguage
from portal.web.formats import isolated, language_name
from portal.web.i18n import current_language
from portal.web.words import gettext as _


@dataclass(frozen=True)
class Field:
    """One filter as a page offers it: options are (value, text, language of the text)."""

    key: str
    label: str
    everything: str
    options: Sequence[tuple[str, str, str]]
    chosen: str


def list_fields(filters: Filters, choices: Choices) -> list[Field]:
    """The filters that are chosen from lists."""
    chosen = filters.address
    services = [(one.slug, one.name.text, one.name.lang) for one in choices.services]
    departments = [(one.slug, one.name.text, one.name.lang) for one in choices.departments]
    districts = [(one.slug, one.name.text, one.name.lang) for one in choices.districts]
    languages = [(tag, language_name(tag), current_language()) for tag in choices.languages]
    offered = (
        ("service", _("Service"), _("All services"), services),
        ("department", _("Department"), _("All departments"), departments),
        ("district", _("District"), _("All districts"), districts),
        ("language", _("Language of the answer"), _("All languages"), languages),
    )
    return [
        Field(key, label, everything, options, chosen.get(key, ""))
        for key, label, everything, options in offered
        if options
    ]


def list_narrowings(filters: Filters) -> list[InLanguage[str]]:
    """What a list is narrowed to, each part in its language; none where it holds everything."""
    parts = (filters.service, filters.department, filters.district)
    named = [one.name for one in parts if one]
    own = (
        language_name(filters.language) if filters.language else "",
        _("“%(words)s”", words=isolated(filters.words)) if filters.words else "",
    )
    return named + [InLanguage(current_language(), words) for words in own if words]


def narrowed_to(filters: Filters) -> str:
    """The same in words; empty where it holds everything."""
    return " · ".join(one.text for one in list_narrowings(filters))


def title_of(filters: Filters) -> str:
    """The title of the list, with what it is narrowed to."""
    title = load_model_texts().text("term.you_said_we_did", current_language())
    narrowed = narrowed_to(filters)
    return f"{title}: {narrowed}" if narrowed else title
