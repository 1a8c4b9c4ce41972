"""Languages in requests: which one a page is in, and everything that depends on it.

The language stands in the address (`/<lang>/…`), so pages can be shared, cached and linked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, redirect, request, url_for
from flask_babel import Babel, Domain, force_locale, get_locale
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response

from portal.data import load_instrument, load_model_texts, use_languages
from portal.data.languages import FOLDER, AddedLanguage, list_added
from portal.domain.instrument import VersionedTexts
from portal.domain.language import direction, negotiate
from portal.settings import Settings, SettingsError
from portal.store.languages import list_closed_languages
from portal.web.access import Access, access_of
from portal.web.catalogues import compile_catalogue, count_resident_texts, read_catalogue
from portal.web.context import portal
from portal.web.database import read
from portal.web.untranslated import EnglishInstead, mark

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
SOURCE_LANGUAGE = "en"


@dataclass(frozen=True)
class Language:
    """A language as pages need it: BCP 47 tag, its own name for itself, writing direction."""

    tag: str
    name: str
    dir: str


class LanguageConverter(BaseConverter):
    """Matches an offered language only; anything else is no address of ours."""

    regex = "[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*"
    part_isolating = True
    offered: frozenset[str] = frozenset()

    def to_python(self, value: str) -> str:
        """The tag, if it is offered."""
        if value not in self.offered:
            raise ValidationError
        return value


@cache
def locale_of(tag: str) -> Locale:
    """CLDR's data for a tag. Arabic has Western digits, as in the United States (CLDR: ar)."""
    return Locale.parse(tag, sep="-")


@cache
def format_locale(tag: str, country: str) -> Locale:
    """How the language writes figures and dates in the city's country, where CLDR knows it.

    Spanish writes 12,345 in the United States and 12.345 in Spain.
    """
    try:
        return Locale.parse(f"{locale_of(tag)}_{country}")
    except UnknownLocaleError:
        return locale_of(tag)


@cache
def language_of(tag: str) -> Language:
    """Self-name and direction of a language, from CLDR."""
    locale = locale_of(tag)
    name = locale.get_display_name() or tag
    return Language(tag, name[:1].upper() + name[1:], direction(tag))


def current_language() -> str:
    """The language of this page: from its address, else what the reader prefers."""
    lang = g.get("lang")
    if lang is None:
        lang = g.lang = _language_of_address() or _preferred()
    return str(lang)


def _preferred() -> str:
    """The language that the reader wants, of those that residents are offered."""
    return negotiate(
        request.headers.get("Accept-Language", "") if has_request_context() else "",
        offered_languages(),
        portal().settings.default_language,
    )


def offered_languages() -> list[str]:
    """What residents are offered today: all languages but those that the city has switched off."""
    try:
        closed = portal().pages.remember("closed languages", lambda: list_closed_languages(read()))
    except SQLAlchemyError:  # a page about a broken database is still a page
        closed = {}
    today = portal().clock.today()
    return [tag for tag in portal().settings.languages if tag not in closed or closed[tag] > today]


def _language_of_address() -> str | None:
    """The language that an address begins with, though nothing else of it is known."""
    if not has_request_context():
        return None
    first = request.path.lstrip("/").partition("/")[0]
    return first if first in portal().settings.languages else None


def check_languages(settings: Settings, added: Collection[str]) -> None:
    """Refuse to start with a language that lacks its catalogue or a part of the questions.

    The portal's own languages must be complete; of those that a city added, the model's texts may
    be in English still, marked as such.
    """
    asked, described = load_instrument().wordings.languages(), load_model_texts().languages()
    for tag in settings.languages:
        folder = TRANSLATIONS / str(locale_of(tag)) / "LC_MESSAGES"
        is_own = tag == SOURCE_LANGUAGE or tag in added
        if not is_own and not (folder / "messages.mo").exists():
            raise SettingsError(f"no compiled catalogue for {tag}: run `make catalogues`")
        if tag not in asked or (tag not in described and tag not in added):
            raise SettingsError(f"the instrument or the model's texts are incomplete in {tag}")


def _is_partial(one: AddedLanguage) -> bool:
    """Whether residents find English in it here and there."""
    done, every = count_resident_texts(read_catalogue(one.catalogue))
    return done < every or one.tag not in load_model_texts().languages()


