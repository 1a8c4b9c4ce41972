"""The catalogues are complete where they must be, and no translation can break a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
LANGUAGES = {"es", "vi", "zh_Hans", "ar", "ko"}
# Staff read en and es; what only they see may be missing elsewhere.
STAFF_LANGUAGES = {"es"}
STAFF_ONLY = (
    *(f"portal/{feature}/" for feature in ("respond", "manage", "admin", "accounts")),
    *(f"portal/templates/{feature}/" for feature in ("respond", "manage", "admin", "accounts")),
    "portal/templates/desk.html",
    "portal/web/desk.py",
    "portal/web/warning_words.py",
    "portal/templates/macros/warnings.html",
    "portal/templates/notify/mail_digest",
    "portal/templates/notify/show_digest",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[a-z]|\{\w*\}")
MARKUP = re.compile(r"</?[A-Za-z!]|&#?\w+;")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def language(path: Path) -> str:
    return path.parts[-3]


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def sources(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    text = message.string or ""
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def is_for_staff_only(message: Message) -> bool:
    """Whether every place that uses the message is in a staff feature, or the staff's frame."""
    places = [name for name, _line in message.locations]
    return bool(places) and all(name.startswith(STAFF_ONLY) for name in places)


def breaches(message: Message) -> Iterator[str]:
    """What is wrong with a translation, if anything."""
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


def test_every_language_has_a_catalogue() -> None:
    assert {language(path) for path in CATALOGUES} == LANGUAGES


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_translations_keep_placeholders_and_hold_no_markup(path: Path) -> None:
    found = [breach for message in messages(read(path)) for breach in breaches(message)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", CATALOGUES[:1], ids=language)
def test_sources_name_their_placeholders_and_hold_no_markup(path: Path) -> None:
    """The source strings are the same in every catalogue, so one of them is enough to read."""
    texts = [text for message in messages(read(path)) for text in sources(message)]
    assert texts
    unnamed = [t for t in texts if any(not p.startswith("%(") for p in placeholders(t))]
    assert not unnamed, f"placeholders without a name: {unnamed}"
    assert not [text for text in texts if MARKUP.search(text)]


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_nothing_that_is_shown_is_left_untranslated(path: Path) -> None:
    missing = [
        sources(message)[0]
        for message in messages(read(path))
        if not all(translations(message))
        and (language(path) in STAFF_LANGUAGES or not is_for_staff_only(message))
    ]
    assert not missing, f"{len(missing)} untranslated: {missing[:20]}"


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_plurals_have_as_many_forms_as_the_language(path: Path) -> None:
    catalogue = read(path)
    wrong = [
        sources(message)[0]
        for message in messages(catalogue)
        if message.pluralizable and len(translations(message)) != catalogue.num_plurals
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("source", "translation", "is_good"),
    [
        ("Hello %(name)s", "Hola %(name)s", True),
        ("Hello %(name)s", "Hola", False),
        ("Hello", "Hola %(name)s", False),
        ("Hello", "<b>Hola</b>", False),
        ("Hello", "Hola&nbsp;", False),
        ("5 %% of all", "5 %% de todo", True),
        (("%(n)s person", "%(n)s people"), ("una persona", "%(n)s personas"), True),
        (("%(n)s of %(all)s", "%(n)s of %(all)s"), ("una", "%(n)s de %(all)s"), False),
    ],
)
def test_this_guard_finds_what_it_should(
    source: str | tuple[str, str], translation: str | tuple[str, str], is_good: bool
) -> None:
    assert (not list(breaches(Message(source, translation)))) is is_good
