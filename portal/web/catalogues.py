"""Catalogues of translated texts: what a sound translation is, and how complete a language is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

# Staff read English and Spanish; what only they see may be missing elsewhere.
STAFF_ONLY = (
    *(f"portal/{feature}/" for feature in ("respond", "manage", "admin", "accounts")),
    *(f"portal/templates/{feature}/" for feature in ("respond", "manage", "admin", "accounts")),
    "portal/templates/desk.html",
    "portal/web/desk.py",
    "portal/web/reason_words.py",
    "portal/web/warning_words.py",
    "portal/templates/macros/warnings.html",
    "portal/templates/notify/mail_digest",
    "portal/templates/notify/show_digest",
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[a-z]|\{\w*\}")
MARKUP = re.compile(r"</?[A-Za-z!]|&#?\w+;")


def read_catalogue(path: Path) -> Catalog:
    """A catalogue from its file."""
    with path.open("rb") as file:
        return read_po(file)


def list_messages(catalogue: Catalog) -> Iterator[Message]:
    """Its messages, without the header."""
    return (message for message in catalogue if message.id)


def sources(message: Message) -> tuple[str, ...]:
    """The English text, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    """The translated text, or all its plural forms; empty strings where nobody wrote them."""
    text = message.string or ""
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    """The places for values in a text."""
    return {match[0] for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def is_for_staff_only(message: Message) -> bool:
    """Whether every place that uses the message is in a staff feature, or the staff's frame."""
    places = [name for name, _line in message.locations]
    return bool(places) and all(name.startswith(STAFF_ONLY) for name in places)


def list_breaches(message: Message) -> Iterator[str]:
    """What is wrong with a translation, if anything: it could break a page."""
    known = set[str]().union(*map(placeholders, sources(message)))
    for text in filter(None, translations(message)):
        found = placeholders(text)
        # A plural form may spell its number out ("one person"), and nothing else may be lost.
        spared = {"%(n)s"} if message.pluralizable else set()
        if not known - spared <= found <= known:
            yield f"{text!r}: placeholders {sorted(found)}, the source has {sorted(known)}"
        if MARKUP.search(text):
            yield f"{text!r}: markup"
    if message.fuzzy:
        yield f"{sources(message)[0]!r}: fuzzy"


def is_translated(message: Message) -> bool:
    """Whether every form is there and sound."""
    texts = translations(message)
    return bool(texts) and all(texts) and not any(list_breaches(message))


def count_resident_texts(catalogue: Catalog) -> tuple[int, int]:
    """(translated, all) of the texts that residents see."""
    shown = [one for one in list_messages(catalogue) if not is_for_staff_only(one)]
    return sum(map(is_translated, shown)), len(shown)


def begin_catalogue(path: Path, model: Catalog, locale: str) -> Catalog:
    """The catalogue of a language with every text of `model`; what was translated stays.

    Plural forms are those of CLDR.
    """
    kept = read_catalogue(path) if path.exists() else Catalog(locale=locale)
    fresh = Catalog(locale=locale, project="engagement-portal", fuzzy=False)
    for message in list_messages(model):
        known = kept.get(message.id, message.context)
        fresh.add(
            message.id,
            known.string if known is not None else None,
            locations=message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    with path.open("wb") as file:
        write_po(file, fresh, width=0, include_lineno=False)
    return fresh


def compile_catalogue(path: Path) -> None:
    """Write the sound translations of a catalogue where gettext finds them, if they changed."""
    compiled = path.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return
    catalogue = read_catalogue(path)
    for message in list(list_messages(catalogue)):
        if not is_translated(message):
            catalogue.delete(message.id, message.context)
    written = path.with_suffix(".mo.new")
    with written.open("wb") as file:
        write_mo(file, catalogue)
    written.replace(compiled)