class _Domain(Domain):
    """The portal's catalogues, and those of languages that the city added (`added`, a folder).

    What a language lacks is English, and marked as English on pages.
    """

    def __init__(self, added: Path) -> None:
        super().__init__()
        self._added = added

    def get_translations(self) -> NullTranslations:
        """Those of the page's language, read once. Merged ones would lose their plural forms."""
        locale = str(get_locale() or SOURCE_LANGUAGE)
        if locale not in self.cache:
            folder = self._added if (self._added / locale).exists() else TRANSLATIONS
            found = Translations.load(str(folder), [locale])
            if locale != SOURCE_LANGUAGE:
                found.add_fallback(EnglishInstead())
            self.cache[locale] = found
        kept: NullTranslations = self.cache[locale]
        return kept


def _text_of(texts: VersionedTexts, key: str) -> str:
    """A wording in the page's language, or in English, marked as such."""
    text = texts.text(key, current_language())
    return text if texts.has(key, current_language()) else mark(text)


def switch_url(tag: str) -> str:
    """This page in another language, or that language's home where there is no such page."""
    endpoint = request.endpoint
    if endpoint is None or "lang" not in (request.url_rule.arguments if request.url_rule else ()):
        return url_for("public.show_home", lang=tag)
    address = url_for(endpoint, **{**(request.view_args or {}), "lang": tag})
    # An address that only takes what is sent to it is no page to go to.
    if not current_app.url_map.bind("").test(address, "GET"):
        return url_for("public.show_home", lang=tag)
    # What readers put behind the question mark may have any name, also one that `url_for` takes.
    query = urlencode(list(request.args.items(multi=True))) if request.method == "GET" else ""
    return f"{address}?{query}" if query else address


def alternates() -> list[tuple[str, str]]:
    """(tag, absolute address) of this page in every language that is offered, for hreflang."""
    if request.endpoint is None or not getattr(g, "is_cacheable", False):
        return []
    base = portal().settings.base_url.rstrip("/")
    return [(tag, base + switch_url(tag)) for tag in offered_languages()]


def languages() -> Mapping[str, Language]:
    """The languages to choose from, in order; the page's own is always there."""
    own = current_language()
    shown = offered_languages()
    return {
        tag: language_of(tag) for tag in portal().settings.languages if tag in shown or tag == own
    }


def in_every_language(text: object) -> dict[str, str]:
    """A text by tag, for a page that speaks to readers of all languages at once."""
    said = {}
    for tag in languages():
        with force_locale(str(locale_of(tag))):
            said[tag] = str(text)
    return said


def register(app: Flask, settings: Settings) -> None:
    """Put the language into addresses and Babel, and check that all of it is there."""
    use_languages(settings.instance)
    added = {one.tag: one for one in list_added(settings.instance)}
    check_languages(settings, added)
    offered = [added[tag] for tag in settings.languages if tag in added]
    for one in offered:
        compile_catalogue(one.catalogue)
    app.config["PARTLY_TRANSLATED"] = {one.tag for one in offered if _is_partial(one)}
    for tag in settings.languages:
        language_of(tag)  # read once here, before web processes are forked
    app.url_map.converters["lang"] = type(
        "OfferedLanguageConverter", (LanguageConverter,), {"offered": frozenset(settings.languages)}
    )
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["BABEL_DEFAULT_LOCALE"] = str(locale_of(settings.default_language))
    babel = Babel(app, locale_selector=lambda: str(locale_of(current_language())))
    babel.domain_instance = _Domain(settings.instance / FOLDER)
    app.url_value_preprocessor(_pull_language)
    app.url_defaults(_add_language)
    app.before_request(_leave_closed_language)
    app.jinja_env.globals.update(
        switch_url=switch_url,
        page_language=current_language,
        is_rtl=lambda: direction(current_language()) == "rtl",
        instrument=lambda key: _text_of(load_instrument().wordings, key),
        model_text=lambda key: _text_of(load_model_texts(), key),
    )
    app.context_processor(_page_context)


def _pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None and "lang" in values:
        g.lang = values.pop("lang")


def _leave_closed_language() -> Response | None:
    """Away from a public page in a language that is switched off; receipts and mails stay readable.

    Nobody is sent away from a form that was open already: rating ends with the service's own
    record of its languages, and says so.
    """
    is_public = request.endpoint and access_of(current_app, request.endpoint) is Access.PUBLIC
    tag = g.get("lang")
    if not is_public or tag is None or tag in offered_languages():
        return None
    response = redirect(switch_url(_preferred()), 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _add_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current_language()


def _page_context() -> dict[str, Any]:
    tag = current_language()
    return {
        "lang": tag,
        "is_partial": tag in current_app.config["PARTLY_TRANSLATED"],
        "languages": languages(),
        "alternates": alternates(),
    }
