"""The catalogues are complete where they must be, and no translation can break a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from portal.web.catalogues import (
    MARKUP,
    is_for_staff_only,
    list_breaches,
    placeholders,
    sources,
    translations,
)
from portal.web.catalogues import list_messages as messages
from portal.web.catalogues import read_catalogue as read

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
LANGUAGES = {"es", "vi", "zh_Hans", "ar", "ko"}
# Staff read en and es; what only they see may be missing elsewhere.
STAFF_LANGUAGES = {"es"}
# How readers are addressed: by the formal word of the language, in Arabic in the plural. Words that
# would address one person, or a friend; only such as can be nothing else.
TOO_FAMILIAR = {
    "ar": "اكتب أدخل اختر احفظ أضف انظر ابحث افتح اقرأ ابدأ استخدم حاول اطبع أعِد حدّد أنت"
    " يمكنك لديك إليك عليك رأيك اسمك رسالتك خدمتك خدماتك إدارتك مدينتك نصّك حسابك",
    "es": "tú tu tus puedes tienes quieres eres vosotros vuestro vuestra",
    "vi": "bạn",
    "zh_Hans": "你",
}
# The same form of a verb that tells what somebody did.
TELLS = {"You typed this form first. A colleague has to type it now."}


def language(path: Path) -> str:
    return path.parts[-3]


def test_every_language_has_a_catalogue() -> None:
    assert {language(path) for path in CATALOGUES} == LANGUAGES


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_translations_keep_placeholders_and_hold_no_markup(path: Path) -> None:
    found = [breach for message in messages(read(path)) for breach in list_breaches(message)]
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


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_readers_are_addressed_politely(path: Path) -> None:
    wanted = TOO_FAMILIAR.get(language(path), "").split()
    if not wanted:
        pytest.skip("politeness is in the endings of verbs")
    before, after = ("", "") if language(path) == "zh_Hans" else (r"\b", r"(?![\w\u064b-\u0652])")
    familiar = re.compile(f"{before}(?:{'|'.join(wanted)}){after}", re.IGNORECASE)
    found = [
        f"{sources(message)[0]}: {text}"
        for message in messages(read(path))
        for text in translations(message)
        if familiar.search(text) and sources(message)[0] not in TELLS
    ]
    assert not found, "\n".join(found)


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
    assert (not list(list_breaches(Message(source, translation)))) is is_good
