"""Adding a language to an installation, and saying how complete each one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel import UnknownLocaleError

from portal.data import INSTRUMENT_ID, MODEL_TEXTS_ID, load_instrument, load_model_texts
from portal.data.languages import AddedLanguage, keep_added
from portal.domain.instrument import VersionedTexts
from portal.web.catalogues import (
    begin_catalogue,
    compile_catalogue,
    count_resident_texts,
    read_catalogue,
)
from portal.web.i18n import SOURCE_LANGUAGE, TRANSLATIONS, locale_of

Share = tuple[int, int]  # (done, all)


@dataclass(frozen=True)
class Completeness:
    """How much of what residents read is there in a language."""

    tag: str
    pages: Share  # texts of pages and mail
    questions: Share  # the instrument
    model: Share  # levels and criteria
    services: Share  # reviewed texts of services in use

    @property
    def percent(self) -> int:
        """All of it together, in whole per cent, rounded down."""
        parts = (self.pages, self.questions, self.model, self.services)
        return 100 * sum(done for done, _ in parts) // max(1, sum(every for _, every in parts))

    def says_why_not(self, limit: int) -> str:
        """Why residents cannot be offered the language yet; "" when they can.

        A half translated form would ask other questions than the same form in another language,
        so the questions must all be there, whatever the limit.
        """
        done, every = self.questions
        if done < every:
            return f"{every - done} of the {every} wordings of the questions are missing"
        if self.percent < limit:
            return f"{self.percent} % of what residents read is there; the city asks for {limit} %"
        return ""


def add_language(tag: str, instance: Path, *, is_offered: bool = False) -> AddedLanguage:
    """Make or refresh the files of a language; whatever was translated stays.

    Raises ValueError for a language that CLDR does not know.
    """
    try:
        locale = str(locale_of(tag))
    except UnknownLocaleError as error:
        raise ValueError(f"CLDR does not know the language {tag}") from error
    added = keep_added(instance, tag, locale, is_offered=is_offered)
    begin_catalogue(added.catalogue, read_catalogue(_model_catalogue()), locale)
    kept = added.read_texts() if added.texts_file.exists() else {}
    added.write_texts(
        {
            document: _sheet(texts, kept.get(document, {}))
            for document, texts in _documents().items()
        }
    )
    return added


def _model_catalogue() -> Path:
    """Any of the portal's own: all hold the same English texts."""
    return min(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def _documents() -> Mapping[str, VersionedTexts]:
    return {INSTRUMENT_ID: load_instrument().wordings, MODEL_TEXTS_ID: load_model_texts()}


def _sheet(
    texts: VersionedTexts, kept: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Every wording beside its source, for a translator to fill in."""
    empty = {"text": "", "status": "draft"}
    return {
        key: {"en": by_language[SOURCE_LANGUAGE], **empty, **_own(kept.get(key, {}))}
        for key, by_language in texts.texts.items()
    }


def _own(entry: Mapping[str, str]) -> dict[str, str]:
    return {name: entry[name] for name in ("text", "status") if name in entry}


def measure(
    tag: str, catalogue: Path | None, count_services: Callable[[str], Share]
) -> Completeness:
    """How complete a language is; without a catalogue it is the source language."""
    pages = (1, 1) if catalogue is None else count_resident_texts(read_catalogue(catalogue))
    questions, model = (_count(texts, tag) for texts in _documents().values())
    return Completeness(tag, pages, questions, model, count_services(tag))


def _count(texts: VersionedTexts, tag: str) -> Share:
    return sum(bool(by.get(tag)) for by in texts.texts.values()), len(texts.texts)


def find_catalogue(tag: str, added: Sequence[AddedLanguage]) -> Path | None:
    """Where a language's catalogue lies; None for the source language, which needs none."""
    if tag == SOURCE_LANGUAGE:
        return None
    own = next((one.catalogue for one in added if one.tag == tag), None)
    return own or TRANSLATIONS / str(locale_of(tag)) / "LC_MESSAGES" / "messages.po"


def compile_added(added: Sequence[AddedLanguage]) -> None:
    """Let the catalogues that were edited count."""
    for one in added:
        compile_catalogue(one.catalogue)
